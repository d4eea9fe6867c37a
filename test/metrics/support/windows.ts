import { type Criterion, criteriaOf } from "../../../operations/watch/criteria.ts";
import { type Metrics, watch } from "../../../operations/watch/watch.ts";
import { normal, random } from "./traffic.ts";

/**
 * What a series is at a moment: the part of its window that has passed, 0 to 1, and which of its values that is. Of the
 * same hours a week before it is asked as well.
 */
type Series = (at: number, index: number) => number;

/** Kinds of windows of one criterion, and whether something is wrong in them. */
export interface Kind {
  readonly criterion: string;
  readonly kind: string;
  readonly broken: boolean;
  /** Part of the values that are lost. */
  readonly lost?: number;
  readonly series: (next: () => number, isEarlier: boolean) => Series;
}

/** Noise of which each value is like the one before (an autoregressive process of the first order). */
function wandering(next: () => number, spread: number, keeps = 0.8): () => number {
  let value = 0;
  return () => {
    value = keeps * value + spread * Math.sqrt(1 - keeps ** 2) * normal(next);
    return value;
  };
}

/** Around a level that changes in the window, by a factor. */
const around =
  (level: number, spread: number, change: (at: number) => number = () => 1, always = false) =>
  (next: () => number, isEarlier: boolean): Series => {
    const noise = wandering(next, spread);
    return (at) => level * (isEarlier && !always ? 1 : change(at)) * Math.exp(noise());
  };

/** The part of regions whose health check passes: each fails by chance now and then, and some as the kind has it. */
const regions =
  (down: (at: number) => number, count = 5) =>
  (next: () => number): Series =>
  (at) => {
    const failing = down(at);
    let passing = 0;
    for (let region = 0; region < count; region += 1) if (region >= failing && next() > 0.005) passing += 1;
    return passing / count;
  };

/** A saw of garbage collection, over a level that rises by a part in a day. */
const memory =
  (hours: number, byDay: number, saw = 0.1) =>
  (next: () => number): Series =>
  (at, index) =>
    4e8 * (1 + (byDay * at * hours) / 24) * (1 + saw * ((index % 37) / 37) + 0.02 * normal(next));

/** Errors by the second that come by chance, counted over five minutes. */
const counted =
  (bySecond: number, after = bySecond) =>
  (next: () => number, isEarlier: boolean): Series => {
    const mean = 300 * (isEarlier ? bySecond : after);
    // Five windows overlap at steps of a minute; at four minutes hardly any do.
    return () => {
      let count = 0;
      for (let product = next(); product > Math.exp(-mean) && count < 10_000; product *= next()) count += 1;
      return count / 300;
    };
  };

const between =
  (from: number, to: number, inside: number, outside = 1) =>
  (at: number): number =>
    at >= from && at < to ? inside : outside;

const of = (criterion: string, kinds: Readonly<Record<string, Omit<Kind, "criterion" | "kind">>>): Kind[] =>
  Object.entries(kinds).map(([kind, rest]) => ({ criterion, kind, ...rest }));
const fine = (series: Kind["series"], lost?: number): Omit<Kind, "criterion" | "kind"> => ({
  ...{ broken: false, series },
  ...(lost !== undefined && { lost }),
});
const broken = (series: Kind["series"]): Omit<Kind, "criterion" | "kind"> => ({ broken: true, series });

/** Level, spread and names of what is compared with last week. */
const stable = (criterion: string, level: number, spread: number): Kind[] =>
  of(criterion, {
    "as last week": fine(around(level, spread)),
    "a twentieth higher": fine(around(level, spread, () => 1.05)),
    "half lower": fine(around(level, spread, () => 0.5)),
    "five times as high for a fifteenth of the time": fine(around(level, spread, between(0.4, 0.467, 5))),
    "one in ten values lost": fine(around(level, spread), 0.1),
    "half higher": broken(around(level, spread, () => 1.5)),
    "twice as high from the middle on": broken(around(level, spread, between(0.5, 2, 2))),
    "drifting to twice as high": broken(around(level, spread, (at) => 1 + at)),
  });

const below = (criterion: string, limit: number, spread: number): Kind[] =>
  of(criterion, {
    "at half of the limit": fine(around(limit / 2, spread)),
    "above it for a minute": fine(around(limit / 2, spread, between(0.5, 0.515, 2.5))),
    "one in ten values lost": fine(around(limit / 2, spread), 0.1),
    "above it throughout": broken(around(limit * 1.1, spread / 5)),
    "above it for a quarter of the time": broken(around(limit / 2, spread, between(0.6, 0.85, 4))),
    "rising through it": broken(around(limit / 2, spread / 2, (at) => 1 + 2 * at)),
  });

