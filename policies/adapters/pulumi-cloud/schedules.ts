import type { DriftScheduleArgs, TeamStackPermissionArgs } from "@pulumi/pulumiservice";
import { fault, known, type ResourceOf, type Stack, type Verdict } from "../../framework/index.ts";
import type { StackSchedule } from "../../model/other-args.ts";
import { isCalledProduction } from "../../model/production-access.ts";
import type { DriftCheck, StackClock } from "../../model/repository.ts";
import { pulumiCloud, stackSchedules } from "../../model/tokens.ts";

/** What runs by the clock nobody approves: it may look for drift, and remove what is no production. */
function judgeSchedule(stack: Stack, schedule: ResourceOf<StackSchedule>): Verdict {
  const name = schedule.at("stack").string() ?? "";
  const destroys =
    schedule.type === pulumiCloud.ttlSchedule ||
    /destroy|update|up/.test(schedule.at("pulumiOperation").string() ?? "");
  const isProduction =
    isCalledProduction(name) ||
    stack
      .ofType(pulumiCloud.stackTag)
      .some(
        (tag) =>
          known(() => tag.at("stack").string()) === name &&
          known(() => tag.at("value").string()) === "production",
      );
  return (
    !destroys ||
    !isProduction ||
    fault(
      schedule.at("stack"),
      `${schedule.name} changes or destroys ${name} by the clock, without approval.`,
    )
  );
}

/** What changes or destroys a stack by the clock, and who may do both and change who approves. */
export const stackClocks = (stack: Stack): StackClock[] => [
  ...stack
    .ofType(...stackSchedules)
    .map((schedule) => ({ resource: schedule, asksApproval: () => judgeSchedule(stack, schedule) })),
  ...stack
    .ofType(pulumiCloud.driftSchedule)
    .map((schedule) => ({ resource: schedule, asksApproval: () => judgeRemedy(schedule) })),
  ...stack
    .ofType(pulumiCloud.teamPermission)
    .map((granted) => ({ resource: granted, asksApproval: () => judgeDeletion(granted) })),
];

/** What looks for drift. */
export const driftChecks = (stack: Stack): DriftCheck[] =>
  stack
    .ofType(pulumiCloud.driftSchedule)
    .map((schedule) => ({ resource: schedule, schedule: schedule.at("scheduleCron") }));

function judgeRemedy(schedule: ResourceOf<DriftScheduleArgs>): Verdict {
  const remedy = schedule.at("autoRemediate");
  return (
    remedy.boolean() !== true ||
    !isCalledProduction(schedule.at("stack").string() ?? "") ||
    fault(remedy, `${schedule.name} updates ${schedule.at("stack").string()} by the clock, without approval.`)
  );
}

function judgeDeletion(granted: ResourceOf<TeamStackPermissionArgs>): Verdict {
  const level = granted.at("permission");
  return (
    level.number() !== 103 ||
    !isCalledProduction(granted.at("stack").string() ?? "") ||
    fault(
      level,
      `The team ${granted.at("team").string()} may delete ${granted.at("stack").string()} and change who approves.`,
    )
  );
}
