import type { FakeAnswer, FakeVendor } from "./server.ts";

export interface FakeCloudflareRule {
  id: string;
  ref: string;
  action: string;
  expression: string;
  description: string;
  enabled: boolean;
  [field: string]: unknown;
}

export interface FakeCloudflareState {
  readonly account: { id: string; name: string };
  zones: { id: string; name: string; status: string; paused: boolean; plan: string }[];
  settings: Record<string, unknown>;
  rulesets: Record<string, FakeCloudflareRule[]>;
  records: {
    id: string;
    type: string;
    name: string;
    content?: string;
    proxied?: boolean;
    ttl: number;
    data?: unknown;
  }[];
  dnssec: string;
  universalSsl: boolean;
  packs: { id: string; type: string; status: string; hosts: string[] }[];
  normalization: { type: string; scope: string };
  /** What few zones have. */
  extras?: {
    pageRules?: unknown[];
    routes?: unknown[];
    lockdowns?: unknown[];
    accessRules?: unknown[];
    buckets?: Record<string, Record<string, unknown>>;
  };
}

export const cloudflareToken = "canary-cloudflare_0123456789";

/** Cloudflare's API with the state of one zone. */
export function fakeCloudflare(state: FakeCloudflareState): FakeVendor {
  const of = (id: string | undefined, result: unknown): FakeAnswer =>
    state.zones.some((one) => one.id === id) && result !== undefined ? enveloped(result) : missing;
  return {
    prefix: "cloudflare",
    authorization: `Bearer ${cloudflareToken}`,
    routes: {
      "GET /accounts/:id": ({ parts: [id] }) =>
        id === state.account.id ? enveloped({ ...state.account, type: "standard" }) : missing,
      "GET /zones": ({ query }) =>
        enveloped(
          state.zones
            .filter(({ name }) => query.get("name") === null || name === query.get("name"))
            .filter(() => [null, state.account.id].includes(query.get("account.id")))
            .map(({ plan, ...one }) => ({
              ...{
                ...one,
                ...{ type: "full", development_mode: 0 },
                name_servers: ["ns1.example", "ns2.example"],
                account: state.account,
              },
              plan: { id: "1", name: `${plan} Website`, legacy_id: plan },
            })),
        ),
      "GET /zones/:id/settings/:setting": ({ parts: [id, setting = ""] }) =>
        of(
          id,
          setting in state.settings
            ? { id: setting, value: state.settings[setting], editable: true }
            : undefined,
        ),
      "GET /zones/:id/rulesets": ({ parts: [id] }) =>
        of(id, [
          {
            ...{ id: "managed", kind: "managed", phase: "http_request_firewall_managed", ...written },
            name: "Cloudflare's own",
          },
          ...Object.keys(state.rulesets).map((phase) => ({
            ...{ id: `rs-${phase}`, kind: "zone", name: "default", phase, ...written },
          })),
        ]),
      "GET /zones/:id/rulesets/phases/:phase/entrypoint": ({ parts: [id, phase = ""] }) => {
        const rules = state.rulesets[phase];
        return of(
          id,
          rules && { ...{ id: `rs-${phase}`, kind: "zone", name: "default", ...written }, phase, rules },
        );
      },
      "GET /zones/:id/dns_records": ({ parts: [id], query }) => {
        const page = Number(query.get("page") ?? 1);
        const size = Number(query.get("per_page") ?? 100);
        const answer = of(id, state.records.slice((page - 1) * size, page * size));
        const info = {
          page,
          per_page: size,
          total_pages: Math.max(1, Math.ceil(state.records.length / size)),
        };
        return { ...answer, body: { ...Object(answer.body), result_info: info } };
      },
      "GET /zones/:id/dnssec": ({ parts: [id] }) =>
        of(id, {
          status: state.dnssec,
          ...{ dnssec_multi_signer: false, dnssec_presigned: false, dnssec_use_nsec3: false },
        }),
      "GET /zones/:id/ssl/universal/settings": ({ parts: [id] }) => of(id, { enabled: state.universalSsl }),
      "GET /zones/:id/ssl/certificate_packs": ({ parts: [id] }) =>
        of(
          id,
          state.packs.map((pack) => ({ ...pack, certificates: [] })),
        ),
      "GET /zones/:id/pagerules": ({ parts: [id] }) => of(id, state.extras?.pageRules ?? []),
      "GET /zones/:id/workers/routes": ({ parts: [id] }) => of(id, state.extras?.routes ?? []),
      "GET /accounts/:id/workers/domains": () => enveloped([]),
      "GET /zones/:id/firewall/lockdowns": ({ parts: [id] }) => of(id, state.extras?.lockdowns ?? []),
      "GET /zones/:id/firewall/access_rules/rules": ({ parts: [id] }) =>
        of(id, state.extras?.accessRules ?? []),
      "GET /zones/:id/managed_headers": ({ parts: [id] }) =>
        of(id, { managed_request_headers: [], managed_response_headers: [] }),
      "GET /accounts/:id/r2/buckets": ({ headers }) => {
        const asked = headers["cf-r2-jurisdiction"] ?? "default";
        const names = Object.entries(state.extras?.buckets ?? {})
          .filter(([, { jurisdiction = "default" }]) => jurisdiction === asked)
          .map(([name]) => ({ name }));
        return enveloped({ buckets: names });
      },
      "GET /accounts/:id/r2/buckets/:name/:part": ({ parts: [, name = "", part = ""] }) =>
        bucketPart(state, name, part),
      "GET /accounts/:id/r2/buckets/:name/domains/:kind": ({ parts: [, name = "", kind] }) =>
        bucketPart(state, name, `domains/${kind}`),
      "GET /zones/:id/url_normalization": ({ parts: [id] }) => of(id, state.normalization),
    },
  };
}

function bucketPart({ extras }: FakeCloudflareState, name: string, part: string): FakeAnswer {
  const found = extras?.buckets?.[name]?.[part];
  return found === undefined ? missing : enveloped(found);
}

function enveloped(result: unknown): FakeAnswer {
  return { body: { success: true, errors: [], messages: [], result } };
}

/** What each ruleset has of its last change. */
const written = { version: "1", last_updated: "2026-11-01T00:00:00Z" };

const missing: FakeAnswer = {
  status: 404,
  body: { success: false, errors: [{ code: 10000, message: "not found" }], messages: [], result: null },
};
