import type { Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/common";
import type {
  Dashboard as DashboardModel,
  FieldConfig as FieldModel,
  Panel as PanelModel,
  RowPanel as RowModel,
  VariableModel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { Dataquery as PrometheusModel } from "@grafana/grafana-foundation-sdk/prometheus";
import type { Options as StatOptions } from "@grafana/grafana-foundation-sdk/stat";
import type {
  FieldConfig as GraphField,
  Options as GraphOptions,
} from "@grafana/grafana-foundation-sdk/timeseries";

/**
 * Grafana's models as what its SDK says they are, and written as JSON. Only the SDK's types are used: to load one of
 * its builders is to load more than a hundred modules, which every preview and every update would wait for.
 */
export type Json<T> = T extends string
  ? `${T}`
  : T extends number | boolean | null | undefined
    ? T
    : T extends readonly (infer Element)[]
      ? Json<Element>[]
      : { [Key in keyof T as Exclude<Key, keyof Dataquery>]: Json<T[Key]> };

export type { DataSourceRef };
export type Query = Json<PrometheusModel>;
export type Variable = Json<VariableModel>;

export interface GraphPanel extends PanelOf<"timeseries", GraphOptions, GraphField> {}
export interface FigurePanel extends PanelOf<"stat", StatOptions, undefined> {}
export type Panel = GraphPanel | FigurePanel;
export type Thresholds = NonNullable<Panel["fieldConfig"]["defaults"]["thresholds"]>;

interface PanelOf<Type extends string, Options, Custom>
  extends Json<Omit<PanelModel, "type" | "targets" | "options" | "fieldConfig">> {
  type: Type;
  options: Json<Partial<Options>>;
  fieldConfig: {
    defaults: Json<Omit<FieldModel, "custom" | "mappings" | "links" | "actions">> & {
      custom?: Json<Custom>;
    };
    overrides: never[];
  };
  targets: Query[];
  gridPos: Json<NonNullable<PanelModel["gridPos"]>>;
}

export type Row = Json<Omit<RowModel, "panels">> & { panels: never[] };

export interface Dashboard
  extends Json<Omit<DashboardModel, "panels" | "templating" | "annotations" | "snapshot" | "timepicker">> {
  templating: { list?: Variable[] };
  annotations: Record<never, never>;
  panels: (Panel | Row)[];
}
