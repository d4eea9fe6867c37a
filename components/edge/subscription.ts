import { ZoneSubscription } from "@pulumi/cloudflare/zoneSubscription.js";
import type { EdgeArgs, EdgeScope, ZoneId } from "./args.ts";

/**
 * Buys the zone's plan, by the month. A new zone is Free. Cloudflare answers 404 for the subscription of a Free
 * zone, so none is declared for that plan: https://github.com/cloudflare/terraform-provider-cloudflare/issues/7083
 *
 * @returns the scope of the children that need the plan, which wait for it
 */
export function subscribeZone(
  scope: EdgeScope,
  zoneId: ZoneId,
  { buyPlan }: Pick<EdgeArgs, "buyPlan">,
): EdgeScope {
  if (buyPlan === undefined) return scope;
  const subscription = new ZoneSubscription(
    ...scope.child("subscription", { zoneId, frequency: "monthly", ratePlan: { id: buyPlan } }),
  );
  return scope.with({ dependsOn: subscription });
}
