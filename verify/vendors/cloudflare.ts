import { Cloudflare } from "../../vendors/cloudflare.ts";
import type { Context } from "../context.ts";
import type { DeclaredResource } from "../declared.ts";
import { type Check, compare, eachOf, probe } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { absent, same, sameIfTold } from "./checks.ts";
import { differenceOf } from "./difference.ts";
import { question } from "./question.ts";

const clientOf = ({ settings }: Context, access: ConstructorParameters<typeof Cloudflare>[1]) =>
  new Cloudflare(settings.accounts.cloudflare, access);

const account = question((context, access) => clientOf(context, access).account());

const zones = question((context, access) => clientOf(context, access).zones(context.settings.domains.zone));

const setting = question(async (context, access, id) => {
  const client = clientOf(context, access);
  return client.setting(await zoneIdOf(context), id);
});

const records = question(async (context, access) =>
  clientOf(context, access).records(await zoneIdOf(context)),
);

const dnssec = question(async (context, access) => clientOf(context, access).dnssec(await zoneIdOf(context)));

const certificates = question(async (context, access) => {
  const client = clientOf(context, access);
  const id = await zoneIdOf(context);
  return { universal: await client.universalSsl(id), packs: await client.certificatePacks(id) };
});

const normalization = question(async (context, access) =>
  clientOf(context, access).urlNormalization(await zoneIdOf(context)),
);

async function zone(context: Context) {
  const name = context.settings.domains.zone;
  const own = (await zones(context)).find((each) => each.name === name);
  // The list leaves out what the token may not see.
  if (own === undefined) await account(context);
  return own;
}

export async function zoneIdOf(context: Context): Promise<string> {
  const own = await zone(context);
  if (own !== undefined) return own.id;
  throw new Unknown("no-data", `Cloudflare has no zone ${context.settings.domains.zone}`);
}

/** Declared resources of a type of Cloudflare's, such as `ruleset`. */
export async function declaredOf(context: Context, type: string): Promise<DeclaredResource[]> {
  // Nobody needs a preview where there is nothing to compare it with.
  context.credential("CLOUDFLARE_API_TOKEN");
  return (await context.declared()).filter((one) => one.type.startsWith(`cloudflare:index/${type}:`));
}

export const cloudflareZone = probe({
  name: "cloudflare-zone",
  items: ["7.2", "7.3"],
  title: "The zone must be active in the declared Cloudflare account, on the declared plan.",
  needs: ["vendor:cloudflare"],
  settings: ["domains.zone", "accounts.cloudflare", "plans.cloudflare"],
  measure: async (context) => {
    const { domains, plans } = context.settings;
    const own = await zone(context);
    if (own === undefined) return [absent("zone", domains.zone, "domains.zone")];
    const state = own.paused === true ? "paused" : own.status;
    return [
      sameIfTold("state of the zone", "active", state, "domains.zone"),
      sameIfTold("plan of the zone", plans.cloudflare, own.plan?.legacy_id, "plans.cloudflare"),
    ];
  },
});

/** Settings of a zone that a setting of the stack declares; a fixed one stands in the program. */
const settingOfZone: Readonly<Record<string, string>> = {
  min_tls_version: "edge.minTlsVersion",
  always_use_https: "edge.alwaysHttps",
};

const hstsSettings = {
  max_age: "edge.hsts.maxAgeSeconds",
  include_subdomains: "edge.hsts.includeSubdomains",
  preload: "edge.hsts.preload",
} as const;

export const cloudflareSettings = probe({
  name: "cloudflare-settings",
  items: ["4.1", "4.2", "6.9"],
  title: "Every declared setting of the zone must be what Cloudflare has.",
  needs: ["vendor:cloudflare"],
  settings: ["edge.minTlsVersion", "edge.alwaysHttps", "edge.hsts.maxAgeSeconds"],
  measure: async (context) => {
    const declared = await declaredOf(context, "zoneSetting");
    return eachOf(
      declared,
      ({ name }) => name,
      async ({ inputs, source }) => {
        const id = String(inputs.settingId);
        const { value } = await setting(context, id);
        const at = { at: source };
        if (id === "security_header")
          return hstsChecks(inputs.value, value).map((check) => ({ ...check, ...at }));
        return [{ ...matched(`setting ${id}`, inputs.value, value, settingOfZone[id]), ...at }];
      },
    );
  },
});

/** One row for each part, since the stack declares each by a setting of its own. */
function hstsChecks(declared: unknown, found: unknown): Check[] {
  const wanted = new Map(Object.entries(hstsOf(declared)));
  const served = new Map(Object.entries(hstsOf(found)));
  return [...wanted].map(([key, value]) => {
    const path = Object.entries(hstsSettings).find(([name]) => name === key)?.[1];
    return matched(`HSTS ${key}`, value, served.get(key), path);
  });
}

