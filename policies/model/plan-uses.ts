import type { RepositoryArgs } from "@pulumi/github";
import type { FeatureName } from "../../config/plans.ts";
import { known, type Resource, type ResourceOf, type Stack } from "../framework/index.ts";
import { isOn } from "./given.ts";
import { type Rule, rulesOf } from "./rulesets.ts";
import { cloudflare, github, grafana, pagerduty, pulumiCloud, render, sentry, supabase, vercel } from "./tokens.ts";
import { inZone, type Zone, zoneName, zones } from "./zones.ts";

/** A declared resource and what it needs of its vendor's plan. */
export interface PlanUse {
  readonly resource: Resource;
  /** The feature that needs the largest plan; undefined where every plan has it. May throw UnknownRead. */
  readonly feature: () => FeatureName | undefined;
  /** The zone whose plan counts, at Cloudflare. */
  readonly zone?: Zone;
}

/** Id of the plan that the stack buys for a zone; undefined where it buys none. Throws UnknownRead. */
export function cloudflarePlan(stack: Stack, zone: Zone | undefined): string | undefined {
  if (zone === undefined) return undefined;
  return inZone(stack, zone, cloudflare.subscription)
    .map((subscription) => subscription.at("ratePlan", "id").string())
    .find((id) => id !== undefined);
}

/** Rate limits of each zone. Source of the figures: Cloudflare's table of rate-limiting rules by plan. */
export function rateLimitUses(stack: Stack): PlanUse[] {
  return zones(stack).flatMap((zone) => {
    const rules = known(() => rulesOf(stack, zone, "http_ratelimit")) ?? [];
    return rules.map((rule, index): PlanUse => ({
      resource: rule.resource,
      zone,
      feature: () => largest(rateLimitFeatures(rule, index + 1)),
    }));
  });
}

function rateLimitFeatures(rule: Rule, count: number): FeatureName[] {
  const limit = rule.entry.at("ratelimit");
  const period = limit.at("period").number() ?? 0;
  const timeout = limit.at("mitigationTimeout").number() ?? 0;
  const byHeader = limit
    .at("characteristics")
    .strings()
    .some((name) => name.includes("["));
  const fields = fieldsOf(rule);
  const features: [FeatureName, boolean][] = [
    ["cloudflareHourRateLimit", count > 5 || period > 600 || timeout > 86_400 || byHeader],
    ["cloudflareRegularExpressions", isRegular(rule)],
    ["cloudflareLongRateLimit", count > 2 || period > 60 || timeout > 3600],
    ["cloudflareSecondRateLimit", count > 1],
    ["cloudflareMinuteRateLimit", period > 10 || timeout > 10],
    ["cloudflareRateLimitFields", fields.some((field) => !freeFields.has(field))],
  ];
  return features.filter(([, used]) => used).map(([name]) => name);
}

/** What a rate limit may look at in a zone of the plan Free. */
const freeFields: ReadonlySet<string> = new Set(["http.request.uri.path", "cf.client.bot"]);

function fieldsOf(rule: Rule): string[] {
  const code = (rule.entry.at("expression").string() ?? "").replace(/"(?:[^"\\]|\\.)*"/g, '""');
  return code.match(/\b(?:http|ip|cf|ssl|raw|tcp|udp|icmp)\.[\w.]+/g) ?? [];
}

const isRegular = (rule: Rule): boolean =>
  /\bmatches\b|~|regex_replace/.test(
    (rule.entry.at("expression").string() ?? "").replace(/"(?:[^"\\]|\\.)*"/g, '""'),
  );

/** Managed rules of Cloudflare's zones and of Vercel's projects. */
export function managedRuleUses(stack: Stack): PlanUse[] {
  const edge = zones(stack).flatMap((zone) => {
    const rules = known(() => rulesOf(stack, zone, "http_request_firewall_managed")) ?? [];
    return rules.slice(0, 1).map(({ resource }) => use(resource, "cloudflareManagedRules", zone));
  });
  const hosts = stack
    .ofType(vercel.firewall)
    .map((firewall): PlanUse => ({
      resource: firewall,
      feature: () => (firewall.at("managedRulesets", "owasp").exists ? "vercelManagedRules" : undefined),
    }));
  return [...edge, ...hosts];
}

/** Zones below a registered domain, as far as the name tells: `app.example.co.uk` may be one either way. */
export function zoneUses(stack: Stack): PlanUse[] {
  return zones(stack).flatMap((zone): PlanUse[] => {
    const { resource } = zone;
    if (resource === undefined) return [];
    const isSubdomain = () => {
      const name = zoneName(zone) ?? "";
      return zones(stack).some((other) => other !== zone && name.endsWith(`.${known(() => zoneName(other)) ?? "."}`));
    };
    return [{ resource, zone, feature: () => (isSubdomain() ? "cloudflareSubdomainZone" : undefined) }];
  });
}

