import { inflationOf, mannWhitney, mean, median, thinned, trendOf } from "./statistics.ts";

/** What a window of a series is judged to be. */
export interface Judgment {
  readonly state: "holds" | "does-not-hold" | "unknown";
  /** One sentence, with what was measured. */
  readonly summary: string;
  readonly measured?: number;
  readonly expected?: number;
}

/** The values of a series in a window, gaps left out. */
export interface Window {
  readonly values: readonly number[];
  /** How many values a window without gaps has. */
  readonly whole: number;
}

/** The fewest values from which anything is concluded. */
const fewest = 20;
/** The part of a window that may be missing. */
const mostMissing = 0.2;
/** The part of a window's values that may be above a limit. */
const mostAbove = 0.05;
/** The probability below which a difference counts, and the effect and the rise that it needs beside it. */
const significant = 0.01;
const leastEffect = 0.33;
const leastRise = 0.1;
/** Half of a window has fewer values, and is a second look at them. */
const leastEffectOfHalf = 0.55;
/** How many values of a window are compared: neighbors follow each other, so all of them would count too much. */
const compared = 60;

/** Not a number and infinities are no values: a ratio of nothing says nothing. */
export function windowOf(values: readonly number[], whole: number): Window {
  return { values: values.filter(Number.isFinite), whole };
}

function tooFew({ values, whole }: Window): Judgment | undefined {
  if (values.length >= fewest && values.length >= whole * (1 - mostMissing)) return undefined;
  return { state: "unknown", summary: `${values.length} of ${whole} values are there` };
}

/**
 * Whether a window stays below a limit: at most one value in 20 is at or above it.
 *
 * @param lookedBack part of the window that each value looks back over, 0 to 1: that much longer is one event seen
 */
export function belowLimit(window: Window, limit: number, lookedBack = 0): Judgment {
  const missing = tooFew(window);
  if (missing !== undefined) return missing;
  const above = partAbove(window, limit);
  const measured = median(window.values);
  const summary = `median ${shown(measured)}, limit ${shown(limit)}, ${Math.round(above * 100)} % of the time above`;
  return {
    state: above > mostAbove + lookedBack ? "does-not-hold" : "holds",
    summary,
    measured,
    expected: limit,
  };
}

function partAbove({ values }: Window, limit: number): number {
  return values.filter((value) => value >= limit).length / values.length;
}

/** How many events the values of a window were made of. */
export interface Traffic {
  /** In the window, or on average in the range that each value looks back over. */
  readonly count: number;
  /** Fewer than these may be above a limit by chance. */
  readonly least: number;
  /** What is counted, such as `requests`. */
  readonly noun: string;
  /** Whether a window that is above its limit most of the time is so with few events as well. */
  readonly mostlyCounts: boolean;
}

/**
 * A breach by so few events that chance makes one is none, and no pass either: one request that fails at night is a
 * large share of five minutes.
 */
export function byFew(judgment: Judgment, window: Window, traffic: Traffic): Judgment {
  const { count, least, noun, mostlyCounts } = traffic;
  if (judgment.state !== "does-not-hold" || count >= least || judgment.expected === undefined)
    return judgment;
  if (mostlyCounts && count >= 1 && partAbove(window, judgment.expected) > 0.5) return judgment;
  const summary = `${judgment.summary}, by ${shown(count)} ${noun} of the ${least} that tell`;
  return { ...judgment, state: "unknown", summary };
}

/**
 * Whether a window is as good as the same hours before: it is not if it is above each of them by the test of Mann
 * and Whitney, with an effect and a rise that matter.
 *
 * @param earlier by the name of what it is compared with
 */
