import { EscalationPolicy } from "@pulumi/pagerduty/escalationPolicy.js";
import type { Schedule } from "@pulumi/pagerduty/schedule.js";
import type { Output } from "@pulumi/pulumi";
import { vendorName } from "../../config/naming.ts";
import type { OnCallArgs, OnCallScope } from "./args.ts";

/** Calls the primary, then the secondary, then everyone, and starts again. */
export function createEscalation(
  scope: OnCallScope,
  { stage, project, onCall }: OnCallArgs,
  to: { primary: Schedule; secondary: Schedule; people: readonly Output<string>[] },
): EscalationPolicy {
  const { firstMinutes, secondMinutes, repeat } = onCall.escalation;
  const schedule = ({ id }: Schedule) => ({ type: "schedule_reference", id });
  return new EscalationPolicy(
    ...scope.child("escalation", {
      name: vendorName(project, stage, "escalation"),
      description: "The primary on call, then the secondary, then everyone of the rotation.",
      numLoops: repeat,
      rules: [
        { escalationDelayInMinutes: firstMinutes, targets: [schedule(to.primary)] },
        { escalationDelayInMinutes: secondMinutes, targets: [schedule(to.secondary)] },
        {
          escalationDelayInMinutes: secondMinutes,
          targets: to.people.map((id) => ({ type: "user_reference", id })),
        },
      ],
    }),
  );
}
