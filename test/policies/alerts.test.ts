import { describe, expect, test } from "vitest";
import {
  databaseConnectionErrors,
  databaseConnections,
  healthCheckFailing,
  highErrorRate,
  highLatencyP95,
  highMemory,
  serviceDown,
} from "../../policies/alerts.ts";
import type { Policy } from "../../policies/framework/index.ts";
import { criticalAlertsPage } from "../../policies/notifications.ts";
import { onCallPeople } from "../../policies/on-call.ts";
import { datasOf, expression, query, withExpr, withRule, withRuleAs } from "./alert-rules.ts";
import { outcomeOf, unknown, withProps } from "./fixture.ts";
import { layer } from "./mutants-notifications.ts";
import { passingStack } from "./passing-stack.ts";

const errors = 'sum(rate(http_requests_total{code=~"5.."}[5m]))';
const served = 'sum(rate(http_requests_total{code!~"5.."}[5m]))';
const requests = "sum(rate(http_requests_total[5m]))";
const buckets = "sum by (le) (rate(http_request_duration_seconds_bucket[5m]))";

describe("an alert is known by what it measures", () => {
  test.each([
    ["high-error-rate", `100 * ${errors} / ${requests} > 1`, highErrorRate],
    ["high-error-rate", `${errors} / ${requests} * 100 > 1`, highErrorRate],
    ["high-error-rate", `1 - ${served} / ${requests} > 0.01`, highErrorRate],
    ["high-error-rate", `${served} / ${requests} < 0.99`, highErrorRate],
    ["high-error-rate", `0.01 < ${errors} / ${requests}`, highErrorRate],
    ["high-error-rate", `${errors} > 0.01 * ${requests}`, highErrorRate],
    ["high-error-rate", `(${errors} or vector(0)) / ${requests} > 0.01`, highErrorRate],
    ["high-error-rate", `${errors} / ${requests} > 0.01 and ${requests} > 1`, highErrorRate],
    ["high-error-rate", `${errors} / ${requests} > 1 / 200`, highErrorRate],
    ["high-error-rate", "rate(app_errors_total[5m]) / rate(app_requests_total[5m]) >= 0.01", highErrorRate],
    ["high-latency-p95", `histogram_quantile(0.95, ${buckets}) * 1000 > 500`, highLatencyP95],
    ["high-latency-p95", `max(histogram_quantile(0.99, ${buckets})) > 0.4`, highLatencyP95],
    ["high-latency-p95", 'http_request_duration_ms{quantile="0.95"} > 500', highLatencyP95],
    [
      "high-latency-p95",
      'sum(rate(http_request_duration_seconds_bucket{le="0.5"}[5m])) / sum(rate(http_request_duration_seconds_count[5m])) < 0.95',
      highLatencyP95,
    ],
    ["service-down", 'up{job=~"optropic-.+"} == 0', serviceDown],
    ["service-down", 'up{scrape_job="optropic-api"} == 0 or up{scrape_job="optropic-web"} == 0', serviceDown],
    ["service-down", "up != 1", serviceDown],
    ["service-down", "avg_over_time(up[5m]) < 0.5", serviceDown],
    ["service-down", "count(up == 0) > 0", serviceDown],
    ["service-down", "sum(up == bool 0) > 0", serviceDown],
    ["health-check-failing", "probe_success == 0", healthCheckFailing],
    [
      "health-check-failing",
      "sum(rate(probe_all_success_sum[5m])) / sum(rate(probe_all_success_count[5m])) < 0.9",
      healthCheckFailing,
    ],
    ["high-memory", "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes > 0.9", highMemory],
    ["high-memory", "process_resident_memory_bytes > 4e8", highMemory],
    [
      "database-connections",
      "sum(pg_stat_activity_count) / max(pg_settings_max_connections) * 100 > 80",
      databaseConnections,
    ],
  ])("as %s: %s", (alert, expr, policy) => {
    expect(outcomeOf(policy, withExpr(passingStack(), alert, expr))).toEqual({
      status: "passed",
      violations: [],
    });
  });

  test.each([
    `${errors} / ${requests} > 0.011`,
    `${errors} / ${requests} == 0.01`,
    `${errors} > 0.01`,
    `${errors} / ${requests} > 0.01 unless on() maintenance == 1`,
    "app_errors_total / app_requests_total > 0.01",
    'sum(rate(http_requests_total{code=~"2.."}[5m])) / sum(rate(http_requests_total[5m])) > 0.01',
    `${errors} / ${requests} > 0.01 > 0.5`,
    "vector(1)",
  ])("a weaker rule does not count: %s", (expr) => {
    expect(outcomeOf(highErrorRate, withExpr(passingStack(), "high-error-rate", expr)).status).toBe(
      "violated",
    );
  });
});

