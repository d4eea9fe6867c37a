import {
  type AnyValue,
  type Finding,
  fault,
  judge,
  judgeStack,
  known,
  lookup,
  policy,
  type Stack,
  select,
  violation,
} from "./framework/index.ts";
import type { Channel } from "./model/alert-rule.ts";
import { type AlertRule, alertRules } from "./model/alert-rules.ts";
import { channelsOf, contactPoints, nameOf } from "./model/contact-points.ts";
import { routings } from "./model/facts.ts";
import { isGiven } from "./model/given.ts";
import { judgeSeverities, wakingAlerts } from "./model/named-alerts.ts";
import { type Deliveries, deliveriesOf } from "./model/notification-routes.ts";
import { isPrompt, messageWaits, mutesFault, pageWaits } from "./model/notification-times.ts";
import { judgeSilence } from "./model/pager-silence.ts";
import {
  errorServices,
  isPager,
  judgePagers,
  sendersElsewhere,
  servicesOf,
  silencesElsewhere,
} from "./model/pagers.ts";
import { perStack } from "./model/per-stack.ts";

// Item S6.3. Whom a page calls is in on-call.ts.

const documentation = "https://grafana.com/docs/grafana/latest/alerting/configure-notifications/";

export const notificationChannels = policy({
  name: "notification-channels",
  items: ["S6.3"],
  title: "Alerts must have at least two channels, such as Slack and e-mail.",
  severity: "high",
  fix: "Declare a grafana.alerting.ContactPoint of another kind, with its address or key.",
  url: documentation,
  thresholds: {
    minimumChannels: { description: "Kinds of channels.", default: 2, minimum: 2, maximum: 10 },
  },
  check: (stack, threshold) => {
    const points = contactPoints(stack);
    const others = sendersElsewhere(stack);
    if (points.length + others.length === 0) {
      return [violation("No contact point is declared, so no alert reaches anybody.")];
    }
    return [
      ...points.map((point) =>
        judge(point, () => channelsOf(point).length > 0 || `The contact point ${point.name} reaches nobody.`),
      ),
      judgeStack(() => {
        const kinds = new Set(
          [...points.flatMap(channelsOf), ...others.flatMap(({ channels }) => channels())].map(
            ({ kind }) => kind,
          ),
        );
        return (
          kinds.size >= threshold("minimumChannels") ||
          `Alerts have ${kinds.size === 0 ? "no channel" : `no channel besides ${[...kinds].join(", ")}`}.`
        );
      }),
    ];
  },
});

export const contactPointsDeclared = policy({
  name: "contact-points-declared",
  items: ["S6.3"],
  title: "Every route must lead to a contact point that the stack declares.",
  severity: "high",
  fix: "Declare the contact point, or send the route to one that is declared.",
  url: documentation,
  check: (stack) => {
    const named = [
      ...routings(stack).flatMap(({ names }) => names()),
      ...alertRules(stack).flatMap(({ sendsTo }) => sendsTo ?? []),
    ].filter(isGiven);
    const isElsewhere =
      alertRules(stack).length > 0 && alertRules(stack).every(({ isRouted }) => isRouted === undefined);
    if (named.length === 0 && isElsewhere) {
      return [];
    }
    if (named.length === 0) {
      return [violation("No notification policy and no alert rule names a contact point.")];
    }
    // Several routes of one resource that lead to one name are one mistake.
    const places = Map.groupBy(named, (name) => `${name.resource.urn} ${known(() => name.string())}`);
    return [...places.values()].flatMap(([name]) =>
      name === undefined
        ? []
        : judge(name.resource, () => {
            const text = name.string();
            return (
              text === undefined ||
              pointsNamed(stack)(text).length > 0 ||
              fault(
                name,
                `No contact point of the stack has the name ${JSON.stringify(text)}, to which alerts are sent.`,
              )
            );
          }),
    );
  },
});

export const alertsRouted = policy({
  name: "alerts-routed",
  items: ["S6.3"],
  title: "Every alert must be sent to somebody, soon and most of the time.",
  severity: "critical",
  fix: "Declare a grafana.alerting.NotificationPolicy whose contact point, and that of each route, always reaches somebody.",
  url: documentation,
  check: (stack, _threshold, { now }) =>
    judgeDeliveries(stack, alertRules(stack), "No alert rule is declared, so none is sent.", {
      unrouted: "No notification policy is declared, so Grafana's default decides where alerts go.",
      tells: (channels) => channels.length > 0 || "reaches nobody.",
      reaches: (deliveries) => {
        const reaching = select(deliveries, ({ contactPoint }) => channelsAt(stack, contactPoint).length > 0);
        if (reaching.length === 0) {
          return "reaches nobody.";
        }
        const isBeside = reaching.some((one) => !one.isMuted && isPrompt(one, messageWaits));
        const muted = reaching
          .map(({ timings }) => mutesFault(stack, { timings, isBeside, now }))
          .find((wrong) => wrong !== undefined);
        if (muted !== undefined) {
          return `goes a way that is ${muted}.`;
        }
        return reaching.some((one) => isPrompt(one, messageWaits)) || "waits too long before it is sent.";
      },
    }),
});

