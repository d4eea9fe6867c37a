import { shortened } from "../lib/text.ts";
import { formatMinutes } from "../lib/units.ts";
import type { RegisteredControl } from "./registered.ts";
import type { Result } from "./statement.ts";

/** What a look at the store found of a stack's backups. */
export interface BackupFigures {
  /** Minutes since the newest complete backup; undefined where there is none. */
  ageMinutes: number | undefined;
  rpoHolds: boolean;
  coveredDays: number;
  gaps: readonly { from: string; to: string; minutes: number }[];
  rpoMinutes: number;
  /** Minutes that a backup may take after it is due. */
  graceMinutes: number;
  retentionDays: number;
}

export const backupControl: RegisteredControl = {
  kind: "probe",
  name: "backups-current",
  title: "The store must have a complete backup that is younger than the recovery point objective.",
  items: ["3.2", "8.2"],
  run: "backup",
};

/** What the store shows, as the result of its control. Gaps are said and decide nothing here. */
export function backupResult(figures: BackupFigures, at: Date): Result {
  const { ageMinutes, rpoHolds, coveredDays, gaps, rpoMinutes, graceMinutes, retentionDays } = figures;
  const { kind, name, items, title } = backupControl;
  const isCurrent = rpoHolds && ageMinutes !== undefined;
  const age =
    ageMinutes === undefined
      ? "There is no complete backup"
      : `The newest complete backup is ${formatMinutes(Math.max(0, ageMinutes))} old`;
  const days = `${coveredDays} of ${retentionDays} days covered`;
  return {
    control: { kind, name },
    items: [...items],
    state: isCurrent ? "holds" : "does-not-hold",
    summary: `${age}, ${days}`,
    ...(gaps.length > 0 && {
      details: gaps
        .slice(0, 1000)
        .map(({ from, to, minutes }) =>
          shortened(`No backup from ${from} to ${to} (${formatMinutes(minutes)})`, 990),
        ),
    }),
    ...(!isCurrent && { fix: `${title} Run npx optropic backup, and look at the job that should have.` }),
    ...(ageMinutes !== undefined && { measured: Math.max(0, ageMinutes) }),
    expected: rpoMinutes + graceMinutes,
    unit: "min",
    at: at.toISOString(),
  };
}
