import { describe, expect, test } from "vitest";
import {
  databaseConnections,
  healthCheckFailing,
  highErrorRate,
  highLatencyP95,
  highMemory,
  serviceDown,
} from "../../policies/alerts.ts";
import { toPulumiPolicies } from "../../policies/framework/pack.ts";
import { onCallPeople } from "../../policies/on-call.ts";
import { expression, query, withExpr, withRule } from "./alert-rules.ts";
import { outcomeOf, production, unknown, withProps } from "./fixture.ts";
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
    ["service-down", 'up{job="api"} == 0', serviceDown],
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
    expect(statusOf(...datas)).toBe("unknown");
  });
});

test("what the pack cannot read is shown as not run, though it is known", async () => {
  const [shown] = toPulumiPolicies([highErrorRate], () => production);
  const stack = withRule(passingStack(), "high-error-rate", {
    condition: "D",
    datas: [expression("D", { type: "sql", expression: "SELECT 1" })],
  });
  const resources = stack.map(({ type, name, props }) => ({
    ...{ urn: name, type, name, props, opts: { protect: false } },
    ...{ dependencies: [], propertyDependencies: {}, isType: () => false, asType: () => undefined },
  }));
  const validate = shown !== undefined && "validateStack" in shown ? shown.validateStack : undefined;
  const args = {
    resources,
    getConfig: () => ({}),
    notApplicable: () => {
      throw new Error();
    },
  };
  expect(() => validate?.(Object(args), () => undefined)).toThrow(
    "this policy cannot read the value at .rules.0.datas.0.model",
  );
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
