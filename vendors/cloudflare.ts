import * as z from "zod";
import { baseUrlOf } from "./base-url.ts";
import { type Access, VendorClient } from "./client.ts";
import { path } from "./path.ts";
import { orAbsent, VendorProblem } from "./problem.ts";

const text = z.string().max(10_000);

const zone = z.looseObject({
  id: text,
  name: text,
  status: text.optional(),
  paused: z.boolean().optional(),
  type: text.optional(),
  name_servers: z.array(text).max(100).optional(),
  plan: z.looseObject({ legacy_id: text.nullish(), name: text.nullish() }).nullish(),
  account: z.looseObject({ id: text }),
});

const setting = z.looseObject({ id: text, value: z.json() });

const rule = z.looseObject({
  id: text.optional(),
  ref: text.optional(),
  action: text.optional(),
  expression: text.optional(),
  description: text.nullish(),
  enabled: z.boolean().optional(),
  action_parameters: z.json().optional(),
  ratelimit: z.json().optional(),
});

const ruleset = z.looseObject({
  id: text,
  name: text.optional(),
  phase: text,
  kind: text,
  rules: z.array(rule).max(5000).default([]),
});

const record = z.looseObject({
  id: text,
  type: text,
  name: text,
  content: text.nullish(),
  proxied: z.boolean().nullish(),
  ttl: z.number().nullish(),
  data: z.json().optional(),
});

const dnssec = z.looseObject({
  status: text.optional(),
  dnssec_multi_signer: z.boolean().nullish(),
  dnssec_presigned: z.boolean().nullish(),
  dnssec_use_nsec3: z.boolean().nullish(),
});

const certificatePack = z.looseObject({ id: text, type: text, status: text, hosts: z.array(text).max(1000) });

const pageRule = z.looseObject({
  id: text,
  status: text,
  priority: z.number().nullish(),
  targets: z.array(z.looseObject({ constraint: z.looseObject({ value: text }).optional() })).max(100),
  actions: z.array(z.looseObject({ id: text.optional(), value: z.json().optional() })).max(100),
});

const workersRoute = z.looseObject({ id: text, pattern: text, script: text.nullish() });
const workersDomain = z.looseObject({ id: text, hostname: text, service: text.nullish() });
const addresses = z.looseObject({ target: text.optional(), value: text.optional() });
const lockdown = z.looseObject({
  id: text,
  paused: z.boolean().nullish(),
  urls: z.array(text).max(1000),
  configurations: z.array(addresses).max(1000),
});
const accessRule = z.looseObject({ id: text, mode: text, configuration: addresses });
const transform = z.looseObject({ id: text, enabled: z.boolean() });
const bucket = z.looseObject({ name: text, location: text.nullish(), jurisdiction: text.optional() });

export type CloudflareZone = z.infer<typeof zone>;
export type CloudflareRule = z.infer<typeof rule>;
export type CloudflareRuleset = z.infer<typeof ruleset>;
export type CloudflareRecord = z.infer<typeof record>;

/** Cloudflare's API, as https://developers.cloudflare.com/api describes it. The token is in `CLOUDFLARE_API_TOKEN`. */
export class Cloudflare {
  #client: VendorClient;
  #account: string | undefined;