test.each<[what: string, alert: string, expr: string, policy: Policy]>([
  [
    "rates beside increases",
    "high-error-rate",
    `${errors} / ${requests.replace("rate", "increase")} > 0.01`,
    highErrorRate,
  ],
  [
    "how many series fail",
    "high-error-rate",
    `${errors.replace("sum", "count")} / ${requests.replace("sum", "count")} > 0.01`,
    highErrorRate,
  ],
  [
    "served requests against themselves",
    "high-error-rate",
    'rate(http_requests_total{code!~"5.."}[5m]) / rate(http_requests_total[5m]) < 0.99',
    highErrorRate,
  ],
  [
    "a limit below the bound",
    "high-error-rate",
    `clamp_max(${errors} / ${requests}, 0.005) > 0.01`,
    highErrorRate,
  ],
  [
    "a divisor that is never small",
    "high-error-rate",
    `${errors} / clamp_min(${requests}, 1e6) > 0.01`,
    highErrorRate,
  ],
  ["a share that is rounded", "high-error-rate", `round(${errors} / ${requests}) > 0.01`, highErrorRate],
  [
    "a comparison of numbers",
    "high-error-rate",
    `${errors} / ${requests} > 0.01 and vector(1) > vector(2)`,
    highErrorRate,
  ],
  [
    "a class of status that series do not have",
    "high-error-rate",
    'sum(rate(optropic_http_requests_total{status=~"5xx"}[5m])) / sum(rate(optropic_http_requests_total[5m])) > 0.01',
    highErrorRate,
  ],
  [
    "look-ahead, which RE2 does not have",
    "high-error-rate",
    'sum(rate(optropic_http_requests_total{status=~"(?!2).."}[5m])) / sum(rate(optropic_http_requests_total[5m])) > 0.01',
    highErrorRate,
  ],
  [
    "quantiles of a sum",
    "high-latency-p95",
    "histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_sum[5m]))) > 0.5",
    highLatencyP95,
  ],
  [
    "a bucket that does not exist",
    "high-latency-p95",
    'sum(rate(optropic_http_request_duration_seconds_bucket{le="0.42"}[5m])) / sum(rate(optropic_http_request_duration_seconds_count[5m])) < 0.95',
    highLatencyP95,
  ],
  ["how fast memory grows", "high-memory", "deriv(process_resident_memory_bytes[5m]) > 4e8", highMemory],
  [
    "how many processes there are",
    "high-memory",
    "count(optropic_process_memory_bytes) / count(optropic_process_memory_limit_bytes) > 0.9",
    highMemory,
  ],
  ["two series of a target that has one", "service-down", "count by (instance) (up == 0) >= 2", serviceDown],
  ["that nothing changes", "service-down", "changes(up[5m]) == 0", serviceDown],
  ["how many samples there are", "service-down", "count_over_time(up[5m]) < 1", serviceDown],
  ["a range of series", "service-down", "up[5m] == 0", serviceDown],
  ["a step longer than the range", "service-down", "max_over_time(up[1m:5m]) == 0", serviceDown],
  [
    "the largest of several, by the sum of their limits",
    "high-memory",
    "max by (host) (optropic_process_memory_bytes) / sum by (host) (optropic_process_memory_limit_bytes) > 0.9",
    highMemory,
  ],
  [
    "more than a part of the sum of all limits",
    "high-memory",
    "avg(optropic_process_memory_bytes) > 0.9 * sum(optropic_process_memory_limit_bytes)",
    highMemory,
  ],
  [
    "a value of now by the sum of some time's",
    "high-memory",
    "max by (host) (optropic_process_memory_bytes) / max by (host) (sum_over_time(optropic_process_memory_limit_bytes[5m])) > 0.9",
    highMemory,
  ],
  [
    "a limit that is added to itself",
    "high-memory",
    "optropic_process_memory_bytes / (optropic_process_memory_limit_bytes + optropic_process_memory_limit_bytes) > 0.9",
    highMemory,
  ],
  [
    "the lowest of several, within a host",
    "high-memory",
    "max(min by (host) (optropic_process_memory_bytes)) / max(optropic_process_memory_limit_bytes) > 0.9",
    highMemory,
  ],
  [
    "a container of a pod, by the limits of all",
    "high-memory",
    'max by (pod) (container_memory_working_set_bytes{container!=""}) / sum by (pod) (kube_pod_container_resource_limits{resource="memory"}) > 0.9',
    highMemory,
  ],
  [
    "what all machines have free, by what one has",
    "high-memory",
    "sum(node_memory_MemAvailable_bytes) / max(node_memory_MemTotal_bytes) < 0.1",
    highMemory,
  ],
  [
    "little that is free, unless nothing is",
    "high-memory",
    "node_memory_MemAvailable_bytes > 0 and node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.1",
    highMemory,
  ],
  [
    "errors of a route by the requests of all",
    "high-error-rate",
    'sum by (host, route) (rate(optropic_http_requests_total{status=~"5.."}[5m])) / on (host) group_left () sum by (host) (rate(optropic_http_requests_total[5m])) > 0.01',
    highErrorRate,
  ],
  [
    "connections of one state by the sum of what there may be",
    "database-connections",
    "max by (host) (optropic_db_connections) / sum by (host) (optropic_db_connections_max) > 0.8",
    databaseConnections,
  ],
  [
    "views with labels of their own",
    "database-connections",
    "pg_stat_activity_count / pg_settings_max_connections > 0.8",
    databaseConnections,
  ],
])("an alert on %s does not count", (_, alert, expr, policy) => {
  expect(outcomeOf(policy, withExpr(passingStack(), alert, expr)).status).toBe("violated");
});

