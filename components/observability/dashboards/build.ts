import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/common";
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { AlertName, DashboardUid } from "../../../metrics/alerts.ts";

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
  readonly panel: (dataSource: DataSourceRef) => Builder<Panel>;
  /** Alerts whose signal this panel shows. They link to it. */
  readonly alerts?: readonly AlertName[];
}

export interface BuiltDashboard {
  readonly dashboard: Dashboard;
  /** Id in the dashboard of each alert's panel. */
  readonly panels: ReadonlyMap<AlertName, number>;
}

/**
 * Builds the dashboard with Grafana's own builders, in the classic model: the provider's Dashboard resource
 * accepts it, and every Grafana since version 9 reads it.
 */
export function buildDashboard(spec: DashboardSpec, dataSource: DataSourceRef): BuiltDashboard {
  const builder = new DashboardBuilder(spec.title)
    .uid(spec.uid)
    .description(spec.description)
    .tags(["optropic"])
    .time({ from: `now-${spec.from}`, to: "now" })
    .refresh("1m")
    .timezone("utc")
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .link(
      new DashboardLinkBuilder("Dashboards")
        .type(DashboardLinkType.Dashboards)
        .tags(["optropic"])
        .keepTime(true),
    );
  for (const variable of spec.variables ?? []) {
    builder.withVariable(
      new QueryVariableBuilder(variable.name)
        .label(variable.label)
        .datasource(dataSource)
        .query(variable.query)
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .multi(true)
        .includeAll(true)
        .allValue(".*")
        .current({ text: "All", value: "$__all" }),
    );
  }
  const panels = new Map<AlertName, number>();
  let id = 0;
  for (const row of spec.rows) {
    builder.withRow(new RowBuilder(row.title).id(++id));
    for (const { panel, alerts = [] } of row.panels) {
      id += 1;
      for (const alert of alerts) panels.set(alert, id);
      builder.withPanel(numbered(panel(dataSource), id));
    }
  }
  return { dashboard: builder.build(), panels };
}

/** Gives the panel an id, so that alerts can link to it. */
function numbered(panel: Builder<Panel>, id: number): Builder<Panel> {
  return { build: () => ({ ...panel.build(), id }) };
}
