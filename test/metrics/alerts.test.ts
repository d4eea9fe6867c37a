import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AlertObjectives, AlertRule } from "../../metrics/alerts.ts";
import { checkQueries, checkRules, testRules } from "./support/promtool.ts";
import { objectives, rules, rulesFor } from "./support/rules.ts";
import { objectiveScenarios } from "./support/scenarios-objectives.ts";
import { serviceScenarios } from "./support/scenarios-service.ts";

const scenarios = [...serviceScenarios, ...objectiveScenarios];

describe("the alert rules, by promtool", () => {
  it("are rules of Prometheus", async () => {
    const { passed, output } = await checkRules(rules());
    expect(output).toContain(`${rules().length} rules found`);
    expect(passed, output).toBe(true);
  });

  it.each(scenarios.map((scenario) => [scenario.alert, scenario.title, scenario] as const))(
    "%s %s",
    async (alert, _, scenario) => {
      const alone = rules().filter(({ name }) => name === alert);
      const { passed, output } = await testRules(alone, [scenario]);
      expect(passed, output).toBe(true);
    },
  );
});

describe("the alert rules of any objectives", () => {
  const figures = fc.record({
    p95Ms: fc.integer({ min: 1, max: 60_000 }),
    p99Ms: fc.integer({ min: 1, max: 60_000 }),
    errorRatePercent: fc.double({ min: 0, max: 100, noNaN: true }),
    rpoMinutes: fc.integer({ min: 1, max: 43_200 }),
    memoryPercent: fc.integer({ min: 1, max: 100 }),
    databaseConnectionsPercent: fc.integer({ min: 1, max: 100 }),
  });
  const samples = fc.sample(figures, { numRuns: 20, seed: 1 });

  it("are PromQL", async () => {
    const { passed, output } = await checkQueries(
      samples.flatMap((sample) => rulesFor(sample).map(({ expr }) => expr)),
    );
    expect(passed, output).toBe(true);
  });

  it("wait for a time that Prometheus understands", () => {
    for (const { for: wait } of samples.flatMap(rulesFor)) expect(wait).toMatch(/^[1-9]\d*(ms|[smhd])$/);
  });

  it("have the objectives as their bounds, and no others", () => {
    fc.assert(
      fc.property(figures, (sample) => {
        const bounds = Object.fromEntries(
          rulesFor(sample).map(({ name, expr }) => [name, Number(expr.match(/ > (\S+?)\)?$/)?.[1])]),
        );
        expect(bounds["high-error-rate"]).toBeCloseTo(sample.errorRatePercent / 100, 10);
        expect(bounds["error-budget-burn-fast"]).toBeCloseTo((14.4 * sample.errorRatePercent) / 100, 10);
        expect(bounds["error-budget-burn-slow"]).toBeCloseTo((6 * sample.errorRatePercent) / 100, 10);
        expect(bounds["error-budget-burn-steady"]).toBeCloseTo(sample.errorRatePercent / 100, 10);
        expect(bounds["high-latency-p95"]).toBe(sample.p95Ms / 1000);
        expect(bounds["high-latency-p99"]).toBe(sample.p99Ms / 1000);
        expect(bounds["high-memory"]).toBe(sample.memoryPercent / 100);
        expect(bounds["database-connections"]).toBe(sample.databaseConnectionsPercent / 100);
        expect(bounds["backup-overdue"]).toBe(sample.rpoMinutes * 60);
      }),
    );
  });
});

describe("the scenarios", () => {
  const watched: Readonly<Record<keyof AlertObjectives, readonly string[]>> = {
    p95Ms: ["high-latency-p95"],
    p99Ms: ["high-latency-p99"],
    errorRatePercent: [
      "high-error-rate",
      "error-budget-burn-fast",
      "error-budget-burn-slow",
      "error-budget-burn-steady",
    ],
    rpoMinutes: ["backup-overdue"],
    memoryPercent: ["high-memory"],
    databaseConnectionsPercent: ["database-connections"],
  };
  const objectiveMutants = Object.entries(watched).flatMap(([key, names]) =>
    [0.5, 2].flatMap((factor) => {
      const changed = { ...objectives, [key]: figureOf(key) * factor };
      return names.map((name) => [name, `${key} × ${factor}`, pick(rulesFor(changed), name)] as const);
    }),
  );
  const patienceMutants = rules().flatMap((rule) => [
    [rule.name, "no patience", { ...rule, for: "0s" }] as const,
    [rule.name, "a day of patience", { ...rule, for: "1d" }] as const,
  ]);

  it.each([...objectiveMutants, ...patienceMutants])("notice %s with %s", async (name, _, mutant) => {
    expect(await passesAll(name, mutant)).toBe(false);
  });

  function figureOf(key: string): number {
    return Object.entries(objectives).find(([name]) => name === key)?.[1] ?? Number.NaN;
  }

  function pick(from: readonly AlertRule[], name: string): AlertRule {
    const found = from.find((rule) => rule.name === name);
    if (!found) throw new Error(`There is no rule ${name}.`);
    return found;
  }

  async function passesAll(name: string, mutant: AlertRule): Promise<boolean> {
    for (const scenario of scenarios.filter(({ alert }) => alert === name)) {
      // Only when alerts fire is compared: their texts are those of the mutant on both sides.
      if (!(await testRules([mutant], [scenario])).passed) return false;
    }
    return true;
  }
});