export function notWorse(window: Window, earlier: Readonly<Record<string, Window>>): Judgment {
  const missing = tooFew(window);
  if (missing !== undefined) return missing;
  const usable = Object.entries(earlier).filter(([, before]) => tooFew(before) === undefined);
  if (usable.length === 0)
    return { state: "unknown", summary: "there are too few values of earlier hours to compare with" };
  const measured = median(window.values);
  const compare = ([name, before]: [string, Window]) => {
    const isWorse =
      isAbove(before.values, window.values, leastEffect) ||
      isAbove(secondHalf(before.values), secondHalf(window.values), leastEffectOfHalf);
    return { name, expected: median(before.values), isWorse };
  };
  const comparisons = usable.map(compare);
  const best = comparisons.find(({ isWorse }) => !isWorse);
  const [shownOne = comparisons[0]] = best === undefined ? comparisons : [best];
  if (shownOne === undefined) return { state: "unknown", summary: "there is nothing to compare with" };
  const { name, expected } = shownOne;
  const summary = `median ${shown(measured)}, ${name} ${shown(expected)}`;
  return { state: best === undefined ? "does-not-hold" : "holds", summary, measured, expected };
}

/** What a series came to: something that begins in the middle of a window is seen there. */
function secondHalf(values: readonly number[]): readonly number[] {
  return values.slice(values.length >> 1);
}

function isAbove(before: readonly number[], after: readonly number[], least: number): boolean {
  const earlier = thinned(before, compared);
  const { p, effect } = mannWhitney(earlier, thinned(after, compared), inflationOf(earlier));
  const [expected, measured] = [median(before), median(after)];
  // Of what happens seldom both medians are 0, and the means tell.
  const isSeldom = expected === 0 && measured === 0;
  const rise = isSeldom ? riseOf(mean(before), mean(after)) : riseOf(expected, measured);
  return p < significant && effect >= least && rise >= leastRise;
}

/** By which part a value is above an earlier one; what was nothing before has doubled. */
function riseOf(before: number, after: number): number {
  if (before === 0) return after > 0 ? 1 : 0;
  return (after - before) / Math.abs(before);
}

/**
 * Whether memory leaks: it rises steadily, and by so much that a day would add a tenth of what is there. A process
 * that starts anew gives its memory back, and so does garbage that is collected late: what rises so between falls is
 * unknown.
 *
 * @param hours that the window spans
 */
export function noLeak(window: Window, hours: number): Judgment {
  const missing = tooFew(window);
  if (missing !== undefined) return missing;
  const values = thinned(window.values, compared);
  const level = median(values);
  const rising = (parts: readonly number[][]) => {
    const { p, slope } = trendOf(parts);
    const part = level === 0 ? 0 : ((slope * values.length) / hours / level) * 24;
    return { part, leaks: p < significant && part >= leastRise };
  };
  const inAll = rising([values]);
  const parts = betweenStarts(values);
  const between = inAll.leaks || parts.length === 1 ? inAll : rising(parts);
  const isHidden = !inAll.leaks && between.leaks;
  const { part } = isHidden ? between : inAll;
  const rate = `${part >= 0 ? "+" : ""}${Math.round(part * 100)} % in a day at this rate`;
  return {
    state: inAll.leaks ? "does-not-hold" : isHidden ? "unknown" : "holds",
    summary: isHidden
      ? `${rate} between falls: look whether the process starts anew, or only collects late`
      : rate,
    measured: part,
    expected: leastRise,
  };
}

/** The part of its memory that a process which starts again gives back at least. */
const leastFall = 0.2;

/** Values between two falls. */
function betweenStarts(values: readonly number[]): number[][] {
  const parts: number[][] = [[]];
  values.forEach((value, index) => {
    const before = values[index - 1];
    if (before !== undefined && value < before * (1 - leastFall)) parts.push([]);
    parts.at(-1)?.push(value);
  });
  return parts;
}

/**
 * Whether memory stays where it is under load: it does not where it rises steadily, and by a tenth from the beginning
 * of the load to its end. A load is too short to say what a day would add.
 */
export function steady(window: Window): Judgment {
  const missing = tooFew(window);
  if (missing !== undefined) return missing;
  const values = thinned(window.values, compared);
  const { p, slope } = trendOf([values]);
  const level = median(values);
  const part = level === 0 ? 0 : (slope * (values.length - 1)) / level;
  const rises = p < significant && part >= leastRise;
  const summary = `${part >= 0 ? "+" : ""}${Math.round(part * 100)} % from the beginning to the end`;
  return { state: rises ? "does-not-hold" : "holds", summary, measured: part, expected: leastRise };
}

/** Three digits, without a tail of zeros. */
function shown(value: number): string {
  return String(Number(value.toPrecision(3)));
}
