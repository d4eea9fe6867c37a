import { cloudflare, vercel } from "../../policies/model/tokens.ts";
import { type Fixture, unknown } from "./fixture.ts";

/** TLS, HTTPS, headers, limits and managed rules of a stack that passes, beside its zone and records. */
export function passingEdge(): Fixture[] {
  return [...certificates(), ...settings(), headers(), rateLimits(), managedRules(), firewall()];
}

const inZone = { zoneId: ["edge-zone"] };

function certificates(): Fixture[] {
  const caa = (tag: string, value: string): Fixture => ({
    type: cloudflare.dnsRecord,
    name: `edge-caa-${tag}`,
    props: { zoneId: unknown, type: "CAA", name: "optropic.example", data: { flags: 0, tag, value }, ttl: 1 },
    from: inZone,
  });
  return [
    {
      type: cloudflare.universalSsl,
      name: "edge-universal-ssl",
      props: { zoneId: unknown, enabled: true },
      from: inZone,
    },
    {
      type: cloudflare.dnssec,
      name: "edge-dnssec",
      props: { zoneId: unknown, status: "active" },
      from: inZone,
    },
    caa("issue", "letsencrypt.org"),
    caa("iodef", "mailto:security@optropic.example"),
  ];
}

/** What the setting `security_header` says. */
export const hsts = {
  enabled: true,
  max_age: 31_536_000,
  include_subdomains: true,
  preload: true,
  nosniff: true,
};

function settings(): Fixture[] {
  return [
    zoneSetting("ssl", "strict"),
    zoneSetting("min_tls_version", "1.2"),
    zoneSetting("always_use_https", "on"),
    zoneSetting("security_header", { strict_transport_security: hsts }),
  ];
}

/** A setting of the zone. */
export function zoneSetting(settingId: string, value: unknown): Fixture {
  return {
    type: cloudflare.zoneSetting,
    name: `edge-${settingId.replaceAll("_", "-")}`,
    props: { zoneId: unknown, settingId, value },
    from: inZone,
  };
}

/** A ruleset of the zone. */
export function ruleset(name: string, phase: string, rules: unknown[]): Fixture {
  return {
    type: cloudflare.ruleset,
    name,
    props: { zoneId: unknown, kind: "zone", name, phase, rules },
    from: inZone,
  };
}

/** The response headers of every page, by name. */
export const pageHeaders: Readonly<Record<string, string>> = {
  "Content-Security-Policy":
    "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "strict-origin-when-cross-origin",
  "Permissions-Policy": "camera=(), fullscreen=(self), microphone=()",
};

/** A rule that sets headers. */
export function headerRule(headers: Readonly<Record<string, string>>, expression = "true") {
  return {
    action: "rewrite",
    enabled: true,
    expression,
    actionParameters: {
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, { operation: "set", value }]),
      ),
    },
  };
}

/** The response-header rules: every page, then the API, which serves none. */
export function headerRules(headers: Readonly<Record<string, string>>) {
  return [
    headerRule(headers),
    headerRule(
      { "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'" },
      'http.host eq "api.optropic.example"',
    ),
  ];
}

function headers(): Fixture {
  return ruleset("edge-response-headers", "http_response_headers_transform", headerRules(pageHeaders));
}

/** A rule that blocks an address after so many requests a minute. */
export function limitRule(expression: string, requestsPerPeriod: number) {
  return {
    action: "block",
    enabled: true,
    expression,
    ratelimit: {
      characteristics: ["cf.colo.id", "ip.src"],
      period: 60,
      requestsPerPeriod,
      mitigationTimeout: 600,
    },
  };
}

export const loginExpression =
  '(lower(http.request.uri.path) eq "/api/trpc/login" or starts_with(lower(http.request.uri.path), "/api/trpc/login/"))';
export const apiExpression =
  '(http.host eq "api.optropic.example" or starts_with(http.request.uri.path, "/api/"))';

function rateLimits(): Fixture {
  return ruleset("edge-rate-limits", "http_ratelimit", [
    limitRule(loginExpression, 10),
    limitRule(apiExpression, 300),
  ]);
}

export const cloudflareManaged = {
  action: "execute",
  enabled: true,
  expression: "true",
  actionParameters: { id: "efb7b8c949ac4650a09736fc376e9aee" },
};

/** The rule that runs the OWASP rule set, with the action and threshold of its last rule. */
export function owaspCore(score: Record<string, unknown> = { action: "block", scoreThreshold: 40 }) {
  return {
    action: "execute",
    enabled: true,
    expression: "true",
    actionParameters: {
      id: "4814384a9e5d4991b9815dcfc25d2f1f",
      overrides: {
        categories: [{ category: "paranoia-level-4", enabled: false }],
        rules: [{ id: "6179ae15870a4bb7b2d480d4843b323c", ...score }],
      },
    },
  };
}

function managedRules(): Fixture {
  return ruleset("edge-waf-managed", "http_request_firewall_managed", [cloudflareManaged, owaspCore()]);
}

function firewall(): Fixture {
  const deny = { active: true, action: "deny" };
  return {
    type: vercel.firewall,
    name: "web-firewall",
    props: {
      projectId: unknown,
      enabled: true,
      managedRulesets: { owasp: { sqli: deny, xss: deny, rce: deny } },
      rules: {
        rules: [vercelLimit("/api/trpc/login", 10), vercelLimit("/api", 300)],
      },
    },
    from: { projectId: ["web-project"] },
  };
}

/** A rule of Vercel's firewall that limits requests to a path, in a minute. */
export function vercelLimit(path: string, limit: number) {
  return {
    name: `Limit ${path}`,
    active: true,
    conditionGroups: [{ conditions: [{ type: "path", op: "pre", value: path }] }],
    action: {
      action: "rate_limit",
      rateLimit: { algo: "fixed_window", keys: ["ip"], limit, window: 60, action: "rate_limit" },
      actionDuration: "10m",
    },
  };
}
