import type { ItemId } from "../checklist/items.ts";
import { every, judge, policy, type Stack } from "./framework/index.ts";
import { backupJobs, schedulesOf } from "./model/backups.ts";
import { databases } from "./model/databases.ts";
import { hasRecovery, recoveryLossMinutes } from "./model/recovery.ts";
import { judgeOutput, stackOutput } from "./model/stack-outputs.ts";
import { longestGap } from "./values/schedule.ts";

// Items 8.2, 8.6 and 8.7: what recovery has to reach, and whether what is declared can.

export const recoveryTime = objective("recovery-time-objective", "8.6", "rtoMinutes", "time");
export const recoveryPoint = objective("recovery-point-objective", "8.7", "rpoMinutes", "point");

export const backupInterval = policy({
  name: "backup-interval",
  items: ["8.7", "8.2"],
  title:
    "No more time lies between two backups than the recovery point objective allows, or point-in-time recovery covers it.",
  severity: "high",
  productionOnly: true,
  fix: "Run the backup job at least as often as objectives.rpoMinutes, or give every database point-in-time recovery.",
  url: "https://supabase.com/docs/guides/platform/backups#point-in-time-recovery",
  check: (stack) => [judge(undefined, () => judgeInterval(stack))],
});

function objective(name: string, item: ItemId, key: string, what: string) {
  return policy({
    name,
    items: [item],
    title: `The stack exports its recovery ${what} objective, in minutes.`,
    severity: "high",
    fix: `Export objectives from the program, with a number of minutes above 0 as its ${key}.`,
    check: (stack) =>
      judgeOutput(stack, ["objectives", key], (value) => {
        const minutes = value.number();
        return (minutes !== undefined && minutes > 0) || `The stack exports no objectives.${key}.`;
      }),
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
  const gaps = jobs.flatMap(schedulesOf).map((schedule) => longestGap(schedule) ?? Number.POSITIVE_INFINITY);
  const gap = Math.min(...gaps);
  if (gap <= allowed || isRecovered(stack, allowed)) {
    return true;
  }
  const apart = Number.isFinite(gap)
    ? `Up to ${gap} minutes lie between two backups`
    : "Backups may never run";
  return `${apart}, and no more than ${allowed} may be lost.`;
}

function isRecovered(stack: Stack, allowedMinutes: number): boolean {
  const all = databases(stack);
  return (
    allowedMinutes >= recoveryLossMinutes &&
    all.length > 0 &&
    every(all, (database) => hasRecovery(stack, database))
  );
}
