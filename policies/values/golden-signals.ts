import { type Subject, subjectOf } from "./metric-names.ts";
import type { Expr } from "./promql-ast.ts";
import { selectorsIn } from "./promql-reads.ts";

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

/**
 * What a query shows. The requests that a ratio is divided by do not count as traffic, so that a panel of
 * errors does not show traffic too.
 */
export function signalsIn(expr: Expr): ReadonlySet<GoldenSignal> {
  const shown = expr.kind === "binary" && expr.operator === "/" ? expr.left : expr;
  return new Set(selectorsIn(shown).flatMap((selector) => signalOf.get(subjectOf(selector)) ?? []));
}
