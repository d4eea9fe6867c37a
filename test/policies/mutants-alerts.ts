import {
  alerts,
  expression,
  exprOf,
  query,
  withExpr,
  withoutRule,
  withRule,
  withRuleAs,
} from "./alert-rules.ts";
import type { Mutant } from "./mutants.ts";

/** The stack with an alert whose expression holds one text in place of another. */
function reworded(name: string, from: string, to: string): Mutant["break"] {
  return (stack) => {
    const expr = exprOf(alerts.get(name));
    if (!expr.includes(from)) {
      throw new RangeError(`${name} does not say ${from}.`);
    }
    return withExpr(stack, name, expr.replaceAll(from, to));
  };
}

const gone: readonly [policy: string, alert: string][] = [
  ["alert-high-error-rate", "high-error-rate"],
  ["alert-high-latency-p95", "high-latency-p95"],
  ["alert-high-latency-p99", "high-latency-p99"],
  ["alert-service-down", "service-down"],
  ["alert-health-check-failing", "health-check-failing"],
  ["alert-high-memory", "high-memory"],
  ["alert-database-connections", "database-connections"],
  ["alert-database-connection-errors", "database-connection-errors"],
  ["alert-error-budget", "error-budget-burn-fast"],
  ["alert-error-budget", "error-budget-burn-slow"],
  ["alert-error-budget", "error-budget-burn-steady"],
  ["alert-backup-overdue", "backup-overdue"],
  ["alert-metrics-missing", "metrics-missing"],
];

const changed: readonly [policy: string, alert: string, from: string, to: string][] = [
  ["alert-high-error-rate", "high-error-rate", "> 0.01", "> 0.02"],
  ["alert-high-error-rate", "high-error-rate", "> 0.01", "< 0.01"],
  ["alert-high-error-rate", "high-error-rate", "[5m]", "[1h]"],
  ["alert-high-error-rate", "high-error-rate", '{status=~"5.."}', '{status=~"4.."}'],
  ["alert-high-error-rate", "high-error-rate", '{status=~"5.."}', '{status="500"}'],
  ["alert-high-error-rate", "high-error-rate", "> 0.01", "> 0.01 and vector(1) > 2"],
  ["alert-high-error-rate", "high-error-rate", "> 0.01", "> 0.01 and on() up == 0"],
  ["alert-high-latency-p95", "high-latency-p95", "> 0.5", "> 0.8"],
  ["alert-high-latency-p95", "high-latency-p95", "> 0.5", "> 500"],
  ["alert-high-latency-p95", "high-latency-p95", "0.95", "0.5"],
  ["alert-high-latency-p95", "high-latency-p95", "http_request_duration", "db_query_duration"],
  ["alert-high-latency-p99", "high-latency-p99", "> 1", "> 2"],
  ["alert-high-latency-p99", "high-latency-p99", "[5m]", "[1d]"],
  ["alert-service-down", "service-down", "< 1", "> 1"],
  ["alert-service-down", "service-down", "max by (scrape_job) (", "max("],
  ["alert-health-check-failing", "health-check-failing", ">= 2", ">= 5"],
  ["alert-high-memory", "high-memory", "> 0.9", "> 0.99"],
  ["alert-database-connections", "database-connections", "> 0.8", "> 1"],
  ["alert-database-connection-errors", "database-connection-errors", "> 0", "< 0"],
  ["alert-error-budget", "error-budget-burn-fast", "0.144", "0.5"],
  ["alert-error-budget", "error-budget-burn-slow", "[30m]", "[6h]"],
  ["alert-backup-overdue", "backup-overdue", "86400", "864000"],
];

const details: readonly [policy: string, what: string, alert: string, props: Record<string, unknown>][] = [
  ["alert-high-error-rate", "is paused", "high-error-rate", { isPaused: true }],
  ["alert-high-error-rate", "waits for hours", "high-error-rate", { for: "2h" }],
  [
    "alert-high-error-rate",
    "fires by another condition",
    "high-error-rate",
    {
      datas: [
        query(exprOf(alerts.get("high-error-rate"))),
        expression("threshold", {
          type: "threshold",
          expression: "query",
          conditions: [{ evaluator: { type: "gt", params: [0.05] } }],
        }),
      ],
    },
  ],
  ["alert-service-down", "names no condition", "service-down", { condition: undefined }],
  [
    "alert-high-memory",
    "records a series only",
    "high-memory",
    { record: { metric: "memory", from: "query" } },
  ],
  ["alert-pending-period", "fires at once", "high-memory", { for: "0s" }],
  ["alert-pending-period", "says no time", "high-memory", { for: undefined }],
  ["alert-severity", "has a severity of its own making", "high-memory", { labels: { severity: "meh" } }],
  ["alert-runbook", "links no runbook", "high-memory", { annotations: { summary: "Memory" } }],
  [
    "alert-runbook",
    "links a runbook by http",
    "high-memory",
    { annotations: { runbook_url: "http://wiki.optropic.example/memory" } },
  ],
  [
    "alert-runbook",
    "links a runbook that is to be written",
    "high-memory",
    { annotations: { runbook_url: "https://example.com/runbook" } },
  ],
];

/** Ways to break the alerts: each gone, weaker, or without what a person needs. */
export const alertMutants: readonly Mutant[] = [
  ...gone.map(
    ([policy, alert]): Mutant => ({
      policy,
      what: `${alert} is gone`,
      break: (stack) => withoutRule(stack, alert),
    }),
  ),
  ...changed.map(
    ([policy, alert, from, to]): Mutant => ({
      policy,
      what: `${alert} says ${to} for ${from}`,
      break: reworded(alert, from, to),
    }),
  ),
  ...details.map(
    ([policy, what, alert, props]): Mutant => ({
      policy,
      what: `${alert} ${what}`,
      break: (stack) => withRule(stack, alert, props),
    }),
  ),
  {
    policy: "alert-severity",
    what: "a rule of the group has no severity",
    break: (stack) =>
      withRuleAs(stack, "high-memory", (rule) => {
        const { severity: _, ...labels } = Object(rule.labels);
        const notificationSettings = { contactPoint: "Slack" };
        return [rule, { ...rule, name: "another", labels, notificationSettings }];
      }),
  },
];
