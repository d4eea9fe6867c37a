import type { Aggregate, Expr } from "./promql-ast.ts";
import { isJudgedElsewhere, labelsOf } from "./promql-labels.ts";
import { selectorsIn } from "./promql-reads.ts";

/**
 * Whether a share stays below what it means: what is divided by is a sum over series, or over time, and what is
 * divided is not. The largest of two instances over the sum of their limits is at most a half of it. Of a rest, such as
 * what is free, both sides have to be summed alike.
 */
export function isDiluted(counted: Expr, all: Expr, isRest: boolean): boolean {
  const labels = labelsIn(isRest ? [counted, all] : [all], counted, all);
  return (
    sumsOverTime(counted) !== sumsOverTime(all) ||
    labels.some(
      (label) =>
        (isSummed(all, label, false) && !isSummed(counted, label, true)) ||
        (isRest && isSummed(counted, label, false) && !isSummed(all, label, true)),
    )
  );
}

/** Any label of an exporter that no aggregation names. */
const anyOther = "";

/** Labels that keep the series of some expressions apart, as far as they are known, and those that are named. */
function labelsIn(measured: readonly Expr[], ...sides: readonly Expr[]): string[] {
  const labels = measured.flatMap(selectorsIn).map(labelsOf);
  const named = sides.flatMap((side) => aggregatesIn(side).flatMap(({ grouping }) => grouping?.labels ?? []));
  const found = labels.flatMap((own) => ("names" in own ? [...own.names] : [...named, anyOther]));
  return [...new Set(found)].filter((label) => !isOfCondition(label));
}

/** Labels by which one side is chosen. */
const isOfCondition = (label: string): boolean => label === "state" || isJudgedElsewhere(label);

function aggregatesIn(expr: Expr): Aggregate[] {
  const inner = insideOf(expr).flatMap(aggregatesIn);
  return expr.kind === "aggregate" ? [expr, ...inner] : inner;
}

function insideOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "call":
    case "aggregate":
      return expr.args;
    case "binary":
      return [expr.left, expr.right];
    case "negation":
    case "subquery":
      return [expr.operand];
    default:
      return [];
  }
}

/** Whether series that differ by a label are added up: on every side of what is reckoned with, or on one. */
function isSummed(expr: Expr, label: string, isEach: boolean): boolean {
  if (expr.kind === "aggregate" && expr.operator === "sum" && merges(expr, label)) {
    return true;
  }
  const inside = insideOf(expr).filter((inner) => selectorsIn(inner).length > 0);
  const test = (inner: Expr) => isSummed(inner, label, isEach);
  return isEach ? inside.length > 0 && inside.every(test) : inside.some(test);
}

/** Whether an aggregation makes one series of those that differ by a label alone. */
function merges({ grouping, args }: Aggregate, label: string): boolean {
  if (grouping === undefined) {
    return true;
  }
  const listed = new Set(grouping.labels);
  if (!grouping.by) {
    return listed.has(label);
  }
  return (
    !listed.has(label) &&
    !isDecided(
      label,
      listed,
      args.flatMap(selectorsIn).map(({ metric }) => metric),
    )
  );
}

/** Whether the labels that are kept say which one it is: of an instance there is one host, and of a container one pod. */
function isDecided(label: string, kept: ReadonlySet<string>, metrics: readonly string[]): boolean {
  const isOfContainers = metrics.some((metric) => /^(?:container|kube)_/.test(metric));
  const isKept = isOfContainers
    ? kept.has("id") || (kept.has("container") && (kept.has("pod") || kept.has("pod_name")))
    : kept.has("instance");
  return isKept && (label === anyOther || ofTargets.test(label));
}

const ofTargets = /^(?:host|instance|job|scrape_job|namespace|node|image|id|name|uid)$/;

/** How often values of some time are added up. */
function sumsOverTime(expr: Expr): number {
  const own = expr.kind === "call" && /^(?:sum|count)_over_time$/.test(expr.name) ? 1 : 0;
  return own + Math.max(0, ...insideOf(expr).map(sumsOverTime));
}
