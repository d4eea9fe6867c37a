import { type Subject, subjectOf } from "./metric-names.ts";
import type { Expr, Selector } from "./promql-ast.ts";
import { type Atom, type Interval, includes } from "./promql-conditions.ts";
import { perSecond, selectorsIn, windowOf } from "./promql-reads.ts";

/** What a bound of an alert measures, in units of its own. */
export type Measure =
  /** Share of requests that fail, 0 to 1. */
  | { readonly kind: "error ratio"; readonly above: number; readonly window: number }
  | {
      readonly kind: "latency";
      readonly quantile: number;
      readonly aboveSeconds: number;
      readonly window: number;
    }
  /**
   * A target that does not answer, to the scrape or to a check from outside; `all` where every one has to be
   * down before it counts.
   */
  | {
      readonly kind: "down";
      readonly from: "scrape" | "outside" | "database";
      readonly all: boolean;
      readonly window: number;
    }
  /** Use of something limited: a share from 0 to 1 where it is divided by its limit, else in units. */
  | {
      readonly kind: "memory" | "connections";
      readonly above: number;
      readonly isShare: boolean;
    }
  /** Connections that fail, by the minute. */
  | { readonly kind: "failed connections"; readonly above: number }
  /** So many series at once, of those that another bound lets through. */
  | { readonly kind: "several"; readonly least: number }
  /** Seconds since the newest backup; not a number where something else about backups is measured. */
  | { readonly kind: "backup"; readonly aboveSeconds: number }
  /** A series that is not there. */
  | { readonly kind: "absence" }
  /** Number of requests by the second, with an upper bound or none: a guard against ratios of few. */
  | { readonly kind: "traffic"; readonly above: number; readonly isBounded: boolean }
  /** A recording rule, whose expression is elsewhere. */
  | { readonly kind: "recorded" }
  | { readonly kind: "other" };

export function measureOf({ subject, interval }: Atom): Measure {
  const selectors = selectorsIn(subject);
  if (selectors.length === 0) {
    return { kind: "other" };
  }
  if (selectors.some(({ metric }) => metric.includes(":"))) {
    return { kind: "recorded" };
  }
  if (subject.kind === "call" && subject.name.startsWith("absent")) {
    return { kind: "absence" };
  }
  if (subject.kind === "call" && subject.name === "present") {
    return subjectIn(subject) === "requests"
      ? { kind: "traffic", above: 0, isBounded: false }
      : { kind: "other" };
  }
  if (subject.kind === "call" && subject.name === "unless") {
    return { kind: "other" };
  }
  if (
    subject.kind === "aggregate" &&
    subject.operator === "count" &&
    interval.high === Number.POSITIVE_INFINITY
  ) {
    return {
      kind: "several",
      least: interval.lowOpen ? Math.floor(interval.low) + 1 : Math.ceil(interval.low),
    };
  }
  if (selectors.some(({ metric }) => /backup/i.test(metric))) {
    const isAge = subject.kind === "binary" && subject.operator === "-";
    return { kind: "backup", aboveSeconds: isAge ? interval.low : Number.NaN };
  }
  return (
    ratio(subject, interval) ??
    latency(subject, interval) ??
    down(subject, interval) ??
    level(subject, interval) ?? { kind: "other" }
  );
}

/** The one thing that all selectors of an expression measure; undefined for several. */
function subjectIn(expr: Expr): Subject | undefined {
  const [first, ...others] = new Set(selectorsIn(expr).map(subjectOf));
  return others.length === 0 ? first : undefined;
}

/** Series become one where an aggregation names no labels to keep. */
function ungrouped(expr: Expr, operators: readonly string[]): boolean {
  return (
    expr.kind === "aggregate" &&
    operators.includes(expr.operator) &&
    (expr.grouping === undefined || (expr.grouping.by && expr.grouping.labels.length === 0))
  );
}

function ratio(subject: Expr, interval: Interval): Measure | undefined {
  if (subject.kind !== "binary" || subject.operator !== "/") {
    return undefined;
  }
  const above = subjectIn(subject.left);
  const below = subjectIn(subject.right);
  const window = windowOf(subject);
  const isRate = selectorsIn(subject).every(({ range }) => range !== undefined);
  if (below === "requests" && isRate) {
    if (above === "failed requests") {
      return { kind: "error ratio", above: upwards(interval), window };
    }
    if (above === "served requests") {
      return { kind: "error ratio", above: upwards(inverted(interval)), window };
    }
    return fastShare(subject.left, interval, window);
  }
  const isPart = !limits(subject.left) && limits(subject.right);
  if (above === "memory" && below === "memory" && isPart) {
    return { kind: "memory", above: upwards(interval), isShare: true };
  }
  if (below === "memory" && isUsed(subject.left)) {
    return { kind: "memory", above: upwards(interval), isShare: true };
  }
  if (above === "free memory" && below === "memory") {
    return { kind: "memory", above: upwards(inverted(interval)), isShare: true };
  }
  return above === "database connections" && below === "database connections" && isPart
    ? { kind: "connections", above: upwards(interval), isShare: true }
    : undefined;
}

