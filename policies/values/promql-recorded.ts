import type { Expr, Selector } from "./promql-ast.ts";

/** Depth to which recorded series may be made of others; a circle goes deeper. */
const deepest = 5;

/**
 * An expression with what recording rules record in place of the series that they give. A series that the expression
 * limits by its labels stays as it is: which labels it has is up to the rule.
 */
export function withRecorded(expr: Expr, recorded: ReadonlyMap<string, Expr>, depth = 0): Expr {
  const inside = (inner: Expr) => withRecorded(inner, recorded, depth);
  switch (expr.kind) {
    case "selector": {
      const made = depth < deepest && expr.matchers.length === 0 ? recorded.get(expr.metric) : undefined;
      return made === undefined ? expr : over(expr, withRecorded(made, recorded, depth + 1));
    }
    case "call":
    case "aggregate":
      return { ...expr, args: expr.args.map(inside) };
    case "binary":
      return { ...expr, left: inside(expr.left), right: inside(expr.right) };
    case "negation":
    case "subquery":
      return { ...expr, operand: inside(expr.operand) };
    default:
      return expr;
  }
}

/** A range of a recorded series is one of values that the rule gave at each of its evaluations. */
function over({ range, isMoved }: Selector, operand: Expr): Expr {
  return range === undefined && !isMoved
    ? operand
    : { kind: "subquery", operand, range: range ?? 0, ...(isMoved && { isMoved }) };
}
