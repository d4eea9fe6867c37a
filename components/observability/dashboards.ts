import { Dashboard } from "@pulumi/grafana/oss/dashboard.js";
import type * as pulumi from "@pulumi/pulumi";
import type { AlertRule, DashboardUid } from "../../metrics/alerts.ts";
import type { ObservabilityScope } from "./args.ts";
import type { DashboardArgs } from "./dashboards/args.ts";
import { type BuiltDashboard, buildDashboard } from "./dashboards/build.ts";
import { databaseDashboard } from "./dashboards/database.ts";
import { goLiveDashboard } from "./dashboards/go-live.ts";
import { serviceDashboard } from "./dashboards/service.ts";

export type Dashboards = Readonly<Record<DashboardUid, BuiltDashboard>>;

/** The dashboards (item 5.5) of a data source: service overview, database, and go-live. */
export function dashboards(args: DashboardArgs, dataSource: string): Dashboards {
  const source = { type: "prometheus", uid: dataSource };
  return {
    "optropic-service": buildDashboard(serviceDashboard(args), source),
    "optropic-database": buildDashboard(databaseDashboard(args), source),
    "optropic-go-live": buildDashboard(goLiveDashboard(args), source),
  };
}

/**
 * The id of the panel that shows the signal of an alert, on the dashboard that the alert names.
 *
 * @throws {RangeError} for an alert that no panel of its dashboard shows
 */
export function panelOf(built: Dashboards, alert: Pick<AlertRule, "name" | "dashboard">): number {
  const id = built[alert.dashboard].panels.get(alert.name);
  if (id !== undefined) return id;
  throw new RangeError(`No panel of the dashboard ${alert.dashboard} shows ${alert.name}`);
}

/** Declares the dashboards. The next update reverts changes that someone makes in Grafana. */
export function createDashboards(
  scope: ObservabilityScope,
  built: Dashboards,
  folderUid: pulumi.Input<string>,
): Dashboard[] {
  return Object.entries(built).map(
    ([uid, { dashboard }]) =>
      new Dashboard(
        ...scope.named("dashboard", uid.replace(/^optropic-/, "dashboard-"), {
          folder: folderUid,
          configJson: JSON.stringify(dashboard),
          overwrite: true,
        }),
      ),
  );
}
