import * as z from "zod";
import type { Access } from "../../../vendors/client.ts";
import { Cloudflare } from "../../../vendors/cloudflare.ts";
import { settings } from "../../verify/vendor-faults.ts";
import { type Documents, either, maybe, text, word } from "./words.ts";

const zone = "zone-example";
const cloudflare = (access: Access) => new Cloudflare(settings.accounts.cloudflare, access);

const enveloped = (result: z.ZodType) =>
  z.looseObject({
    success: z.literal(true),
    errors: z.array(z.looseObject({})),
    messages: z.array(z.looseObject({})),
    result,
    result_info: either(z.looseObject({ page: either(z.int()), per_page: either(z.int()) })),
  });
const listed = (item: z.ZodType) => enveloped(z.array(item));

const kinds = ["managed", "custom", "root", "zone"] as const;
const ruleset = {
  id: text,
  name: text,
  kind: word(...kinds),
  phase: text,
  version: text,
  last_updated: text,
};
const rule = z.looseObject({
  ...{ last_updated: text, version: text, id: either(text), ref: either(text), action: either(text) },
  ...{ expression: either(text), description: either(text), enabled: either(z.boolean()) },
});
const header = z.looseObject({ id: text, enabled: z.boolean(), has_conflict: z.boolean() });
const address = z.looseObject({ target: either(text), value: either(text) });

