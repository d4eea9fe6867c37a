import type { Entry } from "../archive/inventory.ts";

export interface Objectives {
  /** Recovery point objective, in minutes. */
  rpoMinutes: number;
  /** Minutes after it is due in which a backup may be on its way. */
  graceMinutes: number;
  /** Days that a backup is kept. */
  retentionDays: number;
}

export interface ObjectivesMet {
  /** Minutes since the newest whole backup; nothing where there is none. */
  ageMinutes: number | undefined;
  rpoHolds: boolean;
  /** Days from the oldest whole backup until now, at most the retention. */
  coveredDays: number;
  /** The first backup is younger than the retention: what is older cannot be there yet. */
  growing: boolean;
  /** Times within the covered days that no whole backup is of, longer than the objective allows. */
  gaps: { from: string; to: string; minutes: number }[];
  retentionHolds: boolean;
}

const minute = 60_000;

/** How far the database's clock, by which a backup says its moment, may be before this machine's. */
const clockSkew = 10 * minute;
const day = 24 * 60 * minute;

/**
 * Whether what is stored meets the objectives at a moment (items 8.2, 8.3 and 8.7). Retention holds when no
 * two backups that follow each other within it lie further apart than the objective allows. A backup that
 * says it is of the future counts for nothing.
 */
export function judgeObjectives(entries: readonly Entry[], objectives: Objectives, now: Date): ObjectivesMet {
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
