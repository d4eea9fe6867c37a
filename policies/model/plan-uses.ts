import type { RepositoryArgs } from "@pulumi/github";
import type { Input } from "@pulumi/pulumi";
import type { FeatureName } from "../../config/plan-features.ts";
import type { AnyValue, Resource, ResourceOf, Stack } from "../framework/index.ts";
import { isGiven, isOn } from "./given.ts";
import type { AuthSettings } from "./supabase-settings.ts";
import { github, grafana, pagerduty, pulumiCloud, render, sentry, supabase, vercel } from "./tokens.ts";
import type { Zone } from "./zones.ts";

/** A declared resource and the features that it may use. */
export interface PlanUse {
  readonly resource: Resource;
  /** Each with whether the resource uses it, which may throw UnknownRead. */
  readonly features: readonly (readonly [FeatureName, () => boolean])[];
  /** The zone whose plan counts, at Cloudflare. */
  readonly zone?: Zone;
  /** Set where hosts are without protection until it is there. */
  readonly isProtection?: boolean;
}

export function webHostUses(stack: Stack): PlanUse[] {
  const firewalls = stack.ofType(vercel.firewall).map((firewall): PlanUse => {
    const rules = () => firewall.at("rules", "rules").items();
    const addresses = () => firewall.at("ipRules", "rules").items();
    const limits = () =>
      rules()
        .filter((rule) => rule.at("action", "action").string() === "rate_limit")
        .map((rule) => rule.at("action", "rateLimit"));
    return {
      resource: firewall,
      features: [
        ["vercelManagedRules", () => isGiven(firewall.at("managedRulesets", "owasp"))],
        ["vercelFourthRule", () => rules().length > 3 || addresses().length > 10],
        ["vercelManyRules", () => rules().length > 40 || addresses().length > 100],
        ["vercelSecondRateLimit", () => limits().length > 1],
        [
          "vercelLongRateLimit",
          () =>
            limits().some(
              (limit) =>
                (limit.at("window").number() ?? 0) > 600 ||
                limit.at("algo").string() === "token_bucket" ||
                limit
                  .at("keys")
                  .strings()
                  .some((key) => !["ip", "ja4"].includes(key)),
            ),
        ],
      ],
    };
  });
  return [
    ...firewalls,
    ...stack.ofType(vercel.project).map(
      (project): PlanUse => ({
        resource: project,
        features: [
          ["vercelProduction", () => true],
          ["vercelSkewProtection", () => isGiven(project.at("skewProtection"))],
          ["vercelTrustedIps", () => isGiven(project.at("trustedIps"))],
        ],
      }),
    ),
    ...stack.ofType(vercel.logDrain).map((drain) => use(drain, "vercelLogDrain")),
  ];
}

export function scalingUses(stack: Stack): PlanUse[] {
  const projects = stack.ofType(render.project);
  return [
    ...stack
      .ofType(render.webService, render.privateService, render.backgroundWorker)
      .map((service) =>
        use(
          service,
          "renderAutoscaling",
          () => service.at("autoscaling").exists && isOn(service.at("autoscaling", "enabled")),
        ),
      ),
    ...projects.map((project, index) =>
      use(project, "renderSecondProject", () => index > 0 || project.at("environments").entries().length > 2),
    ),
  ];
}

export function databaseUses(stack: Stack): PlanUse[] {
  return [
    ...stack
      .ofType(supabase.project)
      .map((project) =>
        use(
          project,
          "supabaseCompute",
          () => !["nano", undefined].includes(project.at("instanceSize").string()),
        ),
      ),
    ...stack.ofType(supabase.addOn, supabase.addOnByModule).map((addOn) => use(addOn, "supabasePitr")),
    ...stack.ofType(supabase.settings).map((settings): PlanUse => {
      const auth = () => settings.at("auth").json<AuthSettings>();
      return {
        resource: settings,
        features: [
          ["supabaseLeakedPasswords", () => auth().at("password_hibp_enabled").boolean() === true],
          ["supabaseSessions", () => sessionLimits.some((name) => isLimit(auth().at(name)))],
        ],
      };
    }),
  ];
}

const sessionLimits = [
  "sessions_timebox",
  "sessions_inactivity_timeout",
  "sessions_single_per_user",
] as const;

/** A limit of 0, or false, is none. */
function isLimit(value: AnyValue): boolean {
  return value.boolean() === true || (value.number() ?? 0) > 0;
}