const leaking = (criterion: string, hours: number): Kind[] =>
  of(criterion, {
    "garbage that is collected": fine(memory(hours, 0)),
    "collected late, by a third": fine(memory(hours, 0, 0.33)),
    "one in ten values lost": fine(memory(hours, 0), 0.1),
    "a leak of half in a day": broken(memory(hours, 0.5)),
    "a leak that doubles it in a day": broken(memory(hours, 1)),
  });

export const kinds: readonly Kind[] = [
  ...of("watch-health", {
    "each region fails once in 200 calls": fine(regions(() => 0)),
    "one of five regions cannot reach it": fine(regions(() => 1)),
    "an outage of a minute": fine(regions(between(0.5, 0.517, 5, 0))),
    "one in ten values lost": fine(
      regions(() => 0),
      0.1,
    ),
    "three of five regions cannot reach it": broken(regions(() => 3)),
    "an outage of six minutes": broken(regions(between(0.5, 0.6, 5, 0))),
    "down from minute 50 on": broken(regions(between(0.834, 2, 5, 0))),
  }),
  ...below("watch-error-rate", 0.01, 0.3),
  ...below("watch-latency-p95", 0.5, 0.1),
  ...below("watch-connections", 0.8, 0.15),
  ...of("watch-memory", {
    "a saw between 60 and 80 %": fine((next) => (_, index) => 0.6 + (index % 37) / 185 + 0.01 * normal(next)),
    "full for a minute": fine((next) => (at) => (at > 0.5 && at < 0.515 ? 0.99 : 0.6) + 0.01 * normal(next)),
    "rising to the limit": broken((next) => (at) => Math.min(1, 0.6 + 0.4 * at + 0.01 * normal(next))),
    "full throughout": broken((next) => () => 0.96 + 0.01 * normal(next)),
  }),
  ...stable("watch-error-rate-stable", 0.001, 0.4),
  ...stable("watch-latency-stable", 0.2, 0.15),
  ...leaking("watch-no-leak", 6),
  ...stable("watch-statements", 0.02, 0.25),
  ...stable("watch-day-errors", 0.001, 0.4),
  ...below("watch-day-p99", 1, 0.15),
  ...leaking("watch-day-leak", 24),
  ...of("watch-unexpected", {
    "one in a quarter of an hour, as before": fine(counted(1 / 900)),
    "none, as before": fine(counted(0)),
    "a new class, one in ten minutes": broken(counted(0, 1 / 600)),
    "ten times as many": broken(counted(1 / 900, 1 / 90)),
  }),
];

const since = new Date("2026-11-29T12:00:00Z");
const objectives = {
  ...{ rpoMinutes: 1440, rtoMinutes: 60, p95Ms: 500, p99Ms: 1000 },
  ...{ errorRatePercent: 1, memoryPercent: 90, databaseConnectionsPercent: 80 },
};
export const criteria: readonly Criterion[] = criteriaOf({ objectives });

function metricsOf({ series, lost = 0 }: Kind, { query, hour }: Criterion, next: () => number): Metrics {
  return {
    async range(asked, from, to, stepSeconds) {
      // Whatever counts requests says that there are many.
      const value = asked === query ? series(next, from < since) : () => 10;
      const values: [number, number][] = [];
      for (let at = from.getTime(); at <= to.getTime(); at += stepSeconds * 1000) {
        const part = (at - from.getTime()) / (hour * 3_600_000);
        const found = value(part, values.length);
        if (next() >= lost) values.push([at, found]);
      }
      return [{ labels: {}, values }];
    },
  };
}

/** The part of generated windows that get each verdict. */
export async function judgedWindows(kind: Kind, runs: number) {
  const counts = { "does-not-hold": 0, unknown: 0, holds: 0 };
  const criterion = criteria.find(({ name }) => name === kind.criterion);
  if (criterion === undefined) throw new RangeError(`There is no criterion ${kind.criterion}`);
  const now = new Date(since.getTime() + criterion.hour * 3_600_000);
  for (let seed = 1; seed <= runs; seed += 1) {
    const metrics = metricsOf(kind, criterion, random(seed));
    const { hours } = await watch({ criteria: [criterion], metrics, since, now });
    const state = hours.at(-1)?.watched[0]?.judgment.state ?? "unknown";
    counts[state] += 1 / runs;
  }
  return counts;
}
