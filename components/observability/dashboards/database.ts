import * as indicators from "../../../metrics/indicators.ts";
import type { DashboardArgs } from "./args.ts";
import type { DashboardSpec } from "./build.ts";
import { graph } from "./panel.ts";

const range = "$__rate_interval";

/** Connections, statements, cache, replication and backups of the database (items 3.8, A.5). */
export function databaseDashboard({ objectives }: DashboardArgs): DashboardSpec {
  return {
    uid: "optropic-database",
    title: "Database",
    description: "Connections, statements, cache, replication and backups, as the hosts see them.",
    from: "6h",
    rows: [
      {
        title: "Connections",
        panels: [
          {
            alerts: ["database-connections"],
            panel: graph({
              title: "Connections in use",
              description: "Open connections, as a part of those that the host may open (item A.5).",
              unit: "percentunit",
              max: 1,
              limit: { value: objectives.databaseConnectionsPercent / 100 },
              queries: [{ expr: indicators.connectionRatio(), legend: "{{host}}" }],
            }),
          },
          {
            panel: graph({
              title: "Connections by state",
              description: "Open connections of each host; idle ones in a transaction hold locks.",
              unit: "short",
              stacked: true,
              queries: [{ expr: indicators.connections(), legend: "{{host}} {{state}}" }],
            }),
          },
          {
            panel: graph({
              title: "Requests that wait for a connection",
              description: "Above 0 the pool is too small, or statements are too slow.",
              unit: "short",
              queries: [{ expr: indicators.waitingForConnection(), legend: "{{host}}" }],
            }),
          },
          {
            alerts: ["database-connection-errors"],
            panel: graph({
              title: "Connection errors",
              description:
                "Connections that could not be opened, were lost or were not free in time (item A.5).",
              unit: "short",
              queries: [{ expr: indicators.connectionErrors({ range }), legend: "{{host}}" }],
            }),
          },
        ],
      },
      {
        title: "Statements",
        panels: [
          {
            panel: graph({
              title: "Statements by operation",
              description: "Statements by the second.",
              unit: "ops",
              queries: [
                { expr: indicators.statementRate({ range, by: ["operation"] }), legend: "{{operation}}" },
              ],
            }),
          },
          {
            panel: graph({
              title: "Time of a statement",
              description: "Mean, P95 and P99, as the application sees them.",
              unit: "s",
              queries: [
                { expr: indicators.statementMean({ range }), legend: "mean" },
                { expr: indicators.statementLatency(0.95, { range }), legend: "P95" },
                { expr: indicators.statementLatency(0.99, { range }), legend: "P99" },
              ],
            }),
          },
          {
            panel: graph({
              title: "Slowest statements",
              description: "Mean time of each, by its number in pg_stat_statements (items 3.8, 6.7).",
              unit: "s",
              queries: [{ expr: indicators.slowStatements(), legend: "{{statement}}" }],
            }),
          },
          {
            panel: graph({
              title: "Slow statements by operation",
              description: "Part of the statements that took longer than half a second.",
              unit: "percentunit",
              queries: [
                {
                  expr: indicators.slowStatementRatio({ range, by: ["operation"] }),
                  legend: "{{operation}}",
                },
              ],
            }),
          },
        ],
      },
      {
        title: "Cache, replication and backups",
        panels: [
          {
            panel: graph({
              title: "Cache hits",
              description:
                "Part of the blocks that were in the cache: below 0.99 memory is short (item 3.8).",
              unit: "percentunit",
              max: 1,
              width: 8,
              limit: { value: cacheHitGoal, low: true },
              queries: [{ expr: indicators.cacheHitRatio(), legend: "hits" }],
            }),
          },
          {
            panel: graph({
              title: "Replication lag",
              description: "How far the slowest replica is behind; 0 where there is none.",
              unit: "s",
              width: 8,
              queries: [{ expr: indicators.replicationLag(), legend: "lag" }],
            }),
          },
          {
            alerts: ["backup-overdue"],
            panel: graph({
              title: "Age of the newest backup",
              description:
                "Since the newest complete backup, with the recovery point objective (items 8.2, 8.7).",
              unit: "s",
              width: 8,
              limit: { value: objectives.rpoMinutes * 60 },
              queries: [{ expr: indicators.backupAge(), legend: "age" }],
            }),
          },
        ],
      },
    ],
  };
}

/** What Supabase's own guide asks of the cache: https://supabase.com/docs/guides/platform/performance */
const cacheHitGoal = 0.99;