/** Runs of synthetic checks that Grafana Cloud's Free plan includes in a month of 30 days. */
const freeRuns = 100_000;
const monthMs = 30 * 86_400_000;
/** Grafana's own, where a check does not say. */
const defaultFrequencyMs = 60_000;

export function healthCheckUses(stack: Stack): PlanUse[] {
  const checks = stack.ofType(grafana.check);
  const runs = () =>
    checks
      .filter((check) => isOn(check.at("enabled")))
      .reduce((sum, check) => {
        const everyMs = check.at("frequency").number() ?? defaultFrequencyMs;
        return sum + (check.at("probes").items().length * monthMs) / everyMs;
      }, 0);
  return checks.slice(0, 1).map((check) => use(check, "grafanaChecks", () => runs() > freeRuns));
}

export function errorTrackingUses(stack: Stack): PlanUse[] {
  return [
    ...stack.ofType(sentry.pagerduty).map((integration) => use(integration, "sentryIntegration")),
    ...stack
      .ofType(...sentry.key)
      .map((key) =>
        use(
          key,
          "sentryKeyRateLimit",
          () => isGiven(key.at("rateLimitCount")) || isGiven(key.at("rateLimitWindow")),
        ),
      ),
    ...after(1, stack.ofType(sentry.uptimeMonitor), "sentryMonitors"),
    ...after(1, stack.ofType(sentry.cronMonitor), "sentryMonitors"),
  ];
}

export function onCallUses(stack: Stack): PlanUse[] {
  return [
    ...after(1, stack.ofType(pagerduty.schedule), "pagerdutySchedules"),
    ...after(1, stack.ofType(pagerduty.escalationPolicy), "pagerdutySchedules"),
    ...after(5, stack.ofType(pagerduty.user), "pagerdutyUsers"),
  ];
}

export function repositoryUses(stack: Stack): PlanUse[] {
  const environments = stack.ofType(github.environment).map((environment): PlanUse => {
    const isClosed = () => isPrivate(stack, environment);
    return {
      resource: environment,
      features: [
        ["githubPrivateEnvironments", isClosed],
        [
          "githubPrivateReviewers",
          () =>
            isClosed() &&
            (environment.at("reviewers").items().length > 0 ||
              (environment.at("waitTimer").number() ?? 0) > 0),
        ],
      ],
    };
  });
  const repositories = stack.ofType(github.repository).map(
    (repository): PlanUse => ({
      resource: repository,
      features: [
        ["githubInternalRepository", () => repository.at("visibility").string() === "internal"],
        [
          "githubPrivateScanning",
          () =>
            !isPublic(repository) &&
            repository.at("securityAndAnalysis", "secretScanning", "status").string() === "enabled",
        ],
      ],
    }),
  );
  const rulesets = stack
    .ofType(github.ruleset)
    .map((ruleset) => use(ruleset, "githubPrivateRules", () => isPrivate(stack, ruleset)));
  return [...repositories, ...rulesets, ...environments];
}

export function pulumiCloudUses(stack: Stack): PlanUse[] {
  return [
    ...stack.ofType(pulumiCloud.policyGroup).map((group) => use(group, "pulumiPolicyGroups")),
    ...stack.ofType(pulumiCloud.teamPermission).map((permission) => use(permission, "pulumiTeams")),
    ...stack
      .ofType(pulumiCloud.driftSchedule, pulumiCloud.ttlSchedule)
      .map((schedule) => use(schedule, "pulumiSchedules")),
  ];
}

function use(resource: Resource, feature: FeatureName, isUsed: () => boolean = () => true): PlanUse {
  return { resource, features: [[feature, isUsed]] };
}

/** The first resource that is one more than the smallest plan includes. */
function after(included: number, resources: readonly Resource[], feature: FeatureName): PlanUse[] {
  return resources.slice(included, included + 1).map((resource) => use(resource, feature));
}

/** Whether the repository of a rule is private, as far as the stack shows: one that it does not declare may be. */
function isPrivate(stack: Stack, rule: ResourceOf<{ repository: Input<string> }>): boolean {
  const declared = stack.ofType(github.repository);
  const own = declared.find((repository) => rule.refersTo(repository, "repository"));
  if (own !== undefined) return !isPublic(own);
  const name = rule.at("repository").string();
  const named = declared.find((repository) => repository.at("name").string() === name);
  return named === undefined || !isPublic(named);
}

/** GitHub creates a repository as public unless it is told otherwise. */
function isPublic(repository: ResourceOf<RepositoryArgs>): boolean {
  const visibility = repository.at("visibility").string();
  return visibility === undefined ? repository.at("private").boolean() !== true : visibility === "public";
}
