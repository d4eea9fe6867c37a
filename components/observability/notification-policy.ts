import { MuteTiming } from "@pulumi/grafana/alerting/muteTiming.js";
import {
  NotificationPolicy,
  type NotificationPolicyArgs,
} from "@pulumi/grafana/alerting/notificationPolicy.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/settings.ts";
import type { AlertRule } from "../../metrics/alerts.ts";
import type { ObservabilityScope } from "./args.ts";
import type { ContactPoints, DirectContactPoints } from "./contact-points.ts";

type MuteSettings = Settings["observability"]["muteTiming"];
type Routes = NonNullable<NotificationPolicyArgs["policies"]>;

/**
 * Who is notified of an alert. Critical alerts page, each owner gets mail about its own alerts, and Slack gets
 * all of them, including those of others in this Grafana. Warnings are not posted in the maintenance window;
 * critical alerts are never muted.
 *
 * A Grafana organization has one policy tree, and this resource replaces it entirely: routes that someone
 * created by hand or by another stack are deleted. So each stack has a Grafana stack of its own.
 *
 * Alerts of one rule and host are one message. A message waits for more alerts of its group (`groupWait`),
 * reports changes at most every five minutes, and repeats while nothing changes: pages hourly, the channel
 * every four or twelve hours, mail daily.
 */
export function createNotificationPolicy(
  scope: ObservabilityScope,
  contactPoints: ContactPoints,
  mute: MuteSettings,
): NotificationPolicy {
  const maintenance = createMuteTiming(scope, mute);
  return new NotificationPolicy(
    ...scope.child("notifications", {
      contactPoint: contactPoints.slack,
      groupBies: ["grafana_folder", "alertname", "host"],
      groupWait: "30s",
      groupInterval: "5m",
      repeatInterval: "12h",
      policies: routes(contactPoints, maintenance),
    }),
  );
}

/** The same for rules that name their contact point themselves, which no route of the organization touches. */
export function directly(contactPoint: DirectContactPoints, maintenance: pulumi.Input<string>) {
  return (rule: AlertRule) => ({
    contactPoint: contactPoint(rule),
    groupBies: ["grafana_folder", "alertname", "host"],
    groupInterval: "5m",
    ...(rule.severity === "critical"
      ? { groupWait: "10s", repeatInterval: "1h" }
      : { groupWait: "30s", repeatInterval: "12h", muteTimings: [maintenance] }),
  });
}

function routes({ slack, pagerDuty, email }: ContactPoints, maintenance: MuteTiming): Routes {
  const pages: Routes =
    pagerDuty === undefined
      ? []
      : [
          {
            contactPoint: pagerDuty,
            matchers: [critical],
            continue: true,
            groupWait: "10s",
            groupInterval: "5m",
            repeatInterval: "1h",
          },
        ];
  const mails: Routes = email.map(({ owner, contactPoint }) => ({
    contactPoint,
    matchers: [{ label: "owner", match: "=", value: owner }, severe],
    continue: true,
    repeatInterval: "1d",
  }));
  return [
    ...pages,
    ...mails,
    { contactPoint: slack, matchers: [critical], groupWait: "10s", repeatInterval: "4h" },
    { contactPoint: slack, matchers: [warning], muteTimings: [maintenance.name], repeatInterval: "12h" },
  ];
}

const critical = { label: "severity", match: "=", value: "critical" };
const warning = { label: "severity", match: "=", value: "warning" };
/** A route with `continue` must not be the only match: both severities have a route to Slack below it. */
const severe = { label: "severity", match: "=~", value: "critical|warning" };

/** The window in which warnings are not sent. */
export function createMuteTiming(scope: ObservabilityScope, mute: MuteSettings): MuteTiming {
  return new MuteTiming(
    ...scope.child("maintenance", {
      name: "Maintenance",
      intervals: [
        {
          weekdays: [...mute.weekdays],
          times: [{ start: mute.start, end: mute.end }],
          location: "UTC",
        },
      ],
    }),
  );
}
