import { planFeatures } from "../config/plan-features.ts";
import { planHas, planIds, planTitle, vendors } from "../config/plans.ts";
import { listed } from "../lib/text.ts";
import type { Context } from "./framework/context.ts";
import {
  type Finding,
  judge,
  policy,
  type Resource,
  type Stack,
  select,
  unproved,
  type Verdict,
} from "./framework/index.ts";
import {
  databaseUses,
  errorTrackingUses,
  healthCheckUses,
  onCallUses,
  type PlanUse,
  pulumiCloudUses,
  repositoryUses,
  scalingUses,
  webHostUses,
} from "./model/plan-uses.ts";
import { rejected } from "./model/rejected.ts";
import {
  edgeRuleUses,
  firewallUses,
  planOfSubscription,
  rateLimitUses,
  subscriptionOf,
  zoneSettingUses,
} from "./model/zone-plans.ts";

// Whether the accounts' plans include what the stack declares: docs/plans.md.

const url = (feature: keyof typeof planFeatures) => planFeatures[feature].source;

export const planRateLimits = policy({
  name: "plan-rate-limits",
  items: ["4.4"],
  title: "The zone's plan must include the declared rate limits.",
  severity: "high",
  fix: "Set plans.cloudflare to the plan that the rate limits need, or declare rate limits that the plan includes.",
  url: url("cloudflareSecondRateLimit"),
  check: (stack, _, context) => within(rateLimitUses(stack), stack, context),
});

export const planFirewallRules = policy({
  name: "plan-firewall-rules",
  items: ["4.7"],
  title: "The zone's plan must include the declared firewall rules.",
  severity: "high",
  fix: "Set plans.cloudflare to the plan that the rules need.",
  url: url("cloudflareManagedRules"),
  check: (stack, _, context) => within(firewallUses(stack), stack, context),
});

export const planEdgeRules = policy({
  name: "plan-edge-rules",
  items: ["4.5", "6.8"],
  title: "The zone's plan must include the declared rules for headers and the cache.",
  severity: "medium",
  fix: "Join rules, or set plans.cloudflare to the plan that they need.",
  url: url("cloudflareEleventhRule"),
  check: (stack, _, context) => within(edgeRuleUses(stack), stack, context),
});

export const planZoneSettings = policy({
  name: "plan-zone-settings",
  items: ["4.1", "6.8"],
  title: "The zone's plan must include the declared settings.",
  severity: "medium",
  fix: "Remove the setting, or set plans.cloudflare to the plan that it needs.",
  url: url("cloudflarePaidSettings"),
  check: (stack, _, context) => within(zoneSettingUses(stack), stack, context),
});

export const planWebHost = policy({
  name: "plan-web-host",
  items: ["4.4", "4.7", "5.9", "7V.1"],
  title: "The plan at Vercel must include the declared firewall, log drain and protections.",
  severity: "high",
  fix: "Buy the plan at Vercel and set plans.vercel to it.",
  url: url("vercelManagedRules"),
  check: (stack, _, context) => within(webHostUses(stack), stack, context),
});

export const planAutoscaling = policy({
  name: "plan-autoscaling",
  items: ["7.4"],
  title: "The plan at Render must include the declared autoscaling and projects.",
  severity: "high",
  fix: "Buy the plan at Render and set plans.render to it.",
  url: url("renderAutoscaling"),
  check: (stack, _, context) => within(scalingUses(stack), stack, context),
});

export const planDatabase = policy({
  name: "plan-database",
  items: ["3.1", "3.3"],
  title:
    "The plan at Supabase must include the declared compute size, point-in-time recovery and sign-in settings.",
  severity: "high",
  fix: "Buy the plan at Supabase and set plans.supabase to it.",
  url: url("supabasePitr"),
  check: (stack, _, context) => [
    ...within(databaseUses(stack), stack, context),
    ...rejected(stack, "computeSizes", context),
  ],
});

export const planHealthChecks = policy({
  name: "plan-health-checks",
  items: ["5.7"],
  title: "The plan at Grafana Cloud must include the declared synthetic checks.",
  severity: "medium",
  fix: "Buy the plan at Grafana Cloud and set plans.grafana to it, or check less often from fewer places.",
  url: url("grafanaChecks"),
  check: (stack, _, context) => within(healthCheckUses(stack), stack, context),
});

export const planErrorTracking = policy({
  name: "plan-error-tracking",
  items: ["5.1"],
  title: "The plan at Sentry must include the declared rate limits, integrations and monitors.",
  severity: "medium",
  fix: "Buy the plan at Sentry and set plans.sentry to it.",
  url: url("sentryIntegration"),
  check: (stack, _, context) => within(errorTrackingUses(stack), stack, context),
});

