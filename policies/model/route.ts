import type * as grafanaTypes from "@pulumi/grafana";
import type { Input } from "@pulumi/pulumi";

/** A route at any depth: the provider has a type of its own for each level. */
export interface Route
  extends Pick<
    grafanaTypes.types.input.alerting.NotificationPolicyPolicy,
    "activeTimings" | "contactPoint" | "continue" | "matchers" | "muteTimings" | Wait
  > {
  policies?: Input<Input<Route>[]>;
}

export type Wait = "groupWait" | "groupInterval" | "repeatInterval";