  /** @param accountId the account that holds the zones; undefined for whatever the token can see */
  constructor(accountId: string | undefined, { environment = process.env, ...access }: Access = {}) {
    this.#account = accountId;
    this.#client = new VendorClient({
      vendor: "Cloudflare",
      baseUrl: baseUrlOf("https://api.cloudflare.com/client/v4", "OPTROPIC_CLOUDFLARE_URL", environment),
      token: { variable: "CLOUDFLARE_API_TOKEN", value: environment.CLOUDFLARE_API_TOKEN },
      ...access,
    });
  }

  account() {
    const schema = z.looseObject({ id: text, name: text });
    return this.#get(path`/accounts/${this.#account ?? ""}`, "read the account", schema);
  }

  /** The zones of the account that the token can see, by name where one is given. */
  zones(name?: string): Promise<CloudflareZone[]> {
    return this.#list("/zones", "read the zone", zone, { "account.id": this.#account, name });
  }

  setting(zoneId: string, id: string) {
    return this.#get(path`/zones/${zoneId}/settings/${id}`, "read the settings of the zone", setting);
  }

  /** The zone's own rules of a phase; undefined where it has none. */
  ruleset(zoneId: string, phase: string): Promise<CloudflareRuleset | undefined> {
    const of = path`/zones/${zoneId}/rulesets/phases/${phase}/entrypoint`;
    return orAbsent(this.#get(of, "read the rules of the zone", ruleset));
  }

  /** Rules of every phase of the zone, without the rules themselves; Cloudflare's own are among them. */
  rulesets(zoneId: string) {
    const listed = z.looseObject({ id: text, phase: text, kind: text });
    return this.#list(path`/zones/${zoneId}/rulesets`, "read the rules of the zone", listed);
  }

  records(zoneId: string): Promise<CloudflareRecord[]> {
    return this.#list(path`/zones/${zoneId}/dns_records`, "read the DNS records", record);
  }

  dnssec(zoneId: string) {
    return this.#get(path`/zones/${zoneId}/dnssec`, "read DNSSEC of the zone", dnssec);
  }

  universalSsl(zoneId: string) {
    const schema = z.looseObject({ enabled: z.boolean().optional() });
    return this.#get(path`/zones/${zoneId}/ssl/universal/settings`, "read the certificates", schema);
  }

  certificatePacks(zoneId: string) {
    const of = path`/zones/${zoneId}/ssl/certificate_packs`;
    return this.#list(of, "read the certificates", certificatePack, { status: "all" });
  }

  urlNormalization(zoneId: string) {
    const schema = z.looseObject({ type: text, scope: text });
    return this.#get(path`/zones/${zoneId}/url_normalization`, "read URL normalization", schema);
  }

  pageRules(zoneId: string) {
    const right = "read the page rules (Page Rules Read)";
    return this.#get(path`/zones/${zoneId}/pagerules`, right, z.array(pageRule).max(5000));
  }

  workersRoutes(zoneId: string) {
    const right = "read the routes of workers (Workers Routes Read)";
    return this.#get(path`/zones/${zoneId}/workers/routes`, right, z.array(workersRoute).max(5000));
  }

  async workersDomains(accountId: string, zoneId: string) {
    const answer = await this.#client.ask({
      path: path`/accounts/${accountId}/workers/domains`,
      query: { zone_id: zoneId },
      right: "read the domains of workers (Workers Scripts Read)",
      schema: enveloped(z.array(workersDomain).max(5000)),
    });
    return answer.result;
  }

  lockdowns(zoneId: string) {
    const right = "read the lockdowns (Firewall Services Read)";
    return this.#list(path`/zones/${zoneId}/firewall/lockdowns`, right, lockdown);
  }

  accessRules(zoneId: string) {
    const right = "read the rules by address (Firewall Services Read)";
    return this.#list(path`/zones/${zoneId}/firewall/access_rules/rules`, right, accessRule);
  }

  managedTransforms(zoneId: string) {
    const transforms = z.array(transform).max(1000);
    const schema = z.looseObject({
      managed_request_headers: transforms,
      managed_response_headers: transforms,
    });
    const right = "read the managed headers (Transform Rules Read)";
    return this.#get(path`/zones/${zoneId}/managed_headers`, right, schema);
  }

  /** Buckets of R2 in a jurisdiction, each of which has a list of its own. */
  async buckets(accountId: string, jurisdiction: R2Jurisdiction) {
    const right = "read the buckets (Workers R2 Storage Read)";
    const schema = z.looseObject({ buckets: z.array(bucket).max(5000) });
    const of = path`/accounts/${accountId}/r2/buckets`;
    return (await this.#get(of, right, schema, { [jurisdictionHeader]: jurisdiction })).buckets;
  }

  /** @param part of a bucket, such as `lifecycle` or `domains/managed` */
  bucketPart(
    accountId: string,
    { bucket_name: name, jurisdiction }: { bucket_name: string; jurisdiction: string },
    part: string,
  ) {
    const right = "read the buckets (Workers R2 Storage Read)";
    const of = `${path`/accounts/${accountId}/r2/buckets/${name}`}/${part}`;
    return this.#get(of, right, z.looseObject({}), { [jurisdictionHeader]: jurisdiction });
  }

  async #get<Result>(
    of: string,
    right: string,
    result: z.ZodType<Result>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Result> {
    const answer = await this.#client.ask({ path: of, right, schema: enveloped(result), headers });
    return answer.result;
  }

  #list<Item>(
    of: string,
    right: string,
    item: z.ZodType<Item>,
    query: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Item[]> {
    let count = 0;
    return this.#client.collect(of, async (page = "1") => {
      const answer = await this.#client.ask({
        path: of,
        query: { ...query, page, per_page: pageSize },
        right,
        schema: enveloped(z.array(item).max(5000)),
      });
      const { total_pages: pages, total_count: total } = answer.result_info ?? {};
      count += answer.result.length;
      const next = Number(page) < (pages ?? 1) ? String(Number(page) + 1) : undefined;
      // A list that ends before its end would leave out what is there.
      const isShort = next === undefined && (total ?? 0) > count;
      if (isShort || (pages === undefined && total === undefined && answer.result.length >= pageSize))
        throw new VendorProblem("not-understood", `Cloudflare, GET ${of}: the list is not complete`);
      return { items: answer.result, next };
    });
  }
}

const pageSize = 50;

/** Where R2 keeps what may not leave a place: https://developers.cloudflare.com/r2/reference/data-location/ */
export const r2Jurisdictions = ["default", "eu", "fedramp"] as const;
export type R2Jurisdiction = (typeof r2Jurisdictions)[number];
const jurisdictionHeader = "cf-r2-jurisdiction";

/** Every answer has the result in the same envelope. */
function enveloped<Result>(result: z.ZodType<Result>) {
  return z.looseObject({
    success: z.literal(true),
    result,
    result_info: z
      .looseObject({ total_pages: z.number().optional(), total_count: z.number().optional() })
      .nullish(),
  });
}
