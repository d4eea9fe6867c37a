import type { AlertName, DashboardUid } from "../../../metrics/alerts.ts";
import type { Dashboard, DataSourceRef, Panel, Row, Variable } from "./grafana.ts";
import type { PanelMaker } from "./panel.ts";

/** A dashboard without its data source. */
export interface DashboardSpec {
  readonly uid: DashboardUid;
  readonly title: string;
  readonly description: string;
  /** Default time range, back from now, such as `6h`. */
  readonly from: string;
  readonly variables?: readonly VariableSpec[];
  readonly rows: readonly RowSpec[];
}

export interface VariableSpec {
  readonly name: string;
  readonly label: string;
  /** Query for the values, `label_values(series, label)`. */
  readonly query: string;
}

export interface RowSpec {
  readonly title: string;
  readonly panels: readonly PlacedPanel[];
}

export interface PlacedPanel {
  readonly panel: PanelMaker;
  /** Alerts whose signal this panel shows. They link to it. */
  readonly alerts?: readonly AlertName[];
}

export interface BuiltDashboard {
  readonly dashboard: Dashboard;
  /** Id in the dashboard of each alert's panel. */
  readonly panels: ReadonlyMap<AlertName, number>;
}

/** Columns of Grafana's grid. */
const columns = 24;

/**
 * Builds the dashboard in the classic model: the provider's Dashboard resource accepts it, and every Grafana since
 * version 9 reads it.
 */
export function buildDashboard(spec: DashboardSpec, dataSource: DataSourceRef): BuiltDashboard {
  const built: (Panel | Row)[] = [];
  const panels = new Map<AlertName, number>();
  let y = 0;
  for (const row of spec.rows) {
    built.push({
      type: "row",
      collapsed: false,
      id: built.length + 1,
      panels: [],
      title: row.title,
      gridPos: { x: 0, y, h: 1, w: columns },
    });
    y += 1;
    let x = 0;
    let height = 0;
    for (const { panel, alerts = [] } of row.panels) {
      const id = built.length + 1;
      for (const alert of alerts) panels.set(alert, id);
      built.push(panel.place(dataSource, { x, y }, id));
      x += panel.width;
      height = Math.max(height, panel.height);
      if (x < columns) continue;
      x = 0;
      y += height;
      height = 0;
    }
    y += height;
  }
  return { dashboard: dashboardOf(spec, dataSource, built), panels };
}

function dashboardOf(
  { uid, title, description, from, variables }: DashboardSpec,
  dataSource: DataSourceRef,
  panels: Dashboard["panels"],
): Dashboard {
  return {
    timezone: "utc",
    editable: false,
    // One crosshair for all panels.
    graphTooltip: 1,
    fiscalYearStartMonth: 0,
    schemaVersion: 42,
    templating: variables === undefined ? {} : { list: variables.map((spec) => variable(spec, dataSource)) },
    annotations: {},
    title,
    uid,
    description,
    tags: ["optropic"],
    time: { from: `now-${from}`, to: "now" },
    refresh: "1m",
    links: [
      {
        title: "Dashboards",
        type: "dashboards",
        icon: "",
        tooltip: "",
        tags: ["optropic"],
        asDropdown: false,
        placement: "inControlsMenu",
        targetBlank: false,
        includeVars: false,
        keepTime: true,
      },
    ],
    panels,
  };
}

function variable({ name, label, query }: VariableSpec, datasource: DataSourceRef): Variable {
  return {
    type: "query",
    name,
    skipUrlSync: false,
    multi: true,
    allowCustomValue: true,
    includeAll: true,
    auto: false,
    auto_min: "10s",
    auto_count: 30,
    label,
    datasource,
    query,
    // On each change of the time range.
    refresh: 2,
    allValue: ".*",
    current: { text: "All", value: "$__all" },
  };
}
