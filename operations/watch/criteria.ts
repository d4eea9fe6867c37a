import type { ItemId } from "../../checklist/items.ts";
import type { Settings } from "../../config/settings.ts";
import {
  allUnexpectedErrors,
  connectionRatio,
  healthChecks,
  latency,
  memory,
  memoryRatio,
  requestRate,
  shownErrorRatio,
  shownFailureRate,
  statementLatency,
} from "../../metrics/indicators.ts";

/** The hours after a deployment at which it is judged. */
export const hours = [1, 6, 24] as const;
export type Hour = (typeof hours)[number];

/** How many events tell. */
interface Least {
  /** Events by the second, in the seconds that each value looks back over. */
  readonly query: string;
  readonly count: number;
  readonly noun: string;
  /** Whether they are counted in the whole window, or in what each value looks back over. */
  readonly per: "window" | "range";
}

/** What is asked of a series in the hours since a deployment. */
export interface Criterion {
  /** In kebab case, unique. */
  readonly name: string;
  readonly title: string;
  readonly items: readonly ItemId[];
  readonly hour: Hour;
  readonly query: string;
  readonly judge:
    | { readonly kind: "below"; readonly limit: number }
    /** A share that must be 1 nearly always: judged as its distance from 1. */
    | { readonly kind: "whole" }
    | { readonly kind: "not-worse" }
    | { readonly kind: "no-leak" };
  /** Below how many events a breach may be chance; without it every value counts as it is. */
  readonly least?: Least;
  /** How its series is shown: what a value is multiplied by to have the unit. */
  readonly chart?: { readonly title: string; readonly unit: string; readonly times: number };
}

const errorChart = { title: "Error rate", unit: "%", times: 100 };
const p95Chart = { title: "Latency P95", unit: "ms", times: 1000 };
const p99Chart = { title: "Latency P99", unit: "ms", times: 1000 };
const statementChart = { title: "Statements P95", unit: "ms", times: 1000 };
const connectionChart = { title: "Database connections", unit: "%", times: 100 };
const memoryChart = { title: "Memory", unit: "%", times: 100 };

/** Seconds that each value looks back over. */
export const range = 300;

/** One failure is chance, however few requests there were; a handful is not. */
const leastFailures: Least = {
  ...{ query: shownFailureRate({ range }), count: 5, noun: "failed requests", per: "window" },
};

/** One value in as many as a quantile needs lies above it. */
const requestsFor = (quantile: number): Least => ({
  ...{ query: requestRate({ range }), count: Math.round(1 / (1 - quantile)) },
  ...{ noun: "requests in five minutes", per: "range" },
});

/** The criteria of a stack, by its objectives. */
export function criteriaOf({ objectives }: Pick<Settings, "objectives">): Criterion[] {
  // A platform on which nothing failed yet may have no series of failures: that is 0, as long as it has requests.
  const errors = shownErrorRatio({ range });
  const p95 = latency(0.95, { range });
  const p99 = latency(0.99, { range });
  return [
    {
      ...{ name: "watch-health", title: "Health checks must pass.", items: ["H1.1"], hour: 1 },
      ...{ query: healthChecks(), judge: { kind: "whole" } },
    },
    {
      ...{ name: "watch-error-rate", title: "Fewer requests must fail than the objective.", items: ["H1.2"] },
      ...{ hour: 1, query: errors, judge: { kind: "below", limit: objectives.errorRatePercent / 100 } },
      ...{ least: leastFailures, chart: errorChart },
    },
    {
      ...{ name: "watch-latency-p95", title: "P95 must stay below the objective.", items: ["H1.3"], hour: 1 },
      ...{ query: p95, judge: { kind: "below", limit: objectives.p95Ms / 1000 } },
      ...{ least: requestsFor(0.95), chart: p95Chart },
    },
    {
      ...{ name: "watch-connections", title: "The database must have connections left.", items: ["H1.5"] },
      hour: 1,
      query: connectionRatio(),
      judge: { kind: "below", limit: objectives.databaseConnectionsPercent / 100 },
      chart: connectionChart,
    },
    {
      ...{ name: "watch-memory", title: "Memory must stay below the objective.", items: ["H1.6"], hour: 1 },
      ...{ query: memoryRatio(), judge: { kind: "below", limit: objectives.memoryPercent / 100 } },
      chart: memoryChart,
    },
    {
      ...{
        name: "watch-error-rate-stable",
        title: "No more requests must fail than before.",
        items: ["H6.1"],
      },
      ...{ hour: 6, query: errors, judge: { kind: "not-worse" }, chart: errorChart },
    },
    {
      ...{ name: "watch-latency-stable", title: "P95 must be as it was before.", items: ["H6.2"], hour: 6 },
      ...{ query: p95, judge: { kind: "not-worse" }, chart: p95Chart },
    },
    {
      ...{ name: "watch-no-leak", title: "Memory must not rise steadily.", items: ["H6.3"], hour: 6 },
      ...{ query: memory(), judge: { kind: "no-leak" } },
    },
    {
      ...{
        name: "watch-statements",
        title: "Statements must be as fast as before.",
        items: ["H6.4"],
        hour: 6,
      },
      ...{ query: statementLatency(0.95, { range }), judge: { kind: "not-worse" }, chart: statementChart },
    },
    {
      ...{ name: "watch-day-errors", title: "The error rate of a day must be as before.", items: ["H24.1"] },
      ...{ hour: 24, query: errors, judge: { kind: "not-worse" }, chart: errorChart },
    },
    {
      ...{ name: "watch-day-p99", title: "P99 of a day must stay below the objective.", items: ["H24.1"] },
      ...{ hour: 24, query: p99, judge: { kind: "below", limit: objectives.p99Ms / 1000 } },
      ...{ least: requestsFor(0.99), chart: p99Chart },
    },
    {
      ...{
        name: "watch-day-leak",
        title: "Memory of a day must not rise steadily.",
        items: ["H24.1"],
        hour: 24,
      },
      ...{ query: memory(), judge: { kind: "no-leak" } },
    },
    {
      ...{
        name: "watch-unexpected",
        title: "No more unexpected errors than before.",
        items: ["H24.2"],
        hour: 24,
      },
      ...{ query: allUnexpectedErrors({ range }), judge: { kind: "not-worse" } },
    },
  ];
}
