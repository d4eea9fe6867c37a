import * as indicators from "../../../metrics/indicators.ts";
import { type DashboardArgs, seconds } from "./args.ts";
import type { DashboardSpec } from "./build.ts";
import { figure, graph } from "./panel.ts";

const range = "$__rate_interval";
/** The figures look back as far as one reader of the first hour needs to see a change. */
const recent = 300;

/**
 * What is watched in the first 24 hours, on one page: the present state as figures that are green or red, and
 * their course since the release (items S4.6 to S4.8, S5.3 to S5.8, H1.1 to H24.4, OK.2 to OK.4).
 */
export function goLiveDashboard({ objectives }: DashboardArgs): DashboardSpec {
  const errors = { value: objectives.errorRatePercent / 100 };
  const p95 = { value: seconds(objectives.p95Ms) };
  const p99 = { value: seconds(objectives.p99Ms) };
  const memory = { value: objectives.memoryPercent / 100 };
  const connections = { value: objectives.databaseConnectionsPercent / 100 };
  const backup = { value: objectives.rpoMinutes * 60 };
  return {
    uid: "optropic-go-live",
    title: "Go-live",
    description: "The first 24 hours after a release, with the objectives as limits.",
    from: "24h",
    rows: [
      {
        title: "Now",
        panels: [
          {
            panel: figure({
              title: "Health checks",
              description: "Part of the regions that reach the health endpoint (items H1.1, OK.2).",
              unit: "percentunit",
              width: 6,
              limit: { value: 1, low: true },
              queries: [{ expr: indicators.healthChecks(), legend: "{{instance}}" }],
            }),
          },
          {
            panel: figure({
              title: "Error rate",
              description:
                "Part of the requests of five minutes answered with a 5xx status (items H1.2, OK.3).",
              unit: "percentunit",
              width: 6,
              limit: errors,
              queries: [
                { expr: indicators.shownErrorRatio({ range: recent, by: ["host"] }), legend: "{{host}}" },
              ],
            }),
          },
          {
            panel: figure({
              title: "Latency P95",
              description: "95th percentile of five minutes (items H1.3, OK.4).",
              unit: "s",
              width: 6,
              limit: p95,
              queries: [
                { expr: indicators.latency(0.95, { range: recent, by: ["host"] }), legend: "{{host}}" },
              ],
            }),
          },
          {
            panel: figure({
              title: "Latency P99",
              description: "99th percentile of five minutes (item S5.5).",
              unit: "s",
              width: 6,
              limit: p99,
              queries: [
                { expr: indicators.latency(0.99, { range: recent, by: ["host"] }), legend: "{{host}}" },
              ],
            }),
          },
          {
            panel: figure({
              title: "Memory",
              description: "Fullest process of each host, as a part of its limit (items H1.6, S4.8).",
              unit: "percentunit",
              width: 6,
              limit: memory,
              queries: [{ expr: indicators.memoryRatio(), legend: "{{host}}" }],
            }),
          },
          {
            panel: figure({
              title: "Database connections",
              description: "Open connections, as a part of those allowed (item H1.5).",
              unit: "percentunit",
              width: 6,
              limit: connections,
              queries: [{ expr: indicators.connectionRatio(), legend: "{{host}}" }],
            }),
          },
          {
            panel: figure({
              title: "Unexpected errors",
              description: "By the second, as the error tracker gets them (items H1.4, S5.4).",
              unit: "ops",
              width: 6,
              queries: [
                { expr: indicators.unexpectedErrors({ range: recent }), legend: "{{host}} {{kind}}" },
              ],
            }),
          },
          {
            panel: figure({
              title: "Age of the newest backup",
              description: "With the recovery point objective (item 8.7).",
              unit: "s",
              width: 6,
              limit: backup,
              queries: [{ expr: indicators.backupAge(), legend: "age" }],
            }),
          },
        ],
      },
      {
        title: "Since the release",
        panels: [
          {
            panel: graph({
              title: "Error rate",
              description: "With the objective: no increase over six hours (items S4.6, H6.1).",
              unit: "percentunit",
              limit: errors,
              queries: [{ expr: indicators.shownErrorRatio({ range, by: ["host"] }), legend: "{{host}}" }],
            }),
          },
          {
            panel: graph({
              title: "Latency P95",
              description: "With the objective: stable over six hours (items S4.7, H6.2).",
              unit: "s",
              limit: p95,
              queries: [{ expr: indicators.latency(0.95, { range, by: ["host"] }), legend: "{{host}}" }],
            }),
          },
          {
            panel: graph({
              title: "Latency P99",
              description: "With the objective (item S5.5).",
              unit: "s",
              limit: p99,
              queries: [{ expr: indicators.latency(0.99, { range, by: ["host"] }), legend: "{{host}}" }],
            }),
          },
          {
            panel: graph({
              title: "Requests",
              description: "Traffic of each host, which the rest is read against (item H24.4).",
              unit: "reqps",
              queries: [{ expr: indicators.requestRate({ range, by: ["host"] }), legend: "{{host}}" }],
            }),
          },
          {
            panel: graph({
              title: "Memory",
              description: "With the limit of the alert (items S5.6, H1.6).",
              unit: "percentunit",
              max: 1,
              limit: memory,
              queries: [{ expr: indicators.memoryRatio(), legend: "{{host}}" }],
            }),
          },
          {
            panel: graph({
              title: "Growth of memory",
              description:
                "Over an hour, by regression: a leak where it stays above 0 (items 6.5, 6.6, H6.3).",
              unit: "Bps",
              signed: true,
              queries: [{ expr: indicators.memoryGrowth({ range: 3600 }), legend: "{{host}}" }],
            }),
          },
          {
            panel: graph({
              title: "Database connections",
              description: "With the limit of the alert (items H1.5, S5.3).",
              unit: "percentunit",
              max: 1,
              limit: connections,
              queries: [{ expr: indicators.connectionRatio(), legend: "{{host}}" }],
            }),
          },
          {
            panel: graph({
              title: "Time of a statement",
              description: "P95 of the database's statements, as the application sees them (item H6.4).",
              unit: "s",
              queries: [
                { expr: indicators.statementLatency(0.95, { range, by: ["host"] }), legend: "{{host}}" },
              ],
            }),
          },
          {
            panel: graph({
              title: "Health checks",
              description: "Part of the regions that reach the health endpoint (items H1.1, OK.2).",
              unit: "percentunit",
              max: 1,
              limit: { value: 1, low: true },
              queries: [{ expr: indicators.healthChecks(), legend: "{{instance}}" }],
            }),
          },
          {
            panel: graph({
              title: "Builds",
              description: "What is running: one version of each host once the release is out (item S4.2).",
              unit: "short",
              queries: [{ expr: indicators.builds(), legend: "{{host}} {{version}} {{commit}}" }],
            }),
          },
        ],
      },
    ],
  };
}
