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

/** The longest range that an expression looks back over, in seconds, as far as it says one. */
export function windowOf(expr: Expr): number {
  const own = expr.kind === "subquery" ? expr.range : 0;
  return Math.max(own, ...selectorsIn(expr).map(({ range }) => range || 0));
}

/** Names of the queries that a formula of Grafana refers to. */
export function referencesIn(expr: Expr): string[] {
  switch (expr.kind) {
    case "reference":
      return [expr.name];
    case "call":
    case "aggregate":
      return expr.args.flatMap(referencesIn);
    case "binary":
      return [...referencesIn(expr.left), ...referencesIn(expr.right)];
    case "negation":
    case "subquery":
      return referencesIn(expr.operand);
    default:
      return [];
  }
}
