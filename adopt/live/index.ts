import { Failure } from "../../lib/failure.ts";
import { listed, printable } from "../../lib/text.ts";
import type { Access } from "../../vendors/client.ts";
import { cloudflareAsked, cloudflareTypes, readCloudflare } from "./cloudflare.ts";
import { githubAsked, githubTypes, readGitHub } from "./github.ts";
import { grafanaAsked, grafanaTypes, readGrafana } from "./grafana.ts";
import { pagerDutyAsked, pagerDutyTypes, readPagerDuty } from "./pagerduty.ts";
import { type Inventory, Reading } from "./reading.ts";
import { readRender, renderAsked, renderTypes } from "./render.ts";
import { readSentry, sentryAsked, sentryTypes } from "./sentry.ts";
import { readSupabase, supabaseAsked, supabaseTypes } from "./supabase.ts";
import { readVercel, vercelAsked, vercelTypes } from "./vercel.ts";

export type { Gap, Inventory, LiveResource, VendorPlan } from "./reading.ts";

/** Where the platform is at its vendors. What is left out is whatever a token can see. */
export interface Whereabouts {
  readonly zone?: string | undefined;
  readonly cloudflareAccount?: string | undefined;
  readonly vercelTeam?: string | undefined;
  readonly renderOwner?: string | undefined;
  readonly grafana?: string | undefined;
  readonly sentry?: string | undefined;
  readonly sentryRegion?: string | undefined;
  /** At GitHub, as OWNER/NAME. */
  readonly repository?: string | undefined;
}

interface Vendor {
  /** The variable with a token that may read. */
  readonly variable: string;
  readonly types: readonly string[];
  /** It is read where its token is set, and nothing is asked of it elsewhere. */
  readonly isOptional?: true;
  readonly read: (reading: Reading, where: Whereabouts, access: Access) => Promise<void>;
}

const vendors: Readonly<Record<string, Vendor>> = {
  cloudflare: {
    ...{ variable: "CLOUDFLARE_API_TOKEN", types: cloudflareTypes },
    read: (reading, { zone, cloudflareAccount }, access) =>
      readCloudflare(reading, { zone, account: cloudflareAccount }, access),
  },
  vercel: {
    ...{ variable: "VERCEL_API_TOKEN", types: vercelTypes },
    read: (reading, { vercelTeam }, access) => readVercel(reading, { team: vercelTeam }, access),
  },
  render: {
    ...{ variable: "RENDER_API_KEY", types: renderTypes },
    read: (reading, { renderOwner }, access) => readRender(reading, { owner: renderOwner }, access),
  },
  supabase: {
    ...{ variable: "SUPABASE_ACCESS_TOKEN", types: supabaseTypes },
    read: (reading, _, access) => readSupabase(reading, access),
  },
  grafana: {
    ...{ variable: "GRAFANA_AUTH", types: grafanaTypes },
    read: (reading, { grafana }, access) => readGrafana(reading, { url: grafana }, access),
  },
  sentry: {
    ...{ variable: "SENTRY_AUTH_TOKEN", types: sentryTypes },
    read: (reading, { sentry, sentryRegion }, access) =>
      readSentry(reading, { organization: sentry, region: sentryRegion }, access),
  },
  pagerduty: {
    ...{ variable: "PAGERDUTY_TOKEN", types: pagerDutyTypes },
    read: (reading, _, access) => readPagerDuty(reading, access),
  },
  github: {
    ...{ variable: "GITHUB_TOKEN", types: githubTypes, isOptional: true },
    read: (reading, { repository }, access) => readGitHub(reading, { repository }, access),
  },
};

/** Types that the vendors are asked for; what they have of another is not known from them. */
export const askedTypes: readonly string[] = [
  ...[...cloudflareAsked, ...vercelAsked, ...renderAsked, ...grafanaAsked],
  ...[...supabaseAsked, ...sentryAsked, ...pagerDutyAsked, ...githubAsked],
];

/** Vendors that can be read, in the order in which they are shown. */
export const liveVendors = Object.keys(vendors);

/** Whether a vendor is read, or said to be unread. A token of GitHub is everywhere, so a repository has to be named. */
function isAsked(name: string, { repository }: Whereabouts, environment: Environment): boolean {
  const vendor = vendors[name];
  return (
    vendor?.isOptional !== true || ((environment[vendor.variable] ?? "") !== "" && repository !== undefined)
  );
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the delivery is judged, too: what leads to a release is in the repository. */
export function readsRepository(
  where: Whereabouts,
  without: readonly string[],
  environment: Environment,
): boolean {
  return !without.includes("github") && isAsked("github", where, environment);
}

/** Whether a token of any vendor is set. */
export function hasToken(environment: Environment): boolean {
  const without = tokenlessVendors(environment);
  return liveVendors.some((name) => !without.includes(name) && vendors[name]?.isOptional !== true);
}

/** Vendors whose token is not set. */
export function tokenlessVendors(environment: Environment): string[] {
  return liveVendors.filter((name) => (environment[vendors[name]?.variable ?? ""] ?? "") === "");
}

/**
 * Reads what the vendors have, each with the token in its variable. It changes nothing. A vendor that cannot be
 * read, or a part of it, is a gap, so that what depends on it is unknown.
 *
 * @param without vendors that the platform does not use
 * @throws {Failure} for a vendor that is not known, and an address to which no token may be sent
 */
export async function readVendors(
  where: Whereabouts,
  without: readonly string[],
  access: Access = {},
): Promise<Inventory> {
  const foreign = without.find((name) => !Object.hasOwn(vendors, name));
  if (foreign !== undefined)
    throw new Failure("refused", `--without ${printable(foreign)} must be ${listed(liveVendors, "or")}`);
  const { environment = process.env } = access;
  const readings = await Promise.all(
    Object.entries(vendors)
      .filter(([name]) => !without.includes(name) && isAsked(name, where, environment))
      .map(async ([name, { variable, types, read }]) => {
        const reading = new Reading(name);
        if ((environment[variable] ?? "") === "")
          reading.leave({ types, what: "everything", why: `${variable} is not set` });
        else await read(reading, where, { ...access, environment });
        return reading;
      }),
  );
  return {
    resources: readings.flatMap(({ resources }) => resources),
    gaps: readings.flatMap(({ gaps }) => gaps),
    plans: readings.flatMap(({ plans }) => plans),
  };
}
