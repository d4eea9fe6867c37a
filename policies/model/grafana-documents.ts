// What the pack reads of the JSON documents that Grafana's resources hold, as Grafana's documentation has them.

/** The model of a query or an expression of an alert rule. */
export interface QueryModel {
  refId?: string;
  /** A query in PromQL. */
  expr?: string;
  instant?: boolean;
  range?: boolean;
  datasource?: { type?: string };
  /** Of an expression: `reduce`, `resample`, `threshold`, `classic_conditions` or `math`. */
  type?: string;
  /** The input of an expression, or its formula. */
  expression?: string;
  reducer?: string;
  conditions?: ExpressionCondition[];
}

/** A condition of a threshold, or one of several classic ones. */
export interface ExpressionCondition {
  evaluator?: Evaluator;
  operator?: { type?: string };
  query?: { params?: string[] };
  reducer?: { type?: string };
}

export interface Evaluator {
  type?: string;
  params?: number[];
}

/** Options of a data source: those of PostgreSQL, SQL Server, ClickHouse and what all have that speak HTTP. */
export interface SourceOptions {
  sslmode?: string;
  sslMode?: string;
  tlsSkipVerify?: boolean;
  insecureSkipVerify?: boolean;
  encrypt?: string;
  secure?: boolean;
}

/** A dashboard, in the classic schema or the newer one. */
export interface DashboardModel {
  uid?: string;
  time?: TimeRange;
  timepicker?: { nowDelay?: string };
  timeSettings?: TimeRange & { nowDelay?: string };
  templating?: { list?: DashboardVariable[] };
  variables?: { spec?: DashboardVariable }[];
  elements?: Record<string, unknown>;
  layout?: object;
}

interface TimeRange {
  from?: string;
  to?: string;
}

export interface DashboardVariable {
  name?: string;
  type?: string;
  pluginId?: string;
  /** A text, or in the newer schema what is asked. */
  query?: string | object;
  current?: { value?: string | string[] };
  allValue?: string;
  options?: object[];
}

/** What may stand in a dashboard at any depth: a panel, a row, a query, or a part of one. */
export interface DashboardPart {
  kind?: string;
  group?: string;
  type?: string;
  datasource?: string | { type?: string; uid?: string; name?: string };
  libraryPanel?: { uid?: string };
  gridPos?: { h?: number; w?: number };
  timeShift?: string;
  timeFrom?: string;
  fieldConfig?: FieldConfig;
  transformations?: Transformation[];
  vizConfig?: { kind?: string; group?: string; spec?: { fieldConfig?: FieldConfig } };
  data?: {
    spec?: {
      queryOptions?: { timeShift?: string; timeFrom?: string };
      transformations?: { spec?: Transformation }[];
    };
  };
}

/** A query of a panel. In the newer schema it is a kind and what is said of it. */
export interface PanelQuery {
  hide?: boolean;
  refId?: string;
  expression?: string;
  spec?: { hidden?: boolean; refId?: string; query?: { spec?: { expression?: string } } };
}

export interface FieldConfig {
  defaults?: { custom?: { hideFrom?: HideFrom } };
  overrides?: FieldOverride[];
}

export interface HideFrom {
  viz?: boolean;
}

export interface FieldOverride {
  matcher?: { id?: string; options?: string };
  properties?: { id?: string; value?: unknown }[];
}

export interface Transformation {
  id?: string;
  disabled?: boolean;
  options?: {
    limitField?: number;
    include?: string | { names?: string[]; pattern?: string; variable?: string };
    exclude?: string | { pattern?: string };
    /** By the name of a field; a query alone gives one that is named so. */
    excludeByName?: { Value?: boolean };
  };
}
