import type { Entry } from "../archive/inventory.ts";
import type { Manifest } from "../archive/manifest.ts";

export interface Objectives {
  /** Recovery point objective, in minutes. */
  rpoMinutes: number;
  /** Minutes that a backup may take after it is due. */
  graceMinutes: number;
  /** Days that a backup is kept. */
  retentionDays: number;
}

export interface ObjectivesMet {
  /** Minutes since the newest complete backup; undefined when there is none. */
  ageMinutes: number | undefined;
  rpoHolds: boolean;
  /** Days since the oldest complete backup, at most the retention. */
  coveredDays: number;
  /** The oldest backup is younger than the retention period, so the period is not covered yet. */
  growing: boolean;
  /** Periods without a complete backup that are longer than the objective allows. */
  gaps: { from: string; to: string; minutes: number }[];
  retentionHolds: boolean;
}

/** When a backup was taken, and why. */
export interface Moment extends Pick<Entry, "purpose"> {
  /** Undefined when the backup is incomplete. */
  manifest: Pick<Manifest, "takenAt"> | undefined;
}

const minute = 60_000;

const day = 24 * 60 * minute;

/** How far the database's clock, which dates a backup, may be ahead of this machine's. */
const clockSkew = 10 * minute;

/**
 * Judges whether the stored backups meet the objectives at a time (items 8.2, 8.3 and 8.7). Retention holds
 * when no two consecutive backups within it are further apart than the objective allows. A backup dated in
 * the future does not count.
 */
export function judgeObjectives(
  entries: readonly Moment[],
  objectives: Objectives,
  now: Date,
): ObjectivesMet {
  const allowed = (objectives.rpoMinutes + objectives.graceMinutes) * minute;
  const moments = entries
    .flatMap(({ manifest, purpose }) =>
      manifest === undefined || purpose !== "backup" ? [] : [Date.parse(manifest.takenAt)],
    )
    .filter((moment) => moment <= now.getTime() + clockSkew)
    .sort((one, other) => one - other);
  const newest = moments.at(-1);
  const oldest = moments[0];
  if (newest === undefined || oldest === undefined) {
    return {
      ageMinutes: undefined,
      rpoHolds: false,
      coveredDays: 0,
      growing: false,
      gaps: [],
      retentionHolds: false,
    };
  }
  const start = now.getTime() - objectives.retentionDays * day;
  const kept = moments.filter((moment) => moment >= start);
  const gaps = kept.flatMap((moment, index) => {
    const before = index === 0 ? Math.max(start, Math.min(oldest, moment)) : (kept[index - 1] ?? moment);
    const length = moment - before;
    return length > allowed ? [gap(before, moment)] : [];
  });
  return {
    ageMinutes: Math.max(0, Math.floor((now.getTime() - newest) / minute)),
    rpoHolds: now.getTime() - newest <= allowed,
    coveredDays: Math.min(objectives.retentionDays, Math.floor((now.getTime() - oldest) / day)),
    growing: oldest > start,
    gaps,
    retentionHolds: kept.length > 0 && gaps.length === 0,
  };
}

function gap(from: number, to: number): ObjectivesMet["gaps"][number] {
  return {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    minutes: Math.floor((to - from) / minute),
  };
}
