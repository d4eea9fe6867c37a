import * as z from "zod";
import { Failure } from "../lib/failure.ts";
import { parseJson } from "../lib/json.ts";
import { printable, shortened } from "../lib/text.ts";
import type { RegisteredControl } from "./registered.ts";
import type { Result } from "./statement.ts";

/** What one load test showed: the figures of k6's end-of-test summary, against the stack's objectives. */
export interface LoadTestFigures {
  target: string;
  p95Ms: number | undefined;
  p99Ms: number | undefined;
  errorRatePercent: number | undefined;
  requests: number;
  /** Thresholds of the test that were crossed, those of single routes included. */
  crossed: readonly string[];
}

/** Metrics of k6 as `--summary-export` writes them; a threshold is true where it was crossed. */
const metric = z.object({
  thresholds: z.record(z.string().max(200), z.boolean()).optional(),
  count: z.number().optional(),
  value: z.number().optional(),
  "p(95)": z.number().optional(),
  "p(99)": z.number().optional(),
});

const summarySchema = z.object({ metrics: z.record(z.string().max(500), metric) });

/**
 * Reads the end-of-test summary of k6.
 *
 * @throws {Failure} `refused`, when it is none
 */
export function readLoadTest(text: string, target: string): LoadTestFigures {
  const parsed = summarySchema.safeParse(parseJson(text));
  if (!parsed.success)
    throw new Failure(
      "refused",
      "This is not a summary of k6: write one with npm run loadtest -- --summary FILE",
    );
  const { metrics } = parsed.data;
  const failed = metrics.http_req_failed?.value;
  return {
    target,
    p95Ms: metrics.http_req_duration?.["p(95)"],
    p99Ms: metrics.http_req_duration?.["p(99)"],
    errorRatePercent: failed === undefined ? undefined : failed * 100,
    requests: metrics.http_reqs?.count ?? 0,
    crossed: Object.entries(metrics).flatMap(([name, { thresholds = {} }]) =>
      Object.entries(thresholds)
        .filter(([, crossed]) => crossed)
        .map(([threshold]) => `${name}: ${threshold}`),
    ),
  };
}

export interface LoadTestObjectives {
  p95Ms: number;
  p99Ms: number;
  errorRatePercent: number;
}

/** Fewer requests than these show nothing of a percentile. */
const minimumRequests = 1000;

function control(name: string, title: string, items: RegisteredControl["items"]): RegisteredControl {
  return { kind: "gate", name, title, items, run: "load-test" };
}

export const loadTestControls: readonly RegisteredControl[] = [
  control("load-test-completed", "A load test must have run to its end within every objective.", [
    "6.1",
    "S2.6",
  ]),
  control("load-test-p95", "P95 of a load test must be within the objective.", ["6.2"]),
  control("load-test-p99", "P99 of a load test must be within the objective.", ["6.3"]),
  control("load-test-errors", "The error rate of a load test must be within the objective.", ["6.4"]),
];

/** One result for each control of a load test. Too few requests are unknown, whatever they measured. */
export function loadTestResults(
  figures: LoadTestFigures,
  objectives: LoadTestObjectives,
  at: Date,
): Result[] {
  const measured: Record<string, readonly [number | undefined, number, string]> = {
    "load-test-p95": [figures.p95Ms, objectives.p95Ms, "ms"],
    "load-test-p99": [figures.p99Ms, objectives.p99Ms, "ms"],
    "load-test-errors": [figures.errorRatePercent, objectives.errorRatePercent, "%"],
  };
  const states = Object.values(measured).map(([found, most]) => stateOf(found, most, figures.requests));
  const worst =
    (["does-not-hold", "unknown", "holds"] as const).find((state) => states.includes(state)) ?? "unknown";
  return loadTestControls.map(({ kind, name, items }): Result => {
    const base = { control: { kind, name }, items: [...items], at: at.toISOString() };
    const of = measured[name];
    if (of === undefined) {
      const { crossed, requests, target } = figures;
      const found = crossed.length === 0 ? "" : `; crossed: ${crossed.slice(0, 3).join("; ")}`;
      return {
        ...base,
        state: crossed.length > 0 ? "does-not-hold" : worst,
        summary: shortened(printable(`${requests} requests to ${target}${found}`), 3900),
        measured: requests,
        unit: "requests",
      };
    }
    const [found, most, unit] = of;
    const state = stateOf(found, most, figures.requests);
    return {
      ...base,
      state,
      summary:
        state === "unknown"
          ? `${figures.requests} requests to ${figures.target} show nothing: at least ${minimumRequests} are needed`
          : `${found} ${unit} in ${figures.requests} requests to ${figures.target}`,
      ...(found !== undefined && { measured: found }),
      expected: most,
      unit,
    };
  });
}

function stateOf(
  found: number | undefined,
  most: number,
  requests: number,
): "holds" | "does-not-hold" | "unknown" {
  if (found === undefined || !Number.isFinite(found) || found < 0 || requests < minimumRequests)
    return "unknown";
  return found < most ? "holds" : "does-not-hold";
}
