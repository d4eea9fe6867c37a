import { latency, requestRate, shownErrorRatio, shownFailureRate } from "../../../metrics/indicators.ts";
import type { Metrics } from "../../../operations/watch/watch.ts";

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A value of the standard normal distribution (Box and Muller). */
export function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** How many of events that come by chance come in a time (Knuth; of many, by the normal distribution). */
function poisson(next: () => number, mean: number): number {
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(next)));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = next(); product > limit; product *= next()) count += 1;
  return count;
}

/** An hour of a platform. Functions take the part of the hour that has passed, 0 to 1. */
export interface Traffic {
  /** Requests by the second. */
  readonly requests: number;
  /** Part of them that fails. */
  readonly failing: (at: number) => number;
  /** Part of them that takes longer than half a second. */
  readonly slow: (at: number) => number;
  /** How often a process starts again in the hour, and its counters with it. */
  readonly restarts?: number;
  /** Part of the scrapes that are lost. */
  readonly lost?: number;
}

const scrape = 60;
const range = 300;
/** The first scrapes lie before the hour, since each value looks back. */
const scrapes = (3600 + range) / scrape + 1;
/** Upper bounds of the histogram, in seconds, and the part of the requests that are not slow in each. */
const buckets = [
  { bound: 0.1, part: 0.6 },
  { bound: 0.25, part: 0.37 },
  { bound: 0.5, part: 0.03 },
] as const;

/** What a process counts, and what a scrape of it reads. */
interface Counters {
  requests: number;
  failed: number;
  slow: number;
}

/** An hour as Prometheus would answer for it: counters are scraped, and `rate` adds up what they rose by. */
export function metricsOf(traffic: Traffic, next: () => number, since: Date): Metrics {
  const read = scraped(traffic, next);
  const rise = (name: keyof Counters, at: number): number | undefined => {
    const seen = read.filter(({ second }) => second > at - range && second <= at);
    if (seen.length < 2) return undefined;
    return seen.slice(1).reduce((sum, { counters }, index) => {
      const before = seen[index]?.counters[name] ?? 0;
      // A counter that fell began again at 0.
      return sum + (counters[name] < before ? counters[name] : counters[name] - before);
    }, 0);
  };
  const byQuery = new Map<string, (at: number) => number | undefined>([
    [requestRate({ range }), (at) => over(rise("requests", at))],
    [shownFailureRate({ range }), (at) => over(rise("failed", at))],
    [
      shownErrorRatio({ range }),
      (at) => {
        const [failed, all] = [rise("failed", at), rise("requests", at)];
        return failed === undefined || all === undefined ? undefined : failed / all;
      },
    ],
    [latency(0.95, { range }), (at) => quantile(0.95, rise("requests", at), rise("slow", at))],
  ]);
  return {
    async range(query, from, to, stepSeconds) {
      const value = byQuery.get(query);
      if (value === undefined) return [];
      const values: [number, number][] = [];
      for (let at = from.getTime(); at <= to.getTime(); at += stepSeconds * 1000) {
        const found = value((at - since.getTime()) / 1000);
        if (found !== undefined) values.push([at, found]);
      }
      return [{ labels: {}, values }];
    },
  };
}

function over(rise: number | undefined): number | undefined {
  return rise === undefined ? undefined : rise / range;
}

function scraped({ requests, failing, slow, restarts = 0, lost = 0 }: Traffic, next: () => number) {
  let counters: Counters = { requests: 0, failed: 0, slow: 0 };
  const read: { second: number; counters: Counters }[] = [];
  for (let index = 0; index < scrapes; index += 1) {
    const second = index * scrape - range;
    const at = Math.max(0, second / 3600);
    // What was counted since the last scrape is gone with the process.
    const isNew = next() < restarts / (scrapes - 1);
    const passed = isNew ? next() : 1;
    const before = isNew ? { requests: 0, failed: 0, slow: 0 } : counters;
    const ok = poisson(next, requests * scrape * passed * (1 - failing(at) - slow(at)));
    const failed = poisson(next, requests * scrape * passed * failing(at));
    const late = poisson(next, requests * scrape * passed * slow(at));
    counters = {
      requests: before.requests + ok + failed + late,
      failed: before.failed + failed,
      slow: before.slow + late,
    };
    if (next() >= lost) read.push({ second, counters });
  }
  return read;
}

/** As `histogram_quantile` does it: linear inside a bucket. */
function quantile(q: number, all: number | undefined, slow: number | undefined): number | undefined {
  if (all === undefined || slow === undefined) return undefined;
  if (all === 0) return Number.NaN;
  const rank = q * all;
  let below = 0;
  let lower = 0;
  for (const { bound, part } of buckets) {
    const here = (all - slow) * part;
    if (below + here >= rank) return lower + ((bound - lower) * (rank - below)) / here;
    [below, lower] = [below + here, bound];
  }
  return lower + (0.5 * (rank - below)) / slow;
}

const constant = (value: number) => (): number => value;
const from = (moment: number, before: number, after: number) => (at: number) =>
  at < moment ? before : after;
const well = { failing: constant(0.001), slow: constant(0.005) };

/** Kinds of hours, and whether something is wrong in them. */
export const hoursOf: Readonly<Record<string, { broken: boolean; traffic: Traffic }>> = {
  healthy: { broken: false, traffic: { requests: 10, ...well } },
  "a spike of one minute": {
    broken: false,
    traffic: { requests: 10, ...well, failing: (at) => (at > 0.5 && at <= 0.517 ? 0.5 : 0.001) },
  },
  "six of ten scrapes lost": { broken: false, traffic: { requests: 10, ...well, lost: 0.6 } },
  "counters that begin again ten times": {
    broken: false,
    traffic: { requests: 10, ...well, restarts: 10 },
  },
  "low traffic, a request a minute": { broken: false, traffic: { requests: 1 / 60, ...well } },
  "low traffic, twelve requests an hour": { broken: false, traffic: { requests: 1 / 300, ...well } },
  "one in 20 fails from minute 30 on": {
    broken: true,
    traffic: { requests: 10, ...well, failing: from(0.5, 0.001, 0.05) },
  },
  "the same, with counters that begin again": {
    broken: true,
    traffic: { requests: 10, ...well, failing: from(0.5, 0.001, 0.05), restarts: 10 },
  },
  "a rise of failures from none to one in 20": {
    broken: true,
    traffic: { requests: 10, ...well, failing: (at) => 0.001 + 0.05 * at },
  },
  "one in ten is slow": { broken: true, traffic: { requests: 10, ...well, slow: constant(0.1) } },
  "a request a minute, of which half fail": {
    broken: true,
    traffic: { requests: 1 / 60, ...well, failing: constant(0.5) },
  },
  "a request a minute, of which all are slow": {
    broken: true,
    traffic: { requests: 1 / 60, failing: constant(0), slow: constant(1) },
  },
};
