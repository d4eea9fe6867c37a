import { type Down, down } from "./alert-down.ts";
import type { Interval } from "./intervals.ts";
import { subjectIn, subjectOf } from "./metric-names.ts";
import { isLevel, keepsStatus, volumeOf } from "./promql-amounts.ts";
import { constantOf, linear } from "./promql-arithmetic.ts";
import type { Binary, Expr } from "./promql-ast.ts";
import type { Atom } from "./promql-conditions.ts";
import { selectorsIn, windowOf } from "./promql-reads.ts";
import { isDiluted } from "./promql-shares.ts";

/** What a bound of an alert measures, in units of its own. */
export type Measure =
  /** Share of requests that fail, 0 to 1. */
  | {
      readonly kind: "error ratio";
      readonly above: number;
      readonly window: number;
      /** Set where it is a share of more than what it is counted in. */
      readonly isDiluted?: boolean;
    }
  | {
      readonly kind: "latency";
      readonly quantile: number;
      readonly aboveSeconds: number;
      readonly window: number;
      readonly isDiluted?: boolean;
    }
  | Down
  /** Use of something limited: a share from 0 to 1 where it is divided by its limit, else in units. */
  | {
      readonly kind: "memory" | "connections";
      readonly above: number;
      readonly isShare: boolean;
      /** Seconds for which it has to be used up before the figure says so, where that is not at once. */
      readonly window?: number;
      readonly isDiluted?: boolean;
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

type Latency = Extract<Measure, { kind: "latency" }>;

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
    return { kind: "backup", aboveSeconds: isAge(subject) ? upwards(interval) : Number.NaN };
  }
  return (
    ratio(subject, interval) ??
    latency(subject, interval) ??
    smoothed(subject, interval) ??
    down(subject, interval) ??
    level(subject, interval) ?? { kind: "other" }
  );
}

/** A share or a quantile that is averaged over some time meets a bound once it has met it for all of that time. */
function smoothed(subject: Expr, interval: Interval): Measure | undefined {
  const [over] = subject.kind === "call" && smoothing.has(subject.name) ? subject.args : [];
  if (over?.kind !== "subquery" || over.isMoved) {
    return undefined;
  }
  const { base, scale, offset } = linear(over.operand);
  if (scale <= 0 || interval.except !== undefined) {
    return undefined;
  }
  const measure = measureOf({
    subject: base,
    interval: { ...interval, low: (interval.low - offset) / scale, high: (interval.high - offset) / scale },
  });
  return measure.kind === "error ratio" || measure.kind === "latency"
    ? { ...measure, window: measure.window + over.range }
    : undefined;
}

const smoothing: ReadonlySet<string> = new Set(["avg_over_time", "min_over_time", "max_over_time"]);

/** The time now less the one of something, which a series gives in seconds since 1970. */
function isAge(subject: Expr): boolean {
  return (
    subject.kind === "binary" &&
    subject.operator === "-" &&
    subject.left.kind === "call" &&
    subject.left.name === "time" &&
    isLevel(subject.right)
  );
}

function ratio(subject: Expr, interval: Interval): Measure | undefined {
  if (subject.kind !== "binary" || subject.operator !== "/") {
    return undefined;
  }
  const counted = volumeOf(subject.left);
  const all = volumeOf(subject.right);
  if (counted !== undefined && all?.subject === "requests" && counted.perSecond === all.perSecond) {
    const window = windowOf(subject);
    if (counted.subject === "failed requests") {
      return { kind: "error ratio", above: upwards(interval), window, isDiluted: isDilutedIn(subject) };
    }
    const isDiluted = isDilutedIn(subject, true);
    if (counted.subject === "served requests" && !keepsStatus(subject.left)) {
      return { kind: "error ratio", above: upwards(inverted(interval)), window, isDiluted };
    }
    const fast = fastShare(subject.left, interval, window);
    return fast && { ...fast, isDiluted };
  }
  const above = subjectIn(subject.left);
  const below = subjectIn(subject.right);
  if (!isLevel(subject) || isLeast(subject.left)) {
    return undefined;
  }
  const isPart = !limits(subject.left) && limits(subject.right);
  const window = delayIn(subject.left);
  const isDiluted = isDilutedIn(subject);
  if (above === "memory" && below === "memory" && isPart) {
    return { kind: "memory", above: upwards(interval), isShare: true, window, isDiluted };
  }
  if (below === "memory" && isUsed(subject.left)) {
    return { kind: "memory", above: upwards(interval), isShare: true, window, isDiluted };
  }
  if (above === "free memory" && below === "memory") {
    const isRestDiluted = isDilutedIn(subject, true);
    return {
      kind: "memory",
      above: upwards(inverted(interval)),
      isShare: true,
      window,
      isDiluted: isRestDiluted,
    };
  }
  return above === "database connections" && below === "database connections" && isPart
    ? { kind: "connections", above: upwards(interval), isShare: true, window, isDiluted }
    : undefined;
}

