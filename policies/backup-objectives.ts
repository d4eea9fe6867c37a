import { every, type Finding, judgeStack, policy, type Stack } from "./framework/index.ts";
import { backupJobs } from "./model/backups.ts";
import { databases } from "./model/databases.ts";
import { judgeOutput, stackOutput } from "./model/stack-outputs.ts";
import { longestGap } from "./values/schedule.ts";

// Items 8.2, 8.6 and 8.7: the recovery objectives, and whether the declared backups can meet them.

export const recoveryTime = policy({
  name: "recovery-time-objective",
  items: ["8.6"],
  title: "The stack must export its recovery time objective, in minutes.",
  severity: "high",
  fix: "Export objectives from the program, with a number of minutes above 0 as its rtoMinutes.",
  check: (stack) => judgeObjective(stack, "rtoMinutes"),
});

export const recoveryPoint = policy({
  name: "recovery-point-objective",
  items: ["8.7"],
  title: "The stack must export its recovery point objective, in minutes.",
  severity: "high",
  fix: "Export objectives from the program, with a number of minutes above 0 as its rpoMinutes.",
  check: (stack) => judgeObjective(stack, "rpoMinutes"),
});

export const backupInterval = policy({
  name: "backup-interval",
  items: ["8.7", "8.2"],
  title:
    "Two backups must be no further apart than the recovery point objective, unless point-in-time recovery covers it.",
  severity: "high",
  productionOnly: true,
  fix: "Run the backup job at least as often as objectives.rpoMinutes, or give every database point-in-time recovery.",
  url: "https://supabase.com/docs/guides/platform/backups#point-in-time-recovery",
  check: (stack) => [judgeStack(() => judgeInterval(stack))],
});

function judgeObjective(stack: Stack, key: "rtoMinutes" | "rpoMinutes"): Finding[] {
  return judgeOutput(stack, ["objectives", key], (value) => {
    const minutes = value.number();
    return (minutes !== undefined && minutes > 0) || `The stack does not export objectives.${key}.`;
  });
}

function judgeInterval(stack: Stack): true | string {
  const jobs = backupJobs(stack);
  if (jobs.length === 0) {
    return "No scheduled job that backs up the database is declared.";
  }
  const allowed = stackOutput(stack, "objectives", "rpoMinutes")?.number();
  if (allowed === undefined) {
    return true;
  }
  const gaps = jobs
    .flatMap(({ schedules }) => schedules())
    .map((schedule) => longestGap(schedule) ?? Number.POSITIVE_INFINITY);
  const gap = Math.min(...gaps);
  if (gap <= allowed || isRecovered(stack, allowed)) {
    return true;
  }
  const apart = Number.isFinite(gap) ? `Two backups are up to ${gap} minutes apart` : "Backups may never run";
  return `${apart}; the recovery point objective is ${allowed} minutes.`;
}

function isRecovered(stack: Stack, allowedMinutes: number): boolean {
  const all = databases(stack);
  return (
    all.length > 0 &&
    every(all, ({ recovery }) => {
      const found = recovery();
      return !("fault" in found) && found.lossMinutes <= allowedMinutes;
    })
  );
}
