import * as pulumi from "@pulumi/pulumi";
import { Observability, type ObservabilityArgs } from "../../../components/observability.ts";
import { record } from "../recorder.ts";

export const args: ObservabilityArgs = {
  observability: {
    grafana: {
      url: "https://optropic.grafana.example",
      stackId: "100001",
      dataSource: "grafanacloud-prom",
      routes: "replace",
    },
    metricsPath: "/api/metrics",
    scrapeIntervalSeconds: 60,
    syntheticProbes: ["Frankfurt", "London", "NorthVirginia"],
    slackChannel: "#optropic-alerts",
    muteTiming: { weekdays: ["sunday"], start: "03:00", end: "04:00" },
  },
  objectives: {
    rpoMinutes: 1440,
    rtoMinutes: 60,
    p95Ms: 500,
    p99Ms: 1000,
    errorRatePercent: 1,
    memoryPercent: 90,
    databaseConnectionsPercent: 80,
  },
  contacts: {
    technicalLead: "tech-lead@optropic.example",
    devops: "devops@optropic.example",
    databaseAdmin: "database@optropic.example",
    security: "security@optropic.example",
  },
  runbooks: "https://docs.optropic.example/runbooks",
  hosts: { web: "https://optropic.example", api: "https://api.optropic.example" },
  healthCheckPath: "/api/health",
  metricsToken: pulumi.secret("token canary"),
  slackWebhookUrl: "https://hooks.slack.example/canary",
  pagerDutyIntegrationKey: "key canary",
};

/** The component with args changed, in a Grafana with these probes. */
export function declare(changes: Partial<ObservabilityArgs> = {}) {
  return record((opts) => new Observability("observability", { ...args, ...changes }, opts), {
    calls: {
      "grafana:syntheticMonitoring/getProbes:getProbes": {
        probes: { Frankfurt: 1, London: 2, NorthVirginia: 3, Paris: 4 },
      },
    },
  });
}
