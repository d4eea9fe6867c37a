import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { series } from "../../metrics/contract.ts";
import * as queries from "../../metrics/queries.ts";
import { anyCharacter } from "../lib/any-character.ts";
import { everyIndicator } from "./support/every-indicator.ts";
import { checkQueries } from "./support/promtool.ts";
import { rules } from "./support/rules.ts";

const requests = "optropic_http_requests_total";
const durations = "optropic_http_request_duration_seconds";

describe("queries", () => {
  it("keep the labels that are asked for and sum the rest", () => {
    expect(queries.rate(requests, { range: 300, by: ["host", "route"] })).toBe(
      `sum by (host, route) (rate(${requests}[5m]))`,
    );
    expect(queries.increase(requests, { range: 5400 })).toBe(`sum(increase(${requests}[90m]))`);
    expect(queries.gauge("optropic_db_cache_hit_ratio", "min")).toBe("min(optropic_db_cache_hit_ratio)");
  });

  it("select by value and by regular expression, or by neither", () => {
    const where = {
      host: "api",
      method: { not: "GET" },
      route: { matches: "/api/.*" },
      status: { notMatches: "4.." },
    };
    expect(queries.rate(requests, { range: "$__rate_interval", where })).toBe(
      `sum(rate(${requests}{host="api", method!="GET", route=~"/api/.*", status!~"4.."}[$__rate_interval]))`,
    );
    expect(queries.rate(requests, { range: 60, where: { host: undefined } })).toBe(
      `sum(rate(${requests}[1m]))`,
    );
  });

  it("take quantiles, means and parts of histograms", () => {
    expect(queries.quantile(0.95, durations, { range: 300, by: ["host"] })).toBe(
      `histogram_quantile(0.95, sum by (host, le) (rate(${durations}_bucket[5m])))`,
    );
    expect(queries.mean(durations, { range: 300 })).toBe(
      `sum(rate(${durations}_sum[5m])) / sum(rate(${durations}_count[5m]))`,
    );
    expect(queries.partAbove(0.5, durations, { range: 300 })).toBe(
      `1 - sum(rate(${durations}_bucket{le="0.5"}[5m])) / sum(rate(${durations}_count[5m]))`,
    );
  });

  it("refuse a bound that no bucket has", () => {
    expect(() => queries.partAbove(0.3, durations, { range: 300 })).toThrow(
      new RangeError(
        `${durations} has no bucket with the bound 0.3: use one of 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 10`,
      ),
    );
  });

  it("write bounds without the tail of binary fractions", () => {
    expect(queries.above("x", 14.4 * 0.01)).toBe("x > 0.144");
    expect(queries.below("x", 0.1 + 0.2)).toBe("x < 0.3");
    expect(queries.atLeast("x", 2)).toBe("x >= 2");
  });

  it("are told apart by the series that they read", () => {
    expect(queries.seriesOf(queries.quantile(0.9, durations, { range: 60 }))).toEqual([durations]);
    expect(queries.seriesOf(`rate(${requests}{route="optropic_db_connections"}[5m]) * up`)).toEqual([
      requests,
      "up",
    ]);
  });

  it("are PromQL whatever a label holds", async () => {
    const values = fc.sample(fc.string({ unit: anyCharacter, maxLength: 20 }), { numRuns: 300, seed: 1 });
    const written = values.map((route) => queries.rate(requests, { range: 300, where: { route } }));
    const { passed, output } = await checkQueries(written);
    expect(passed, output).toBe(true);
  });

  it("are PromQL for every indicator, and read series of the contract only", async () => {
    const written = Object.values(everyIndicator(300)).flat();
    const { passed, output } = await checkQueries(written);
    expect(passed, output).toBe(true);
    for (const query of [...written, ...rules().map(({ expr }) => expr)]) {
      const read = queries.seriesOf(query);
      expect(read).not.toEqual([]);
      const named = query.replaceAll(/"[^"]*"/g, "").match(/optropic_\w+/g) ?? [];
      for (const name of named)
        expect(Object.keys(series)).toContain(name.replace(/_(bucket|count|sum)$/, ""));
    }
  });
});
