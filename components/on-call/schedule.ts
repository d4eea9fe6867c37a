import { Schedule } from "@pulumi/pagerduty/schedule.js";
import type { Output } from "@pulumi/pulumi";
import { vendorName } from "../../config/naming.ts";
import type { OnCallArgs, OnCallScope } from "./args.ts";
import { rotation } from "./rotation.ts";

const levels = ["primary", "secondary"] as const;

/** The schedule of a level. With two people or more, the two levels are never the same person. */
export function createSchedule(
  scope: OnCallScope,
  { stage, project, onCall }: OnCallArgs,
  people: readonly Output<string>[],
  level: 0 | 1,
): Schedule {
  return new Schedule(
    ...scope.named("schedule", levels[level], {
      name: vendorName(project, stage, `on-call-${levels[level]}`),
      description: `Level ${level + 1} of the escalation.`,
      timeZone: onCall.timeZone,
      layers: [rotation(onCall, people, level)],
      // A change of the rotation does not cut a shift short.
      overflow: true,
    }),
  );
}
