import { grafana, pulumiStack, render, vercel } from "../../policies/model/tokens.ts";
import { type Fixture, secret, unknown } from "./fixture.ts";
import { passingAlerts } from "./passing-alerts.ts";
import { passingOnCall } from "./passing-on-call.ts";

/** Metrics, dashboard, alerts, on-call, logs and exports of a stack that passes, as a first preview sees it. */
export function passingMonitoring(): Fixture[] {
  return [...scraping(), dashboard(), ...passingAlerts(), ...passingOnCall(), ...logs(), exported()];
}

const hosts = { web: "https://optropic.example", api: "https://api.optropic.example" };

function scraping(): Fixture[] {
  return Object.entries(hosts).flatMap(([host, url]): Fixture[] => [
    {
      type: grafana.scrapeJob,
      name: `observability-scrape-${host}`,
      props: {
        stackId: "1",
        name: `optropic-${host}`,
        url: `${url}/api/metrics`,
        enabled: true,
        scrapeIntervalSeconds: 60,
        authenticationMethod: "bearer",
        authenticationBearerToken: secret(unknown),
      },
    },
    {
      type: grafana.check,
      name: `observability-health-${host}`,
      props: {
        job: "optropic-health",
        target: `${url}/api/health`,
        enabled: true,
        probes: [unknown, unknown, unknown],
        frequency: 60_000,
        settings: { http: { method: "GET", failIfNotSsl: true } },
      },
    },
  ]);
}

/** Queries of the dashboard, one a panel. */
export const panels = {
  latency:
    "histogram_quantile(0.95, sum by (le) (rate(optropic_http_request_duration_seconds_bucket[$__rate_interval])))",
  traffic: "sum by (route) (rate(optropic_http_requests_total[5m]))",
  errors:
    'sum(rate(optropic_http_requests_total{status=~"5.."}[5m])) / sum(rate(optropic_http_requests_total[5m]))',
  saturation: "optropic_process_memory_bytes / optropic_process_memory_limit_bytes",
} as const;

/** A dashboard's document; the last panel is in a row that is folded. */
export function dashboardOf(queries: readonly string[]): string {
  const drawn = queries.map((expr, id) => ({ id, type: "timeseries", targets: [{ refId: "A", expr }] }));
  return JSON.stringify({
    title: "Service",
    panels: [...drawn.slice(0, -1), { id: 100, type: "row", collapsed: true, panels: drawn.slice(-1) }],
  });
}

function dashboard(): Fixture {
  return {
    type: grafana.dashboard,
    name: "observability-service",
    props: { folder: unknown, configJson: dashboardOf(Object.values(panels)) },
  };
}

function logs(): Fixture[] {
  return [
    {
      type: vercel.logDrain,
      name: "logs-web",
      props: {
        name: "optropic-web",
        projectIds: [unknown],
        environments: ["production"],
        sources: ["build", "edge", "external", "firewall", "lambda"],
        samplingRate: 1,
        endpoint: "https://logs.optropic.example/vercel",
        deliveryFormat: "json",
        headers: secret(unknown),
      },
      from: { projectIds: ["web-project"] },
    },
    {
      type: render.logStream,
      name: "logs-api",
      props: { preview: "drop", endpoint: "logs.optropic.example:6514", token: secret(unknown) },
    },
  ];
}

/** The stack itself: what the program exports is its outputs. */
function exported(): Fixture {
  return {
    type: pulumiStack,
    name: "optropic-production",
    props: {},
    outputs: {
      contacts: {
        technicalLead: "tech-lead@optropic.example",
        devops: "devops@optropic.example",
        databaseAdmin: "database@optropic.example",
        security: "security@optropic.example",
      },
      objectives: { rpoMinutes: 1440, rtoMinutes: 60 },
      dashboardUrl: "https://optropic.grafana.net/d/optropic-service",
      errorTrackingUrl: "https://example-organization.sentry.io/projects/optropic-app/",
      statusPageUrl: "https://status.optropic.example",
    },
  };
}
