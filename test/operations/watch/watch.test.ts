import { describe, expect, it } from "vitest";
import { registeredControls } from "../../../cli/evidence/controls.ts";
import { watchControls } from "../../../operations/watch/controls.ts";
import { criteriaOf } from "../../../operations/watch/criteria.ts";
import { findingOfBaselines } from "../../../operations/watch/findings.ts";
import { type Metrics, watch } from "../../../operations/watch/watch.ts";
import { VendorProblem } from "../../../vendors/problem.ts";
import { seriesOf as metrics } from "../release/series.ts";

const objectives = {
  ...{ rpoMinutes: 1440, rtoMinutes: 60, p95Ms: 500, p99Ms: 1000 },
  ...{ errorRatePercent: 1, memoryPercent: 90, databaseConnectionsPercent: 80 },
};
const criteria = criteriaOf({ objectives });
const since = new Date("2026-11-20T12:00:00Z");
const later = (hours: number): Date => new Date(since.getTime() + hours * 3_600_000);

function states(result: Awaited<ReturnType<typeof watch>>): Record<string, string> {
  return Object.fromEntries(
    result.hours.flatMap(({ watched }) =>
      watched
        .filter(({ judgment }) => judgment.state !== "holds")
        .map(({ criterion, judgment }) => [criterion.name, judgment.state]),
    ),
  );
}

