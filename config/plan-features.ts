import type { ItemId } from "../checklist/items.ts";
import type { VendorName } from "./plans.ts";

/** Something that a stack may declare and not every plan of the vendor includes. */
export interface PlanFeature {
  readonly vendor: VendorName;
  /** What is declared, as a noun phrase. */
  readonly title: string;
  /** Id of the smallest plan that includes it. */
  readonly needs: string;
  /** Items of the checklist that the feature serves. */
  readonly items: readonly ItemId[];
  /** Whether the production stack in this repository declares it. */
  readonly shipped: boolean;
  /** Page of the vendor. */
  readonly source: string;
}

const rateLimits = {
  vendor: "cloudflare",
  items: ["4.4"],
  shipped: false,
  source: "https://developers.cloudflare.com/waf/rate-limiting-rules/#availability",
} as const;

const customRules = {
  vendor: "cloudflare",
  items: ["4.7"],
  shipped: false,
  source: "https://developers.cloudflare.com/waf/custom-rules/#availability",
} as const;

const zoneRules = {
  vendor: "cloudflare",
  items: ["4.5", "6.8"],
  shipped: false,
  source: "https://developers.cloudflare.com/rules/#availability",
} as const;

const vercelRateLimits = {
  vendor: "vercel",
  items: ["4.4"],
  source: "https://vercel.com/docs/vercel-firewall/vercel-waf/rate-limiting#limits",
} as const;

const environments = {
  vendor: "github",
  items: ["1.5"],
  shipped: true,
  source: "https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments",
} as const;

const onCall = {
  vendor: "pagerduty",
  needs: "professional",
  items: ["S6.4", "S6.5"],
  source: "https://www.pagerduty.com/pricing/incident-management/",
} as const;

const sentry = { vendor: "sentry", needs: "team", items: ["5.1"], shipped: true } as const;
const pulumi = { vendor: "pulumiCloud", needs: "pro", shipped: true } as const;

