import { pagerduty } from "../../policies/model/tokens.ts";
import { alerts, withRule } from "./alert-rules.ts";
import { change, type Fixture, unknown, without, withProps } from "./fixture.ts";
import type { Mutant } from "./mutants.ts";
import { objectAt } from "./passing-stack.ts";

/** A layer in which people follow each other without a pause. */
export const layer = objectAt("on-call-primary", "layers", "0");

const critical = { label: "severity", match: "=", value: "critical" };

const withRoutes = (stack: Fixture[], ...policies: Record<string, unknown>[]): Fixture[] =>
  withProps(stack, "observability-notifications", { policies });

const withLayers = (stack: Fixture[], ...layers: Record<string, unknown>[]): Fixture[] =>
  withProps(stack, "on-call-primary", { layers });

const mails = ["technical-lead", "devops", "database-admin"].map((owner) => `observability-email-${owner}`);

const withEveryMail = (stack: Fixture[], props: Record<string, unknown>): Fixture[] =>
  mails.reduce((rest, name) => withProps(rest, name, props), stack);

const daily = (startTimeOfDay: string, durationSeconds: number) => ({
  type: "daily_restriction",
  startTimeOfDay,
  durationSeconds,
});

const target = { type: "schedule_reference", id: unknown };

/** Ways to break where alerts go (S6.3). */
export const notificationMutants: readonly Mutant[] = [
  {
    policy: "notification-channels",
    what: "there is Slack beside PagerDuty, without an address",
    break: (stack) => withProps(stack, "observability-slack", { slacks: [{ recipient: "#alerts" }] }),
    takesMore: true,
  },
  {
    policy: "notification-channels",
    what: "the mail is for nobody yet",
    break: (stack) => withEveryMail(stack, { emails: [{ addresses: ["you@example.com"] }] }),
  },
  {
    policy: "notification-channels",
    what: "all channels are of one kind",
    break: (stack) =>
      ["observability-slack", ...mails].reduce(
        (rest, name) =>
          change(rest, name, (fixture) => ({
            ...fixture,
            props: { name: fixture.props.name, pagerduties: [{ integrationKey: unknown }] },
            from: { pagerduties: ["on-call-grafana"] },
          })),
        stack,
      ),
  },
  {
    policy: "contact-points-declared",
    what: "the contact point for mail is gone",
    break: (stack) => without(stack, "observability-email-devops"),
  },
  {
    policy: "contact-points-declared",
    what: "the contact point for Slack is gone",
    break: (stack) => without(stack, "observability-slack"),
    takesMore: true,
  },
  {
    policy: "contact-points-declared",
    what: "the contact point for pages is gone",
    break: (stack) => without(stack, "observability-pagerduty"),
    takesMore: true,
  },
  {
    policy: "contact-points-declared",
    what: "a rule has a contact point of its own that is not declared",
    break: (stack) => withRule(stack, "high-memory", { notificationSettings: { contactPoint: "Nobody" } }),
    takesMore: true,
  },
  {
    policy: "alerts-routed",
    what: "no notification policy is declared",
    break: (stack) => without(stack, "observability-notifications"),
    takesMore: true,
  },
  {
    policy: "alerts-routed",
    what: "only the rules that name a contact point themselves are sent",
    break: (stack) =>
      [...alerts].reduce(
        (rest, [name, rule]) =>
          Object(rule.labels).severity === "critical"
            ? withRule(rest, name, { notificationSettings: { contactPoint: "PagerDuty" } })
            : rest,
        without(stack, "observability-notifications"),
      ),
  },
  ...[
    { weekdays: ["sunday:saturday"] },
    {},
    { weekdays: ["monday:friday"] },
    { months: ["december"] },
    { times: [{ start: "00:00", end: "20:00" }] },
  ].map(
    (interval): Mutant => ({
      policy: "alerts-routed",
      what: `warnings are muted at ${JSON.stringify(interval)}`,
      break: (stack) => withProps(stack, "observability-maintenance", { intervals: [interval] }),
    }),
  ),
  {
    policy: "alerts-routed",
    what: "warnings are muted by a timing of elsewhere",
    break: (stack) => without(stack, "observability-maintenance"),
  },
  {
    policy: "alerts-routed",
    what: "every message waits for a day",
    break: (stack) => withProps(stack, "observability-notifications", { groupWait: "1d" }),
    takesMore: true,
  },
  ...[{ groupWait: "2h" }, { groupInterval: "1d" }, { repeatInterval: "52w" }].map(
    (wait): Mutant => ({
      policy: "critical-alerts-page",
      what: `pages wait: ${JSON.stringify(wait)}`,
      break: (stack) => withRoutes(stack, { contactPoint: "PagerDuty", matchers: [critical], ...wait }),
      takesMore: true,
    }),
  ),
  {
    policy: "critical-alerts-page",
    what: "the service that is down is a warning",
    break: (stack) => withRule(stack, "service-down", { labels: { severity: "warning" } }),
  },
  {
    policy: "critical-alerts-page",
    what: "a high error rate is a warning, beside alerts that page",
    break: (stack) => withRule(stack, "high-error-rate", { labels: { severity: "warning" } }),
  },
  ...[
    "high-memory",
    "database-connections",
    "high-latency-p99",
    "health-check-failing",
    "backup-overdue",
    "error-budget-burn-fast",
  ].map(
    (alert): Mutant => ({
      policy: "alert-severity",
      what: `${alert} is for information`,
      break: (stack) => withRule(stack, alert, { labels: { severity: "info" } }),
    }),
  ),
  {
    policy: "critical-alerts-page",
    what: "no route pages",
    break: (stack) => withRoutes(stack),
  },
  {
    policy: "critical-alerts-page",
    what: "the route that pages is for another severity",
    break: (stack) =>
      withRoutes(stack, {
        contactPoint: "PagerDuty",
        matchers: [{ ...critical, value: "disaster" }],
      }),
    takesMore: true,
  },
  {
    policy: "critical-alerts-page",
    what: "an earlier route takes critical alerts",
    break: (stack) =>
      withRoutes(
        stack,
        { contactPoint: "E-mail devops", matchers: [{ label: "severity", match: "=~", value: "crit.*" }] },
        { contactPoint: "PagerDuty", matchers: [critical] },
      ),
  },
  {
    policy: "critical-alerts-page",
    what: "a label of the series decides who is paged",
    break: (stack) =>
      withRoutes(stack, {
        contactPoint: "PagerDuty",
        matchers: [critical, { label: "host", match: "=", value: "api" }],
      }),
  },
  {
    policy: "critical-alerts-page",
    what: "pages are muted at night",
    break: (stack) =>
      withRoutes(stack, { contactPoint: "PagerDuty", matchers: [critical], muteTimings: ["Maintenance"] }),
  },
  {
    policy: "critical-alerts-page",
    what: "a critical rule goes past the routes",
    break: (stack) => withRule(stack, "high-error-rate", { notificationSettings: { contactPoint: "Slack" } }),
  },
  {
    policy: "pager-reaches-on-call",
    what: "the pager's key is of no service of the stack",
    break: (stack) => change(stack, "observability-pagerduty", (fixture) => ({ ...fixture, from: {} })),
  },
  {
    policy: "pager-reaches-on-call",
    what: "the service has an escalation policy of elsewhere",
    break: (stack) => change(stack, "on-call-service", (fixture) => ({ ...fixture, from: {} })),
  },
];

