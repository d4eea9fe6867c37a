import { Dashboard } from "@pulumi/grafana/oss/dashboard.js";
import type * as pulumi from "@pulumi/pulumi";
import type { AlertRule, DashboardUid } from "../../metrics/alerts.ts";
import type { DashboardArgs } from "./dashboards/args.ts";
import { type BuiltDashboard, buildDashboard } from "./dashboards/build.ts";
import { databaseDashboard } from "./dashboards/database.ts";
import { goLiveDashboard } from "./dashboards/go-live.ts";
import { serviceDashboard } from "./dashboards/service.ts";
import type { ObservabilityScope } from "./scope.ts";

/** The id of the panel that shows the signal of an alert, on the dashboard that the alert names. */
export type PanelOfAlert = (rule: Pick<AlertRule, "name" | "dashboard">) => number;

/** The dashboards (item 5.5) of a data source: service overview, database and go-live. */
export function dashboards(args: DashboardArgs, dataSource: string): Record<DashboardUid, BuiltDashboard> {
  const source = { type: "prometheus", uid: dataSource };
  return {
    "optropic-service": buildDashboard(serviceDashboard(args), source),
    "optropic-database": buildDashboard(databaseDashboard(args), source),
    "optropic-go-live": buildDashboard(goLiveDashboard(args), source),
  };
}

/** @throws {RangeError} from the result, for an alert that no panel of its dashboard shows */
export function panelOf(built: Readonly<Record<DashboardUid, BuiltDashboard>>): PanelOfAlert {
  return ({ name, dashboard }) => {
    const id = built[dashboard].panels.get(name);
    if (id === undefined) throw new RangeError(`No panel of the dashboard ${dashboard} shows ${name}`);
    return id;
  };
}

/** Declares the dashboards; what a person changes in Grafana is put back by the next update. */
export function createDashboards(
  scope: ObservabilityScope,
  built: Readonly<Record<DashboardUid, BuiltDashboard>>,
  folderUid: pulumi.Input<string>,
): Dashboard[] {
  return Object.entries(built).map(
    ([uid, { dashboard }]) =>
      new Dashboard(
        `${scope.name}-${uid.replace(/^optropic-/, "dashboard-")}`,
        { folder: folderUid, configJson: JSON.stringify(dashboard), overwrite: true },
        scope.options,
      ),
  );
}