export const planOnCall = policy({
  name: "plan-on-call",
  items: ["S6.4", "S6.5"],
  title: "The plan at PagerDuty must include the declared schedules, escalation policies and users.",
  severity: "medium",
  fix: "Buy the plan at PagerDuty and set plans.pagerduty to it.",
  url: url("pagerdutySchedules"),
  check: (stack, _, context) => within(onCallUses(stack), stack, context),
});

export const planRepository = policy({
  name: "plan-repository",
  items: ["1.5", "1.6"],
  title: "The plan at GitHub must include what the stack declares for a private repository.",
  severity: "high",
  scope: "delivery",
  fix: "Buy the plan at GitHub and set plans.github to it. A public repository needs none.",
  url: url("githubPrivateReviewers"),
  check: (stack, _, context) => within(repositoryUses(stack), stack, context),
});

export const planPulumiCloud = policy({
  name: "plan-pulumi-cloud",
  items: ["1.4", "1.5"],
  title: "The edition of Pulumi Cloud must include the declared policy groups, schedules and teams.",
  severity: "high",
  scope: "delivery",
  fix: "Buy the edition of Pulumi Cloud and set plans.pulumiCloud to it.",
  url: url("pulumiPolicyGroups"),
  check: (stack, _, context) => within(pulumiCloudUses(stack), stack, context),
});

/** One finding for each use: the account's plan must include all its features. */
function within(uses: readonly PlanUse[], stack: Stack, context: Context): Finding[] {
  return uses.map((use) => judge(use.resource, () => judgePlan(use, planOf(use, stack, context))));
}

interface AccountPlan {
  /** Undefined where nothing states it. */
  readonly id: string | undefined;
  /** The resource that buys it. */
  readonly bought?: Resource;
}

/** The plan that counts for a use. Throws UnknownRead. */
function planOf({ features, zone }: PlanUse, stack: Stack, { plans }: Context): AccountPlan {
  const [first] = features;
  if (zone === undefined) return { id: first && plans[planFeatures[first[0]].vendor] };
  const bought = subscriptionOf(stack, zone);
  if (bought !== undefined) return { id: planOfSubscription(bought), bought };
  // A new zone is Free.
  return { id: plans.cloudflare ?? (zone.resource === undefined ? undefined : "free") };
}

function judgePlan({ resource, features, isProtection = false }: PlanUse, plan: AccountPlan): Verdict {
  const excluded = features.filter(([name]) => !includes(plan.id, name));
  const used = select(excluded, ([, isUsed]) => isUsed()).map(([name]) => planFeatures[name]);
  const largest = used.toSorted((one, other) => sizeOf(other) - sizeOf(one))[0];
  if (largest === undefined) return !isProtection || isBoughtFirst(resource, features, plan);
  const { vendor, needs } = largest;
  const { title } = vendors[vendor];
  const setting = `plans.${vendor}`;
  const items = [...new Set<string>(used.flatMap((feature) => feature.items))];
  const what = `${listed(
    used.map((feature) => feature.title),
    "and",
  )} (${items.length === 1 ? "item" : "items"} ${listed(items, "and")})`;
  const needed = `${resource.name} declares ${what}. This needs the plan ${planTitle(vendor, needs)} at ${title}`;
  const stated = plan.bought ? "the program buys" : "the plan is";
  if (plan.id === undefined) {
    const fix = `Set ${setting} to the plan that the account has: ${listed(planIds(vendor), "or")}.`;
    return {
      ...unproved(undefined, `${needed}, and the setting ${setting} does not state the plan.`, fix),
      setting,
    };
  }
  return planIds(vendor).includes(plan.id)
    ? { found: `${needed}; ${stated} ${planTitle(vendor, plan.id)}.`, setting }
    : {
        found: `${needed}; ${stated} ${JSON.stringify(plan.id)}, which ${title} does not have.`,
        fix: `Set ${setting} to ${listed(planIds(vendor), "or")}.`,
        setting,
      };
}

/**
 * What protects, and needs a plan that the stack buys, must wait for it: else the first update declares it too early,
 * stops, and leaves the hosts without it.
 */
function isBoughtFirst(resource: Resource, features: PlanUse["features"], { bought }: AccountPlan): Verdict {
  if (bought === undefined || resource.dependencies.includes(bought)) return true;
  const used = select(
    features.filter(([name]) => !includes("free", name)),
    ([, isUsed]) => isUsed(),
  );
  return (
    used.length === 0 || {
      found: `${resource.name} needs the plan that ${bought.name} buys, but does not depend on it, so the first update may declare it too early.`,
      fix: `Add ${bought.name} to the option dependsOn of ${resource.name}.`,
    }
  );
}

function includes(plan: string | undefined, name: keyof typeof planFeatures): boolean {
  const { vendor, needs } = planFeatures[name];
  return plan !== undefined && planHas(vendor, plan, needs);
}

function sizeOf({ vendor, needs }: (typeof planFeatures)[keyof typeof planFeatures]): number {
  return planIds(vendor).indexOf(needs);
}
