import fc from "fast-check";
import { expect, test } from "vitest";
import {
  databaseConnectionErrors,
  databaseConnections,
  healthCheckFailing,
  highErrorRate,
  highLatencyP95,
  highMemory,
  serviceDown,
} from "../../../policies/alerts.ts";
import type { Policy } from "../../../policies/framework/index.ts";
import { grafana } from "../../../policies/model/tokens.ts";
import { neverFiring } from "../../metrics/support/promtool.ts";
import { withExpr } from "../alert-rules.ts";
import { outcomeOf } from "../fixture.ts";
import { passingStack } from "../passing-stack.ts";
import { firingWorld } from "./firing-world.ts";

// The pack against Prometheus itself: whatever expression the pack accepts fires where what it waits for happens.

const { constantFrom } = fc;

/** What is right in most of the expressions, and else one of what people write by mistake. */
const mostly = (...right: string[]) => ({
  orElse: (...wrong: string[]) =>
    fc.oneof(
      { weight: 6, arbitrary: constantFrom(...right) },
      { weight: 1, arbitrary: constantFrom(...wrong) },
    ),
});

const functions = mostly("rate", "increase").orElse("irate", "delta", "deriv", "changes", "resets");
const ranges = mostly("[5m]", "[10m]", "[2m]").orElse(
  "",
  "[1m]",
  "[30s]",
  "[1h]",
  "[5m] offset 1h",
  "[5m:1m]",
);
const groups = mostly("", "by (host)", "without (instance, job, scrape_job, method, route, status)").orElse(
  "by (host, route)",
  "by (status)",
  "by (nothing)",
  "without (host)",
);
const sums = mostly("sum").orElse("avg", "max", "min", "count", "group", "topk(1,", "stddev");
const failed = mostly('status=~"5.."', 'status=~"5.+"', 'status=~"50[0-9]"', 'status!~"[1-4].."').orElse(
  'status="500"',
  'status=~"5xx"',
  'status=~"(?!2).."',
  'status=~"4.."',
  'status="5.."',
  'code=~"5.."',
);
const matchings = mostly("").orElse(
  "on (host)",
  "on ()",
  "ignoring (status)",
  "on (host) group_left",
  "on (route)",
  "ignoring (host) group_right",
);
const wraps = mostly("X").orElse(
  "round(X)",
  "floor(X)",
  "abs(X)",
  "sort_desc(X)",
  "clamp_max(X, 1)",
  "clamp_max(X, 0.001)",
  "clamp(X, 0, 1e12)",
  "max(X)",
  "count(X)",
  "topk(0, X)",
  "quantile(1.5, X)",
  "scalar(X)",
  "vector(X)",
  "avg_over_time((X)[5m:1m])",
  "max_over_time((X)[1m:5m])",
  'label_replace(X, "a", "$1", "host", "(.*)")',
  "ln(X)",
);
const guards = mostly("").orElse(
  " and on () vector(1)",
  " and sum(rate(optropic_http_requests_total[5m])) > 1",
  " and sum by (host) (rate(optropic_http_requests_total[5m])) > 1",
  " and sum by (host) (rate(optropic_http_requests_total[5m])) > 1e6",
  " unless up == 1",
  " unless on () up == 0",
  " and on (host) group_left up",
  " or vector(0)",
  " and hour() > 25",
  " and on () absent(up)",
);

interface Written {
  readonly alert: string;
  readonly policy: Policy;
  readonly expr: string;
}

