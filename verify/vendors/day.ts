import { healthChecks, latency, memory, shownErrorRatio } from "../../metrics/indicators.ts";
import { belowLimit, type Judgment, noLeak, type Window, windowOf } from "../../metrics/judge.ts";
import { Prometheus, type RangeSeries } from "../../vendors/prometheus.ts";
import type { Context } from "../context.ts";
import { type Check, probe } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { question } from "./question.ts";

const hours = 24;
const hourMs = 3_600_000;

/** 361 values of a day are enough for a judgment, and few enough for a server. */
const stepSeconds = 240;
const range = 300;

const series = question((context, access, query) => {
  if ((access.environment?.PROMETHEUS_URL ?? "") === "") {
    throw new Unknown("no-credential", "The metrics of the last day: PROMETHEUS_URL is not set");
  }
  const now = context.clock.now();
  return new Prometheus(access).range(query, new Date(now - hours * hourMs), new Date(now), stepSeconds);
});

const needs = ["vendor:prometheus"] as const;

export const healthOfDay = probe({
  name: "day-health",
  items: ["OK.2"],
  title: `Health checks must have passed for ${hours} hours.`,
  needs,
  settings: ["api.healthCheckPath"],
  measure: (context) =>
    // One region that fails now and then is no outage: half of them are.
    judged(context, healthChecks(), {
      setting: "api.healthCheckPath",
      judge: (window) => belowLimit({ ...window, values: window.values.map((value) => 1 - value) }, 0.5),
    }),
});

export const errorsOfDay = probe({
  name: "day-error-rate",
  items: ["OK.3"],
  title: `The part of requests that fail must have stayed below the objective for ${hours} hours.`,
  needs,
  settings: ["objectives.errorRatePercent"],
  measure: (context) =>
    judged(context, shownErrorRatio({ range }), {
      setting: "objectives.errorRatePercent",
      judge: (window) => belowLimit(window, context.settings.objectives.errorRatePercent / 100),
    }),
});

export const latencyOfDay = probe({
  name: "day-latency",
  items: ["OK.4"],
  title: `P95 must have stayed below the objective for ${hours} hours.`,
  needs,
  settings: ["objectives.p95Ms"],
  measure: (context) =>
    judged(context, latency(0.95, { range }), {
      setting: "objectives.p95Ms",
      judge: (window) => belowLimit(window, context.settings.objectives.p95Ms / 1000),
    }),
});

export const memoryOfDay = probe({
  name: "day-memory",
  items: ["S5.6", "6.6"],
  title: `Memory must not have risen steadily for ${hours} hours.`,
  needs,
  settings: ["objectives.memoryPercent"],
  measure: (context) =>
    judged(context, memory(), {
      setting: "objectives.memoryPercent",
      judge: (window) => noLeak(window, hours),
    }),
});

interface Judging {
  readonly setting: string;
  readonly judge: (window: Window) => Judgment;
}

/** Every series of a query by itself, since one host must not hide another. */
async function judged(context: Context, query: string, how: Judging): Promise<Check[]> {
  const found = await series(context, query);
  if (found.length === 0) throw new Unknown("no-data", "The metrics have no such series");
  return found.map((one) => checkOf(one, how));
}

const whole = (hours * 3600) / stepSeconds + 1;

function checkOf({ labels, values }: RangeSeries, { setting, judge }: Judging): Check {
  // None of these can be below zero: such a value is no measurement.
  const window = windowOf(
    values.map(([, value]) => (value < 0 ? Number.NaN : value)),
    whole,
  );
  const { state, summary } = judge(window);
  const named = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return {
    subject: named.toSorted().join(", ") || "all hosts",
    state,
    expected: `within the objective for ${hours} h`,
    measured: summary,
    setting,
    ...(state === "unknown" && { reason: "no-data" as const }),
  };
}