describe("the watch over a deployment", () => {
  it("judges the hours that have come and no other, and says when the next one does", async () => {
    const at = async (hours: number) => {
      const result = await watch({ criteria, metrics: metrics(), since, now: later(hours) });
      return { hours: result.hours.map(({ hour }) => hour), nextAt: result.nextAt, bad: states(result) };
    };
    expect(await at(0.99)).toEqual({ hours: [], nextAt: later(1), bad: {} });
    expect(await at(1)).toEqual({ hours: [1], nextAt: later(6), bad: {} });
    expect(await at(10)).toEqual({ hours: [1, 6], nextAt: later(24), bad: {} });
    expect(await at(400)).toEqual({ hours: [1, 6, 24], nextAt: undefined, bad: {} });
  });

  it.each([
    ["health checks that fail", /probe_success/, 0.2, ["watch-health"]],
    [
      "requests that fail",
      /5\.\./,
      0.03,
      ["watch-error-rate", "watch-error-rate-stable", "watch-day-errors"],
    ],
    ["a full memory", /memory_limit/, 0.97, ["watch-memory"]],
    ["connections that run out", /connections_max/, 0.9, ["watch-connections"]],
    ["statements that became slow", /db_query/, 0.5, ["watch-statements"]],
    ["unexpected errors where there was none", /errors_total/, 0.01, ["watch-unexpected"]],
  ])("finds %s, and nothing else", async (_, query, value, expected) => {
    const broken = metrics((asked, at) => (query.test(asked) && at >= since ? value : undefined));
    const found = states(await watch({ criteria, metrics: broken, since, now: later(25) }));
    expect(found).toEqual(Object.fromEntries(expected.map((name) => [name, "does-not-hold"])));
  });

  it("keeps what errors and latency were over time, in the unit that people read", async () => {
    const { hours } = await watch({ criteria, metrics: metrics(), since, now: later(1) });
    const samples = hours.flatMap(({ watched }) => watched.flatMap((each) => each.samples ?? []));
    const errors = samples.find(({ title }) => title === "Error rate");
    expect(errors).toMatchObject({
      unit: "%",
      limit: 1,
      from: since.toISOString(),
      to: later(1).toISOString(),
    });
    expect(errors?.values).toHaveLength(60);
    expect(samples.find(({ title }) => title === "Latency P95")).toMatchObject({ unit: "ms", limit: 500 });
  });

  it("asks for failures so that none is 0, and a class that is new is a rise", () => {
    const asked = criteria.filter(({ query }) => /5\.\.|errors_total/.test(query)).map(({ query }) => query);
    expect(asked).toHaveLength(4);
    for (const query of asked)
      expect(query).toMatch(/ or sum\(rate\(optropic_http_requests_total\[5m\]\)\) \* 0$/);
    expect(asked.join("\n")).not.toContain("kind");
  });

  it("finds memory that rises through the day", async () => {
    const leaking = metrics((asked, at) =>
      /memory_bytes/.test(asked) && !/limit/.test(asked)
        ? 4e8 * (1 + (0.6 * (at.getTime() - since.getTime())) / 86_400_000)
        : undefined,
    );
    expect(states(await watch({ criteria, metrics: leaking, since, now: later(25) }))).toEqual({
      "watch-no-leak": "does-not-hold",
      "watch-day-leak": "does-not-hold",
    });
  });

  it("cannot tell without data, with no number for a value, and where the metrics refuse", async () => {
    const all = Object.fromEntries(criteria.map(({ name }) => [name, "unknown"]));
    const none: Metrics = { range: async () => [] };
    const refusing: Metrics = {
      range: () => Promise.reject(new VendorProblem("no-right", "Prometheus: the token lacks the right")),
    };
    for (const source of [none, refusing, metrics(() => Number.NaN)]) {
      const result = await watch({ criteria, metrics: source, since, now: later(25) });
      expect(states(result)).toEqual(all);
      expect(result.baselines).toEqual([]);
    }
  });

  it("cannot tell of a host that said something before the release and says nothing since", async () => {
    const losing: Metrics = {
      async range(query, from, to, step) {
        const all = await metrics().range(query, from, to, step);
        const web = all.map(({ values }) => ({ labels: { host: "web" }, values }));
        return from < since ? [...all, ...web] : all;
      },
    };
    const byHost = criteria.filter(({ query }) => /by \(host\)|by \(instance\)/.test(query));
    expect(states(await watch({ criteria: byHost, metrics: losing, since, now: later(25) }))).toEqual(
      Object.fromEntries(byHost.map(({ name }) => [name, "unknown"])),
    );
  });

  it("keeps a breach where what was there before the release cannot be read", async () => {
    const broken = metrics((query) => (/probe_success/.test(query) ? 0.2 : undefined));
    const forgetful: Metrics = {
      async range(query, from, to, step) {
        if (from < since) throw new VendorProblem("unreachable", "Prometheus: no answer");
        return broken.range(query, from, to, step);
      },
    };
    const health = criteria.filter(({ name }) => name === "watch-health");
    expect(states(await watch({ criteria: health, metrics: forgetful, since, now: later(25) }))).toEqual({
      "watch-health": "does-not-hold",
    });
  });

  it("records no baselines of a day of which one criterion has no value", async () => {
    const silent = metrics((query) => (/memory/.test(query) ? Number.NaN : undefined));
    const result = await watch({ criteria, metrics: silent, since, now: later(25) });
    expect(result.baselines).not.toEqual([]);
    expect(findingOfBaselines(result)).toMatchObject([
      { state: "unknown", summary: expect.stringContaining("watch-day-leak") },
    ]);
    const whole = await watch({ criteria, metrics: metrics(), since, now: later(25) });
    expect(findingOfBaselines(whole)).toMatchObject([{ state: "holds" }]);
  });

  it("compares with the release before where last week was worse, and leaves baselines of the day", async () => {
    const before = later(-48);
    const slowSinceThen = metrics((query, at) => (/db_query/.test(query) && at >= before ? 0.5 : undefined));
    const result = await watch({ criteria, metrics: slowSinceThen, since, before, now: later(25) });
    expect(states(result)).toEqual({});
    expect(result.baselines.map(({ name }) => name)).toContain("watch-day-errors");
    const alone = await watch({ criteria, metrics: slowSinceThen, since, now: later(25) });
    expect(states(alone)).toEqual({ "watch-statements": "does-not-hold" });
  });

  it("has a registered control for each criterion", () => {
    const names = registeredControls().map(({ name }) => name);
    for (const { name } of watchControls) expect(names.filter((one) => one === name)).toEqual([name]);
    expect(watchControls).toHaveLength(criteria.length + 1);
  });
});
