import type { Drill, Evidence } from "../../checklist/evidence.ts";
import { counted } from "../../lib/text.ts";
import type { Choice } from "../archive/inventory.ts";

const minute = 60_000;

/** What a drill is evidence of: that backups can be restored (8.4), within RTO (8.6) and RPO (8.7). */
export const drillItems = ["8.4", "8.6", "8.7"] as const;

const about = { version: 1, control: "probe", source: "drill" } as const;

/** Which stack a drill was of, when it began, and which backup was asked for. */
export interface Occasion {
  stack: string;
  at: Date;
  choice: Choice;
}

/** The evidence of a drill that came to its end. */
export function evidenceOf({ stack, at, choice }: Occasion, drill: Drill): Evidence {
  const problems = problemsOf(drill, isNewest(choice));
  const seconds = (drill.durationMs / 1000).toFixed(1);
  const result = problems.length === 0 ? "all as it was" : counted(problems.length, "problem");
  return {
    ...about,
    items: [...drillItems],
    stack,
    at: at.toISOString(),
    holds: problems.length === 0,
    summary: `The backup of ${drill.backup.takenAt} was restored in ${seconds} s: ${counted(drill.tables, "table")}, ${counted(drill.rows, "row")}, ${result}.`,
    problems,
    drill,
  };
}

/** The evidence of a drill in which nothing was restored. */
export function evidenceOfFailure({ stack, at }: Omit<Occasion, "choice">, reason: string): Evidence {
  const problem = reason.slice(0, 1000);
  return {
    ...about,
    items: [...drillItems],
    stack,
    at: at.toISOString(),
    holds: false,
    summary: "The drill restored no backup.",
    problems: [problem],
  };
}

/** An older backup that was asked for is as old as it is: only the newest is held to the objective. */
function isNewest({ name, at }: Choice): boolean {
  return name === undefined && at === undefined;
}

function problemsOf(drill: Drill, newest: boolean): string[] {
  const { durationMs, rtoMinutes, lossMinutes, rpoMinutes, graceMinutes } = drill;
  const late = durationMs > rtoMinutes * minute;
  const old = newest && lossMinutes > rpoMinutes + graceMinutes;
  return [
    ...drill.differences,
    ...drill.checks
      .filter(({ holds }) => !holds)
      .map(({ name, found }) => `The check «${name}» found ${found}.`),
    ...(late ? [`The drill took longer than the recovery time objective of ${rtoMinutes} minutes.`] : []),
    ...(old
      ? [
          `The newest backup is ${lossMinutes} minutes old, more than the recovery point objective of ${rpoMinutes} and the ${graceMinutes} that a backup may be on its way.`,
        ]
      : []),
  ];
}