export function productionUses(stack: Stack): PlanUse[] {
  return stack.ofType(vercel.project).map((project) => use(project, "vercelProduction"));
}

export function logDrainUses(stack: Stack): PlanUse[] {
  return stack.ofType(vercel.logDrain).map((drain) => use(drain, "vercelLogDrain"));
}

export function scalingUses(stack: Stack): PlanUse[] {
  return stack.ofType(render.webService).map((service): PlanUse => ({
    resource: service,
    feature: () =>
      service.at("autoscaling").exists && isOn(service.at("autoscaling", "enabled"))
        ? "renderAutoscaling"
        : undefined,
  }));
}

/** What a project of the plan Free has. */
const freeSizes: readonly (string | undefined)[] = [undefined, "nano", "micro"];

export function sizeUses(stack: Stack): PlanUse[] {
  return stack.ofType(supabase.project).map((project): PlanUse => ({
    resource: project,
    feature: () =>
      freeSizes.includes(project.at("instanceSize").string()) ? undefined : "supabaseCompute",
  }));
}

export function pointInTimeUses(stack: Stack): PlanUse[] {
  return stack.ofType(supabase.addOn, supabase.addOnByModule).map((addOn) => use(addOn, "supabasePitr"));
}

/** Executions of synthetic checks in a month of 30 days that Grafana Cloud's plan Free has. */
const freeExecutions = 100_000;
const monthMs = 30 * 86_400_000;

export function healthCheckUses(stack: Stack): PlanUse[] {
  const checks = stack.ofType(grafana.check);
  const executions = () =>
    checks.reduce((sum, check) => {
      const everyMs = check.at("frequency").number() ?? 60_000;
      return sum + (check.at("probes").items().length * monthMs) / everyMs;
    }, 0);
  return checks
    .slice(0, 1)
    .map((check) => ({
      resource: check,
      feature: () => (executions() > freeExecutions ? "grafanaChecks" : undefined),
    }));
}

export function errorTrackingUses(stack: Stack): PlanUse[] {
  return [
    ...stack.ofType(sentry.pagerduty).map((integration) => use(integration, "sentryIntegration")),
    ...second(stack.ofType(sentry.uptimeMonitor), "sentryMonitors"),
    ...second(stack.ofType(sentry.cronMonitor), "sentryMonitors"),
  ];
}

export function onCallUses(stack: Stack): PlanUse[] {
  return [
    ...second(stack.ofType(pagerduty.schedule), "pagerdutySchedules"),
    ...second(stack.ofType(pagerduty.escalationPolicy), "pagerdutySchedules"),
  ];
}

export function repositoryUses(stack: Stack): PlanUse[] {
  return stack.ofType(github.ruleset).map((ruleset) => privately(stack, ruleset, "githubPrivateRules"));
}

export function environmentUses(stack: Stack): PlanUse[] {
  return stack
    .ofType(github.environment)
    .map((environment) =>
      privately(stack, environment, "githubPrivateReviewers", () => environment.at("reviewers").items().length > 0),
    );
}

export function scanningUses(stack: Stack): PlanUse[] {
  return stack.ofType(github.repository).map((repository): PlanUse => ({
    resource: repository,
    feature: () =>
      isPrivate(repository) &&
      repository.at("securityAndAnalysis", "secretScanning", "status").string() === "enabled"
        ? "githubPrivateScanning"
        : undefined,
  }));
}

export function policyGroupUses(stack: Stack): PlanUse[] {
  return stack.ofType(pulumiCloud.policyGroup).map((group) => use(group, "pulumiPolicyGroups"));
}

export function scheduleUses(stack: Stack): PlanUse[] {
  return stack
    .ofType(pulumiCloud.driftSchedule, pulumiCloud.ttlSchedule)
    .map((schedule) => use(schedule, "pulumiSchedules"));
}

function use(resource: Resource, feature: FeatureName, zone?: Zone): PlanUse {
  return { resource, feature: () => feature, ...(zone && { zone }) };
}

/** The smallest plan of a vendor has one of these. */
function second(resources: readonly Resource[], feature: FeatureName): PlanUse[] {
  return resources.slice(1, 2).map((resource) => use(resource, feature));
}

/** A feature that only a private repository needs a plan for: of the stack's, else of one that it cannot see. */
function privately(
  stack: Stack,
  resource: Resource,
  feature: FeatureName,
  isUsed: () => boolean = () => true,
): PlanUse {
  return {
    resource,
    feature: () => (stack.ofType(github.repository).some(isPrivate) && isUsed() ? feature : undefined),
  };
}

function isPrivate(repository: ResourceOf<RepositoryArgs>): boolean {
  const visibility = repository.at("visibility").string();
  return visibility === undefined ? repository.at("private").boolean() === true : visibility !== "public";
}

/** The feature that asks for most stands first. */
function largest(features: readonly FeatureName[]): FeatureName | undefined {
  return features[0];
}
