import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import {
  BigValueColorMode,
  BigValueGraphMode,
  type DataSourceRef,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  type Panel,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as GraphBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

/** A panel: its queries, its unit, and its limit. */
export interface PanelSpec {
  readonly title: string;
  /** What it shows and how to read it, with the checklist items in brackets. */
  readonly description: string;
  /** Grafana's name of the unit, such as `s` or `percentunit`. */
  readonly unit: Unit;
  readonly queries: readonly PanelQuery[];
  /** The value from which it is red, or below which with `low`. Graphs draw it as a line. */
  readonly limit?: { readonly value: number; readonly low?: true };
  /** Width on the grid of 24 columns. Default: 12 for a graph, 4 for a figure. */
  readonly width?: number;
  /** Greatest value of the axis. */
  readonly max?: number;
  /** Whether the axis goes below 0. */
  readonly signed?: true;
  readonly stacked?: true;
}

export interface PanelQuery {
  readonly expr: string;
  /** Legend, with labels in double braces. */
  readonly legend: string;
}

export type Unit = "reqps" | "percentunit" | "s" | "bytes" | "Bps" | "short" | "ops";

/** Values over time, with the latest and the greatest value of each in the legend. */
export function graph(spec: PanelSpec): (dataSource: DataSourceRef) => Builder<Panel> {
  return (dataSource) => {
    const panel = new GraphBuilder()
      .title(spec.title)
      .description(spec.description)
      .datasource(dataSource)
      .targets(targets(spec, dataSource, (query) => query.range()))
      .span(spec.width ?? 12)
      .height(8)
      .unit(spec.unit)
      .lineWidth(2)
      .fillOpacity(spec.stacked ? 30 : 5)
      .thresholds(thresholds(spec))
      .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
      .legend(
        new VizLegendOptionsBuilder()
          .displayMode(LegendDisplayMode.Table)
          .placement(LegendPlacement.Bottom)
          .showLegend(true)
          .calcs(["lastNotNull", "max"]),
      );
    if (!spec.signed) panel.min(0);
    if (spec.max !== undefined) panel.max(spec.max);
    if (spec.stacked) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
    if (spec.limit !== undefined) {
      panel.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
    }
    return panel;
  };
}

/** The current value, green or red. */
export function figure(spec: PanelSpec): (dataSource: DataSourceRef) => Builder<Panel> {
  return (dataSource) => {
    return new StatBuilder()
      .title(spec.title)
      .description(spec.description)
      .datasource(dataSource)
      .targets(targets(spec, dataSource, (query) => query.instant()))
      .span(spec.width ?? 4)
      .height(4)
      .unit(spec.unit)
      .noValue("no data")
      .thresholds(thresholds(spec))
      .colorMode(spec.limit === undefined ? BigValueColorMode.None : BigValueColorMode.Background)
      .graphMode(BigValueGraphMode.None)
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]));
  };
}

function targets(
  { queries }: PanelSpec,
  dataSource: DataSourceRef,
  kind: (query: DataqueryBuilder) => DataqueryBuilder,
): Builder<Dataquery>[] {
  return queries.map(({ expr, legend }, index) =>
    kind(
      new DataqueryBuilder()
        .refId(String.fromCharCode("A".charCodeAt(0) + index))
        .datasource(dataSource)
        .expr(expr)
        .legendFormat(legend),
    ),
  );
}

function thresholds({ limit }: PanelSpec): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps(limit));
}

function steps(limit: PanelSpec["limit"]): Threshold[] {
  // Grafana's first step has no value: it starts at minus infinity.
  if (limit === undefined) return [{ value: null, color: "green" }];
  const [before, after] = limit.low ? ["red", "green"] : ["green", "red"];
  return [
    { value: null, color: before },
    { value: limit.value, color: after },
  ];
}
