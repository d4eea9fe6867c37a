import type { Settings } from "../../config/settings.ts";
import { formatMinutes, formatMoment } from "../../lib/units.ts";
import { errorRatio, latency, memory, requestRate } from "../../metrics/indicators.ts";
import { type Judgment, steady, windowOf } from "../../metrics/judge.ts";
import type { RangeSeries } from "../../vendors/prometheus.ts";
import type { Context } from "../context.ts";
import { type Check, compare, probe } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { nameOf, type Span, seriesOfStaging, stagingOf } from "./metrics.ts";

const dayMs = 86_400_000;

/** Days that are searched for a load test; more would be more values than a server gives at once. */
const mostDays = 7;

/** Fewer scrapes than these show no slope. */
const leastScrapes = 20;

/** A stretch of time in which the declared load was there. */
export interface LoadRun {
  /** Milliseconds since 1970, of the first and the last value at which the load was there. */
  readonly from: number;
  readonly to: number;
  /** When the load was greatest, and how many requests it was by then. */
  readonly peak: number;
  readonly requests: number;
}

/** What a load test sends to the API, by the settings of the stack that it runs against. */
export interface DeclaredLoad {
  /** Length of the test, and of the window in which its requests are counted, in seconds. */
  readonly seconds: number;
  readonly windowSeconds: number;
  /** The fewest requests to the API in a window, if every request meets the objective of P99. */
  readonly requests: number;
}

/** The home page may come from a cache, so that only what the API answers is counted. */
export function declaredLoad({ loadTest, objectives, observability }: Settings): DeclaredLoad {
  const { virtualUsers, paths, pauseSeconds, durationSeconds: seconds } = loadTest;
  const toApi = 1 + paths.length;
  const roundSeconds = pauseSeconds + ((1 + toApi) * objectives.p99Ms) / 1000;
  // Two ramps of a fifth each, five minutes at most, have half of the users on average (loadtest/k6-loadtest.js).
  const ramp = Math.min(Math.ceil(seconds / 5), 300);
  return {
    seconds,
    windowSeconds: Math.max(seconds, 4 * observability.scrapeIntervalSeconds),
    requests: Math.floor((virtualUsers * toApi * (seconds - ramp)) / roundSeconds),
  };
}

export const loadTestSeen = probe({
  name: "load-test-seen",
  items: ["6.1"],
  title: "Staging must have answered the declared load within the objectives, by its own metrics.",
  needs: ["vendor:prometheus"],
  settings: ["loadTest.virtualUsers", "loadTest.durationSeconds"],
  limitMs: 120_000,
  measure: async (context) => {
    const staging = stagingOf(context);
    const run = newest(await runsOf(context, staging), staging);
    const range = declaredLoad(staging).windowSeconds;
    const { p95Ms, p99Ms, errorRatePercent } = context.settings.objectives;
    const scope = { range, by: ["host"] } as const;
    const failed = `(${errorRatio(scope)}) or ${requestRate(scope)} * 0`;
    return [
      ...(await atPeak(context, run, failed, {
        what: "failed requests",
        unit: "%",
        factor: 100,
        most: errorRatePercent,
      })),
      ...(await atPeak(context, run, latency(0.95, scope), {
        what: "P95",
        unit: "ms",
        factor: 1000,
        most: p95Ms,
      })),
      ...(await atPeak(context, run, latency(0.99, scope), {
        what: "P99",
        unit: "ms",
        factor: 1000,
        most: p99Ms,
      })),
    ];
  },
});

export const memoryUnderLoad = probe({
  name: "memory-under-load",
  items: ["6.5"],
  title: "Memory in staging must not have risen steadily under the declared load.",
  needs: ["vendor:prometheus"],
  settings: ["loadTest.soakMinutes"],
  limitMs: 120_000,
  measure: async (context) => {
    const staging = stagingOf(context);
    const { scrapeIntervalSeconds: scrape } = staging.observability;
    const runs = await runsOf(context, staging);
    const leastMs = leastScrapes * scrape * 1000;
    const run = runs.findLast(({ from, to }) => to - from >= leastMs);
    if (run === undefined) {
      const longest = Math.max(0, ...runs.map(({ from, to }) => to - from));
      throw new Unknown(
        "no-data",
        `The longest load on staging in ${mostDays} days was ${formatMinutes(Math.round(longest / 60_000))} after its start, and ${formatMinutes(Math.ceil(leastMs / 60_000))} are needed: npm run loadtest -- --profile soak`,
      );
    }
    const span: Span = { from: run.from, to: run.to, stepSeconds: scrape };
    const found = await seriesOfStaging(context, memory(), span);
    if (found.length === 0)
      throw new Unknown("no-data", "The metrics of staging have no memory of that time");
    const whole = Math.floor((run.to - run.from) / 1000 / scrape) + 1;
    return found.map(({ labels, values }): Check => {
      const judgment = steady(
        windowOf(
          values.map(([, value]) => value),
          whole,
        ),
      );
      return judged(`memory of ${nameOf(labels)}`, judgment, run);
    });
  },
});

