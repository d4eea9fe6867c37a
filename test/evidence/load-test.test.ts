import { describe, expect, it } from "vitest";
import { loadTestResults, readLoadTest } from "../../evidence/load-test-results.ts";

const objectives = { p95Ms: 500, p99Ms: 1000, errorRatePercent: 1 };
const at = new Date("2026-11-28T12:00:00Z");

function summary(
  changes: { p95?: number; p99?: number; failed?: number; count?: number; crossed?: boolean } = {},
): string {
  const { p95 = 320.5, p99 = 700, failed = 0.002, count = 5000, crossed = false } = changes;
  return JSON.stringify({
    metrics: {
      http_req_duration: { "p(95)": p95, "p(99)": p99, thresholds: { "p(95)<500": false } },
      "http_req_duration{name:home}": { "p(95)": p95, thresholds: { "p(95)<500": crossed } },
      http_req_failed: { value: failed },
      http_reqs: { count, rate: 41.6 },
    },
    root_group: {},
  });
}

function statesOf(text: string) {
  const results = loadTestResults(readLoadTest(text, "https://api.staging.example"), objectives, at);
  return Object.fromEntries(results.map(({ control, state }) => [control.name, state]));
}

describe("a load test as evidence", () => {
  it("holds within every objective", () => {
    expect(statesOf(summary())).toEqual({
      "load-test-completed": "holds",
      "load-test-p95": "holds",
      "load-test-p99": "holds",
      "load-test-errors": "holds",
    });
  });

  it("is unknown where it measured what nothing can be", () => {
    expect(statesOf(summary({ p95: -1 }))).toMatchObject({
      ...{ "load-test-p95": "unknown", "load-test-completed": "unknown" },
    });
  });

  it.each([
    ["load-test-p95", { p95: 500 }],
    ["load-test-p99", { p99: 1200 }],
    ["load-test-errors", { failed: 0.011 }],
  ])("%s does not hold at its bound or above", (name, changes) => {
    expect(statesOf(summary(changes))).toMatchObject({
      [name]: "does-not-hold",
      "load-test-completed": "does-not-hold",
    });
  });

  it("does not hold as a whole when one route crossed its threshold", () => {
    expect(statesOf(summary({ crossed: true }))).toMatchObject({
      "load-test-p95": "holds",
      "load-test-completed": "does-not-hold",
    });
  });

  it("is unknown with too few requests, or without a figure", () => {
    expect(new Set(Object.values(statesOf(summary({ count: 10 }))))).toEqual(new Set(["unknown"]));
    expect(statesOf('{"metrics":{"http_reqs":{"count":5000}}}')).toMatchObject({
      "load-test-p95": "unknown",
    });
  });

  it.each(["", "{}", "[]", '{"metrics":{"http_reqs":{"count":"many"}}}'])("refuses %j", (text) => {
    expect(() => readLoadTest(text, "x")).toThrow(/not a summary of k6/);
  });
});
