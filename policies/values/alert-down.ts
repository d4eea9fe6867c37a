import { type Interval, includes } from "./intervals.ts";
import { subjectIn } from "./metric-names.ts";
import { isLevel, volumeOf } from "./promql-amounts.ts";
import type { Expr, Selector } from "./promql-ast.ts";
import { selectorsIn, windowOf } from "./promql-reads.ts";

/**
 * A target that does not answer, to the scrape or to a check from outside; `all` where every one has to be down before
 * it counts.
 */
export interface Down {
  readonly kind: "down";
  readonly from: "scrape" | "outside" | "database";
  readonly all: boolean;
  readonly window: number;
}

/** What a bound says of targets that do not answer; undefined where it is about something else. */
export function down(subject: Expr, interval: Interval): Down | undefined {
  const isProbe = isProbeShare(subject);
  const answers = isProbe || (subject.kind !== "binary" && isLevel(subject) && subjectIn(subject) === "up");
  if (!answers || !includes(interval, 0) || includes(interval, 1)) {
    return undefined;
  }
  const from = origins(selectorsIn(subject));
  if (from === undefined) {
    return undefined;
  }
  // With two targets, one that is down leaves an average of one half.
  const isDiluted = !isProbe && ungrouped(subject, ["avg"]) && !includes(interval, 0.5);
  return {
    kind: "down",
    from,
    all: ungrouped(subject, ["max", "sum"]) || (from === "scrape" && isDiluted),
    window: windowOf(subject),
  };
}

/** Who finds a target down: the scraper, a check from outside, or the exporter of a database. */
function origins(selectors: readonly Selector[]): Down["from"] | undefined {
  const names = selectors.map(({ metric }) => metric);
  if (names.every((name) => name.startsWith("probe"))) {
    return "outside";
  }
  if (names.every((name) => /^(?:pg|postgres|postgresql|pgbouncer)_up$/.test(name))) {
    return "database";
  }
  return names.every((name) => name === "up") ? "scrape" : undefined;
}

/** Grafana's synthetic checks count successes and runs. */
function isProbeShare(subject: Expr): boolean {
  return (
    subject.kind === "binary" &&
    subject.operator === "/" &&
    volumeOf(subject.left)?.perSecond === volumeOf(subject.right)?.perSecond &&
    volumeOf(subject.left) !== undefined &&
    selectorsIn(subject).every(({ metric }) => /^probe_(?:all_)?success_(?:sum|count)$/.test(metric))
  );
}

/** Series become one where an aggregation names no labels to keep. */
function ungrouped(expr: Expr, operators: readonly string[]): boolean {
  return (
    expr.kind === "aggregate" &&
    operators.includes(expr.operator) &&
    (expr.grouping === undefined || (expr.grouping.by && expr.grouping.labels.length === 0))
  );
}
