import { describe, expect, test } from "vitest";
import { alertRules } from "../../../metrics/alerts.ts";
import { measureOf } from "../../../policies/values/alert-measures.ts";
import { parseMath, parsePromql } from "../../../policies/values/promql.ts";
import { alternativesOf, truthy } from "../../../policies/values/promql-conditions.ts";
import { checkQueries } from "../../metrics/support/promtool.ts";

const valid = [
  "-2^2",
  "1e3 > bool 0x1f",
  "Inf",
  "x{}",
  'x{a="b",}',
  "{__name__=~'x.*', a!=`b`}",
  "sum(rate(x[5m])) by (a)",
  "sum without (a) (x)",
  "max by () (up)",
  "topk(5, x)",
  'count_values("v", x)',
  "x offset -5m",
  "rate(x[1h30m] offset 1h)",
  "x @ end()",
  "rate(x[5m] @ 1609746000)",
  "max_over_time(rate(x[5m])[1h:1m])",
  "max_over_time(x[1h:])",
  "a and on (b) c",
  "a * on (x) group_left (y) b",
  "a / ignoring (x) group_right b",
  "a unless b or c",
  "x > bool 1",
  "2 ^ 3 ^ 2 atan2 1",
  "avg_over_time((up == 0)[5m:30s])",
  "# what it is\nup # and why",
  "SUM(x) BY (a) OR y",
  "sum + rate + min",
];

const invalid = [
  "",
  "sum(x",
  "x)",
  "x{a=}",
  "x{a b}",
  "x y",
  "sum by a (x)",
  "x[",
  "x[5m",
  "a == ",
  "!x",
  "'",
];

describe("PromQL", () => {
  test("is read where Prometheus reads it", async () => {
    expect(valid.filter((query) => parsePromql(query) === undefined)).toEqual([]);
    expect(await checkQueries(valid)).toMatchObject({ passed: true });
  });

  test.each(invalid)("is not read in %j", (query) => {
    expect(parsePromql(query)).toBeUndefined();
  });

  test("holds tighter or looser as in Prometheus", () => {
    expect(parsePromql("a or b and c > d + e * f ^ g")).toEqual(
      parsePromql("a or (b and (c > (d + (e * (f ^ g)))))"),
    );
    expect(parsePromql("a - b - c")).toEqual(parsePromql("(a - b) - c"));
    expect(parsePromql("a ^ b ^ c")).toEqual(parsePromql("a ^ (b ^ c)"));
    expect(parsePromql("-a ^ b")).toEqual(parsePromql("-(a ^ b)"));
    expect(parsePromql("a unless b or c")).toEqual(parsePromql("(a unless b) or c"));
  });

  test("takes a dashboard's variables for what they stand for", () => {
    expect(parsePromql('rate(x{host=~"$host"}[$__rate_interval])')).toMatchObject({
      args: [{ kind: "selector", metric: "x", range: Number.NaN }],
    });
  });

  test("nests as deep as people do and no deeper", () => {
    const nested = (depth: number) => `${"(".repeat(depth)}x${")".repeat(depth)}`;
    expect(parsePromql(nested(50))).toEqual(parsePromql("x"));
    expect(parsePromql(nested(5000))).toBeUndefined();
    expect(parsePromql(`${"-".repeat(5000)}x`)).toBeUndefined();
  });
});

test("Grafana's math gives 0 or 1 for each comparison", () => {
  expect(parseMath("$A > 1 && !($B < 2)")).toMatchObject({
    operator: "and",
    left: { operator: ">", bool: true, left: { kind: "reference", name: "A" } },
    right: { operator: "==", bool: true },
  });
});

describe("what an expression waits for", () => {
  const waits = (query: string) => {
    const expr = parsePromql(query);
    return expr && truthy(alternativesOf(expr)).map(({ atoms }) => atoms.map(({ interval }) => interval));
  };

  test.each([
    ["x > 1", [[{ low: 1, lowOpen: true }]]],
    ["1 <= x", [[{ low: 1, lowOpen: false }]]],
    ["2 * x + 1 > 5", [[{ low: 2 }]]],
    ["1 - x < 0.1", [[{ low: 0.9 }]]],
    ["-x < -3", [[{ low: 3 }]]],
    ["x / 4 > 1", [[{ low: 4 }]]],
    ["x > 1 and x < 5", [[{ low: 1, high: 5 }]]],
    ["x > 1 or y > 2", [[{ low: 1 }], [{ low: 2 }]]],
    ["x > 5 and x < 1", []],
    ["x == 0", []],
    ["vector(0) > 1", []],
    ["vector(2) > 1", [[]]],
    ["count(x > 3) > 0", [[{ low: 3 }]]],
    ["x > 0.5 * y", [[{ low: 0.5 }]]],
  ])("%s", (query, intervals) => {
    expect(waits(query)).toMatchObject(intervals);
  });
});

test("every alert of the platform is read and measures what its item says", () => {
  const objectives = {
    ...{ p95Ms: 500, p99Ms: 1000, errorRatePercent: 1, rpoMinutes: 1440 },
    ...{ memoryPercent: 90, databaseConnectionsPercent: 80 },
  };
  const links = { grafana: "https://grafana.example", runbooks: "https://runbooks.example" };
  for (const { name, expr } of alertRules(objectives, links)) {
    const parsed = parsePromql(expr);
    const kinds = parsed && alternativesOf(parsed).flatMap(({ atoms }) => atoms.map(measureOf));
    expect(kinds?.length, name).toBeGreaterThan(0);
    expect(
      kinds?.filter(({ kind }) => kind === "other" || kind === "recorded"),
      name,
    ).toEqual([]);
  }
});