/** What needs a plan, in one place: the policies and docs/plans.md read it. */
export const planFeatures = {
  cloudflareSecondRateLimit: {
    ...rateLimits,
    title: "a second rate-limit rule",
    needs: "pro",
    shipped: true,
  },
  cloudflareMinuteRateLimit: {
    ...rateLimits,
    title: "a rate limit that counts or blocks for more than 10 seconds",
    needs: "pro",
    shipped: true,
  },
  cloudflareHostRateLimit: {
    ...rateLimits,
    title: "a rate limit that reads more than the path, such as the host",
    needs: "pro",
    shipped: true,
  },
  cloudflareThirdRateLimit: { ...rateLimits, title: "a third rate-limit rule", needs: "business" },
  cloudflareLongRateLimit: {
    ...rateLimits,
    title: "a rate limit that counts for more than a minute or blocks for more than an hour",
    needs: "business",
  },
  cloudflareMethodRateLimit: {
    ...rateLimits,
    title: "a rate limit that reads the method, address or user agent, or has a counting expression",
    needs: "business",
  },
  cloudflareSixthRateLimit: { ...rateLimits, title: "a sixth rate-limit rule", needs: "enterprise" },
  cloudflareHourRateLimit: {
    ...rateLimits,
    title: "a rate limit that counts for more than 10 minutes",
    needs: "enterprise",
  },
  cloudflareHeaderRateLimit: {
    ...rateLimits,
    title: "a rate limit that reads headers or other fields, or counts by more than the address",
    needs: "enterprise",
  },
  cloudflareManagedRules: {
    vendor: "cloudflare",
    title: "the Cloudflare and OWASP managed rule sets",
    needs: "pro",
    items: ["4.7"],
    shipped: true,
    source: "https://developers.cloudflare.com/waf/managed-rules/#availability",
  },
  cloudflareRegularExpressions: {
    vendor: "cloudflare",
    title: "a rule with a regular expression",
    needs: "business",
    items: ["4.4", "4.7"],
    shipped: false,
    source: "https://developers.cloudflare.com/ruleset-engine/rules-language/operators/",
  },
  cloudflareSixthCustomRule: { ...customRules, title: "more than 5 custom firewall rules", needs: "pro" },
  cloudflareManyCustomRules: {
    ...customRules,
    title: "more than 20 custom firewall rules",
    needs: "business",
  },
  cloudflareMostCustomRules: {
    ...customRules,
    title: "more than 100 custom firewall rules",
    needs: "enterprise",
  },
  cloudflareEleventhRule: {
    ...zoneRules,
    title: "more than 10 rules for response headers, or more than 10 for the cache",
    needs: "pro",
  },
  cloudflareManyRules: {
    ...zoneRules,
    title: "more than 25 rules for response headers, or more than 25 for the cache",
    needs: "business",
  },
  cloudflareMostRules: {
    ...zoneRules,
    title: "more than 50 rules for response headers, or more than 50 for the cache",
    needs: "enterprise",
  },
  vercelManagedRules: {
    vendor: "vercel",
    title: "the OWASP rule set",
    needs: "enterprise",
    items: ["4.7"],
    shipped: true,
    source: "https://vercel.com/docs/vercel-firewall/vercel-waf/managed-rulesets",
  },
  vercelSecondRateLimit: {
    ...vercelRateLimits,
    title: "a second rate limit of a project",
    needs: "pro",
    shipped: true,
  },
  vercelLongRateLimit: {
    ...vercelRateLimits,
    title: "a rate limit that counts for more than 10 minutes, by a header, or with a token bucket",
    needs: "enterprise",
    shipped: false,
  },
  vercelLogDrain: {
    vendor: "vercel",
    title: "a log drain",
    needs: "pro",
    items: ["5.9"],
    shipped: true,
    source: "https://vercel.com/docs/drains",
  },
  vercelProduction: {
    vendor: "vercel",
    title: "a commercial application",
    needs: "pro",
    items: ["7V.1"],
    shipped: true,
    source: "https://vercel.com/docs/limits/fair-use-guidelines",
  },
  renderAutoscaling: {
    vendor: "render",
    title: "autoscaling",
    needs: "professional",
    items: ["7.4"],
    shipped: true,
    source: "https://render.com/docs/scaling#autoscaling",
  },
  supabaseCompute: {
    vendor: "supabase",
    title: "a compute size above nano",
    needs: "pro",
    items: ["3.1"],
    shipped: true,
    source: "https://supabase.com/docs/guides/platform/compute-and-disk",
  },
  supabasePitr: {
    vendor: "supabase",
    title: "point-in-time recovery",
    needs: "pro",
    items: ["3.3"],
    shipped: true,
    source: "https://supabase.com/docs/guides/platform/backups#point-in-time-recovery",
  },
  githubPrivateRules: {
    vendor: "github",
    title: "rules for the branches and tags of a private repository",
    needs: "team",
    items: ["1.5"],
    shipped: true,
    source:
      "https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/about-rulesets",
  },
  githubPrivateEnvironments: {
    ...environments,
    title: "an environment of a private repository",
    needs: "team",
  },
  githubPrivateReviewers: {
    ...environments,
    title: "reviewers or a wait of an environment of a private repository",
    needs: "enterprise",
  },
  githubPrivateScanning: {
    vendor: "github",
    title: "secret scanning of a private repository",
    needs: "team",
    items: ["1.6"],
    shipped: true,
    source: "https://docs.github.com/en/code-security/secret-scanning/introduction/about-secret-scanning",
  },
  githubInternalRepository: {
    vendor: "github",
    title: "an internal repository",
    needs: "enterprise",
    items: ["1.5"],
    shipped: false,
    source: "https://docs.github.com/en/repositories/creating-and-managing-repositories/about-repositories",
  },
  grafanaChecks: {
    vendor: "grafana",
    title: "more than 100,000 runs of synthetic checks a month",
    needs: "pro",
    items: ["5.7"],
    shipped: true,
    source:
      "https://grafana.com/docs/grafana-cloud/cost-management-and-billing/understand-your-invoice/synthetic-monitoring-invoice/",
  },
  sentryIntegration: {
    ...sentry,
    title: "an integration with PagerDuty",
    source: "https://docs.sentry.io/organization/integrations/notification-incidents/pagerduty/",
  },
  sentryMonitors: {
    ...sentry,
    title: "a second uptime monitor or a second cron monitor",
    source: "https://docs.sentry.io/pricing/",
  },
  pagerdutySchedules: { ...onCall, title: "a second on-call schedule or escalation policy", shipped: true },
  pagerdutyUsers: { ...onCall, title: "a sixth user", shipped: false },
  pulumiPolicyGroups: {
    ...pulumi,
    title: "policy groups",
    items: ["1.5"],
    source: "https://www.pulumi.com/docs/discovery-governance/concepts/policy-as-code/policy-groups/",
  },
  pulumiTeams: {
    ...pulumi,
    title: "permissions of teams",
    items: ["1.5"],
    source: "https://www.pulumi.com/docs/administration/organizations-teams/teams/",
  },
  pulumiSchedules: {
    ...pulumi,
    title: "drift detection and time-to-live stacks on a schedule",
    items: ["1.4"],
    source: "https://www.pulumi.com/docs/deployments/concepts/drift/",
  },
} as const satisfies Readonly<Record<string, PlanFeature>>;

export type FeatureName = keyof typeof planFeatures;
