import { describe, expect, test } from "vitest";
import { databaseConnections, highErrorRate, highLatencyP95, highMemory } from "../../policies/alerts.ts";
import type { Policy } from "../../policies/framework/index.ts";
import { grafana } from "../../policies/model/tokens.ts";
import { criticalAlertsPage } from "../../policies/notifications.ts";
import { datasOf, query, withExpr, withRule } from "./alert-rules.ts";
import { type Fixture, outcomeOf, unknown, withProps } from "./fixture.ts";
import { passingStack } from "./passing-stack.ts";

// Alerts in other forms that the field has: each beside one that looks like it and stays silent.

const failed = 'rate(optropic_http_requests_total{status=~"5.."}[5m])';
const ratio = `sum by (host) (${failed}) / sum by (host) (rate(optropic_http_requests_total[5m]))`;
const native = "http_server_request_duration_seconds";
const failing = `${native}{http_response_status_code=~"5.."}`;

/** The stack with a rule that records a series, in a group of its own. */
function recording(
  expr: string,
  { interval = 60, ...more }: { interval?: number; targetDatasourceUid?: string } = {},
): Fixture[] {
  const record = { from: "A", metric: "job:errors:ratio", ...more };
  const rule = { name: "errors", record, datas: [query(expr, "A")] };
  return [
    ...passingStack(),
    {
      type: grafana.ruleGroup,
      name: "recorded",
      props: { folderUid: "optropic", name: "recorded", intervalSeconds: interval, rules: [rule] },
    },
  ];
}

const statusOf = (policy: Policy, alert: string, expr: string, stack = passingStack()) =>
  outcomeOf(policy, withExpr(stack, alert, expr)).status;

describe("what a rule records is followed", () => {
  test.each([
    ["alone", ratio, "job:errors:ratio > 0.01"],
    ["over some minutes", ratio, "avg_over_time(job:errors:ratio[5m]) > 0.01"],
    [
      "in a part",
      `sum by (host) (${failed})`,
      "job:errors:ratio / sum by (host) (rate(optropic_http_requests_total[5m])) > 0.01",
    ],
  ])("%s", (_, recorded, expr) => {
    expect(statusOf(highErrorRate, "high-error-rate", expr, recording(recorded))).toBe("passed");
  });

  test.each<[string, Fixture[]]>([
    ["nobody", passingStack()],
    ["a rule that counts something else", recording(ratio.replace("5..", "4.."))],
    ["a rule that runs once an hour", recording(ratio, { interval: 3600 })],
    ["a rule of another data source", recording(ratio, { targetDatasourceUid: "elsewhere" })],
    ["two rules", [...recording(ratio), ...recording(ratio.replace("5..", "4..")).slice(-1)]],
  ])("and not where %s records it", (_, stack) => {
    expect(statusOf(highErrorRate, "high-error-rate", "job:errors:ratio > 0.01", stack)).toBe("violated");
  });

  test("and says how to declare it where nobody does", () => {
    const [found] = outcomeOf(
      highErrorRate,
      withExpr(passingStack(), "high-error-rate", "job:errors:ratio > 0.01"),
    ).violations;
    expect(found).toMatchObject({ kind: "unproved", fix: expect.stringContaining("a rule with record") });
  });
});

