import { type Subject, subjectOf } from "./metric-names.ts";
import { type Binary, comparisonOperators, type Expr, type Selector } from "./promql-ast.ts";

/** The Site Reliability Engineering book, chapter 6. */
export const goldenSignals = ["latency", "traffic", "errors", "saturation"] as const;

export type GoldenSignal = (typeof goldenSignals)[number];

const signalOf = new Map<Subject, GoldenSignal>([
  ["request duration", "latency"],
  ["requests", "traffic"],
  ["failed requests", "errors"],
  ["memory", "saturation"],
  ["free memory", "saturation"],
  ["database connections", "saturation"],
  ["load", "saturation"],
]);

/** What a query shows. */
export const signalsIn = (expr: Expr): ReadonlySet<GoldenSignal> =>
  new Set(shownIn(expr).flatMap((selector) => signalOf.get(subjectOf(selector)) ?? []));

/**
 * The series whose values a query gives, as they are now. The requests that a ratio is divided by do not count as traffic,
 * so that a panel of errors does not show traffic too.
 */
function shownIn(expr: Expr): Selector[] {
  switch (expr.kind) {
    case "selector":
      return expr.isMoved ? [] : [expr];
    case "call":
      return hiding.test(expr.name) ? [] : expr.args.flatMap(shownIn);
    case "aggregate":
      return expr.operator === "group" ? [] : expr.args.flatMap(shownIn);
    case "negation":
      return shownIn(expr.operand);
    case "subquery":
      return expr.isMoved ? [] : shownIn(expr.operand);
    case "binary":
      return shownOf(expr);
    default:
      return [];
  }
}

const hiding = /^(?:absent|absent_over_time|present_over_time|timestamp)$/;

const oneSided: ReadonlySet<string> = new Set(["/", "%", "and", "unless"]);

function shownOf({ operator, bool, left, right }: Binary): Selector[] {
  if (oneSided.has(operator)) return shownIn(left);
  if (operator === "*" && [left, right].some((side) => side.kind === "number" && side.value === 0)) return [];
  // Series above a bound are those that are bad: of the others nothing is seen.
  const bound = right.kind === "number" ? right.value : left.kind === "number" ? left.value : 0;
  if (comparisonOperators.has(operator) && !bool && bound !== 0) return [];
  return [...shownIn(left), ...shownIn(right)];
}