export const criticalAlertsPage = policy({
  name: "critical-alerts-page",
  items: ["S6.3"],
  title:
    "A high error rate and a host that is down must be critical, and every critical alert must page somebody at any time, within minutes.",
  severity: "critical",
  fix: "Route severity=critical to a contact point of a pager, such as pagerduties, opsgenies, oncalls or the webhook of incident.io, without mute timings.",
  url: documentation,
  productionOnly: true,
  check: (stack) => {
    const critical: AlertRule[] = [];
    const open: Finding[] = [];
    for (const rule of alertRules(stack)) {
      const known = judge(rule.resource, () => {
        if (rule.severity().value?.toLowerCase() === "critical") {
          critical.push(rule);
        }
        return true;
      });
      open.push(known);
    }
    const absent = "No alert is critical, so none pages anybody.";
    if (critical.length === 0 && open.some(({ answer }) => answer === "unknown")) {
      return open;
    }
    return [
      ...open,
      ...judgeSeverities(stack, wakingAlerts, "critical"),
      ...judgeDeliveries(stack, critical, absent, {
        unrouted: "No notification policy is declared, so critical alerts page nobody.",
        tells: (channels) => channels.some(({ pages }) => pages) || "is critical and pages nobody.",
        reaches: (deliveries) => {
          const paging = select(deliveries, ({ contactPoint }) =>
            channelsAt(stack, contactPoint).some(({ pages }) => pages),
          );
          if (paging.length === 0) {
            return "is critical and pages nobody.";
          }
          const unmuted = paging.filter(({ isMuted }) => !isMuted);
          return unmuted.length === 0
            ? "is critical and pages nobody at some times."
            : unmuted.some((one) => isPrompt(one, pageWaits)) ||
                "is critical and waits too long before it pages, or pages again.";
        },
      }),
    ];
  },
});

export const pagerReachesOnCall = policy({
  name: "pager-reaches-on-call",
  items: ["S6.3", "S6.4"],
  title:
    "The pager's key must be that of a service that the stack declares, with an escalation policy, and nothing may silence it.",
  severity: "high",
  fix: "Make integrationKey from a pagerduty.ServiceIntegration of the service, whose escalationPolicy the stack declares too; leave the urgency high, and suppress nothing that is critical.",
  url: "https://support.pagerduty.com/main/docs/services-and-integrations",
  productionOnly: true,
  check: (stack, _threshold, { now }) => [
    ...judgePagers(stack),
    ...judgeSilence(
      stack,
      [...new Set([...contactPoints(stack).filter(isPager).flatMap(servicesOf), ...errorServices(stack)])],
      now,
    ),
    ...silencesElsewhere(stack, now),
  ],
});

interface Reach {
  /** The message where nothing says where alerts go. */
  readonly unrouted: string;
  /** True, or what is wrong with where an alert goes, to follow its name. */
  readonly reaches: (deliveries: Deliveries) => true | string;
  /** The same of one that tells somebody by itself. */
  readonly tells: (channels: readonly Channel[]) => true | string;
}

function judgeDeliveries(
  stack: Stack,
  rules: readonly AlertRule[],
  absent: string,
  { unrouted, reaches, tells }: Reach,
): Finding[] {
  if (rules.length === 0) {
    return [violation(absent)];
  }
  const isTree = routings(stack).length > 0;
  const routed = rules.filter(({ isRouted }) => isRouted);
  const going = routed.filter(({ hasOwnRoute }) => isTree || hasOwnRoute?.() === true);
  return [
    ...rules.flatMap((rule) => {
      const { channels } = rule;
      return channels === undefined
        ? []
        : [
            judge(rule.resource, () => {
              const wrong = tells(channels());
              return wrong === true || fault(rule.entry, `The alert ${rule.name()} ${wrong}`);
            }),
          ];
    }),
    ...(going.length < routed.length ? [violation(unrouted)] : []),
    ...going.map((rule) =>
      judge(rule.resource, () => {
        const wrong = deliveriesOf(stack, rule)
          .map(reaches)
          .find((verdict) => verdict !== true);
        return wrong === undefined || fault(rule.entry, `The alert ${rule.name()} ${wrong}`);
      }),
    ),
  ];
}

/** Contact points by name; without one, the provider uses the name of the resource. */
const pointsNamed = perStack((stack) => lookup(contactPoints(stack), (point) => nameOf(point)));

function channelsAt(stack: Stack, name: AnyValue) {
  return pointsNamed(stack)(name.string() ?? "").flatMap(channelsOf);
}