function hstsOf(value: unknown): object {
  if (typeof value !== "object" || value === null || !("strict_transport_security" in value)) return {};
  const { strict_transport_security: hsts } = value;
  return typeof hsts === "object" && hsts !== null ? hsts : {};
}

/** That a vendor's value has everything that is declared. */
export function matched(subject: string, declared: unknown, found: unknown, path?: string): Check {
  const difference = differenceOf(declared, found);
  const shown = typeof declared === "object" ? "as declared" : String(declared);
  const where = difference === undefined || difference.path === "" ? "" : ` (${difference.path})`;
  return compare(`${subject}${where}`, {
    expected: difference?.declared ?? shown,
    measured: difference?.found ?? shown,
    holds: difference === undefined,
    ...(path !== undefined && { setting: path }),
  });
}

export const cloudflareRecords = probe({
  name: "cloudflare-records",
  items: ["7.7"],
  title: "Cloudflare must have every declared DNS record, and no other address for the platform's hosts.",
  needs: ["vendor:cloudflare"],
  settings: ["domains.zone", "domains.web", "domains.api"],
  measure: async (context) => {
    const declared = await declaredOf(context, "dnsRecord");
    const found = await records(context);
    const known = declared.map(({ inputs, source }): Check => {
      const { type, name, content, data } = inputs;
      const parts = ["type", "name", "content", "proxied", "data"].filter((key) => inputs[key] !== undefined);
      const wanted = Object.fromEntries(parts.map((key) => [key, inputs[key]]));
      const alike = found.filter((one) => one.type === type && one.name === name);
      const differences = alike.map((one) => differenceOf(wanted, one));
      const holds = differences.includes(undefined);
      const [nearest] = differences;
      return {
        ...compare(`${type} ${name}${recordText(content, data)}`, {
          expected: "as declared",
          measured: holds ? "as declared" : nearest ? `${nearest.path}: ${nearest.found}` : "missing",
          holds,
        }),
        at: source,
      };
    });
    const others = context.allHosts.map((host): Check => {
      const isAddress = (type: unknown) => ["A", "AAAA", "CNAME"].includes(String(type));
      const served = found.filter(({ name, type }) => name === host && isAddress(type)).length;
      const wanted = declared.filter(({ inputs }) => inputs.name === host && isAddress(inputs.type)).length;
      return same(`addresses and aliases of ${host}`, wanted, served);
    });
    return [...known, ...others];
  },
});

function recordText(content: unknown, data: unknown): string {
  if (typeof content === "string") return ` ${content}`;
  if (typeof data !== "object" || data === null) return "";
  return ` ${Object.values(data).join(" ")}`;
}

export const cloudflareDnssec = probe({
  name: "cloudflare-dnssec",
  items: ["4.1", "7.7"],
  title: "Cloudflare must sign the zone.",
  needs: ["vendor:cloudflare"],
  settings: ["edge.dnssecDelegated"],
  measure: async (context) => {
    const { status } = await dnssec(context);
    if (status === undefined)
      throw new Unknown("no-data", "Cloudflare does not tell whether it signs the zone");
    const expected = context.settings.edge.dnssecDelegated ? ["active"] : ["active", "pending"];
    return [
      compare("DNSSEC", {
        expected: expected.join(" or "),
        measured: status,
        holds: expected.includes(status),
        setting: "edge.dnssecDelegated",
      }),
    ];
  },
});

export const cloudflareCertificates = probe({
  name: "cloudflare-certificates",
  items: ["4.1"],
  title: "Cloudflare must have an active certificate for each host.",
  needs: ["vendor:cloudflare"],
  settings: ["domains.web", "domains.api"],
  measure: async (context) => {
    const { universal, packs } = await certificates(context);
    const active = packs.filter(({ status }) => status === "active").flatMap(({ hosts }) => hosts);
    return [
      sameIfTold("Universal SSL", true, universal.enabled),
      ...context.allHosts.map((host) =>
        same(`certificate of ${host}`, "active", active.some((name) => covers(name, host)) ? "active" : null),
      ),
    ];
  },
});

function covers(name: string, host: string): boolean {
  return name === host || (name.startsWith("*.") && host.replace(/^[^.]+/, "*") === name);
}

export const cloudflareNormalization = probe({
  name: "cloudflare-url-normalization",
  items: ["4.7"],
  title: "Cloudflare must normalize URLs before its rules see them, as declared.",
  needs: ["vendor:cloudflare"],
  settings: ["domains.zone"],
  measure: async (context) => {
    const declared = await declaredOf(context, "urlNormalizationSettings");
    const found = await normalization(context);
    return declared.map(({ inputs: { type, scope }, source }) => ({
      ...matched("URL normalization", { type, scope }, found),
      at: source,
    }));
  },
});
