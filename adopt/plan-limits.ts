import { planFeatures } from "../config/plan-features.ts";
import { planHas, planIds, planTitle, type VendorName, vendorNames, vendors } from "../config/plans.ts";
import type { VendorPlan } from "./live/reading.ts";
import type { Declared } from "./resources.ts";

/** What the program declares and the plan of an account does not include. */
export interface PlanLimit {
  readonly vendor: string;
  /** The account, or the zone. */
  readonly of: string;
  readonly plan: string;
  /** The smallest plan that includes all of it. */
  readonly needs: string;
  readonly features: readonly string[];
}

/**
 * Compares the plans that accounts have with what the program declares. A plan of the zone that the program buys
 * itself is no limit.
 */
export function planLimits(plans: readonly VendorPlan[], declared: readonly Declared[]): PlanLimit[] {
  const buys = declared.some(({ type }) => type === "cloudflare:index/zoneSubscription:ZoneSubscription");
  return plans.flatMap(({ vendor, of, plan }): PlanLimit[] => {
    const name = vendorNames.find((one) => one === vendor);
    if (
      name === undefined ||
      plan === undefined ||
      (name === "cloudflare" && buys) ||
      !planIds(name).includes(plan)
    )
      return [];
    const lacking = Object.values(planFeatures).filter(
      (feature) => feature.shipped && feature.vendor === name && !planHas(name, plan, feature.needs),
    );
    const needs = largest(
      name,
      lacking.map((feature) => feature.needs),
    );
    if (needs === undefined) return [];
    const features = lacking.map(({ title }) => title);
    return [{ vendor: vendors[name].title, of, plan: planTitle(name, plan), needs, features }];
  });
}

function largest(vendor: VendorName, plans: readonly string[]): string | undefined {
  const needed = planIds(vendor).findLast((id) => plans.includes(id));
  return needed === undefined ? undefined : planTitle(vendor, needed);
}
