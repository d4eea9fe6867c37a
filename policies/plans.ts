import { type FeatureName, planFeatures, planHas, planTitle, vendors } from "../config/plans.ts";
import type { Context } from "./framework/context.ts";
import { type Finding, judge, policy, type Resource, type Stack, type Verdict } from "./framework/index.ts";
import {
  cloudflarePlan,
  environmentUses,
  errorTrackingUses,
  healthCheckUses,
  logDrainUses,
  managedRuleUses,
  onCallUses,
  type PlanUse,
  pointInTimeUses,
  policyGroupUses,
  productionUses,
  rateLimitUses,
  repositoryUses,
  scalingUses,
  scanningUses,
  scheduleUses,
  sizeUses,
  zoneUses,
} from "./model/plan-uses.ts";

// What a vendor's plan must include, item by item: docs/plans.md.

const fix =
  "Buy the plan and state it in the setting plans, or declare only what the plan includes: docs/plans.md lists what needs which.";

export const planRateLimits = policy({
  name: "plan-rate-limits",
  items: ["4.4"],
  title: "The zone's plan at Cloudflare must include the declared rate limits.",
  severity: "high",
  fix: "Set plans.cloudflare to the plan that the rate limits need, or declare rate limits that the plan includes.",
  url: planFeatures.cloudflareSecondRateLimit.source,
  check: (stack, _, context) => within(rateLimitUses(stack), stack, context),
});

export const planManagedRules = policy({
  name: "plan-managed-rules",
  items: ["4.7"],
  title: "The plans of the zone and of the web host must include the declared managed rules.",
  severity: "high",
  fix,
  url: planFeatures.cloudflareManagedRules.source,
  check: (stack, _, context) => within(managedRuleUses(stack), stack, context),
});

export const planZone = policy({
  name: "plan-zone",
  items: ["7.7"],
  title: "A zone that is a subdomain must have the Enterprise plan at Cloudflare.",
  severity: "medium",
  fix: "Declare the registered domain as the zone, or set plans.cloudflare to enterprise.",
  url: planFeatures.cloudflareSubdomainZone.source,
  check: (stack, _, context) => within(zoneUses(stack), stack, context),
});

export const planProduction = policy({
  name: "plan-commercial",
  items: ["7.3"],
  title: "The plan at Vercel must allow a commercial application.",
  severity: "medium",
  fix,
  url: planFeatures.vercelProduction.source,
  check: (stack, _, context) => within(productionUses(stack), stack, context),
});

export const planLogDrain = policy({
  name: "plan-log-drain",
  items: ["5.9"],
  title: "The plan at Vercel must include the declared log drain.",
  severity: "medium",
  fix,
  url: planFeatures.vercelLogDrain.source,
  check: (stack, _, context) => within(logDrainUses(stack), stack, context),
});

export const planAutoscaling = policy({
  name: "plan-autoscaling",
  items: ["7.4"],
  title: "The plan at Render must include autoscaling where it is declared.",
  severity: "high",
  fix,
  url: planFeatures.renderAutoscaling.source,
  check: (stack, _, context) => within(scalingUses(stack), stack, context),
});

export const planDatabaseSize = policy({
  name: "plan-database-size",
  items: ["3.1"],
  title: "The plan at Supabase must include the declared compute size.",
  severity: "high",
  fix,
  url: planFeatures.supabaseCompute.source,
  check: (stack, _, context) => within(sizeUses(stack), stack, context),
});

export const planPointInTime = policy({
  name: "plan-point-in-time-recovery",
  items: ["3.3"],
  title: "The plan at Supabase must include point-in-time recovery.",
  severity: "high",
  fix,
  url: planFeatures.supabasePitr.source,
  check: (stack, _, context) => within(pointInTimeUses(stack), stack, context),
});

export const planHealthChecks = policy({
  name: "plan-health-checks",
  items: ["5.7"],
  title: "The plan at Grafana Cloud must include the declared synthetic checks.",
  severity: "medium",
  fix: "State the plan in plans.grafana, or let fewer probes check less often.",
  url: planFeatures.grafanaChecks.source,
  check: (stack, _, context) => within(healthCheckUses(stack), stack, context),
});

export const planErrorTracking = policy({
  name: "plan-error-tracking",
  items: ["5.1"],
  title: "The plan at Sentry must include the declared integrations and monitors.",
  severity: "medium",
  fix,
  url: planFeatures.sentryIntegration.source,
  check: (stack, _, context) => within(errorTrackingUses(stack), stack, context),
});

export const planOnCall = policy({
  name: "plan-on-call",
  items: ["S6.4", "S6.5"],
  title: "The plan at PagerDuty must include the declared schedules and escalation policies.",
  severity: "medium",
  fix,
  url: planFeatures.pagerdutySchedules.source,
  check: (stack, _, context) => within(onCallUses(stack), stack, context),
});

export const planRepositoryRules = policy({
  name: "plan-repository-rules",
  items: ["1.5"],
  title: "The plan at GitHub must include the declared rulesets and reviewers.",
  severity: "high",
  scope: "delivery",
  fix,
  url: planFeatures.githubPrivateRules.source,
  check: (stack, _, context) =>
    within([...repositoryUses(stack), ...environmentUses(stack)], stack, context),
});

export const planSecretScanning = policy({
  name: "plan-secret-scanning",
  items: ["1.6"],
  title: "The plan at GitHub must include secret scanning where it is declared.",
  severity: "high",
  scope: "delivery",
  fix,
  url: planFeatures.githubPrivateScanning.source,
  check: (stack, _, context) => within(scanningUses(stack), stack, context),
});

export const planPolicyGroups = policy({
  name: "plan-policy-groups",
  items: ["1.5"],
  title: "The edition of Pulumi Cloud must include policy groups where they are declared.",
  severity: "high",
  scope: "delivery",
  fix,
  url: planFeatures.pulumiPolicyGroups.source,
  check: (stack, _, context) => within(policyGroupUses(stack), stack, context),
});

export const planSchedules = policy({
  name: "plan-schedules",
  items: ["1.4"],
  title: "The edition of Pulumi Cloud must include the declared schedules.",
  severity: "medium",
  scope: "delivery",
  fix,
  url: planFeatures.pulumiSchedules.source,
  check: (stack, _, context) => within(scheduleUses(stack), stack, context),
});

/** One finding for each use: the plan that the vendor's account has must include the feature. */
function within(uses: readonly PlanUse[], stack: Stack, context: Context): Finding[] {
  return uses.map((use) =>
    judge(use.resource, () => {
      const feature = use.feature();
      return feature === undefined || judgePlan(feature, use.resource, planFor(feature, use, stack, context));
    }),
  );
}

function planFor(feature: FeatureName, use: PlanUse, stack: Stack, { plans }: Context): string | undefined {
  const { vendor } = planFeatures[feature];
  // A new zone is Free: only a subscription or the settings make it more.
  return vendor === "cloudflare"
    ? (cloudflarePlan(stack, use.zone) ?? plans.cloudflare ?? "free")
    : plans[vendor];
}

function judgePlan(feature: FeatureName, { name }: Resource, plan: string | undefined): Verdict {
  const { vendor, title, needs } = planFeatures[feature];
  if (plan !== undefined && planHas(vendor, plan, needs)) return true;
  const needed = `${name} declares ${title}, which needs the plan ${planTitle(vendor, needs)} at ${vendors[vendor].title}`;
  const setting = `plans.${vendor}`;
  return plan === undefined
    ? { found: `${needed}; the setting ${setting} does not state the plan.`, setting }
    : { found: `${needed}; the plan is ${planTitle(vendor, plan)}.`, setting };
}