describe("Grafana's own expressions", () => {
  const parts = [query(errors, "A"), query(requests, "B")];
  const ratio = expression("C", { type: "math", expression: "$A / $B" });
  const threshold = (params: number[], type = "gt") =>
    expression("D", { type: "threshold", expression: "C", conditions: [{ evaluator: { type, params } }] });

  const statusOf = (...datas: unknown[]) =>
    outcomeOf(
      highErrorRate,
      withRule(passingStack(), "high-error-rate", { condition: "D", datas: [...parts, ...datas] }),
    ).status;

  test.each([
    ["passed", [ratio, threshold([0.01])]],
    ["violated", [ratio, threshold([0.05])]],
    ["violated", [ratio, threshold([0.01], "lt")]],
    ["passed", [ratio, threshold([0.005, 0.01], "outside_range")]],
    ["passed", [expression("D", { type: "math", expression: "100 * $A / $B > 1 || $B < 0" })]],
    ["violated", [expression("D", { type: "math", expression: "100 * $A / $B > 2" })]],
    ["violated", [expression("D", { type: "math", expression: "$A / $B > 0.01 && $A > 10" })]],
    [
      "passed",
      [
        ratio,
        expression("R", { type: "reduce", reducer: "last", expression: "C" }),
        expression("D", {
          type: "classic_conditions",
          conditions: [
            {
              evaluator: { type: "gt", params: [0.01] },
              operator: { type: "and" },
              query: { params: ["R"] },
              reducer: { type: "last" },
            },
          ],
        }),
      ],
    ],
    ["violated", [expression("D", { type: "math", expression: "$D" })]],
    // A formula has no series of its own.
    ["violated", [expression("D", { type: "math", expression: "$A / $B > 0.01 - other" })]],
    // By host on one side and by route on the other, nothing matches.
    [
      "violated",
      [
        query('sum by (host) (rate(optropic_http_requests_total{status=~"5.."}[5m]))', "E"),
        query("sum by (route) (rate(optropic_http_requests_total[5m]))", "F"),
        expression("D", { type: "math", expression: "$E / $F > 0.01" }),
      ],
    ],
    [
      "violated",
      [
        expression("D", {
          type: "classic_conditions",
          conditions: [
            {
              evaluator: { type: "gt", params: [0.01] },
              query: { params: ["C"] },
              reducer: { type: "count" },
            },
          ],
        }),
        ratio,
      ],
    ],
  ])("%s: %#", (status, datas) => {
    expect(statusOf(...datas)).toBe(status);
  });

  test.each([
    ["passed", `${errors} / ${requests} > bool 0.01`],
    ["passed", `${errors} / ${requests} > 0.01`],
    ["violated", `${errors} / ${requests} > bool 0.02`],
    // 1 wherever the share is small, so it fires where all is well.
    ["violated", `${errors} / ${requests} < bool 0.01`],
    // What it gives is 0, which is not firing.
    ["violated", "up == 0"],
  ])("%s: a query is the condition, %s", (status, expr) => {
    expect(statusOf(query(expr, "D"))).toBe(status);
  });

  test.each([
    ["another language", [expression("D", { type: "sql", expression: "SELECT 1" })]],
    ["a broken query", [query("sum(rate(", "D")]],
    ["a query of logs", [query('sum(rate({app="api"} |= "error" [5m])) > 1', "D")]],
    ["a recording rule", [query("job:errors:ratio_rate5m > 0.01", "D")]],
  ])("%s is not guessed at", (_, datas) => {
    expect(statusOf(...datas)).toBe("violated");
  });
});

