import * as indicators from "../../../metrics/indicators.ts";
import { type DashboardArgs, seconds, selected } from "./args.ts";
import type { DashboardSpec, VariableSpec } from "./build.ts";
import { graph } from "./panel.ts";

const range = "$__rate_interval";
const where = selected;
const host = { where: { host: selected.host } };

const variables: readonly VariableSpec[] = [
  { name: "host", label: "Host", query: "label_values(optropic_http_requests_total, host)" },
  {
    name: "route",
    label: "Route",
    query: 'label_values(optropic_http_requests_total{host=~"$host"}, route)',
  },
];

/** Traffic, errors, latency and saturation, by host and by route (item 5.5). */
export function serviceDashboard({ objectives }: DashboardArgs): DashboardSpec {
  const errorLimit = { value: objectives.errorRatePercent / 100 };
  const p95 = { value: seconds(objectives.p95Ms) };
  const p99 = { value: seconds(objectives.p99Ms) };
  return {
    uid: "optropic-service",
    title: "Service overview",
    description: "The four golden signals of both hosts: traffic, errors, latency, saturation.",
    from: "6h",
    variables,
    rows: [
      {
        title: "Availability",
        panels: [
          {
            alerts: ["service-down", "metrics-missing"],
            panel: graph({
              title: "Hosts that answer the scraper",
              description: "1 where the last scrape of a host's metrics succeeded (item A.3).",
              unit: "short",
              max: 1,
              limit: { value: 1, low: true },
              queries: [{ expr: indicators.scrapes(), legend: "{{scrape_job}}" }],
            }),
          },
          {
            alerts: ["health-check-failing"],
            panel: graph({
              title: "Regions in which the health check succeeds",
              description: "Part of the regions that reached the health endpoint, by its URL (item 5.7).",
              unit: "percentunit",
              max: 1,
              limit: { value: 1, low: true },
              queries: [{ expr: indicators.healthChecks(), legend: "{{instance}}" }],
            }),
          },
        ],
      },
      {
        title: "Traffic",
        panels: [
          {
            panel: graph({
              title: "Requests by host",
              description: "Requests answered by the second.",
              unit: "reqps",
              stacked: true,
              queries: [{ expr: indicators.requestRate({ range, by: ["host"], where }), legend: "{{host}}" }],
            }),
          },
          {
            panel: graph({
              title: "Requests by route",
              description: "Requests answered by the second.",
              unit: "reqps",
              queries: [
                {
                  expr: indicators.requestRate({ range, by: ["method", "route"], where }),
                  legend: "{{method}} {{route}}",
                },
              ],
            }),
          },
          {
            panel: graph({
              title: "Requests by status",
              description: "Requests answered by the second.",
              unit: "reqps",
              stacked: true,
              queries: [
                { expr: indicators.requestRate({ range, by: ["status"], where }), legend: "{{status}}" },
              ],
            }),
          },
          {
            panel: graph({
              title: "Builds",
              description: "What is running: two of a host while a release goes out.",
              unit: "short",
              queries: [{ expr: indicators.builds(), legend: "{{host}} {{version}} {{commit}}" }],
            }),
          },
        ],
      },
      {
        title: "Errors",
        panels: [
          {
            alerts: [
              "high-error-rate",
              "error-budget-burn-fast",
              "error-budget-burn-slow",
              "error-budget-burn-steady",
            ],
            panel: graph({
              title: "Error rate by host",
              description:
                "Part of the requests answered with a 5xx status, with the objective (items A.1, 6.4).",
              unit: "percentunit",
              limit: errorLimit,
              queries: [
                { expr: indicators.shownErrorRatio({ range, by: ["host"], where }), legend: "{{host}}" },
              ],
            }),
          },
          {
            panel: graph({
              title: "Failed requests by route",
              description: "Requests by the second that were answered with a 5xx status.",
              unit: "reqps",
              queries: [
                {
                  expr: indicators.shownFailureRate({ range, by: ["method", "route"], where }),
                  legend: "{{method}} {{route}}",
                },
              ],
            }),
          },
          {
            panel: graph({
              title: "Unexpected errors by kind",
              description: "Errors by the second that no code expected; the error tracker has each of them.",
              unit: "ops",
              width: 24,
              queries: [
                { expr: indicators.unexpectedErrors({ range, ...host }), legend: "{{host}} {{kind}}" },
              ],
            }),
          },
        ],
      },
      {
        title: "Latency",
        panels: [
          {
            panel: graph({
              title: "Latency",
              description: "P50, P95 and P99 of all requests that are selected, with the objective of P95.",
              unit: "s",
              limit: p95,
              queries: [0.5, 0.95, 0.99].map((q) => ({
                expr: indicators.latency(q, { range, where }),
                legend: `P${q * 100}`,
              })),
            }),
          },
          {
            alerts: ["high-latency-p95"],
            panel: graph({
              title: "P95 by host",
              description: "95th percentile, with the objective (items A.2, 6.2).",
              unit: "s",
              limit: p95,
              queries: [
                { expr: indicators.latency(0.95, { range, by: ["host"], where }), legend: "{{host}}" },
              ],
            }),
          },
          {
            alerts: ["high-latency-p99"],
            panel: graph({
              title: "P99 by host",
              description: "99th percentile, with the objective (items A.2, 6.3).",
              unit: "s",
              limit: p99,
              queries: [
                { expr: indicators.latency(0.99, { range, by: ["host"], where }), legend: "{{host}}" },
              ],
            }),
          },
          {
            panel: graph({
              title: "P95 by route",
              description: "95th percentile of each route, with the objective.",
              unit: "s",
              limit: p95,
              queries: [
                {
                  expr: indicators.latency(0.95, { range, by: ["method", "route"], where }),
                  legend: "{{method}} {{route}}",
                },
              ],
            }),
          },
        ],
      },
      {
        title: "Saturation",
        panels: [
          {
            alerts: ["high-memory"],
            panel: graph({
              title: "Memory",
              description: "Memory of the fullest process of each host, as a part of its limit (item A.4).",
              unit: "percentunit",
              max: 1,
              limit: { value: objectives.memoryPercent / 100 },
              queries: [{ expr: indicators.memoryRatio(host), legend: "{{host}}" }],
            }),
          },
          {
            panel: graph({
              title: "Processor",
              description: "Processor time, as a part of what the host gives.",
              unit: "percentunit",
              queries: [{ expr: indicators.processorRatio({ range, ...host }), legend: "{{host}}" }],
            }),
          },
          {
            panel: graph({
              title: "Event loop delay",
              description: "99th percentile: while it is high, nothing else is answered.",
              unit: "s",
              queries: [{ expr: indicators.eventLoopDelay(host), legend: "{{host}}" }],
            }),
          },
          {
            panel: graph({
              title: "Requests in flight",
              description: "Requests that are being answered.",
              unit: "short",
              queries: [{ expr: indicators.requestsInFlight(host), legend: "{{host}}" }],
            }),
          },
        ],
      },
    ],
  };
}
