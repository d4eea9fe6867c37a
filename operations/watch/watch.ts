import { type Samples, sampled } from "../../evidence/samples.ts";
import {
  belowLimit,
  byFew,
  type Judgment,
  noLeak,
  notWorse,
  type Window,
  windowOf,
} from "../../metrics/judge.ts";
import { mean, median } from "../../metrics/statistics.ts";
import { VendorProblem } from "../../vendors/problem.ts";
import type { RangeSeries } from "../../vendors/prometheus.ts";
import { type Criterion, type Hour, hours, range } from "./criteria.ts";

/** Where series are read. */
export interface Metrics {
  range(query: string, from: Date, to: Date, stepSeconds: number): Promise<RangeSeries[]>;
}

export interface WatchOptions {
  readonly criteria: readonly Criterion[];
  readonly metrics: Metrics;
  /** When the release went live. */
  readonly since: Date;
  /** When the release before went live, whose same hours are compared with. */
  readonly before?: Date | undefined;
  readonly now: Date;
}

/** What a criterion found, for the worst of its series. */
export interface Watched {
  readonly criterion: Criterion;
  readonly judgment: Judgment;
  /** Labels of the series, such as `host=api`; empty for one without. */
  readonly series: string;
  /** The series itself, where the criterion says how it is shown. */
  readonly samples?: Samples;
}

export interface WatchResult {
  /** The hours that have come, each with what was found. */
  readonly hours: readonly {
    readonly hour: Hour;
    readonly endedAt: Date;
    readonly watched: readonly Watched[];
  }[];
  /** When the next hour comes; undefined after the last. */
  readonly nextAt: Date | undefined;
  /** Median of each series in the last 24 hours, once they have passed: what the next release is compared with. */
  readonly baselines: readonly { readonly name: string; readonly series: string; readonly median: number }[];
}

const hourMs = 3_600_000;
const week = 7 * 24 * hourMs;

/** Values by hour are enough for a judgment, and few enough for a server. */
const stepSeconds: Readonly<Record<Hour, number>> = { 1: 15, 6: 60, 24: 240 };

/**
 * Judges every hour that has come since a deployment. Everything is read from the metrics each time, so it can be
 * called from a schedule, at any moment and again.
 */
export async function watch(options: WatchOptions): Promise<WatchResult> {
  const { criteria, since, now } = options;
  const due = hours.filter((hour) => now.getTime() >= endOf(since, hour).getTime());
  const next = hours.find((hour) => !due.includes(hour));
  const judged: { hour: Hour; endedAt: Date; watched: Watched[] }[] = [];
  const baselines: { name: string; series: string; median: number }[] = [];
  for (const hour of due) {
    const watched: Watched[] = [];
    for (const criterion of criteria.filter((one) => one.hour === hour)) {
      const { worst, medians } = await judge(criterion, options);
      watched.push(worst);
      if (hour === 24) baselines.push(...medians);
    }
    judged.push({ hour, endedAt: endOf(since, hour), watched });
  }
  return { hours: judged, nextAt: next === undefined ? undefined : endOf(since, next), baselines };
}

/** How long back a look between the hours goes. */
const backMs = hourMs;
/** Before that there are too few values for any look. */
const leastMs = 10 * 60_000;

/**
 * Judges the last hour by the objectives, so that what breaks between the hours is found when it breaks.
 *
 * @returns nothing in the first minutes, which have too few values
 */
export async function watchLately(options: WatchOptions): Promise<readonly Watched[]> {
  const { criteria, since, now } = options;
  const from = new Date(Math.max(since.getTime(), now.getTime() - backMs));
  if (now.getTime() - from.getTime() < leastMs) return [];
  const span = { from, to: now, seconds: stepSeconds[1] };
  const looked: Watched[] = [];
  for (const criterion of criteria.filter(({ hour }) => hour === 1)) {
    looked.push((await judge(criterion, options, span)).worst);
  }
  return looked;
}

interface Span {
  readonly from: Date;
  readonly to: Date;
  readonly seconds: number;
}

function spanOf(hour: Hour, from: Date): Span {
  return { from, to: endOf(from, hour), seconds: stepSeconds[hour] };
}

function endOf(since: Date, hour: Hour): Date {
  return new Date(since.getTime() + hour * hourMs);
}