function judged(subject: string, { state, summary }: Judgment, { from }: LoadRun): Check {
  return {
    ...{ subject, state, expected: "no steady rise of a tenth" },
    measured: `${summary} of the load from ${formatMoment(new Date(from).toISOString())}`,
    setting: "loadTest.soakMinutes",
    ...(state === "unknown" && { reason: "no-data" as const }),
  };
}

/** The stretches of the last days in which the declared load was there, in order. */
async function runsOf(context: Context, staging: Settings): Promise<LoadRun[]> {
  const { windowSeconds, requests } = declaredLoad(staging);
  const stepSeconds = Math.max(60, Math.floor(windowSeconds / 5));
  const to = context.clock.now();
  const span: Span = { from: to - mostDays * dayMs, to, stepSeconds };
  const query = `${requestRate({ range: windowSeconds, where: { host: "api" } })} * ${windowSeconds}`;
  const found = await seriesOfStaging(context, query, span);
  if (found.length === 0) throw new Unknown("no-data", "The metrics of staging have no requests to the API");
  return found.flatMap(({ values }) => loadRuns(values, requests, stepSeconds * 1000));
}

function newest(runs: readonly LoadRun[], staging: Settings): LoadRun {
  const last = runs.at(-1);
  if (last !== undefined) return last;
  const { requests, windowSeconds } = declaredLoad(staging);
  throw new Unknown(
    "no-data",
    `Staging has not answered ${requests} requests in ${windowSeconds} s in the last ${mostDays} days, as a load test by the settings would send: npm run loadtest`,
  );
}

/** Stretches of values at or above a number of requests, without a gap. */
export function loadRuns(values: RangeSeries["values"], requests: number, stepMs: number): LoadRun[] {
  const runs: LoadRun[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const [at, value] of values) {
    if (!(value >= requests)) continue;
    const run = runs.at(-1);
    if (run === undefined || at - last > 1.5 * stepMs) {
      runs.push({ from: at, to: at, peak: at, requests: value });
    } else {
      const isHigher = value > run.requests;
      runs[runs.length - 1] = {
        ...{ from: run.from, to: at },
        peak: isHigher ? at : run.peak,
        requests: isHigher ? value : run.requests,
      };
    }
    last = at;
  }
  return runs;
}

interface Objective {
  readonly what: string;
  readonly unit: string;
  readonly factor: number;
  readonly most: number;
}

/** What a query says of the window that ends at the peak of a load, by host. */
async function atPeak(
  context: Context,
  { peak, requests }: LoadRun,
  query: string,
  { what, unit, factor, most }: Objective,
): Promise<Check[]> {
  const found = await seriesOfStaging(context, query, { from: peak, to: peak, stepSeconds: 60 });
  const moment = formatMoment(new Date(peak).toISOString());
  const told = found.flatMap(({ labels, values: [first] }) =>
    first === undefined || Number.isNaN(first[1]) ? [] : [{ host: labels.host ?? "api", value: first[1] }],
  );
  if (!told.some(({ host }) => host === "api")) {
    throw new Unknown("no-data", `The metrics of staging do not tell ${what} of the API at ${moment}`);
  }
  // One host must not hide another.
  return told.map(({ host, value }) =>
    compare(`${what} of ${host}`, {
      expected: `below ${most}`,
      measured: `${(value * factor).toFixed(2)}, with ${Math.round(requests)} requests to the API until ${moment}`,
      holds: value * factor < most,
      unit,
      setting: "loadTest.virtualUsers",
    }),
  );
}