/** Whether an expression gives how much there is of something, rather than how much of it is used. */
function limits(expr: Expr): boolean {
  return selectorsIn(expr).every(({ metric }) => /limit|total|max|size_bytes|machine|capacity/i.test(metric));
}

/** What there is less what is free of it, as with the node exporter. */
function isUsed(expr: Expr): boolean {
  const inner = expr.kind === "aggregate" ? expr.args.at(-1) : expr;
  if (inner?.kind !== "binary" || inner.operator !== "-") {
    return false;
  }
  const isRest = inner.left.kind === "binary" ? isUsed(inner.left) : limits(inner.left);
  return isRest && subjectIn(inner.right) === "free memory";
}

/** The value above which a bound is met, however high; never where it is met up to some value only. */
function upwards({ low, high }: Interval): number {
  return high >= 1 ? low : Number.POSITIVE_INFINITY;
}

/** Of 1 minus a share. */
function inverted({ low, lowOpen, high, highOpen }: Interval): Interval {
  return { low: 1 - high, lowOpen: highOpen, high: 1 - low, highOpen: lowOpen };
}

/** The share of requests faster than a bucket's bound says the same as a quantile of the duration. */
function fastShare(counted: Expr, { high }: Interval, window: number): Measure | undefined {
  const buckets = selectorsIn(counted).map((selector) => ({
    bound: Number(selector.matchers.find(({ label, operator }) => label === "le" && operator === "=")?.value),
    selector,
  }));
  const [first] = buckets;
  if (first === undefined || buckets.length > 1 || !first.selector.metric.endsWith("_bucket")) {
    return undefined;
  }
  const aboveSeconds = first.bound * unitOf(first.selector.metric);
  return subjectOf(first.selector) === "request duration" && Number.isFinite(aboveSeconds)
    ? { kind: "latency", quantile: high, aboveSeconds, window }
    : undefined;
}

function latency(subject: Expr, interval: Interval): Measure | undefined {
  const expr = worst(subject);
  const [quantile, series] = quantileOf(expr);
  const [first] = series === undefined ? [] : selectorsIn(series);
  if (quantile === undefined || series === undefined || first === undefined) {
    return undefined;
  }
  const isDuration = subjectIn(series) === "request duration" && interval.high === Number.POSITIVE_INFINITY;
  return isDuration
    ? {
        kind: "latency",
        quantile,
        aboveSeconds: interval.low * unitOf(first.metric),
        window: windowOf(series),
      }
    : undefined;
}

/** A quantile and the series that it is of, by function or, in a summary, by label. */
function quantileOf(expr: Expr): [number | undefined, Expr | undefined] {
  if (expr.kind === "call" && expr.name === "histogram_quantile") {
    const [quantile, series] = expr.args;
    return [quantile?.kind === "number" ? quantile.value : undefined, series];
  }
  if (expr.kind === "selector") {
    const label = expr.matchers.find((matcher) => matcher.label === "quantile" && matcher.operator === "=");
    return [label && Number(label.value), expr];
  }
  return [undefined, undefined];
}

/** The highest of several series is above a bound as soon as one is. */
function worst(expr: Expr): Expr {
  const [inner] = expr.kind === "aggregate" && expr.operator === "max" ? expr.args : [];
  return inner === undefined ? expr : worst(inner);
}

/** Seconds in the unit that a metric's name gives. */
const unitOf = (metric: string): number => (/_(?:ms|milliseconds)(?:_|$)/i.test(metric) ? 0.001 : 1);

function down(subject: Expr, interval: Interval): Measure | undefined {
  const isProbe = isProbeShare(subject);
  const answers = isProbe || (subject.kind !== "binary" && subjectIn(subject) === "up");
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
    all: ungrouped(subject, ["max", "sum", "group"]) || (from === "scrape" && isDiluted),
    window: windowOf(subject),
  };
}

/** Who finds a target down: the scraper, a check from outside, or the exporter of a database. */
function origins(selectors: readonly Selector[]): Extract<Measure, { kind: "down" }>["from"] | undefined {
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
    selectorsIn(subject).every(({ metric }) => /^probe_(?:all_)?success_(?:sum|count)$/.test(metric))
  );
}

function level(subject: Expr, interval: Interval): Measure | undefined {
  if (subject.kind === "binary") {
    return undefined;
  }
  const above = interval.high === Number.POSITIVE_INFINITY ? interval.low : Number.POSITIVE_INFINITY;
  switch (subjectIn(subject)) {
    case "requests":
      return {
        kind: "traffic",
        above: interval.low * perSecond(subject),
        isBounded: interval.high !== Number.POSITIVE_INFINITY,
      };
    case "memory":
      return limits(subject) || isLeast(subject) ? undefined : { kind: "memory", above, isShare: false };
    case "database connections":
      return limits(subject) || isLeast(subject) ? undefined : { kind: "connections", above, isShare: false };
    case "failed connections":
      return { kind: "failed connections", above: above * perSecond(subject) * 60 };
    default:
      return undefined;
  }
}

/** Whether the least of several series decides, so that one which is high goes unseen. */
function isLeast(expr: Expr): boolean {
  return expr.kind === "aggregate" && ["min", "bottomk"].includes(expr.operator);
}
