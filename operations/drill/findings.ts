import type { Drill, DrillFinding } from "../../evidence/drill.ts";
import { counted } from "../../lib/text.ts";
import type { Choice } from "../archive/inventory.ts";

const minute = 60_000;

/** A drill is evidence that backups can be restored (8.4), within the RTO (8.6) and the RPO (8.7). */
export const drillItems = ["8.4", "8.6", "8.7"] as const;

/** The stack of a drill, when it began, and which backup was asked for. */
export interface Occasion {
  stack: string;
  at: Date;
  choice: Choice;
}

/** Evidence of a drill that finished. */
export function evidenceOf({ stack, at, choice }: Occasion, drill: Drill): DrillFinding {
  const problems = problemsOf(drill, isNewest(choice));
  const seconds = (drill.durationMs / 1000).toFixed(1);
  const accepted = drill.accepted?.length ?? 0;
  const none = accepted === 0 ? "no differences" : counted(accepted, "accepted difference");
  const result = problems.length === 0 ? none : counted(problems.length, "problem");
  return {
    items: [...drillItems],
    stack,
    at: at.toISOString(),
    holds: problems.length === 0,
    summary: `The backup of ${drill.backup.takenAt} was restored in ${seconds} s: ${counted(drill.tables, "table")}, ${counted(drill.rows, "row")}, ${result}.`,
    problems,
    drill,
  };
}

/** Evidence of a drill that could not restore the backup. */
export function evidenceOfFailure({ stack, at }: Omit<Occasion, "choice">, reason: string): DrillFinding {
  const problem = reason.slice(0, 1000);
  return {
    items: [...drillItems],
    stack,
    at: at.toISOString(),
    holds: false,
    summary: "The drill could not restore the backup.",
    problems: [problem],
  };
}

/** Only the newest backup is held to the objective, not an older one that was asked for. */
function isNewest({ name, at }: Choice): boolean {
  return name === undefined && at === undefined;
}

/** What does not hold of what was restored, whatever time it took and however old the backup is. */
export function restoreProblems({ differences, checks }: Drill): string[] {
  return [
    ...differences,
    ...checks.filter(({ holds }) => !holds).map(({ name, found }) => `The check «${name}» got ${found}.`),
  ];
}

function problemsOf(drill: Drill, newest: boolean): string[] {
  const { durationMs, rtoMinutes, lossMinutes, rpoMinutes, graceMinutes } = drill;
  const late = durationMs > rtoMinutes * minute;
  const old = newest && lossMinutes > rpoMinutes + graceMinutes;
  return [
    ...restoreProblems(drill),
    ...(late
      ? [`The drill took longer than the recovery time objective of ${counted(rtoMinutes, "minute")}.`]
      : []),
    ...(old
      ? [
          `The newest backup is ${counted(lossMinutes, "minute")} old, which exceeds the recovery point objective of ${rpoMinutes} minutes plus ${graceMinutes} minutes of grace.`,
        ]
      : []),
  ];
}

/** Most sentences of a kind in the evidence. Settings accept at most as many objects. */
export const mostSentences = 1000;

/**
 * As many sentences as evidence has room for; the drill's own output has all of them.
 *
 * @param noun what one of them is
 */
export function firstOf(all: readonly string[], noun: string): string[] {
  if (all.length <= mostSentences) return [...all];
  const some = all.slice(0, mostSentences - 1);
  const left = counted(all.length - some.length, `more ${noun}`);
  return [...some, `…and ${left}, which the drill prints with --json.`];
}
