import { isStatusLabel, type Subject, subjectOf } from "./metric-names.ts";
import { constantOf } from "./promql-arithmetic.ts";
import type { Aggregate, Binary, Expr } from "./promql-ast.ts";
import { countsOf } from "./promql-native.ts";

/** How much of something is counted, and in what: times `perSecond` it is a number by the second. */
export interface Volume {
  readonly subject: Subject;
  readonly perSecond: number;
}

/** Above more requests than this by the second, a guard keeps an alert silent on a quiet day. */
export const mostGuardedRequests = 10;

/**
 * What an expression counts, if it is a sum of rates or increases of one thing; undefined of anything else, such as
 * the rate of one thing beside the increase of another.
 */
export function volumeOf(expr: Expr): Volume | undefined {
  switch (expr.kind) {
    case "call":
      return volumeOfCall(expr.name, expr.args);
    case "aggregate": {
      const [inner] = expr.operator === "sum" ? expr.args : [];
      return inner && volumeOf(inner);
    }
    case "binary":
      return combined(expr);
    default:
      return undefined;
  }
}

function volumeOfCall(name: string, [first, second]: readonly Expr[]): Volume | undefined {
  if (first?.kind === "selector" && first.range !== undefined) {
    const factor = ["rate", "irate"].includes(name) ? 1 : name === "increase" ? 1 / first.range : undefined;
    return factor === undefined ? undefined : { subject: subjectOf(first), perSecond: factor };
  }
  if (name === "histogram_count" && first !== undefined) {
    return volumeOf(countsOf(first));
  }
  const isSame =
    sameSeries.has(name) ||
    (name === "clamp_min" &&
      (constantOf(second ?? { kind: "number", value: Number.NaN }) ?? Infinity) <= mostGuardedRequests);
  return isSame && first !== undefined ? volumeOf(first) : undefined;
}

/** They give the values of the series that they get. */
const sameSeries: ReadonlySet<string> = new Set(["sort", "sort_desc", "label_replace", "label_join", "ceil"]);

function combined({ operator, left, right }: Binary): Volume | undefined {
  const one = volumeOf(left);
  if (operator === "or" && one !== undefined && constantOf(right) !== undefined) {
    return one;
  }
  const other = volumeOf(right);
  if (one === undefined || other === undefined || one.perSecond !== other.perSecond) {
    return undefined;
  }
  if (operator === "-" && one.subject === "requests" && !keepsStatus(left)) {
    const rest: Partial<Record<Subject, Subject>> = {
      "served requests": "failed requests",
      "failed requests": "served requests",
    };
    const subject = rest[other.subject];
    return subject && { ...one, subject };
  }
  return (operator === "+" || operator === "or") && one.subject === other.subject ? one : undefined;
}

/**
 * Whether series stay apart by their status, so that what is served is only ever compared with itself. An expression
 * without any aggregation keeps all labels.
 */
export function keepsStatus(expr: Expr): boolean {
  switch (expr.kind) {
    case "selector":
      return true;
    case "aggregate": {
      const { grouping, args } = expr;
      const isListed = grouping?.labels.some((label) => isStatusLabel(label)) ?? false;
      return grouping !== undefined && isListed === grouping.by && args.some(keepsStatus);
    }
    case "call":
      return expr.args.some(keepsStatus);
    case "binary":
      return keepsStatus(expr.left) || keepsStatus(expr.right);
    case "negation":
    case "subquery":
      return keepsStatus(expr.operand);
    default:
      return false;
  }
}

/** Whether an expression gives values of what it reads, such as bytes, rather than how they change or how many there are. */
export function isLevel(expr: Expr): boolean {
  switch (expr.kind) {
    case "number":
      return true;
    case "selector":
      return expr.range === undefined;
    case "negation":
      return isLevel(expr.operand);
    case "aggregate":
      return isLevelOf(expr);
    case "binary":
      return ["+", "-", "*", "/", "or"].includes(expr.operator) && isLevel(expr.left) && isLevel(expr.right);
    case "call": {
      const series = expr.args.find(({ kind }) => kind !== "number" && kind !== "string");
      const over =
        series?.kind === "subquery"
          ? series.operand
          : series?.kind === "selector"
            ? { ...series, range: undefined }
            : series;
      return levels.has(expr.name) && (over === undefined || isLevel(over));
    }
    default:
      return false;
  }
}

function isLevelOf({ operator, args }: Aggregate): boolean {
  const inner = args.at(-1);
  return (
    ["sum", "avg", "min", "max", "topk", "bottomk"].includes(operator) &&
    inner !== undefined &&
    isLevel(inner)
  );
}

const levels: ReadonlySet<string> = new Set(
  "avg_over_time min_over_time max_over_time last_over_time quantile_over_time sum_over_time predict_linear sort sort_desc label_replace label_join scalar vector abs ceil floor round clamp_min".split(
    " ",
  ),
);
