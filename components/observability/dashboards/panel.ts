import type { DataSourceRef, FigurePanel, GraphPanel, Panel, Query, Thresholds } from "./grafana.ts";

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

/** A panel that has its place on the grid. */
export type Placed<Kind extends Panel = Panel> = (
  dataSource: DataSourceRef,
  at: { readonly x: number; readonly y: number },
  id: number,
) => Kind;

export interface PanelMaker<Kind extends Panel = Panel> {
  readonly width: number;
  readonly height: number;
  readonly place: Placed<Kind>;
}

/** Values over time, with the latest and the greatest value of each in the legend. */
export function graph(spec: PanelSpec): PanelMaker<GraphPanel> {
  const { title, description, unit, stacked, signed, max, limit } = spec;
  const [width, height] = [spec.width ?? 12, 8];
  return {
    width,
    height,
    place: (datasource, at, id) => ({
      type: "timeseries",
      transparent: false,
      repeatDirection: "h",
      options: {
        legend: {
          displayMode: "table",
          placement: "bottom",
          showLegend: true,
          calcs: ["lastNotNull", "max"],
        },
        tooltip: { mode: "multi", sort: "desc" },
      },
      fieldConfig: {
        defaults: {
          custom: {
            lineWidth: 2,
            fillOpacity: stacked ? 30 : 5,
            ...(stacked && { stacking: { mode: "normal" } }),
            ...(limit !== undefined && { thresholdsStyle: { mode: "dashed" } }),
          },
          unit,
          thresholds: thresholds(spec),
          ...(!signed && { min: 0 }),
          ...(max !== undefined && { max }),
        },
        overrides: [],
      },
      title,
      description,
      datasource,
      targets: targets(spec, datasource, { range: true, instant: false }),
      gridPos: { h: height, w: width, ...at },
      id,
    }),
  };
}

/** The current value, green or red. */
export function figure(spec: PanelSpec): PanelMaker<FigurePanel> {
  const { title, description, unit, limit } = spec;
  const [width, height] = [spec.width ?? 4, 4];
  return {
    width,
    height,
    place: (datasource, at, id) => ({
      type: "stat",
      transparent: false,
      repeatDirection: "h",
      options: {
        graphMode: "none",
        colorMode: limit === undefined ? "none" : "background",
        justifyMode: "auto",
        textMode: "auto",
        wideLayout: true,
        showPercentChange: false,
        reduceOptions: { calcs: ["lastNotNull"] },
        percentChangeColorMode: "standard",
        orientation: "auto",
      },
      title,
      description,
      datasource,
      targets: targets(spec, datasource, { instant: true, range: false }),
      gridPos: { h: height, w: width, ...at },
      fieldConfig: {
        defaults: { unit, noValue: "no data", thresholds: thresholds(spec) },
        overrides: [],
      },
      id,
    }),
  };
}

function targets(
  { queries }: PanelSpec,
  datasource: DataSourceRef,
  kind: Pick<Query, "range" | "instant">,
): Query[] {
  return queries.map(({ expr, legend }, index) => ({
    expr,
    refId: String.fromCharCode("A".charCodeAt(0) + index),
    datasource,
    legendFormat: legend,
    ...kind,
  }));
}

function thresholds({ limit }: PanelSpec): Thresholds {
  return { mode: "absolute", steps: steps(limit) };
}

function steps(limit: PanelSpec["limit"]): Thresholds["steps"] {
  // Grafana's first step has no value: it starts at minus infinity.
  if (limit === undefined) return [{ value: null, color: "green" }];
  const [before, after] = limit.low ? ["red", "green"] : ["green", "red"];
  return [
    { value: null, color: before },
    { value: limit.value, color: after },
  ];
}
