import { datasOf, withRule } from "./alert-rules.ts";
import { change, type Fixture, unknown, withProps } from "./fixture.ts";
import type { Mutant } from "./mutants.ts";
import { layer } from "./mutants-notifications.ts";
import { objectAt } from "./passing-stack.ts";

const healthy =
  'sum(rate(optropic_http_requests_total{status=~"5.."}[5m])) / sum(rate(optropic_http_requests_total[5m])) > 0.01';

const withData = (
  stack: Fixture[],
  edit: (data: ReturnType<typeof datasOf>[number], index: number) => object,
) => withRule(stack, "high-error-rate", { datas: datasOf(healthy).map(edit) });

const withRoute = (stack: Fixture[], route: object) =>
  withProps(stack, "observability-notifications", {
    policies: [
      { contactPoint: "PagerDuty", matchers: [{ label: "severity", match: "=", value: "critical" }] },
      {
        contactPoint: "Slack",
        matchers: [{ label: "severity", match: "=~", value: "critical|warning" }],
        ...route,
      },
    ],
  });

const page = { integrationId: "200001", serviceId: unknown, serviceName: unknown, severity: "critical" };

type Case = readonly [what: string, mutate: (stack: Fixture[]) => Fixture[]];

const ofGrafana: readonly Case[] = [
  [
    "the data source is misspelled",
    (stack) =>
      withData(stack, (data, index) =>
        index === 0 ? { ...data, datasourceUid: "grafanacloud-promm" } : data,
      ),
  ],
  [
    "an expression asks the data source",
    (stack) => withData(stack, (data) => ({ ...data, datasourceUid: "grafanacloud-prom" })),
  ],
  [
    "the time range of a query is empty",
    (stack) => withData(stack, (data) => ({ ...data, relativeTimeRange: { from: 0, to: 0 } })),
  ],
  ["a rule has no name", (stack) => withRule(stack, "metrics-missing", { name: "" })],
  [
    "the folder does not exist",
    (stack) =>
      withProps(
        change(stack, "observability-alerts-service", (fixture) => ({ ...fixture, from: {} })),
        "observability-alerts-service",
        { folderUid: "elsewhere" },
      ),
  ],
  [
    "an address has a space at its end",
    (stack) =>
      withProps(stack, "observability-email-devops", {
        emails: [{ addresses: ["devops@optropic.example "] }],
      }),
  ],
  [
    "an address is no address",
    (stack) => withProps(stack, "observability-email-devops", { emails: [{ addresses: ["devops"] }] }),
  ],
  [
    "a matcher has no operator",
    (stack) => withRoute(stack, { matchers: [{ label: "severity", value: "warning" }] }),
  ],
  [
    "a route is for a severity that does not exist",
    (stack) => withRoute(stack, { matchers: [{ label: "severity", match: "=", value: "Critical" }] }),
  ],
  ["an interval is 0", (stack) => withRoute(stack, { groupInterval: "0s" })],
  [
    "the metrics are scraped every 45 seconds",
    (stack) => withProps(stack, "observability-scrape-api", { scrapeIntervalSeconds: 45 }),
  ],
  [
    "a dashboard is no document",
    (stack) => withProps(stack, "observability-dashboard-go-live", { configJson: "" }),
  ],
];

const ofPager: readonly Case[] = [
  [
    "a person has the address of an example",
    (stack) => withProps(stack, "on-call-primary-on-call", { email: "someone@example.com" }),
  ],
  [
    "the role of a person does not exist",
    (stack) => withProps(stack, "on-call-primary-on-call", { role: "responder-in-chief" }),
  ],
  [
    "a turn has no length",
    (stack) => withProps(stack, "on-call-primary", { layers: [{ ...layer, rotationTurnLengthSeconds: 0 }] }),
  ],
  [
    "a rotation begins at no moment",
    (stack) =>
      withProps(stack, "on-call-primary", { layers: [{ ...layer, rotationVirtualStart: "next Monday" }] }),
  ],
  [
    "a schedule is a target as if it were a person",
    (stack) => {
      const rule = objectAt("on-call-escalation", "rules", "1");
      const [target] = Array.isArray(rule.targets) ? rule.targets : [];
      return withProps(stack, "on-call-escalation", {
        rules: [
          objectAt("on-call-escalation", "rules", "0"),
          { ...rule, targets: [{ ...Object(target), type: "user_reference" }] },
          objectAt("on-call-escalation", "rules", "2"),
        ],
      });
    },
  ],
  [
    "the urgency is misspelled",
    (stack) =>
      withProps(stack, "on-call-service", { incidentUrgencyRule: { type: "constant", urgency: "hihg" } }),
  ],
  [
    "the type of an integration does not exist",
    (stack) => withProps(stack, "on-call-grafana", { type: "events_api_v3" }),
  ],
];

const conditions = (...all: readonly object[]) => ({ conditionGroup: { logicType: "any", conditions: all } });

const ofTracking: readonly Case[] = [
  [
    "nothing resolves an incident",
    (stack) =>
      withProps(
        stack,
        "errors-error-rate",
        conditions({ type: "gt", comparison: 0.01, conditionResult: 75 }),
      ),
  ],
  [
    "an incident resolves at once",
    (stack) =>
      withProps(
        stack,
        "errors-error-rate",
        conditions(
          { type: "gt", comparison: 0.01, conditionResult: 75 },
          { type: "lte", comparison: 10, conditionResult: 0 },
        ),
      ),
  ],
  [
    "one failure is an incident",
    (stack) =>
      withProps(
        stack,
        "errors-error-rate",
        conditions(
          { type: "gt", comparison: 0, conditionResult: 75 },
          { type: "lte", comparison: 0, conditionResult: 0 },
        ),
      ),
  ],
  [
    "the dataset does not exist",
    (stack) => withProps(stack, "errors-error-rate", { dataset: "spans_and_more" }),
  ],
  ["no event counts", (stack) => withProps(stack, "errors-error-rate", { eventTypes: [] })],
  [
    "the requests of one page count",
    (stack) => withProps(stack, "errors-error-rate", { query: "is_transaction:true transaction:/login" }),
  ],
  [
    "a filter does nothing",
    (stack) =>
      withProps(stack, "errors-incident-alert", {
        actionFilters: [
          { logicType: "all", actions: [{ pagerduty: page }] },
          { logicType: "all", actions: [] },
        ],
      }),
  ],
  [
    "an issue is told once a month",
    (stack) => withProps(stack, "errors-issue-alert", { frequencyMinutes: 43_200 }),
  ],
  ["the project belongs to no team", (stack) => withProps(stack, "errors-project", { teams: [] })],
];

function mutantOf(policy: string) {
  return ([what, mutate]: Case): Mutant => ({ policy, what, break: mutate });
}

/** Values of Grafana, PagerDuty and Sentry by which nothing arrives. */
export const watchingValueMutants: readonly Mutant[] = [
  ...ofGrafana.map(mutantOf("monitoring-values")),
  ...ofPager.map(mutantOf("on-call-values")),
  ...ofTracking.map(mutantOf("error-tracking-values")),
];
