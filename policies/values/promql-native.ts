import type { Expr } from "./promql-ast.ts";
import { selectorsIn } from "./promql-reads.ts";

/** Functions that read native histograms alone. */
export const ofNative: ReadonlySet<string> = new Set([
  "histogram_count",
  "histogram_sum",
  "histogram_avg",
  "histogram_fraction",
]);

/**
 * Metrics that an expression reads by such functions: whoever wrote it knows that they are native histograms, whose
 * names say nothing of it.
 */
export function nativeIn(expr: Expr): string[] {
  switch (expr.kind) {
    case "call": {
      const inside = ofNative.has(expr.name)
        ? expr.args.flatMap(selectorsIn).map(({ metric }) => metric)
        : [];
      return [...inside, ...expr.args.flatMap(nativeIn)];
    }
    case "aggregate":
      return expr.args.flatMap(nativeIn);
    case "binary":
      return [...nativeIn(expr.left), ...nativeIn(expr.right)];
    case "negation":
    case "subquery":
      return nativeIn(expr.operand);
    default:
      return [];
  }
}

/** The observations of a native histogram, as a classic one has them in a series of its own. */
export function countsOf(expr: Expr): Expr {
  switch (expr.kind) {
    case "selector":
      return { ...expr, metric: `${expr.metric}_count` };
    case "call":
    case "aggregate":
      return { ...expr, args: expr.args.map(countsOf) };
    default:
      return expr;
  }
}