/** Ways to break who is called (S6.4, S6.5). */
export const onCallMutants: readonly Mutant[] = [
  {
    policy: "on-call-people",
    what: "no schedule is declared",
    break: (stack) => stack.filter(({ type }) => type !== pagerduty.schedule),
    takesMore: true,
  },
  {
    policy: "on-call-people",
    what: "one person is always on call",
    break: (stack) => withLayers(stack, { ...layer, users: [unknown] }),
  },
  {
    policy: "on-call-people",
    what: "the same person is on call twice",
    break: (stack) =>
      change(stack, "on-call-primary", (fixture) => ({
        ...fixture,
        from: { layers: ["on-call-primary-on-call"] },
      })),
  },
  {
    policy: "on-call-without-gap",
    what: "the only layer is gone",
    break: (stack) => withLayers(stack),
  },
  {
    policy: "on-call-without-gap",
    what: "the layer has nobody",
    break: (stack) => withLayers(stack, { ...layer, users: [] }),
  },
  {
    policy: "on-call-without-gap",
    what: "the layer ends",
    break: (stack) => withLayers(stack, { ...layer, end: "2027-06-01T00:00:00Z" }),
  },
  {
    policy: "on-call-without-gap",
    what: "nobody is on call at night",
    break: (stack) => withLayers(stack, { ...layer, restrictions: [daily("08:00:00", 12 * 3600)] }),
  },
  {
    policy: "on-call-without-gap",
    what: "two layers leave a minute between them",
    break: (stack) =>
      withLayers(
        stack,
        { ...layer, restrictions: [daily("08:00:00", 14 * 3600)] },
        { ...layer, restrictions: [daily("22:01:00", 12 * 3600)] },
      ),
  },
  {
    policy: "on-call-without-gap",
    what: "the week end is left out",
    break: (stack) =>
      withLayers(stack, {
        ...layer,
        restrictions: [
          {
            type: "weekly_restriction",
            startDayOfWeek: 1,
            startTimeOfDay: "00:00:00",
            durationSeconds: 5 * 86_400,
          },
        ],
      }),
  },
  {
    policy: "on-call-without-gap",
    what: "the rotation begins years from now",
    break: (stack) =>
      withLayers(stack, {
        ...layer,
        start: "2030-01-01T00:00:00Z",
        rotationVirtualStart: "2030-01-01T00:00:00Z",
      }),
  },
  {
    policy: "on-call-people",
    what: "one of two people may only look on",
    break: (stack) => withProps(stack, "on-call-secondary-on-call", { role: "read_only_user" }),
    takesMore: true,
  },
  {
    policy: "on-call-people",
    what: "each person is on call for a year",
    break: (stack) => withLayers(stack, { ...layer, rotationTurnLengthSeconds: 366 * 86_400 }),
  },
  {
    policy: "escalation-levels",
    what: "both levels call one schedule that does not exist yet",
    break: (stack) =>
      change(stack, "on-call-escalation", (fixture) => ({
        ...fixture,
        from: { rules: ["on-call-primary"] },
      })),
  },
  {
    policy: "escalation-levels",
    what: "the second level is called after two hours",
    break: (stack) =>
      withProps(stack, "on-call-escalation", {
        rules: [120, 20].map((escalationDelayInMinutes) => ({ escalationDelayInMinutes, targets: [target] })),
      }),
  },
  {
    policy: "escalation-levels",
    what: "the escalation policy is gone",
    break: (stack) => without(stack, "on-call-escalation"),
    takesMore: true,
  },
  {
    policy: "escalation-levels",
    what: "there is one level",
    break: (stack) =>
      withProps(stack, "on-call-escalation", {
        rules: [{ escalationDelayInMinutes: 10, targets: [target] }],
      }),
  },
  {
    policy: "escalation-levels",
    what: "the second level calls nobody",
    break: (stack) =>
      withProps(stack, "on-call-escalation", {
        rules: [
          { escalationDelayInMinutes: 10, targets: [target] },
          { escalationDelayInMinutes: 10, targets: [] },
        ],
      }),
  },
  {
    policy: "escalation-levels",
    what: "both levels call the same",
    break: (stack) =>
      withProps(stack, "on-call-escalation", {
        rules: [10, 20].map((escalationDelayInMinutes) => ({
          escalationDelayInMinutes,
          targets: [{ ...target, id: "PSCHED1" }],
        })),
      }),
  },
  {
    policy: "escalation-levels",
    what: "the first level is never left",
    break: (stack) =>
      withProps(stack, "on-call-escalation", {
        rules: [0, 20].map((escalationDelayInMinutes) => ({ escalationDelayInMinutes, targets: [target] })),
      }),
  },
  {
    policy: "escalation-to-schedule",
    what: "the first level is one person",
    break: (stack) =>
      withProps(stack, "on-call-escalation", {
        rules: [
          { escalationDelayInMinutes: 10, targets: [{ type: "user_reference", id: unknown }] },
          { escalationDelayInMinutes: 10, targets: [target] },
        ],
      }),
  },
  {
    policy: "escalation-to-schedule",
    what: "the schedule is of elsewhere",
    break: (stack) =>
      withProps(
        change(stack, "on-call-escalation", (fixture) => ({ ...fixture, from: {} })),
        "on-call-escalation",
        {
          rules: [
            { escalationDelayInMinutes: 10, targets: [{ ...target, id: "PELSE01" }] },
            { escalationDelayInMinutes: 10, targets: [{ ...target, id: "PELSE02" }] },
          ],
        },
      ),
  },
];
