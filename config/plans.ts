import * as z from "zod";
import { parseJson } from "../lib/json.ts";

/** A plan of a vendor, as its price list names it. */
export interface Plan {
  readonly id: string;
  readonly title: string;
  /** The lowest price as far as we know. None is confirmed by a copy of the vendor's list: its page decides. */
  readonly price: string;
}

interface Vendor {
  readonly title: string;
  /** Smallest first: a plan has what those before it have. */
  readonly plans: readonly Plan[];
  /** The vendor's price list. */
  readonly source: string;
}

/** The vendors' plans, smallest first, with the list prices of 2026 as far as we know them. */
export const vendors = {
  cloudflare: {
    title: "Cloudflare",
    source: "https://www.cloudflare.com/plans/",
    plans: [
      { id: "free", title: "Free", price: "$0" },
      { id: "pro", title: "Pro", price: "$25 a month for each zone ($20 billed yearly)" },
      { id: "business", title: "Business", price: "$250 a month for each zone ($200 billed yearly)" },
      { id: "enterprise", title: "Enterprise", price: "by contract" },
    ],
  },
  vercel: {
    title: "Vercel",
    source: "https://vercel.com/pricing",
    plans: [
      { id: "hobby", title: "Hobby", price: "$0, not for commercial use" },
      { id: "pro", title: "Pro", price: "$20 a month for each member" },
      { id: "enterprise", title: "Enterprise", price: "by contract" },
    ],
  },
  render: {
    title: "Render",
    source: "https://render.com/pricing",
    plans: [
      { id: "hobby", title: "Hobby", price: "$0 and compute" },
      { id: "professional", title: "Professional (Pro)", price: "$19 a month for each member, and compute" },
      { id: "organization", title: "Organization", price: "$29 a month for each member, and compute" },
      { id: "enterprise", title: "Enterprise", price: "by contract" },
    ],
  },
  supabase: {
    title: "Supabase",
    source: "https://supabase.com/pricing",
    plans: [
      { id: "free", title: "Free", price: "$0, paused after a week without use" },
      { id: "pro", title: "Pro", price: "$25 a month, compute and add-ons" },
      { id: "team", title: "Team", price: "$599 a month, compute and add-ons" },
      { id: "enterprise", title: "Enterprise", price: "by contract" },
    ],
  },
  github: {
    title: "GitHub",
    source: "https://github.com/pricing",
    plans: [
      { id: "free", title: "Free", price: "$0" },
      { id: "team", title: "Team", price: "$4 a month for each user" },
      { id: "enterprise", title: "Enterprise", price: "$21 a month for each user" },
    ],
  },
  grafana: {
    title: "Grafana Cloud",
    source: "https://grafana.com/pricing/",
    plans: [
      { id: "free", title: "Free", price: "$0" },
      { id: "pro", title: "Pro", price: "$19 a month and usage" },
      { id: "enterprise", title: "Enterprise", price: "by contract" },
    ],
  },
  sentry: {
    title: "Sentry",
    source: "https://sentry.io/pricing/",
    plans: [
      { id: "developer", title: "Developer", price: "$0" },
      { id: "team", title: "Team", price: "$26 a month, billed yearly" },
      { id: "business", title: "Business", price: "$80 a month, billed yearly" },
      { id: "enterprise", title: "Enterprise", price: "by contract" },
    ],
  },
  pagerduty: {
    title: "PagerDuty",
    source: "https://www.pagerduty.com/pricing/incident-management/",
    plans: [
      { id: "free", title: "Free", price: "$0 for up to 5 users" },
      { id: "professional", title: "Professional", price: "$21 a month for each user, billed yearly" },
      { id: "business", title: "Business", price: "$41 a month for each user, billed yearly" },
      { id: "enterprise", title: "Enterprise", price: "by contract" },
    ],
  },
  pulumiCloud: {
    title: "Pulumi Cloud",
    source: "https://www.pulumi.com/pricing/",
    plans: [
      { id: "free", title: "Free", price: "$0 for one user" },
      { id: "essentials", title: "Essentials (Team before 2026)", price: "$40 a month" },
      { id: "pro", title: "Pro (Enterprise before 2026)", price: "$400 a month" },
      { id: "enterprise", title: "Enterprise (Business Critical before 2026)", price: "by contract" },
    ],
  },
} as const satisfies Readonly<Record<string, Vendor>>;

