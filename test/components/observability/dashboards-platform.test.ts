import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Platform, startPlatform } from "../../metrics/support/platform.ts";
import { dashboardQueries } from "./queries.ts";

describe("with a platform that Prometheus watches", () => {
  let platform: Platform;

  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform?.stop());

  test.each(dashboardQueries)("$where has values", async ({ expr, legend }) => {
    const values = async () => {
      const samples = await platform.prometheus.query(expr);
      return samples.filter(({ value }) => Number.isFinite(value));
    };
    await expect.poll(values, { timeout: 160_000, interval: 100 }).not.toEqual([]);
    // Each line has a name of its own, made of labels that its series has.
    const names = (await values()).map(({ metric }) =>
      legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? `no ${label}`),
    );
    expect(names.filter((name) => name.includes("no "))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });
});
