import { cloudflareFeatures } from "./cloudflare-features.ts";
import type { PlanFeature } from "./plan-feature.ts";

export type { PlanFeature } from "./plan-feature.ts";

const vercelRateLimits = {
  vendor: "vercel",
  items: ["4.4"],
  source: "https://vercel.com/docs/vercel-firewall/vercel-waf/rate-limiting#limits",
} as const;

const vercelRules = {
  vendor: "vercel",
  items: ["4.7"],
  shipped: false,
  source: "https://vercel.com/docs/vercel-firewall/vercel-waf#limits",
} as const;

const supabaseAuth = { vendor: "supabase", needs: "pro", items: ["3.1"] } as const;

const environments = {
  vendor: "github",
  items: ["1.5"],
  shipped: true,
  source: "https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments",
} as const;

const onCall = { vendor: "pagerduty", needs: "professional", items: ["S6.4", "S6.5"] } as const;

const sentry = { vendor: "sentry", needs: "team", items: ["5.1"], shipped: true } as const;
const pulumi = { vendor: "pulumiCloud", needs: "pro", shipped: true, unconfirmed: true } as const;

/** What needs a plan, in one place: the policies and docs/plans.md read it. */
export const planFeatures = {
  ...cloudflareFeatures,
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
  vercelFourthRule: {
    ...vercelRules,
    title: "more than 3 firewall rules, or more than 10 blocked addresses",
    needs: "pro",
  },
  vercelManyRules: {
    ...vercelRules,
    title: "more than 40 firewall rules, or more than 100 blocked addresses",
    needs: "enterprise",
  },
  vercelSkewProtection: {
    vendor: "vercel",
    title: "skew protection",
    needs: "pro",
    items: ["7V.1"],
    shipped: true,
    source: "https://vercel.com/docs/skew-protection",
  },
  vercelTrustedIps: {
    vendor: "vercel",
    title: "trusted IP addresses of a project",
    needs: "enterprise",
    items: ["7V.1"],
    shipped: false,
    source: "https://vercel.com/docs/deployment-protection",
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
    unconfirmed: true,
  },
  renderAutoscaling: {
    vendor: "render",
    title: "autoscaling",
    needs: "professional",
    items: ["7.4"],
    shipped: true,
    source: "https://render.com/docs/scaling#autoscaling",
  },
  renderSecondProject: {
    vendor: "render",
    title: "a second project, or a project with more than 2 environments",
    needs: "professional",
    items: ["7.4"],
    shipped: false,
    source: "https://render.com/docs/projects",
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
  supabaseLeakedPasswords: {
    ...supabaseAuth,
    title: "protection against leaked passwords",
    shipped: true,
    source: "https://supabase.com/docs/guides/auth/password-security",
  },
  supabaseSessions: {
    ...supabaseAuth,
    title: "limits on sessions",
    shipped: false,
    source: "https://supabase.com/docs/guides/auth/sessions",
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
    unconfirmed: true,
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
    unconfirmed: true,
  },
  sentryIntegration: {
    ...sentry,
    title: "an integration with PagerDuty",
    source: "https://docs.sentry.io/organization/integrations/notification-incidents/pagerduty/",
    unconfirmed: true,
  },
  sentryKeyRateLimit: {
    ...sentry,
    title: "a rate limit of a key",
    needs: "business",
    source: "https://docs.sentry.io/pricing/quotas/manage-event-stream-guide/#rate-limiting",
  },
  sentryMonitors: {
    ...sentry,
    title: "a second uptime monitor or a second cron monitor",
    source: "https://docs.sentry.io/pricing/",
    unconfirmed: true,
  },
  pagerdutySchedules: {
    ...onCall,
    title: "a second on-call schedule or escalation policy",
    shipped: true,
    source: "https://support.pagerduty.com/main/docs/escalation-policies-and-schedules",
  },
  pagerdutyUsers: {
    ...onCall,
    title: "a sixth user",
    shipped: false,
    source: "https://www.pagerduty.com/pricing/incident-management/",
    unconfirmed: true,
  },
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