export type VendorName = keyof typeof vendors;

/** Plans that a stack's settings state, by vendor. A text that is no plan of the vendor stays as it is. */
export type StatedPlans = Readonly<Partial<Record<VendorName, string>>>;

export const vendorNames = Object.keys(vendors).filter(isVendorName);

/** Ids of a vendor's plans, smallest first. */
export function planIds(vendor: VendorName): readonly string[] {
  return vendors[vendor].plans.map(({ id }) => id);
}

/** Whether one plan of a vendor has what another has; false where either is not a plan of that vendor. */
export function planHas(vendor: VendorName, plan: string, needed: string): boolean {
  const ids = planIds(vendor);
  return ids.includes(plan) && ids.includes(needed) && ids.indexOf(plan) >= ids.indexOf(needed);
}

/** Name of a plan for a person; the id where the vendor does not have it. */
export function planTitle(vendor: VendorName, plan: string): string {
  return vendors[vendor].plans.find(({ id }) => id === plan)?.title ?? plan;
}

const description =
  "Plans that the accounts have. docs/plans.md says which plans the program needs and what they cost. The policies refuse a stack that declares more than its plan includes, or that does not state the plan.";

/** Plans of the accounts that the platform's program uses. */
export const platformPlansSchema = z
  .strictObject({
    cloudflare: z
      .enum(idsOf("cloudflare"))
      .default("pro")
      .meta({
        description: "Plan of the zone at Cloudflare. A new zone is Free.",
        checklist: ["4.4", "4.7"],
      }),
    subscribe: z.boolean().default(true).meta({
      description:
        "Whether the program buys that plan, Pro or Business, for the zone each month. If false, buy it before the first update. Enterprise is by contract.",
    }),
    vercel: planOf("vercel"),
    render: planOf("render"),
    supabase: planOf("supabase"),
    grafana: planOf("grafana"),
    sentry: planOf("sentry"),
    pagerduty: planOf("pagerduty"),
  })
  .prefault({})
  .meta({ description });

/** Plans of the accounts that the delivery's program uses. */
export const deliveryPlansSchema = z
  .strictObject({ github: planOf("github"), pulumiCloud: planOf("pulumiCloud") })
  .prefault({})
  .meta({ description });

/** The plan that the program buys for its zone; undefined where it buys none. */
export function boughtPlan({
  cloudflare,
  subscribe,
}: z.infer<typeof platformPlansSchema>): "pro" | "business" | undefined {
  return subscribe && (cloudflare === "pro" || cloudflare === "business") ? cloudflare : undefined;
}

/** The plans in the setting `plans` as Pulumi gives it to a pack: JSON in a text. */
export function readPlans(text: string | undefined): StatedPlans {
  const stated = z.record(z.string(), z.unknown()).safeParse(parseJson(text ?? "{}"));
  if (!stated.success) return {};
  return Object.fromEntries(
    Object.entries(stated.data).flatMap(([name, plan]) =>
      isVendorName(name) && plan !== null && plan !== undefined ? [[name, planText(plan)]] : [],
    ),
  );
}

/** A plan as it is written; a wrong one is shown in a message, so it is kept short. */
function planText(plan: unknown): string {
  return (typeof plan === "string" ? plan : JSON.stringify(plan)).slice(0, 40);
}

function planOf<const Name extends VendorName>(vendor: Name) {
  return z
    .enum(idsOf(vendor))
    .optional()
    .meta({ description: `Plan at ${vendors[vendor].title}.` });
}

function idsOf<const Name extends VendorName>(vendor: Name) {
  return vendors[vendor].plans.map(({ id }): (typeof vendors)[Name]["plans"][number]["id"] => id);
}

function isVendorName(name: string): name is VendorName {
  return Object.hasOwn(vendors, name);
}
