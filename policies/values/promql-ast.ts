/** An expression of PromQL, as far as alerts and dashboards are judged by it. */
export type Expr =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "string"; readonly text: string }
  | Selector
  /** `$A`: another query of the same Grafana rule. */
  | { readonly kind: "reference"; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expr[] }
  | Aggregate
  | Binary
  | { readonly kind: "negation"; readonly operand: Expr }
  | Subquery;

export interface Selector {
  readonly kind: "selector";
  /** Name of the metric; empty where the selector does not name it. */
  readonly metric: string;
  readonly matchers: readonly Matcher[];
  /** Seconds of a range vector; undefined for an instant one, not a number for a dashboard's variable. */
  readonly range: number | undefined;
  /** Set where `offset` or `@` reads another time than now. */
  readonly isMoved?: true;
}

export interface Subquery {
  readonly kind: "subquery";
  readonly operand: Expr;
  readonly range: number;
  /** Seconds between two values; the interval of the evaluation where it is left out. */
  readonly step?: number;
  readonly isMoved?: true;
}

export interface Matcher {
  readonly label: string;
  readonly operator: "=" | "!=" | "=~" | "!~";
  readonly value: string;
}

export interface Aggregate {
  readonly kind: "aggregate";
  readonly operator: string;
  readonly args: readonly Expr[];
  /** Labels that keep series apart; undefined where all become one. */
  readonly grouping: { readonly by: boolean; readonly labels: readonly string[] } | undefined;
}

export interface Matching {
  /** Whether only the labels count, or all but them. */
  readonly on: boolean;
  readonly labels: readonly string[];
  /** The side of which several series may have one partner. */
  readonly many: "left" | "right" | undefined;
}

export interface Binary {
  readonly kind: "binary";
  readonly operator: string;
  /** Whether a comparison gives 0 or 1 rather than leaving series out. */
  readonly bool: boolean;
  /** By which labels series of both sides are matched; by all of them where it is left out. */
  readonly matching?: Matching;
  readonly left: Expr;
  readonly right: Expr;
}

export const comparisonOperators: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">="]);

export const aggregators: ReadonlySet<string> = new Set(
  "sum min max avg group stddev stdvar count count_values bottomk topk quantile limitk limit_ratio".split(
    " ",
  ),
);
