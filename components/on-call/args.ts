import type { EscalationPolicyArgs } from "@pulumi/pagerduty/escalationPolicy.js";
import type { ScheduleArgs } from "@pulumi/pagerduty/schedule.js";
import type { ServiceArgs } from "@pulumi/pagerduty/service.js";
import type { ServiceIntegrationArgs } from "@pulumi/pagerduty/serviceIntegration.js";
import type { UserArgs } from "@pulumi/pagerduty/user.js";
import type { Settings, Stage } from "../../config/settings.ts";
import type { ComponentArgs, Scope } from "../scope.ts";

/**
 * @example
 * new OnCall("on-call", {
 *   stage: settings.stage,
 *   project: settings.project,
 *   onCall: settings.onCall,
 *   transform: { service: { acknowledgementTimeout: "900" } },
 * });
 */
export interface OnCallArgs extends ComponentArgs<OnCallChildren> {
  stage: Stage;
  project: Settings["project"];
  onCall: Settings["onCall"];
}

/** The resources of an `OnCall`. */
export interface OnCallChildren {
  /** Each person that the stack invites. */
  user: UserArgs;
  /** Each schedule: `primary` and `secondary`. */
  schedule: ScheduleArgs;
  escalation: EscalationPolicyArgs;
  service: ServiceArgs;
  /** The key of each sender: `grafana` and `sentry`. */
  integration: ServiceIntegrationArgs;
}

export type OnCallScope = Scope<OnCallChildren>;
