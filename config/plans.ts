import * as z from "zod";
import type { ItemId } from "../checklist/items.ts";
import { parseJson } from "../lib/json.ts";

/** A plan of a vendor, as its price list names it. */
export interface Plan {
  readonly id: string;
  readonly title: string;
  /** What it costs at the least, for a person; prices change, so the vendor's page decides. */
  readonly price: string;
}

/** Something that the program or a policy knows to need a plan. */
export interface PlanFeature {
  readonly vendor: VendorName;
  /** What is declared, as a noun phrase: `managed rule sets`. */
  readonly title: string;
  /** Id of the smallest plan that has it. */
  readonly needs: string;
  /** Items of the checklist that the feature serves. */
  readonly items: readonly ItemId[];
  /** Whether the program declares it by the settings as they are shipped. */
  readonly shipped: boolean;
  /** Page of the vendor. */
  readonly source: string;
}

interface Vendor {
  readonly title: string;
  /** Smallest first: a plan has what those before it have. */
  readonly plans: readonly Plan[];
  /** Where the vendor says what each plan has. */
  readonly source: string;
}

/** The vendors' plans, the smallest first. Prices as their pages had them in November 2026. */
export const vendors = {
  cloudflare: {
    title: "Cloudflare",
    source: "https://www.cloudflare.com/plans/",
    plans: [
      { id: "free", title: "Free", price: "nothing" },
      { id: "pro", title: "Pro", price: "$25 a month and zone, $20 by the year" },
      { id: "business", title: "Business", price: "$250 a month and zone, $200 by the year" },
      { id: "enterprise", title: "Enterprise", price: "by contract" },
    ],
  },
  vercel: {
    title: "Vercel",
    source: "https://vercel.com/pricing",
    plans: [
      { id: "hobby", title: "Hobby", price: "nothing; not for commercial use" },
      { id: "pro", title: "Pro", price: "$20 a month and member" },
      { id: "enterprise", title: "Enterprise", price: "by contract" },
    ],
  },
  render: {
    title: "Render",
    source: "https://render.com/pricing",
    plans: [
      { id: "hobby", title: "Hobby", price: "nothing but compute" },
      { id: "professional", title: "Professional", price: "$19 a month and member, and compute" },
      { id: "organization", title: "Organization", price: "$29 a month and member, and compute" },
      { id: "enterprise", title: "Enterprise", price: "by contract" },
    ],
  },
  supabase: {
    title: "Supabase",
    source: "https://supabase.com/pricing",
    plans: [
      { id: "free", title: "Free", price: "nothing; paused after a week without use" },
      { id: "pro", title: "Pro", price: "$25 a month, and compute and add-ons" },
      { id: "team", title: "Team", price: "$599 a month, and compute and add-ons" },
      { id: "enterprise", title: "Enterprise", price: "by contract" },
    ],
  },
  github: {
    title: "GitHub",
    source: "https://github.com/pricing",
    plans: [
      { id: "free", title: "Free", price: "nothing" },
      { id: "team", title: "Team", price: "$4 a month and user" },
      { id: "enterprise", title: "Enterprise", price: "$21 a month and user" },
    ],
  },
  grafana: {
    title: "Grafana Cloud",
    source: "https://grafana.com/pricing/",
    plans: [
      { id: "free", title: "Free", price: "nothing" },
      { id: "pro", title: "Pro", price: "$19 a month, and use" },
      { id: "enterprise", title: "Enterprise", price: "by contract" },
    ],
  },
  sentry: {
    title: "Sentry",
    source: "https://sentry.io/pricing/",
    plans: [
      { id: "developer", title: "Developer", price: "nothing" },
      { id: "team", title: "Team", price: "$26 a month by the year" },
      { id: "business", title: "Business", price: "$80 a month by the year" },
      { id: "enterprise", title: "Enterprise", price: "by contract" },
    ],
  },
  pagerduty: {
    title: "PagerDuty",
    source: "https://www.pagerduty.com/pricing/incident-management/",
    plans: [
      { id: "free", title: "Free", price: "nothing, for 5 users" },
      { id: "professional", title: "Professional", price: "$21 a month and user by the year" },
      { id: "business", title: "Business", price: "$41 a month and user by the year" },
      { id: "enterprise", title: "Enterprise", price: "by contract" },
    ],
  },
  pulumiCloud: {
    title: "Pulumi Cloud",
    source: "https://www.pulumi.com/pricing/",
    plans: [
      { id: "individual", title: "Individual", price: "nothing" },
      { id: "team", title: "Team (Pro since 2026)", price: "$40 a month" },
      { id: "enterprise", title: "Enterprise", price: "from $400 a month" },
      { id: "business-critical", title: "Business Critical", price: "by contract" },
    ],
  },
} as const satisfies Readonly<Record<string, Vendor>>;

