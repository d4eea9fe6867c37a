import { describe, expect, it } from "vitest";
import { objectivesSchema } from "../../config/operations.ts";
import { contract, labels, series } from "../../metrics/contract.ts";

describe("the contract", () => {
  it.each(Object.entries(contract))("%s is named as Prometheus advises", (name, metric) => {
    expect(name).toMatch(/^optropic_[a-z]+(_[a-z]+)*$/);
    expect(name.endsWith("_total")).toBe(metric.type === "counter");
    if (["seconds", "bytes", "ratio", "cores"].includes(metric.unit))
      expect(name.replace(/_total$/, "")).toMatch(new RegExp(`_${metric.unit}$`));
    expect(metric.help).toMatch(/^[A-Z0-9].*\.$/);
  });

  it("says what every label holds, and has none that nothing uses", () => {
    const used = new Set<string>(Object.values(series).flatMap((metric) => [...metric.labels]));
    expect([...used].sort()).toEqual(Object.keys(labels).sort());
  });

  it("has buckets in order, with a bound at each latency that is promised", () => {
    for (const metric of Object.values(contract)) {
      if (metric.type !== "histogram") continue;
      expect([...metric.buckets]).toEqual([...metric.buckets].sort((a, b) => a - b));
    }
    const { p95Ms, p99Ms } = objectivesSchema.parse({});
    const { buckets } = contract.optropic_http_request_duration_seconds;
    expect(buckets).toEqual(expect.arrayContaining([p95Ms / 1000, p99Ms / 1000]));
  });
});