describe("in other forms", () => {
  test.each<[Policy, alert: string, expr: string]>([
    [highErrorRate, "high-error-rate", `avg_over_time((${ratio})[5m:1m]) > 0.01`],
    [highErrorRate, "high-error-rate", `min_over_time((100 * ${ratio})[5m:1m]) > 1`],
    [
      highErrorRate,
      "high-error-rate",
      `sum(histogram_count(rate(${failing}[5m]))) / sum(histogram_count(rate(${native}[5m]))) > 0.01`,
    ],
    [highLatencyP95, "high-latency-p95", `histogram_fraction(0, 0.5, sum(rate(${native}[5m]))) < 0.95`],
    [
      highLatencyP95,
      "high-latency-p95",
      `histogram_quantile(0.95, sum(rate(${native}[5m]))) > 0.5 and histogram_count(sum(rate(${native}[5m]))) > 0`,
    ],
    [
      highMemory,
      "high-memory",
      'container_memory_working_set_bytes{container!=""} / (container_spec_memory_limit_bytes > 0) > 0.9',
    ],
    [
      highMemory,
      "high-memory",
      "sum by (name) (container_memory_working_set_bytes) / sum by (name) (container_spec_memory_limit_bytes != 0) * 100 > 80",
    ],
    [
      databaseConnections,
      "database-connections",
      "sum(pg_stat_database_num_backends) / max(max_connections_connection_count) > 0.8",
    ],
  ])("$name as %s: %s", (policy, alert, expr) => {
    expect(statusOf(policy, alert, expr)).toBe("passed");
  });

  test.each<[Policy, alert: string, expr: string]>([
    [highErrorRate, "high-error-rate", `avg_over_time((${ratio})[1d:1m]) > 0.01`],
    [highErrorRate, "high-error-rate", `avg_over_time((100 * ${ratio})[5m:1m]) > 10`],
    [
      highErrorRate,
      "high-error-rate",
      `sum(${failed} > 50) / sum(rate(optropic_http_requests_total[5m])) > 0.01`,
    ],
    [highErrorRate, "high-error-rate", ratio.replaceAll("[5m]", "[$__rate_interval]")],
    [highLatencyP95, "high-latency-p95", `histogram_fraction(0, 5, sum(rate(${native}[5m]))) < 0.95`],
    // A classic histogram has no series of that name: whoever means a native one has to say so.
    [highLatencyP95, "high-latency-p95", `histogram_quantile(0.95, sum(rate(${native}[5m]))) > 0.5`],
    [
      highMemory,
      "high-memory",
      "container_memory_working_set_bytes / (container_spec_memory_limit_bytes > 1e15) > 0.9",
    ],
  ])("and not $name as %s: %s", (policy, alert, expr) => {
    expect(statusOf(policy, alert, expr)).toBe("violated");
  });
});

describe("a rule that is not proved says what to write", () => {
  const fixOf = (policy: Policy, stack: Fixture[]) => outcomeOf(policy, stack).violations[0]?.fix;

  test("of its state, its range and its language", () => {
    const stack = passingStack();
    const logs = [
      { ...query('sum(rate({app="api"} | json | status >= 500 [5m]))', "A"), datasourceUid: "logs" },
    ];
    const kept = withRule(stack, "high-error-rate", { execErrState: "KeepLast" });
    expect(fixOf(highErrorRate, kept)).toBe("Set execErrState to Error or Alerting.");
    const chosen = datasOf(`${ratio.replaceAll("[5m]", "[$__rate_interval]")} > 0.01`);
    expect(fixOf(highErrorRate, withRule(stack, "high-error-rate", { datas: chosen }))).toContain(
      "such as [5m]",
    );
    const other = withRule(stack, "high-error-rate", { datas: logs, condition: "A" });
    expect(fixOf(highErrorRate, other)).toContain("Write it in PromQL");
  });
});

describe("a webhook", () => {
  const to = (url: unknown) => {
    const stack = withProps(passingStack(), "observability-pagerduty", {
      pagerduties: undefined,
      webhooks: [{ url }],
    });
    return outcomeOf(criticalAlertsPage, stack).status;
  };

  test("pages where it leads to a service for incidents", () => {
    expect(to("https://api.incident.io/v2/alert_events/http/01ABC")).toBe("passed");
    expect(to("https://uptime.betterstack.com/api/v1/grafana/webhook/abc")).toBe("passed");
  });

  test("does not elsewhere, and is not known to before its URL is", () => {
    expect(to("https://hooks.optropic.example/alerts")).toBe("violated");
    expect(to("https://api.incident.io.optropic.example/")).toBe("violated");
    expect(to("http://api.incident.io/")).toBe("violated");
    expect(to(unknown)).toBe("unknown");
  });
});
