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
  switch (expr.kind) {
    case "selector":
      return expr.range || 0;
    case "call":
    case "aggregate":
      return Math.max(0, ...expr.args.map(windowOf));
    case "binary":
      return Math.max(windowOf(expr.left), windowOf(expr.right));
    case "subquery":
      return Math.max(expr.range, windowOf(expr.operand));
    case "negation":
      return windowOf(expr.operand);
    default:
      return 0;
  }
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