export type VendorName = keyof typeof vendors;

/** Names of the vendors whose plan a stack's settings say. */
export const vendorNames = Object.keys(vendors).filter(isVendorName);

/** What is declared here, or may be, and the smallest plan that has it. */
export const planFeatures = {
  cloudflareSecondRateLimit: {
    vendor: "cloudflare",
    title: "a second rate-limit rule",
    needs: "pro",
    items: ["4.4"],
    shipped: true,
    source: "https://developers.cloudflare.com/waf/rate-limiting-rules/#availability",
  },
  cloudflareMinuteRateLimit: {
    vendor: "cloudflare",
    title: "a rate limit that counts or blocks for more than 10 seconds",
    needs: "pro",
    items: ["4.4"],
    shipped: true,
    source: "https://developers.cloudflare.com/waf/rate-limiting-rules/#availability",
  },
  cloudflareRateLimitFields: {
    vendor: "cloudflare",
    title: "a rate limit that looks at more than the path, such as the host",
    needs: "pro",
    items: ["4.4"],
    shipped: true,
    source: "https://developers.cloudflare.com/waf/rate-limiting-rules/#availability",
  },
  cloudflareLongRateLimit: {
    vendor: "cloudflare",
    title:
      "a third rate-limit rule, or one that counts for more than a minute or blocks for more than an hour",
    needs: "business",
    items: ["4.4"],
    shipped: false,
    source: "https://developers.cloudflare.com/waf/rate-limiting-rules/#availability",
  },
  cloudflareHourRateLimit: {
    vendor: "cloudflare",
    title: "a sixth rate-limit rule, or one that counts for more than 10 minutes or by a header",
    needs: "enterprise",
    items: ["4.4"],
    shipped: false,
    source: "https://developers.cloudflare.com/waf/rate-limiting-rules/#availability",
  },
  cloudflareManagedRules: {
    vendor: "cloudflare",
    title: "the managed and OWASP rule sets",
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
  cloudflareSubdomainZone: {
    vendor: "cloudflare",
    title: "a zone that is a subdomain",
    needs: "enterprise",
    items: ["7.7"],
    shipped: false,
    source: "https://developers.cloudflare.com/dns/zone-setups/subdomain-setup/",
  },
  vercelManagedRules: {
    vendor: "vercel",
    title: "the OWASP rule set",
    needs: "enterprise",
    items: ["4.7"],
    shipped: true,
    source: "https://vercel.com/docs/vercel-firewall/vercel-waf/managed-rulesets",
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
    items: ["7.3"],
    shipped: true,
    source: "https://vercel.com/docs/limits/fair-use-guidelines",
  },
  renderAutoscaling: {
    vendor: "render",
    title: "autoscaling",
    needs: "professional",
    items: ["7.4"],
    shipped: true,
    source: "https://render.com/docs/scaling",
  },
  supabaseCompute: {
    vendor: "supabase",
    title: "a compute size above micro",
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
    title: "rulesets in a private repository",
    needs: "team",
    items: ["1.5"],
    shipped: true,
    source:
      "https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/about-rulesets",
  },
  githubPrivateScanning: {
    vendor: "github",
    title:
      "secret scanning in a private repository (with GitHub Secret Protection, $19 a month and committer)",
    needs: "team",
    items: ["1.6"],
    shipped: true,
    source: "https://docs.github.com/en/code-security/secret-scanning/introduction/about-secret-scanning",
  },
  githubPrivateReviewers: {
    vendor: "github",
    title: "reviewers of an environment of a private repository",
    needs: "enterprise",
    items: ["1.5"],
    shipped: true,
    source: "https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments",
  },
  grafanaChecks: {
    vendor: "grafana",
    title: "more than 100,000 synthetic checks a month",
    needs: "pro",
    items: ["5.7"],
    shipped: true,
    source:
      "https://grafana.com/docs/grafana-cloud/cost-management-and-billing/understand-your-invoice/synthetic-monitoring-invoice/",
  },
  sentryIntegration: {
    vendor: "sentry",
    title: "an integration with PagerDuty",
    needs: "team",
    items: ["5.1"],
    shipped: true,
    source: "https://docs.sentry.io/organization/integrations/notification-incidents/pagerduty/",
  },
  sentryMonitors: {
    vendor: "sentry",
    title: "a second uptime or cron monitor",
    needs: "team",
    items: ["5.1"],
    shipped: true,
    source: "https://docs.sentry.io/pricing/",
  },
  pagerdutySchedules: {
    vendor: "pagerduty",
    title: "a second on-call schedule or escalation policy",
    needs: "professional",
    items: ["S6.4", "S6.5"],
    shipped: true,
    source: "https://www.pagerduty.com/pricing/incident-management/",
  },
  pulumiPolicyGroups: {
    vendor: "pulumiCloud",
    title: "policy groups",
    needs: "team",
    items: ["1.5"],
    shipped: true,
    source: "https://www.pulumi.com/docs/discovery-governance/policy/policy-groups/",
  },
  pulumiSchedules: {
    vendor: "pulumiCloud",
    title: "drift detection and time-to-live stacks on a schedule",
    needs: "enterprise",
    items: ["1.4"],
    shipped: true,
    source: "https://www.pulumi.com/docs/deployments/concepts/drift/",
  },
} as const satisfies Readonly<Record<string, PlanFeature>>;

export type FeatureName = keyof typeof planFeatures;

/** Whether one plan of a vendor has what another has; false where either is not a plan of that vendor. */
export function planHas(vendor: VendorName, plan: string, needed: string): boolean {
  const ids: readonly string[] = vendors[vendor].plans.map(({ id }) => id);
  return ids.includes(plan) && ids.includes(needed) && ids.indexOf(plan) >= ids.indexOf(needed);
}

/** Name of a plan for a person; the id where the vendor does not have it. */
export function planTitle(vendor: VendorName, plan: string): string {
  return vendors[vendor].plans.find(({ id }) => id === plan)?.title ?? plan;
}

function planOf<const N extends VendorName>(vendor: N) {
  const { title, plans } = vendors[vendor];
  const ids = plans.map(({ id }): (typeof vendors)[N]["plans"][number]["id"] => id);
  return z
    .enum(ids)
    .optional()
    .meta({ description: `Plan at ${title}.`, checklist: ["7.3"] });
}

const description =
  "Plans that the accounts have at their vendors: docs/plans.md says which are needed and what they cost. Policies refuse what a plan does not include, and a feature whose plan is not set here.";

/** Plans of the accounts that the platform's program uses. */
export const platformPlansSchema = z
  .strictObject({
    cloudflare: z
      .enum(["free", "pro", "business", "enterprise"])
      .default("pro")
      .meta({
        description: "Plan of the zone at Cloudflare. A new zone is Free.",
        checklist: ["4.4", "4.7", "7.3"],
      }),
    subscribe: z.boolean().default(true).meta({
      description:
        "Whether the program buys the zone's plan at Cloudflare; without, it must have been bought already.",
    }),
    vercel: planOf("vercel"),
    render: planOf("render"),
    supabase: planOf("supabase"),
    grafana: planOf("grafana"),
    sentry: planOf("sentry"),
    pagerduty: planOf("pagerduty"),
  })
  .prefault({})
  .meta({ description, checklist: ["7.3"] });

/** Plans of the accounts that the delivery's program uses. */
export const deliveryPlansSchema = z
  .strictObject({ github: planOf("github"), pulumiCloud: planOf("pulumiCloud") })
  .prefault({})
  .meta({ description, checklist: ["7.3"] });

/**
 * The plans that a stack's settings state, by vendor: the setting `plans` as Pulumi gives it, JSON in a text. What
 * is not a plan of a vendor counts as not stated.
 */
export function readPlans(text: string | undefined): Readonly<Partial<Record<VendorName, string>>> {
  const stated = z.record(z.string(), z.unknown()).safeParse(parseJson(text ?? "{}"));
  if (!stated.success) return {};
  return Object.fromEntries(
    Object.entries(stated.data).filter(
      ([name, plan]) => isVendorName(name) && vendors[name].plans.some(({ id }) => id === plan),
    ),
  );
}

function isVendorName(name: string): name is VendorName {
  return Object.hasOwn(vendors, name);
}
