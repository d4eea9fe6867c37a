import { promDuration, spokenDuration } from "../../lib/units.ts";
import { connectionErrors, connectionRatio } from "../indicators.ts";
import { above } from "../queries.ts";
import { type AlertContext, type AlertDraft, minute } from "./rule.ts";

/** Connections to the database that run out or fail: item A.5. */
export function databaseAlerts({ objectives, span }: AlertContext): AlertDraft[] {
  const range = span(5 * minute);
  return [
    {
      name: "database-connections",
      group: "database",
      items: ["A.5"],
      expr: above(connectionRatio(), objectives.databaseConnectionsPercent / 100),
      for: promDuration(span(5 * minute)),
      severity: "warning",
      owner: "databaseAdmin",
      summary: `{{ $labels.host }} uses more than ${objectives.databaseConnectionsPercent} % of its database connections`,
      description: "When none is left, requests wait for one and then fail.",
      dashboard: "optropic-database",
    },
    {
      name: "database-connection-errors",
      group: "database",
      items: ["A.5"],
      expr: above(connectionErrors({ range }), 0),
      for: promDuration(span(2 * minute)),
      severity: "critical",
      owner: "databaseAdmin",
      summary: "{{ $labels.host }} cannot get connections to the database",
      description: `In the last ${spokenDuration(range)} connections could not be opened, were lost, or were not free in time.`,
      dashboard: "optropic-database",
    },
  ];
}
