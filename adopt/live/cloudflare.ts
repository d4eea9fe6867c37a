import type { Access } from "../../vendors/client.ts";
import { Cloudflare, type CloudflareZone } from "../../vendors/cloudflare.ts";
import { orAbsent } from "../../vendors/problem.ts";
import { extrasOfZone, readBuckets, readZoneExtras, storageTypes } from "./cloudflare-extras.ts";
import { forEachPart, type Reading } from "./reading.ts";

/** Settings of a zone that the checklist or the program says something of. */
const settingIds = [
  ...["ssl", "min_tls_version", "tls_1_3", "0rtt", "always_use_https", "automatic_https_rewrites"],
  ...["opportunistic_encryption", "security_header", "http2", "http3", "ipv6", "browser_cache_ttl"],
  ...["email_obfuscation", "rocket_loader", "development_mode", "security_level", "always_online"],
  ...["cache_level", "ciphers"],
];

/** What a zone can have that the API is not asked for. */
const unasked = [
  ...["total_tls", "spectrum_application", "snippet_rules", "load_balancer", "hostname_tls_setting"],
  "custom_ssl",
].map((kind) => `cloudflare_${kind}`);

const ofZone = [
  ...["zone_setting", "ruleset", "dns_record", "zone_dnssec", "universal_ssl_setting"],
  ...["url_normalization_settings", "zone_subscription"],
].map((kind) => `cloudflare_${kind}`);

export const cloudflareAsked = ["cloudflare_zone", ...ofZone, ...extrasOfZone, ...storageTypes];

export const cloudflareTypes = [...cloudflareAsked, ...unasked];

/** @param zone the only one to read; by default all that the token can see */
export async function readCloudflare(
  reading: Reading,
  { account, zone }: { account?: string | undefined; zone?: string | undefined },
  access: Access,
): Promise<void> {
  const api = new Cloudflare(account, access);
  const zones = await reading.read({ types: cloudflareTypes, what: "zones" }, () => api.zones(zone));
  if (zones === undefined) return;
  if (zone !== undefined && zones.length === 0)
    reading.leave({
      types: cloudflareTypes,
      what: `zone ${zone}`,
      why: "Cloudflare shows no zone of that name to this token",
    });
  const left = (count: number): void =>
    reading.leave({
      types: cloudflareTypes,
      what: `${count} more zones`,
      why: "there are too many to read them all; name one with --zone",
    });
  await forEachPart(zones, (one) => readZone(reading, api, one), left);
  for (const id of new Set(zones.map((one) => one.account.id))) await readBuckets(reading, api, id);
}

async function readZone(reading: Reading, api: Cloudflare, zone: CloudflareZone): Promise<void> {
  const { id, name } = zone;
  const zone_id = id;
  const plan = zone.plan?.legacy_id ?? undefined;
  reading.addPlan(name, plan);
  const of = (types: readonly string[], what: string) => ({
    types: types.map((type) => `cloudflare_${type}`),
    what: `${what} of ${name}`,
    attributes: { zone_id },
  });
  const add = (type: string, own: string, ownId: string, attributes: object): void =>
    reading.add({ type: `cloudflare_${type}`, name: own, id: ownId, attributes: { zone_id, ...attributes } });
  reading.add({
    ...{ type: "cloudflare_zone", name, id },
    attributes: { name, account: { id: zone.account.id }, paused: zone.paused, type: zone.type },
  });
  // A free zone has no subscription.
  if (plan === undefined)
    reading.leave({ ...of(["zone_subscription"], "the plan"), why: "Cloudflare does not say it" });
  else if (plan !== "free") add("zone_subscription", name, id, { rate_plan: { id: plan } });
  await Promise.all([
    reading
      .read(of(["dns_record"], "DNS records"), () => api.records(id))
      .then((records = []) => {
        for (const { id: own, type, name: host, ...rest } of records)
          add("dns_record", `${type} ${host}`, own, { type, name: host, ...rest });
      }),
    forEachPart(
      settingIds,
      async (setting) => {
        const found = await reading.read({ ...of(["zone_setting"], `setting ${setting}`) }, () =>
          orNull(api.setting(id, setting)),
        );
        if (found !== undefined && found !== null)
          add("zone_setting", `${name} ${setting}`, setting, { setting_id: setting, value: found.value });
      },
      () => undefined,
    ),
    readRulesets(reading, api, of(["ruleset"], "rules"), add, zone),
    reading
      .read(of(["zone_dnssec"], "DNSSEC"), () => api.dnssec(id))
      .then((dnssec) => dnssec && add("zone_dnssec", name, id, dnssec)),
    reading
      .read(of(["universal_ssl_setting"], "certificates"), () => api.universalSsl(id))
      .then((ssl) => ssl && add("universal_ssl_setting", name, id, ssl)),
    reading
      .read(of(["url_normalization_settings"], "URL normalization"), () => api.urlNormalization(id))
      .then((found) => found && add("url_normalization_settings", name, id, found)),
    readZoneExtras(reading, api, zone, add),
  ]);
  reading.leaveUnasked({
    ...{
      types: unasked,
      what: `load balancers, own certificates and the like of ${name}`,
      attributes: { zone_id },
    },
  });
}

async function readRulesets(
  reading: Reading,
  api: Cloudflare,
  of: Parameters<Reading["read"]>[0],
  add: (type: string, name: string, id: string, attributes: object) => void,
  { id, name }: CloudflareZone,
): Promise<void> {
  const listed = await reading.read(of, () => api.rulesets(id));
  const phases = [...new Set(listed?.filter(({ kind }) => kind === "zone").map(({ phase }) => phase))];
  await forEachPart(
    phases,
    async (phase) => {
      const ruleset = await reading.read(
        {
          ...of,
          what: `rules of phase ${phase} of ${name}`,
          attributes: { zone_id: id, phase, kind: "zone" },
        },
        () => api.ruleset(id, phase),
      );
      if (ruleset !== undefined)
        add("ruleset", `${name} ${phase}`, ruleset.id, {
          kind: "zone",
          phase,
          name: ruleset.name,
          rules: ruleset.rules,
        });
    },
    (count) => reading.leave({ ...of, why: `there are ${count} more phases than are read` }),
  );
}

/** A setting that the zone's plan does not have is not there, which is something else than that it was not read. */
async function orNull<Answer>(asked: Promise<Answer>): Promise<Answer | null> {
  return (await orAbsent(asked)) ?? null;
}
