import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type PlanFeature, planFeatures } from "../../config/plan-features.ts";
import { planIds, vendorNames, vendors } from "../../config/plans.ts";
import { plansPage } from "../../docs/plans.ts";
import { registry } from "../../policies/registry.ts";

const features: readonly PlanFeature[] = Object.values(planFeatures);

describe("docs/plans.md", () => {
  it("is current: npm run docs", () => {
    expect(readFileSync(new URL("../../docs/plans.md", import.meta.url), "utf8")).toBe(plansPage());
  });

  it.each(vendorNames)("says what to buy at %s and what for", (name) => {
    expect(plansPage()).toContain(`[${vendors[name].title}](${vendors[name].source})`);
    for (const { title } of features.filter(({ vendor }) => vendor === name)) {
      expect(plansPage()).toContain(title);
    }
  });
});

describe("the table of features", () => {
  it.each(Object.entries<PlanFeature>(planFeatures))("has a plan and a source for %s", (_, feature) => {
    expect(planIds(feature.vendor)).toContain(feature.needs);
    expect(planIds(feature.vendor)[0]).not.toBe(feature.needs);
    expect(new URL(feature.source).protocol).toBe("https:");
  });

  it("has only items that a policy of plans covers", () => {
    const covered = registry.filter(({ name }) => name.startsWith("plan-")).flatMap(({ items }) => items);
    expect(new Set(features.flatMap(({ items }) => items))).toEqual(new Set(covered));
  });
});
