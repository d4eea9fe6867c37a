import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AlertName, alertNames } from "../../metrics/alerts.ts";
import { contract, hosts } from "../../metrics/contract.ts";
import type { Behaviour } from "./support/behaviour.ts";
import { everyIndicator } from "./support/every-indicator.ts";
import { type Platform, startPlatform } from "./support/platform.ts";

/** Prometheus evaluates the rules as often as that; a machine that has more to do may need minutes for what takes seconds. */
const patience = { timeout: 160_000, interval: 200 };
const megabyte = 1024 * 1024;

describe("a platform that Prometheus watches", () => {
  let platform: Platform;
  /** Another, whose errors go on: an alert that waits for an hour of them waits twelve seconds here. */
  let failing: Platform;
  const seen = new Set<string | undefined>();

  beforeAll(async () => {
    platform = await startPlatform();
    failing = await startPlatform({ api: 2, web: 1 });
  });
  afterAll(() => Promise.all([platform?.stop(), failing?.stop()]));

  /** The labels of the alerts that fire. */
  async function firing({ prometheus } = platform) {
    const alerts = (await prometheus.alerts()).filter(({ state }) => state === "firing");
    for (const { labels } of alerts) seen.add(labels.alertname);
    return alerts.map(({ labels }) => labels);
  }

  async function firingNames(of = platform): Promise<(string | undefined)[]> {
    return (await firing(of)).map(({ alertname }) => alertname);
  }

  it("exports the contract, with its types and texts", async () => {
    const expected = Object.entries(contract).map(([name, { type, help }]) => [
      name,
      [expect.objectContaining({ type, help })],
    ]);
    await expect
      .poll(() => platform.prometheus.metadata(), patience)
      .toMatchObject(Object.fromEntries(expected));
  });

  it.each(Object.entries(contract))("exports %s from each host, with its labels", async (name, metric) => {
    const query = metric.type === "histogram" ? `${name}_count` : name;
    const hosted = metric.labels.some((label) => label === "host");
    for (const host of hosted ? hosts : [undefined]) {
      const own = async () => {
        const samples = await platform.prometheus.query(query);
        return samples.map((sample) => sample.metric).filter((labels) => labels.host === host);
      };
      await expect.poll(own, patience).not.toEqual([]);
      for (const labels of await own())
        expect(Object.keys(labels)).toEqual(expect.arrayContaining([...metric.labels]));
    }
  });

  it.each(Object.entries(everyIndicator(2)))("has an answer for %s", async (name, queries) => {
    // It is about failures, of which there are none.
    const least = name === "failingRegions" ? 0 : 1;
    for (const query of queries)
      await expect
        .poll(async () => (await platform.prometheus.query(query)).length, patience)
        .toBeGreaterThanOrEqual(least);
  });

  it("fires nothing when all is well", async () => {
    for (const { prometheus } of [platform, failing]) {
      await expect.poll(() => prometheus.alerts(), patience).toEqual([]);
    }
    const fault = { failuresPercent: 50, backupAgeSeconds: 2 * 86_400 };
    await Promise.all([failing.api.behave(fault), failing.web.behave({ backupAgeSeconds: 2 * 86_400 })]);
  });

  it.each<readonly [string, Partial<Behaviour>, readonly AlertName[]]>([
    ["is slow", { delayMs: 1300 }, ["high-latency-p95", "high-latency-p99"]],
    ["leaks memory", { leakBytes: 8 * megabyte }, ["high-memory"]],
    [
      "is out of connections",
      { keepConnections: true },
      ["database-connections", "database-connection-errors"],
    ],
    ["fails", { failuresPercent: 50 }, ["high-error-rate", "error-budget-burn-fast"]],
  ])("fires when the API %s, and resolves when it is well again", async (_, fault, expected) => {
    await platform.api.behave(fault);
    await expect.poll(() => firingNames(), patience).toEqual(expect.arrayContaining([...expected]));
    // The web host is well all the time.
    const elsewhere = async () => (await firing()).filter(({ host }) => host !== "api");
    await expect.poll(elsewhere, patience).toEqual([]);
    await platform.api.behave({});
    const still = async () =>
      (await firingNames()).filter((name) => expected.some((other) => other === name));
    await expect.poll(still, patience).toEqual([]);
  });

  it("fires when errors go on, and when backups stop", async () => {
    const expected: AlertName[] = ["error-budget-burn-slow", "error-budget-burn-steady", "backup-overdue"];
    const names = () => firingNames(failing);
    await expect.poll(names, patience).toEqual(expect.arrayContaining(expected));
    await Promise.all([failing.api.behave({}), failing.web.behave({})]);
    await expect.poll(names, patience).not.toContain("backup-overdue");
  });

  it("fires when the API is down", async () => {
    await platform.api.stop();
    const down = [
      expect.objectContaining({ alertname: "service-down", scrape_job: "optropic-api" }),
      expect.objectContaining({
        alertname: "health-check-failing",
        instance: "https://api.optropic.example/api/health",
      }),
      expect.objectContaining({
        alertname: "metrics-missing",
        series: "optropic_build_info",
        host: "api",
      }),
    ];
    await expect.poll(() => firing(), patience).toEqual(expect.arrayContaining(down));
  });

  it("has seen every alert fire", () => {
    expect([...seen].sort()).toEqual([...alertNames].sort());
  });
});