const isDilutedIn = ({ left, right }: Binary, isRest = false): boolean => isDiluted(left, right, isRest);

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
function fastShare(counted: Expr, { high }: Interval, window: number): Latency | undefined {
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
  const fraction = slowShare(expr, interval);
  if (fraction !== undefined) {
    return fraction;
  }
  const [quantile, series] = quantileOf(expr);
  const [first] = series === undefined ? [] : selectorsIn(series);
  if (quantile === undefined || series === undefined || first === undefined) {
    return undefined;
  }
  if (series.kind !== "selector" && volumeOf(series) === undefined) {
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

/** The share of a native histogram's observations from 0 to a bound says the same as a quantile. */
function slowShare(expr: Expr, { high }: Interval): Measure | undefined {
  const [from, to, series] = expr.kind === "call" && expr.name === "histogram_fraction" ? expr.args : [];
  const low = from && constantOf(from);
  const bound = to && constantOf(to);
  const [first] = series === undefined ? [] : selectorsIn(series);
  if (series === undefined || first === undefined || low !== 0 || bound === undefined) {
    return undefined;
  }
  return volumeOf(series) !== undefined && subjectIn(series) === "request duration"
    ? {
        kind: "latency",
        quantile: high,
        aboveSeconds: bound * unitOf(first.metric),
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

function level(subject: Expr, interval: Interval): Measure | undefined {
  if (subject.kind === "binary") {
    return undefined;
  }
  const above = interval.high === Number.POSITIVE_INFINITY ? interval.low : Number.POSITIVE_INFINITY;
  const volume = volumeOf(subject);
  if (volume?.subject === "requests") {
    return {
      kind: "traffic",
      above: interval.low * volume.perSecond,
      isBounded: interval.high !== Number.POSITIVE_INFINITY,
    };
  }
  if (volume?.subject === "failed connections") {
    return { kind: "failed connections", above: above * volume.perSecond * 60 };
  }
  const kind = subjectIn(subject);
  if (kind === "failed connections" && isLevel(subject)) {
    return { kind, above };
  }
  if (!isLevel(subject) || limits(subject) || isLeast(subject)) {
    return undefined;
  }
  if (kind === "memory") {
    return { kind: "memory", above, isShare: false, window: delayIn(subject) };
  }
  return kind === "database connections"
    ? { kind: "connections", above, isShare: false, window: delayIn(subject) }
    : undefined;
}

/** The time over which a level is averaged, or has to last; the highest of some time, or a forecast, tells at once. */
function delayIn(expr: Expr): number {
  switch (expr.kind) {
    case "call":
      return ["max_over_time", "last_over_time", "predict_linear"].includes(expr.name)
        ? 0
        : Math.max(expr.name.endsWith("_over_time") ? windowOf(expr) : 0, ...expr.args.map(delayIn));
    case "aggregate":
      return Math.max(0, ...expr.args.map(delayIn));
    case "binary":
      return Math.max(delayIn(expr.left), delayIn(expr.right));
    case "negation":
    case "subquery":
      return delayIn(expr.operand);
    default:
      return 0;
  }
}

/** Whether the least of several series decides, so that one which is high goes unseen. */
function isLeast(expr: Expr): boolean {
  return (
    expr.kind === "aggregate" &&
    (["min", "bottomk"].includes(expr.operator) || expr.args.some((argument) => isLeast(argument)))
  );
}