async function judge(
  criterion: Criterion,
  options: WatchOptions,
  span: Span = spanOf(criterion.hour, options.since),
) {
  const none = (summary: string) => ({
    worst: { criterion, judgment: { state: "unknown", summary } satisfies Judgment, series: "" },
    medians: [],
  });
  try {
    const current = await read(criterion.query, options, span);
    if (current.size === 0) return none("there is no such series");
    const earlier: [string, Map<string, Window>][] =
      criterion.judge.kind === "not-worse" ? await earlierHours(criterion, options) : [];
    const all = await Promise.all(
      [...current].map(async ([series, window]): Promise<Watched> => {
        const before = Object.fromEntries(
          earlier.flatMap(([name, windows]) => {
            const same = windows.get(series);
            return same === undefined ? [] : [[name, same] as const];
          }),
        );
        const judgment = judgmentOf(criterion, { window, span }, before);
        const samples = samplesOf(criterion, window, span);
        return {
          ...{ criterion, judgment: await byTraffic(judgment, window, { criterion, options, span }), series },
          ...(samples !== undefined && { samples }),
        };
      }),
    );
    // A breach that was measured stays one where the hour before cannot be read.
    const isBroken = all.some(({ judgment: { state } }) => state === "does-not-hold");
    const gone = isBroken ? [] : await lost(criterion, current, options);
    const [worst] = [...all, ...gone].toSorted((one, other) => rank(one) - rank(other));
    const medians = [...current].flatMap(([series, { values }]) =>
      values.length === 0 ? [] : [{ name: criterion.name, series, median: median(values) }],
    );
    return worst === undefined ? none("there is no such series") : { worst, medians };
  } catch (error) {
    if (error instanceof VendorProblem) return none(error.message);
    throw error;
  }
}

interface Place {
  readonly criterion: Criterion;
  readonly options: WatchOptions;
  readonly span: Span;
}

/** Whether a breach rests on so few events that it may be chance. Where nothing counts them it stays a breach. */
async function byTraffic(judgment: Judgment, window: Window, { criterion, options, span }: Place) {
  const { least } = criterion;
  if (least === undefined || judgment.state !== "does-not-hold") return judgment;
  const rates = [...(await read(least.query, options, span)).values()].map(({ values }) => values);
  if (rates.every((values) => values.length === 0)) return judgment;
  const rate = rates.reduce((sum, values) => sum + mean(values), 0);
  const seconds = least.per === "range" ? range : secondsOf(span);
  return byFew(judgment, window, {
    ...{ count: rate * seconds, least: least.count, noun: least.noun },
    mostlyCounts: least.per === "range",
  });
}

function secondsOf({ from, to }: Span): number {
  return (to.getTime() - from.getTime()) / 1000;
}

/** Series of the hour before the release that it no longer has: a host that says nothing is not well. */
async function lost(
  criterion: Criterion,
  current: ReadonlyMap<string, Window>,
  options: WatchOptions,
): Promise<Watched[]> {
  // One without labels is there, or there is none at all.
  if (current.has("")) return [];
  const from = new Date(options.since.getTime() - hourMs);
  const before = await read(criterion.query, options, { from, to: options.since, seconds: stepSeconds[1] });
  return [...before]
    .filter(([series, { values }]) => values.length > 0 && !current.has(series))
    .map(([series]) => ({
      ...{ criterion, series },
      judgment: { state: "unknown", summary: "it was there before the release, and is no longer" },
    }));
}

async function earlierHours(criterion: Criterion, options: WatchOptions) {
  const { since, before } = options;
  const starts: [string, Date][] = [
    ["the same hours of last week", new Date(since.getTime() - week)],
    ...(before === undefined ? [] : [["the release before", before] satisfies [string, Date]]),
  ];
  const windows: [string, Map<string, Window>][] = [];
  for (const [name, start] of starts)
    windows.push([name, await read(criterion.query, options, spanOf(criterion.hour, start))]);
  return windows;
}

async function read(
  query: string,
  { metrics }: WatchOptions,
  { from, to, seconds }: Span,
): Promise<Map<string, TimedWindow>> {
  const series = await metrics.range(query, from, to, seconds);
  const whole = Math.floor((to.getTime() - from.getTime()) / 1000 / seconds) + 1;
  return new Map(
    series.map(({ labels, values }) => [
      Object.entries(labels)
        .toSorted()
        .map(([name, value]) => `${name}=${value}`)
        .join(","),
      {
        ...windowOf(
          values.map(([, value]) => value),
          whole,
        ),
        points: values,
      },
    ]),
  );
}

interface TimedWindow extends Window {
  readonly points: readonly (readonly [at: number, value: number])[];
}

function samplesOf(
  { chart, judge: how }: Criterion,
  { points }: TimedWindow,
  { from, to }: Span,
): Samples | undefined {
  if (chart === undefined || points.length === 0) return undefined;
  const shown = (value: number): number => Number((value * chart.times).toPrecision(6));
  return {
    ...{ title: chart.title, unit: chart.unit },
    ...(how.kind === "below" && { limit: shown(how.limit) }),
    from: from.toISOString(),
    to: to.toISOString(),
    values: sampled(points, { from, to }).map((value) => (value === null ? null : shown(value))),
  };
}

function judgmentOf(
  { judge: how, hour, least }: Criterion,
  { window, span }: { window: Window; span: Span },
  earlier: Readonly<Record<string, Window>>,
): Judgment {
  if (how.kind === "below") {
    return belowLimit(window, how.limit, least === undefined ? 0 : range / secondsOf(span));
  }
  if (how.kind === "no-leak") return noLeak(window, hour);
  if (how.kind === "not-worse") return notWorse(window, earlier);
  // One region that fails now and then is no outage.
  return belowLimit({ ...window, values: window.values.map((value) => 1 - value) }, 0.5);
}

function rank({ judgment: { state } }: Watched): number {
  return ["does-not-hold", "unknown", "holds"].indexOf(state);
}
