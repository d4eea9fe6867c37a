import { grafana } from "../../policies/model/tokens.ts";
import { type Fixture, secret, unknown } from "./fixture.ts";

const errorRatio = (range: string) =>
  `sum by (host) (rate(optropic_http_requests_total{status=~"5.."}[${range}])) / sum by (host) (rate(optropic_http_requests_total[${range}]))`;
const quantile = (q: number) =>
  `histogram_quantile(${q}, sum by (host, le) (rate(optropic_http_request_duration_seconds_bucket[5m])))`;

/** What each alert waits for, its severity, and how long it waits. */
export const alerts: Readonly<Record<string, readonly [expr: string, severity: string, wait: string]>> = {
  "high-error-rate": [`${errorRatio("5m")} > 0.01`, "critical", "5m"],
  "high-latency-p95": [`${quantile(0.95)} > 0.5`, "warning", "5m"],
  "high-latency-p99": [`${quantile(0.99)} > 1`, "critical", "5m"],
  "service-down": ['max by (scrape_job) (up{scrape_job=~"optropic-.*"}) < 1', "critical", "2m"],
  "health-check-failing": ["count by (instance) (probe_success == 0) >= 2", "critical", "2m"],
  "high-memory": [
    "max by (host) (optropic_process_memory_bytes) / min by (host) (optropic_process_memory_limit_bytes) > 0.9",
    "warning",
    "5m",
  ],
  "database-connections": [
    "sum by (host) (optropic_db_connections) / sum by (host) (optropic_db_connections_max) > 0.8",
    "warning",
    "5m",
  ],
  "database-connection-errors": [
    "sum by (host) (increase(optropic_db_connection_errors_total[5m])) > 0",
    "critical",
    "2m",
  ],
  "error-budget-burn-fast": [
    `(${errorRatio("1h")} > 0.144) and (${errorRatio("5m")} > 0.144)`,
    "critical",
    "2m",
  ],
  "error-budget-burn-slow": [
    `(${errorRatio("6h")} > 0.06) and (${errorRatio("30m")} > 0.06)`,
    "critical",
    "15m",
  ],
  "error-budget-burn-steady": [
    `(${errorRatio("3d")} > 0.01) and (${errorRatio("6h")} > 0.01)`,
    "warning",
    "1h",
  ],
  "backup-overdue": [
    "time() - max(optropic_backup_last_success_timestamp_seconds) > 86400",
    "critical",
    "1h",
  ],
  "metrics-missing": [
    'absent(up{scrape_job="optropic-api"}) or absent(optropic_build_info)',
    "warning",
    "10m",
  ],
};

/** The query of a rule and what Grafana makes of it: every series that there is fires. */
export function datasOf(expr: string) {
  return [
    query(expr),
    expression("found", {
      type: "math",
      expression: "is_number($query) || is_nan($query) || is_inf($query)",
    }),
    expression("threshold", {
      type: "threshold",
      expression: "found",
      conditions: [{ evaluator: { type: "gt", params: [0] } }],
    }),
  ];
}

/** A query of Prometheus. */
export function query(expr: string, refId = "query") {
  return {
    refId,
    datasourceUid: "grafanacloud-prom",
    relativeTimeRange: { from: 600, to: 0 },
    model: JSON.stringify({ refId, expr, instant: true }),
  };
}

/** An expression of Grafana over other queries. */
export function expression(refId: string, model: Record<string, unknown>) {
  return {
    refId,
    datasourceUid: "__expr__",
    relativeTimeRange: { from: 0, to: 0 },
    model: JSON.stringify({ refId, ...model }),
  };
}

/** A rule as the provider has it. */
export function alertRule(name: string, [expr, severity, wait]: readonly [string, string, string]) {
  return {
    name,
    for: wait,
    condition: "threshold",
    datas: datasOf(expr),
    noDataState: "OK",
    execErrState: "Error",
    labels: { severity, owner: "devops" },
    annotations: {
      summary: name,
      runbook_url: `https://github.com/optropic/platform/blob/main/docs/runbooks/${name}.md`,
    },
  };
}

/** Alert rules, contact points and routes of a stack that passes. */
export function passingAlerts(): Fixture[] {
  const critical = { label: "severity", match: "=", value: "critical" };
  const contactPoint = (name: string, props: Record<string, unknown>, from = {}): Fixture => ({
    type: grafana.contactPoint,
    name: `observability-${name.toLowerCase()}`,
    props: { name, ...props },
    from,
  });
  return [
    ...Object.entries(alerts).map(
      ([name, alert]): Fixture => ({
        type: grafana.ruleGroup,
        name,
        props: { name, folderUid: unknown, intervalSeconds: 60, rules: [alertRule(name, alert)] },
      }),
    ),
    contactPoint("Slack", { slacks: [{ url: secret(unknown), recipient: "#optropic-alerts" }] }),
    contactPoint("Email", { emails: [{ addresses: ["devops@optropic.example"] }] }),
    contactPoint(
      "PagerDuty",
      { pagerduties: [{ integrationKey: secret(unknown), severity: "critical" }] },
      { pagerduties: ["on-call-grafana"] },
    ),
    {
      type: grafana.notificationPolicy,
      name: "observability-notifications",
      props: {
        contactPoint: "Slack",
        groupBies: ["alertname", "host"],
        policies: [
          { contactPoint: "PagerDuty", matchers: [critical], continue: true },
          {
            contactPoint: "Email",
            matchers: [{ label: "owner", match: "=", value: "devops" }],
            continue: true,
          },
          { contactPoint: "Slack", matchers: [critical] },
          {
            contactPoint: "Slack",
            matchers: [{ label: "severity", match: "=", value: "warning" }],
            muteTimings: ["Maintenance"],
          },
        ],
      },
    },
  ];
}