const requestsOf = (matcher: string, fn: string, range: string, sum: string, group: string) =>
  `${sum}${sum.endsWith(",") ? "" : ` ${group} (`}${fn}(optropic_http_requests_total${matcher}${range}))`;

const errorRates = fc
  .record({
    fn: functions,
    other: functions,
    isSame: fc.integer({ min: 0, max: 5 }),
    range: ranges,
    group: groups,
    sum: sums,
    failed,
    matching: matchings,
    wrap: wraps,
    guard: guards,
    form: constantFrom(
      "E / M A > 0.01",
      "E / M A * 100 > 1",
      "E / M A > bool 0.01",
      "0.005 < E / M A",
      "E > M 0.01 * A",
      "1 - S / M A > 0.01",
      "S / M A < 0.99",
      "(E or vector(0)) / M A > 0.01",
      "E / M clamp_min(A, 1) > 0.01",
      "E / M (A > 0) > 0.01",
      "E / M clamp_min(A, 1e6) > 0.01",
      "(A - M S) / M A > 0.01",
      "E / M A >= 0.01",
      "E / M A == 0.02",
      "(E > bool 0) / M A > 0.01",
    ),
  })
  .map(({ fn, other, isSame, range, group, sum, matching, wrap, guard, form, failed: matcher }): Written => {
    const all = requestsOf("", isSame === 0 ? other : fn, range, sum, group);
    const errors = requestsOf(`{${matcher}}`, fn, range, sum, group);
    const served = requestsOf('{status!~"5.."}', fn, range, sum, group);
    const [, left = "", comparison = ""] = /^(.*?)( [<>=]=? .*)$/.exec(form) ?? [];
    const written = `${wrap.replace("X", left)}${comparison}${guard}`;
    const expr = written.replace(/\b([EASM])\b/g, (_, part: string) => {
      return { E: errors, A: all, S: served }[part] ?? matching;
    });
    return { alert: "high-error-rate", policy: highErrorRate, expr };
  });

const latencies = fc
  .record({
    quantile: mostly("0.95", "0.99").orElse("95", "1", "0", "0.5", "-1"),
    group: mostly("by (le)", "by (host, le)", "without (instance, job, scrape_job, route, method)").orElse(
      "by (host)",
      "",
      "without (le)",
      "by (Le)",
    ),
    sum: sums,
    fn: functions,
    range: ranges,
    name: mostly("_bucket").orElse("_sum", "_count", ""),
    wrap: wraps,
    bound: constantFrom(
      "> 0.5",
      "> 0.4",
      "* 1000 > 500",
      "> 500",
      "> bool 0.5",
      ">= 0.5",
      "< 0.5",
      "> 0",
      "> 100",
    ),
    guard: guards,
  })
  .map(({ quantile, group, sum, fn, range, name, wrap, bound, guard }): Written => {
    const series = `${fn}(optropic_http_request_duration_seconds${name}${range})`;
    const inner = sum.endsWith(",") ? `${sum} ${series})` : `${sum} ${group} (${series})`;
    const expr = `${wrap.replace("X", `histogram_quantile(${quantile}, ${inner})`)} ${bound}${guard}`;
    return { alert: "high-latency-p95", policy: highLatencyP95, expr };
  });

const levels = fc
  .record({
    subject: constantFrom(
      "optropic_process_memory_bytes / optropic_process_memory_limit_bytes > 0.9",
      "max by (host) (optropic_process_memory_bytes) / min by (host) (optropic_process_memory_limit_bytes) > 0.9",
      "max(optropic_process_memory_bytes) / max by (host) (optropic_process_memory_limit_bytes) > 0.9",
      "count(optropic_process_memory_bytes) / count(optropic_process_memory_limit_bytes) > 0.9",
      "avg_over_time(optropic_process_memory_bytes[5m]) > 4e9",
      "deriv(optropic_process_memory_bytes[5m]) > 4e8",
      "rate(optropic_process_memory_bytes[5m]) > 4e8",
      "changes(process_resident_memory_bytes[5m]) > 4e8",
      "process_resident_memory_bytes > 4e9",
      "predict_linear(process_resident_memory_bytes[1h], 3600) > 4e9",
      "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes > 0.9",
      "100 * (1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes) > 90",
      "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.1",
      "node_memory_MemAvailable_bytes / on (host) node_memory_MemTotal_bytes < 0.1",
      "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes > 0.9",
    ),
    wrap: wraps,
    guard: guards,
  })
  .map(({ subject, wrap, guard }): Written => {
    const [, left = "", comparison = ""] = /^(.*)( [<>] .*)$/.exec(subject) ?? [];
    return {
      alert: "high-memory",
      policy: highMemory,
      expr: `${wrap.replace("X", left)}${comparison}${guard}`,
    };
  });

const downs = fc
  .record({
    subject: constantFrom<[string, Policy, string]>(
      ["service-down", serviceDown, "up"],
      ["service-down", serviceDown, 'up{scrape_job=~"optropic-(api|web)"}'],
      ["service-down", serviceDown, 'up{scrape_job=~"(?!x)optropic-(api|web)"}'],
      ["service-down", serviceDown, 'up{scrape_job="optropic"}'],
      ["health-check-failing", healthCheckFailing, "probe_success"],
      ["health-check-failing", healthCheckFailing, 'probe_success{job="optropic-health"}'],
      ["database-connection-errors", databaseConnectionErrors, "pg_up"],
    ),
    form: constantFrom(
      "X == 0",
      "X != 1",
      "X < 1",
      "X < bool 1",
      "max by (scrape_job) (X) < 1",
      "max_over_time(X[5m]) < 1",
      "avg_over_time(X[5m]) < 0.5",
      "sum_over_time(X[5m]) == 0",
      "count_over_time(X[5m]) < 1",
      "changes(X[5m]) == 0",
      "group(X) == 0",
      "count by (instance) (X == 0) >= 1",
      "count by (instance) (X == 0) >= 2",
      "count by (instance) (X == 0) > 9",
      "sum(X == bool 0) > 0",
      "X == 0 unless X == 0",
      "X > 0",
      "X == 0 and X == 1",
      "absent(X)",
      "quantile(0.5, X) < 1",
      "min(X) == 0",
      "X[5m] == 0",
      "X == -1",
      "-X > -1",
      "1 - X > 0",
    ),
    guard: guards,
  })
  .map(({ subject: [alert, policy, selector], form, guard }): Written => {
    return { alert, policy, expr: form.replaceAll("X", selector) + guard };
  });

const connections = fc
  .record({
    expr: constantFrom<[string, Policy, string]>(
      [
        "database-connections",
        databaseConnections,
        "sum(pg_stat_activity_count) / max(pg_settings_max_connections) > 0.8",
      ],
      [
        "database-connections",
        databaseConnections,
        "pg_stat_activity_count / pg_settings_max_connections > 0.8",
      ],
      [
        "database-connections",
        databaseConnections,
        "sum by (host) (optropic_db_connections) / sum by (host) (optropic_db_connections_max) > 0.8",
      ],
      [
        "database-connections",
        databaseConnections,
        'optropic_db_connections{state="active"} / optropic_db_connections_max > 0.8',
      ],
      [
        "database-connections",
        databaseConnections,
        'optropic_db_connections{state="active"} / ignoring (state) optropic_db_connections_max > 0.8',
      ],
      [
        "database-connections",
        databaseConnections,
        "optropic_db_connections / ignoring (state) optropic_db_connections_max > 0.8",
      ],
      ["database-connections", databaseConnections, "sum(optropic_db_connections) > 400"],
      ["database-connections", databaseConnections, "count(optropic_db_connections) > 400"],
      [
        "database-connection-errors",
        databaseConnectionErrors,
        "increase(optropic_db_connection_errors_total[5m]) > 0",
      ],
      [
        "database-connection-errors",
        databaseConnectionErrors,
        "ceil(increase(optropic_db_connection_errors_total[5m])) > 0",
      ],
      [
        "database-connection-errors",
        databaseConnectionErrors,
        "round(rate(optropic_db_connection_errors_total[5m])) > 0",
      ],
      [
        "database-connection-errors",
        databaseConnectionErrors,
        "sum by (host) (rate(optropic_db_connection_errors_total[5m])) * 60 > 1",
      ],
    ),
    guard: guards,
  })
  .map(({ expr: [alert, policy, expr], guard }): Written => ({ alert, policy, expr: expr + guard }));

test("every expression that the pack accepts fires at Prometheus where what it waits for happens", async () => {
  const types: readonly string[] = [grafana.ruleGroup, grafana.check, grafana.scrapeJob];
  const stack = passingStack().filter(({ type }) => types.includes(type));
  const targets = stack.flatMap(({ type, props }) => (type === grafana.check ? String(props.target) : []));
  const sample = (arbitrary: fc.Arbitrary<Written>, numRuns: number) =>
    fc.sample(arbitrary, { numRuns, seed: 20_261_128 });
  const written = [
    ...sample(errorRates, 300),
    ...sample(latencies, 150),
    ...sample(levels, 120),
    ...sample(downs, 150),
    ...sample(connections, 60),
  ];
  const accepted = written.filter(
    ({ alert, policy, expr }) => outcomeOf(policy, withExpr(stack, alert, expr)).status === "passed",
  );

  expect(accepted.length).toBeGreaterThan(150);
  const exprs = [...new Set(accepted.map(({ expr }) => expr))];
  expect(await neverFiring(exprs, firingWorld(targets), 60)).toEqual([]);
  // What it refuses it does not refuse at random: most of it Prometheus refuses too, or it stays silent there.
  expect(written.length - accepted.length).toBeGreaterThan(150);
});
