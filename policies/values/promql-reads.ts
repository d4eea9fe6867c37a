import type { Expr, Selector } from "./promql-ast.ts";

/** Every selector of an expression. */
export function selectorsIn(expr: Expr): Selector[] {
  switch (expr.kind) {
    case "selector":
      return [expr];
    case "call":
    case "aggregate":
      return expr.args.flatMap(selectorsIn);
    case "binary":
      return [...selectorsIn(expr.left), ...selectorsIn(expr.right)];
    case "negation":
    case "subquery":
      return selectorsIn(expr.operand);
    default:
      return [];
  }
}

/** The longest range that an expression looks back over, in seconds. */
export function windowOf(expr: Expr): number {
  const own = expr.kind === "subquery" ? expr.range : 0;
  return Math.max(own, ...selectorsIn(expr).map(({ range }) => range ?? 0));
}

/** Of an increase over a range the part of a second; a rate has it. */
export function perSecond(expr: Expr): number {
  switch (expr.kind) {
    case "call":
      return ["increase", "delta", "changes"].includes(expr.name) ? 1 / Math.max(windowOf(expr), 1) : 1;
    case "aggregate": {
      const inner = expr.args.at(-1);
      return inner === undefined ? 1 : perSecond(inner);
    }
    default:
      return 1;
  }
}
