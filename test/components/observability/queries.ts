import * as z from "zod";
import { dashboards } from "../../../components/observability/dashboards.ts";
import { args } from "./declare.ts";

const target = z.object({ refId: z.string(), expr: z.string(), legendFormat: z.string() });
const panel = z.object({
  id: z.number(),
  type: z.string(),
  title: z.string(),
  description: z.string().optional(),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  datasource: z.object({ uid: z.string() }).optional(),
  targets: z.array(target).default([]),
  fieldConfig: z
    .object({
      defaults: z.object({
        unit: z.string(),
        thresholds: z.object({
          steps: z.array(z.object({ value: z.number().nullable(), color: z.string() })),
        }),
      }),
    })
    .optional(),
});
const dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  editable: z.boolean(),
  panels: z.array(panel),
  templating: z.object({ list: z.array(z.object({ name: z.string(), query: z.string() })) }).partial(),
});

export type ReadPanel = z.infer<typeof panel>;

/** The dashboards as Grafana reads them from their JSON. */
export const readDashboards = Object.values(dashboards(args, "grafanacloud-prom")).map(
  ({ dashboard: built }) => dashboard.parse(JSON.parse(JSON.stringify(built))),
);

export interface DashboardQuery {
  readonly where: string;
  /** The query with Grafana's variables filled in, as it is sent when everything is selected. */
  readonly expr: string;
  readonly legend: string;
}

/** Every query of every dashboard. */
export const dashboardQueries: readonly DashboardQuery[] = readDashboards.flatMap(({ title, panels }) =>
  panels.flatMap((panel) =>
    panel.targets.map(({ expr, legendFormat, refId }) => ({
      where: `${title}: ${panel.title} (${refId})`,
      expr: withVariables(expr),
      legend: legendFormat,
    })),
  ),
);

/** Fills in Grafana's variables: everything selected, and the rate interval of a scrape each minute. */
export function withVariables(expr: string, rateInterval = "4m"): string {
  return expr.replaceAll("$__rate_interval", rateInterval).replaceAll(/\$(?:host|route)\b/g, ".*");
}