/** https://developers.cloudflare.com/api, of which https://github.com/cloudflare/cloudflare-typescript is generated */
export const ofCloudflare: Documents = {
  "/accounts/{account_id}": {
    ask: (access) => cloudflare(access).account(),
    shape: enveloped(z.looseObject({ id: text, name: text, type: word("standard", "enterprise") })),
  },
  "/zones": {
    ask: (access) => cloudflare(access).zones(settings.domains.zone),
    shape: listed(
      z.looseObject({
        ...{ id: text, name: text, name_servers: z.array(text), paused: either(z.boolean()) },
        ...{ type: either(word("full", "partial", "secondary", "internal")), development_mode: z.number() },
        status: either(word("initializing", "pending", "active", "moved")),
        account: z.looseObject({ id: text, name: either(text) }),
        plan: z.looseObject({ id: either(text), legacy_id: either(text), name: either(text) }),
      }),
    ),
  },
  "/zones/{zone_id}/settings/{setting_id}": {
    ask: (access) => cloudflare(access).setting(zone, "min_tls_version"),
    with: ({ cloudflare: state }) => {
      state.settings = { min_tls_version: "1.2" };
    },
    shape: enveloped(
      z.looseObject({
        ...{ id: text, value: word("1.0", "1.1", "1.2", "1.3"), editable: either(z.boolean()) },
        modified_on: either(maybe(text)),
      }),
    ),
  },
  "/zones/{zone_id}/rulesets": {
    ask: (access) => cloudflare(access).rulesets(zone),
    shape: listed(z.looseObject({ ...ruleset, description: either(text) })),
  },
  "/zones/{zone_id}/rulesets/phases/{phase}/entrypoint": {
    ask: (access) => cloudflare(access).ruleset(zone, "http_ratelimit"),
    with: ({ cloudflare: state }) => {
      state.rulesets = { http_ratelimit: [limit] };
    },
    shape: enveloped(z.looseObject({ ...ruleset, rules: z.array(rule) })),
  },
  "/zones/{zone_id}/dns_records": {
    ask: (access) => cloudflare(access).records(zone),
    with: ({ cloudflare: state }) => {
      state.records = [
        {
          id: "record-1",
          type: "A",
          name: settings.domains.web,
          content: "192.0.2.1",
          proxied: true,
          ttl: 1,
        },
      ];
    },
    shape: listed(
      z.looseObject({
        ...{ id: text, name: text, ttl: z.number(), content: either(text), proxied: either(z.boolean()) },
        type: word("A", "AAAA", "CAA", "CNAME", "HTTPS", "MX", "NS", "SRV", "TXT"),
        comment: either(text),
      }),
    ),
  },
  "/zones/{zone_id}/dnssec": {
    ask: (access) => cloudflare(access).dnssec(zone),
    shape: enveloped(
      z.looseObject({
        status: either(word("active", "pending", "disabled", "pending-disabled", "error")),
        dnssec_multi_signer: either(z.boolean()),
        dnssec_presigned: either(z.boolean()),
        dnssec_use_nsec3: either(z.boolean()),
      }),
    ),
  },
  "/zones/{zone_id}/ssl/universal/settings": {
    ask: (access) => cloudflare(access).universalSsl(zone),
    shape: enveloped(z.looseObject({ enabled: either(z.boolean()) })),
  },
  "/zones/{zone_id}/ssl/certificate_packs": {
    ask: (access) => cloudflare(access).certificatePacks(zone),
    shape: listed(
      z.looseObject({
        ...{ id: text, hosts: z.array(text), certificates: z.array(z.looseObject({})) },
        type: word(
          ...(["mh_custom", "managed_hostname", "sni_custom", "universal", "advanced", "total_tls"] as const),
          ...(["keyless", "legacy_custom"] as const),
        ),
        status: word(
          ...(["initializing", "pending_validation", "deleted", "pending_issuance"] as const),
          ...(["pending_deployment", "pending_deletion", "pending_expiration", "expired", "active"] as const),
          ...(["initializing_timed_out", "validation_timed_out", "issuance_timed_out"] as const),
          ...(["deployment_timed_out", "deletion_timed_out", "pending_cleanup"] as const),
          ...(["staging_deployment", "staging_active", "deactivating", "inactive"] as const),
          ...(["backup_issued", "holding_deployment"] as const),
        ),
      }),
    ),
  },
  "/zones/{zone_id}/url_normalization": {
    ask: (access) => cloudflare(access).urlNormalization(zone),
    shape: enveloped(
      z.looseObject({ type: word("cloudflare", "rfc3986"), scope: word("incoming", "both", "none") }),
    ),
  },
  "/zones/{zone_id}/pagerules": {
    ask: (access) => cloudflare(access).pageRules(zone),
    with: ({ cloudflare: state }) => {
      state.extras = { pageRules: [pageRule] };
    },
    shape: listed(
      z.looseObject({
        ...{ id: text, priority: z.int(), created_on: text, modified_on: text },
        status: word("active", "disabled"),
        targets: z.array(
          z.looseObject({
            target: either(text),
            constraint: either(z.looseObject({ operator: text, value: text })),
          }),
        ),
        actions: z.array(z.looseObject({ id: either(text) })),
      }),
    ),
  },
  "/zones/{zone_id}/workers/routes": {
    ask: (access) => cloudflare(access).workersRoutes(zone),
    with: ({ cloudflare: state }) => {
      state.extras = { routes: [{ id: "route-1", pattern: "example.com/*" }] };
    },
    shape: listed(z.looseObject({ id: text, pattern: text, script: either(text) })),
  },
  "/accounts/{account_id}/workers/domains": {
    ask: (access) => cloudflare(access).workersDomains(settings.accounts.cloudflare, zone),
    shape: listed(z.looseObject({ id: text, hostname: text, service: text, zone_id: text, zone_name: text })),
  },
  "/zones/{zone_id}/firewall/lockdowns": {
    ask: (access) => cloudflare(access).lockdowns(zone),
    with: ({ cloudflare: state }) => {
      const configurations = [{ target: "ip_range", value: "192.0.2.0/24" }];
      const dates = { created_on: "2026-11-01T00:00:00Z", modified_on: "2026-11-01T00:00:00Z" };
      const lockdown = { id: "lock-1", description: "", paused: false, urls: ["example.com/admin"] };
      state.extras = { lockdowns: [{ ...lockdown, ...dates, configurations }] };
    },
    shape: listed(
      z.looseObject({
        ...{ id: text, description: text, created_on: text, modified_on: text },
        ...{ paused: z.boolean(), urls: z.array(text), configurations: z.array(address) },
      }),
    ),
  },
  "/zones/{zone_id}/firewall/access_rules/rules": {
    ask: (access) => cloudflare(access).accessRules(zone),
    with: ({ cloudflare: state }) => {
      const configuration = { target: "country", value: "XX" };
      state.extras = {
        accessRules: [{ id: "access-1", mode: "block", allowed_modes: ["block"], configuration }],
      };
    },
    shape: listed(
      z.looseObject({
        ...{ id: text, allowed_modes: z.array(text), configuration: address },
        mode: word("block", "challenge", "whitelist", "js_challenge", "managed_challenge"),
      }),
    ),
  },
  "/zones/{zone_id}/managed_headers": {
    ask: (access) => cloudflare(access).managedTransforms(zone),
    shape: enveloped(
      z.looseObject({ managed_request_headers: z.array(header), managed_response_headers: z.array(header) }),
    ),
  },
};

const limit = {
  ...{ id: "rule-1", ref: "login", version: "1", last_updated: "2026-11-01T00:00:00Z", action: "block" },
  ...{ expression: "true", description: "Logins", enabled: true },
};

const pageRule = {
  ...{ id: "page-1", priority: 1, status: "active" },
  ...{ created_on: "2026-11-01T00:00:00Z", modified_on: "2026-11-01T00:00:00Z" },
  targets: [{ target: "url", constraint: { operator: "matches", value: "example.com/*" } }],
  actions: [{ id: "always_use_https" }],
};