test("what the pack cannot read is not proved, and says where it is", () => {
  const stack = withRule(passingStack(), "high-error-rate", {
    condition: "D",
    datas: [expression("D", { type: "sql", expression: "SELECT 1" })],
  });
  expect(outcomeOf(highErrorRate, stack).violations).toMatchObject([
    { kind: "unproved", property: "rules[0].datas[0].model" },
  ]);
});

describe("an alert that may stay silent is not proved to fire", () => {
  const rate = (selector: string) => `sum by (host) (rate(optropic_http_requests_total${selector}[5m]))`;
  const errors = rate('{status=~"5.."}');
  const all = rate("");
  const buckets = (by: string, range = "5m") =>
    `sum by (${by}) (rate(optropic_http_request_duration_seconds_bucket[${range}]))`;

  test.each<[alert: string, expr: string, policy: Policy, found: string]>([
    [
      "high-error-rate",
      `${rate('{status=~"5..",route="/nothing"}')} / ${all} > 0.01`,
      highErrorRate,
      "watches only what has route",
    ],
    [
      "high-error-rate",
      `${rate('{status=~"5..",route!="/api/trpc/login"}')} / ${all} > 0.01`,
      highErrorRate,
      "leaves out what has route",
    ],
    [
      "high-error-rate",
      `${rate('{status=~"5..",method="GET"}')} / ${rate('{method="GET"}')} > 0.01`,
      highErrorRate,
      "watches only what has method",
    ],
    [
      "high-error-rate",
      `${rate('{status=~"5..",env="production"}')} / ${all} > 0.01`,
      highErrorRate,
      "has no label env",
    ],
    [
      "high-error-rate",
      `${rate('{status=~"5..",host="api"}')} / ${rate('{host="api"}')} > 0.01`,
      highErrorRate,
      "leaves out host web",
    ],
    [
      "high-error-rate",
      `${rate('{status=~"5..",host="worker"}')} / ${all} > 0.01`,
      highErrorRate,
      "of which there are none",
    ],
    [
      "high-error-rate",
      `${errors} / sum by (route) (rate(optropic_http_requests_total[5m])) > 0.01`,
      highErrorRate,
      "never match",
    ],
    [
      "high-error-rate",
      `${errors} / sum(rate(optropic_http_requests_total[5m])) > 0.01`,
      highErrorRate,
      "never match",
    ],
    ["high-error-rate", `${errors} / on(route) ${all} > 0.01`, highErrorRate, "several series to one"],
    ["high-error-rate", `${errors.replace("5m", "1m")} / ${all} > 0.01`, highErrorRate, "too few samples"],
    [
      "high-error-rate",
      `${errors.replace("[5m]", "[5m] offset 1d")} / ${all} > 0.01`,
      highErrorRate,
      "another time",
    ],
    [
      "high-error-rate",
      `${errors.replace("[5m]", "[5m] @ 0")} / ${all} > 0.01`,
      highErrorRate,
      "another time",
    ],
    [
      "high-error-rate",
      `${errors} / ${all} > 0.01 and sum by (host) (rate(optropic_http_requests_total[5m])) > 1e6`,
      highErrorRate,
      "something else",
    ],
    ["high-error-rate", `${errors} / ${all} > 0.01 and on() hour() > 8`, highErrorRate, "something else"],
    ["high-latency-p95", `histogram_quantile(0.95, ${buckets("host")}) > 0.5`, highLatencyP95, "label le"],
    [
      "high-latency-p95",
      `histogram_quantile(0.95, ${buckets("host, le", "90s")}) > 0.5`,
      highLatencyP95,
      "too few samples",
    ],
    [
      "high-latency-p95",
      `histogram_quantile(95, ${buckets("host, le")}) > 0.5`,
      highLatencyP95,
      "quantile 95",
    ],
    [
      "high-latency-p95",
      `histogram_quantile(0.95, ${buckets("host, le")}) > 0`,
      highLatencyP95,
      "any latency",
    ],
    [
      "high-latency-p95",
      "histogram_quantile(0.95, rate(optropic_http_request_duration_bucket[5m])) > 0.5",
      highLatencyP95,
      "does not have",
    ],
    ["service-down", 'up{scrape_job="grafana"} == 0', serviceDown, "of which there are none"],
    ["service-down", 'up{scrape_job="optropic-api"} == 0', serviceDown, "leaves out scrape_job optropic-web"],
    ["service-down", 'up{job="node"} == 0', serviceDown, "of which there are none"],
    ["service-down", "avg(up) < 0.5", serviceDown, "every target"],
    ["service-down", "pg_up == 0", serviceDown, "No alert fires"],
    ["service-down", "up == 0 and on(scrape_job) optropic_build_info", serviceDown, "something else"],
    ["high-memory", "max by (host) (optropic_process_memory_bytes) > 1e15", highMemory, "never reaches"],
    ["high-memory", "max by (host) (optropic_process_memory_bytes) > 0", highMemory, "any value"],
    ["high-memory", "optropic_process_memory_limit_bytes > 1e6", highMemory, "No alert watches"],
    [
      "high-memory",
      "optropic_process_memory_limit_bytes / optropic_process_memory_bytes > 0.9",
      highMemory,
      "No alert watches",
    ],
    [
      "high-memory",
      "optropic_process_memory_bytes / optropic_process_memory_limit_bytes > 0.01",
      highMemory,
      "is always",
    ],
    [
      "high-memory",
      "max by (host) (optropic_process_memory_bytes) / optropic_process_memory_limit_bytes > 0.9",
      highMemory,
      "never match",
    ],
    ["high-memory", "min(optropic_process_memory_bytes) > 5e8", highMemory, "No alert watches"],
    [
      "database-connections",
      'sum by (host) (optropic_db_connections{state="idle"}) / sum by (host) (optropic_db_connections_max) > 0.8',
      databaseConnections,
      "leaves out the active ones",
    ],
    ["database-connections", "sum(optropic_db_connections) > 100000", databaseConnections, "never reaches"],
    [
      "database-connection-errors",
      "sum by (host) (increase(optropic_db_connection_errors_total[5m])) > 1000",
      databaseConnectionErrors,
      "fires only above",
    ],
    [
      "database-connection-errors",
      "optropic_db_connection_errors_total > 0",
      databaseConnectionErrors,
      "itself",
    ],
  ])("%s: %s", (alert, expr, policy, found) => {
    const { violations } = outcomeOf(policy, withExpr(passingStack(), alert, expr));
    expect(violations.map((violation) => violation.found)).toEqual([expect.stringContaining(found)]);
  });

  test.each<[what: string, props: Record<string, unknown>, found: string]>([
    [
      "it reads an hour that is over",
      {
        datas: datasOf(`${errors} / ${all} > 0.01`).map((data) => ({
          ...data,
          relativeTimeRange: { from: 7200, to: 3600 },
        })),
      },
      "another time",
    ],
    ["a failing query is well", { execErrState: "OK" }, "execErrState"],
    [
      "it is of another language",
      {
        datas: datasOf(`${errors} / ${all} > 0.01`).map((data) => ({
          ...data,
          model: data.model.replace("{", '{"datasource":{"type":"loki"},'),
        })),
      },
      "type loki",
    ],
  ])("%s", (_, props, found) => {
    const { violations } = outcomeOf(highErrorRate, withRule(passingStack(), "high-error-rate", props));
    expect(violations.map((violation) => violation.found)).toEqual([expect.stringContaining(found)]);
  });

  test("a group that is evaluated once an hour", () => {
    const stack = withProps(passingStack(), "observability-alerts-service", { intervalSeconds: 3600 });
    expect(outcomeOf(highErrorRate, stack).violations[0]?.found).toContain("only every 3600 seconds");
  });

  test.each<[alert: string, expr: string, policy: Policy]>([
    ["high-error-rate", `${errors} / ${all} > 0.01`, highErrorRate],
    ["high-error-rate", `${errors} / ignoring(status) ${all} > 0.01`, highErrorRate],
    [
      "high-error-rate",
      `${rate('{status=~"5..",route!~"/(api/)?(health|metrics)"}')} / ${all} > 0.01`,
      highErrorRate,
    ],
    ["high-error-rate", `${errors} / on(host) group_left ${all} > 0.01`, highErrorRate],
    [
      "high-error-rate",
      `sum without (status, method, route, instance) (rate(optropic_http_requests_total{status=~"5.."}[5m])) / sum without (status, method, route, instance) (rate(optropic_http_requests_total[5m])) > 0.01`,
      highErrorRate,
    ],
    [
      "high-error-rate",
      `${rate('{status=~"5..",host="api"}')} / ${rate('{host="api"}')} > 0.01 or ${rate('{status=~"5..",host="web"}')} / ${rate('{host="web"}')} > 0.01`,
      highErrorRate,
    ],
    [
      "high-latency-p95",
      `histogram_quantile(0.95, sum without (instance, job, scrape_job, method, route) (rate(optropic_http_request_duration_seconds_bucket[10m]))) > 0.5`,
      highLatencyP95,
    ],
    ["service-down", "up == 0", serviceDown],
    ["service-down", "max by (scrape_job) (max_over_time(up[3m])) < 1", serviceDown],
    [
      "high-memory",
      "(node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes) / node_memory_MemTotal_bytes > 0.9",
      highMemory,
    ],
    [
      "high-memory",
      "100 * (1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes) > 90",
      highMemory,
    ],
    [
      "high-memory",
      "(node_memory_MemTotal_bytes - node_memory_MemFree_bytes - node_memory_Buffers_bytes - node_memory_Cached_bytes) / node_memory_MemTotal_bytes > 0.9",
      highMemory,
    ],
    [
      "high-memory",
      'container_memory_working_set_bytes{container!=""} / container_spec_memory_limit_bytes{container!=""} > 0.9',
      highMemory,
    ],
    [
      "high-memory",
      'sum by (pod) (container_memory_working_set_bytes{container!="POD"}) / sum by (pod) (kube_pod_container_resource_limits{resource="memory"}) > 0.9',
      highMemory,
    ],
    ["high-memory", "optropic_process_memory_bytes / optropic_process_memory_limit_bytes > 0.9", highMemory],
    [
      "high-memory",
      "sum by (instance) (optropic_process_memory_bytes) / sum by (instance) (optropic_process_memory_limit_bytes) > 0.9",
      highMemory,
    ],
    [
      "high-memory",
      'max by (pod, container) (container_memory_working_set_bytes{container!=""}) / sum by (pod, container) (kube_pod_container_resource_limits{resource="memory"}) > 0.9',
      highMemory,
    ],
    [
      "high-memory",
      'max by (container) (container_memory_working_set_bytes{container!=""} / (container_spec_memory_limit_bytes{container!=""} > 0)) > 0.9',
      highMemory,
    ],
    [
      "high-memory",
      'container_memory_working_set_bytes{container!=""} / container_spec_memory_limit_bytes{container!=""} > 0.9 and container_spec_memory_limit_bytes{container!=""} != 0',
      highMemory,
    ],
    [
      "high-memory",
      "node_memory_MemAvailable_bytes / (node_memory_MemTotal_bytes > 0) * 100 < 10",
      highMemory,
    ],
    ["high-memory", "process_resident_memory_bytes / 536870912 > 0.9", highMemory],
    [
      "database-connections",
      "sum(pg_stat_database_numbackends) / max(pg_settings_max_connections) > 0.8",
      databaseConnections,
    ],
    [
      "database-connections",
      'sum by (host) (optropic_db_connections{state=~"active|idle_in_transaction"}) / sum by (host) (optropic_db_connections_max) > 0.8',
      databaseConnections,
    ],
    ["database-connection-errors", "pg_up == 0", databaseConnectionErrors],
    [
      "database-connection-errors",
      "sum(rate(optropic_db_connection_errors_total[5m])) > 0",
      databaseConnectionErrors,
    ],
    [
      "health-check-failing",
      'avg by (instance) (probe_success{job="optropic-health"}) < 0.5',
      healthCheckFailing,
    ],
  ])("but %s is by %s", (alert, expr, policy) => {
    expect(outcomeOf(policy, withExpr(passingStack(), alert, expr)).violations).toEqual([]);
  });

  test("and one that is down may be seen from outside by an alert of its own", () => {
    const seen = "avg by (instance) (probe_success) < 0.5";
    expect(outcomeOf(serviceDown, withExpr(passingStack(), "service-down", seen)).violations).toEqual([]);
    const once = withRule(withExpr(passingStack(), "service-down", seen), "health-check-failing", {
      isPaused: true,
    });
    expect(outcomeOf(serviceDown, once).status).toBe("violated");
    const quiet = ["service-down", "health-check-failing"].reduce(
      (stack, name) => withRule(stack, name, { labels: { owner: "devops", severity: "warning" } }),
      withExpr(passingStack(), "service-down", seen),
    );
    expect(outcomeOf(criticalAlertsPage, quiet).violations.map(({ found }) => found)).toContainEqual(
      expect.stringContaining("no alert to a host that is down is critical"),
    );
  });

  test("and two rules that each watch one host are as good as one", () => {
    const half = (host: string) => ({
      name: `high-error-rate-${host}`,
      datas: datasOf(`${rate(`{status=~"5..",host="${host}"}`)} / ${rate(`{host="${host}"}`)} > 0.01`),
    });
    const withHosts = (...hosts: string[]) =>
      withRuleAs(passingStack(), "high-error-rate", (rule) =>
        hosts.map((host) => ({ ...rule, ...half(host) })),
      );
    expect(outcomeOf(highErrorRate, withHosts("api", "web")).violations).toEqual([]);
    const one = withHosts("api");
    expect(outcomeOf(highErrorRate, one).violations[0]?.found).toContain("leaves out host web");
  });
});

describe("people on call", () => {
  test("are counted by what their ids are made from, before there are ids", () => {
    const looked = passingStack().map((fixture) =>
      fixture.name === "on-call-primary" ? { ...fixture, from: {} } : fixture,
    );
    expect(outcomeOf(onCallPeople, looked).status).toBe("unknown");
    const known = withProps(looked, "on-call-primary", { layers: [{ ...layer, users: ["P1", "P1"] }] });
    expect(outcomeOf(onCallPeople, known).status).toBe("violated");
    const one = withProps(looked, "on-call-primary", { layers: [{ ...layer, users: [unknown] }] });
    expect(outcomeOf(onCallPeople, one).status).toBe("violated");
  });
});
