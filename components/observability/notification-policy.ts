import { MuteTiming } from "@pulumi/grafana/alerting/muteTiming.js";
import {
  NotificationPolicy,
  type NotificationPolicyArgs,
} from "@pulumi/grafana/alerting/notificationPolicy.js";
import type { Settings } from "../../config/settings.ts";
import type { ContactPoints } from "./contact-points.ts";
import type { ObservabilityScope } from "./scope.ts";

type MuteSettings = Settings["observability"]["muteTiming"];
type Routes = NonNullable<NotificationPolicyArgs["policies"]>;

/**
 * Who hears of an alert: critical ones page, each owner gets mail of its own, and Slack gets everything,
 * alerts of others in this Grafana too. Warnings are not posted in the maintenance window; what is critical
 * is never muted.
 *
 * There is one policy tree in a Grafana organisation and this resource replaces the whole of it: routes that
 * were made by hand or by another stack are gone. So each stack has a Grafana stack of its own.
 *
 * Alerts of one rule and host are one message. A message waits for more of its group (`groupWait`), tells of
 * changes at most every five minutes, and repeats while nothing changes: pages hourly, the channel every
 * four or twelve hours, mail daily.
 */
export function createNotificationPolicy(
  scope: ObservabilityScope,
  contactPoints: ContactPoints,
  mute: MuteSettings,
): NotificationPolicy {
  const { slack, pagerDuty, email } = contactPoints;
  const maintenance = createMuteTiming(scope, mute);
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
  return new NotificationPolicy(
    `${scope.name}-notifications`,
    {
      contactPoint: slack,
      groupBies: ["grafana_folder", "alertname", "host"],
      groupWait: "30s",
      groupInterval: "5m",
      repeatInterval: "12h",
      policies: [
        ...pages,
        ...mails,
        { contactPoint: slack, matchers: [critical], groupWait: "10s", repeatInterval: "4h" },
        { contactPoint: slack, matchers: [warning], muteTimings: [maintenance.name], repeatInterval: "12h" },
      ],
    },
    scope.options,
  );
}

const critical = { label: "severity", match: "=", value: "critical" };
const warning = { label: "severity", match: "=", value: "warning" };
/** A route that goes on must not be the only one that matches: these severities have a route to Slack below. */
const severe = { label: "severity", match: "=~", value: "critical|warning" };

function createMuteTiming(scope: ObservabilityScope, mute: MuteSettings): MuteTiming {
  return new MuteTiming(
    `${scope.name}-maintenance`,
    {
      name: "Maintenance",
      intervals: [
        {
          weekdays: [...mute.weekdays],
          times: [{ start: mute.start, end: mute.end }],
          location: "UTC",
        },
      ],
    },
    scope.options,
  );
}
