import { remembered } from "./remembered.ts";

/** What a value at an API may be: one of a few texts, or a whole number between two bounds. */
export type Allowed = readonly (string | number)[] | { readonly from: number; readonly to: number };

const onOff = ["on", "off"];

/**
 * Values of Cloudflare's zone settings, which its provider does not check.
 *
 * Source: https://github.com/cloudflare/cloudflare-typescript/blob/main/src/resources/zones/settings.ts
 */
export const zoneSettingValues: ReadonlyMap<string, Allowed> = new Map<string, Allowed>(
  Object.entries({
    "0rtt": onOff,
    advanced_ddos: onOff,
    always_online: onOff,
    always_use_https: onOff,
    automatic_https_rewrites: onOff,
    brotli: onOff,
    // 0 respects the headers of the host.
    browser_cache_ttl: [
      0, 30, 60, 120, 300, 1200, 1800, 3600, 7200, 10_800, 14_400, 18_000, 28_800, 43_200, 57_600, 72_000,
      86_400, 172_800, 259_200, 345_600, 432_000, 691_200, 1_382_400, 2_073_600, 2_678_400, 5_356_800,
      16_070_400, 31_536_000,
    ],
    browser_check: onOff,
    cache_level: ["bypass", "basic", "simplified", "aggressive", "cache_everything"],
    challenge_ttl: [
      300, 900, 1800, 2700, 3600, 7200, 10_800, 14_400, 28_800, 57_600, 86_400, 604_800, 2_592_000,
      31_536_000,
    ],
    cname_flattening: ["flatten_at_root", "flatten_all"],
    development_mode: onOff,
    early_hints: onOff,
    edge_cache_ttl: [
      30, 60, 300, 1200, 1800, 3600, 7200, 10_800, 14_400, 18_000, 28_800, 43_200, 57_600, 72_000, 86_400,
      172_800, 259_200, 345_600, 432_000, 518_400, 604_800,
    ],
    email_obfuscation: onOff,
    h2_prioritization: ["on", "off", "custom"],
    hotlink_protection: onOff,
    http2: onOff,
    http3: onOff,
    ip_geolocation: onOff,
    ipv6: onOff,
    min_tls_version: ["1.0", "1.1", "1.2", "1.3"],
    mirage: onOff,
    opportunistic_encryption: onOff,
    opportunistic_onion: onOff,
    orange_to_orange: onOff,
    origin_error_page_pass_thru: onOff,
    origin_max_http_version: ["1", "2"],
    polish: ["off", "lossless", "lossy"],
    prefetch_preload: onOff,
    privacy_pass: onOff,
    pseudo_ipv4: ["off", "add_header", "overwrite_header"],
    response_buffering: onOff,
    rocket_loader: onOff,
    security_level: ["off", "essentially_off", "low", "medium", "high", "under_attack"],
    server_side_exclude: onOff,
    sort_query_string_for_cache: onOff,
    ssl: ["off", "flexible", "full", "strict", "origin_pull"],
    tls_1_2_only: onOff,
    tls_1_3: ["on", "off", "zrt"],
    tls_client_auth: onOff,
    true_client_ip_header: onOff,
    waf: onOff,
    webp: onOff,
    websockets: onOff,
  }),
);

/** Settings whose value is an object. */
export const objectZoneSettings: readonly string[] = [
  "aegis",
  "automatic_platform_optimization",
  "nel",
  "security_header",
];

/** Settings whose value is a list, is bounded by a contract, or has no list of values. */
export const otherZoneSettings: readonly string[] = [
  "china_network_enabled",
  "ciphers",
  "content_converter",
  "fonts",
  "image_resizing",
  "max_upload",
  "origin_h2_max_streams",
  "proxy_read_timeout",
  "redirects_for_ai_training",
  "replace_insecure_js",
  "search_for_agents",
  "sha1_support",
  "ssl_recommender",
  "transformations",
  "transformations_allowed_origins",
];

/**
 * Seconds that a rate limit of Cloudflare may count or block for. Which of them depends on the plan.
 * Source: https://developers.cloudflare.com/waf/rate-limiting-rules/#availability
 */
export const rateLimitSeconds: Allowed = [
  10, 15, 20, 30, 40, 45, 60, 90, 120, 180, 240, 300, 480, 600, 900, 1200, 1800, 2400, 3600, 65_535, 86_400,
];

/** Source: https://github.com/grafana/terraform-provider-grafana/blob/main/docs/resources/rule_group.md */
export const noDataStates: Allowed = ["Alerting", "NoData", "OK", "KeepLast"];
export const errorStates: Allowed = ["Alerting", "Error", "OK", "KeepLast"];

/** Source: https://github.com/grafana/synthetic-monitoring-agent/blob/main/pkg/pb/synthetic_monitoring/checks.proto */
export const checkMethods: Allowed = ["GET", "CONNECT", "DELETE", "HEAD", "OPTIONS", "POST", "PUT", "TRACE"];

/**
 * Seconds between two evaluations that Grafana accepts: full runs of its scheduler, which looks each 10 s.
 * Source: https://github.com/grafana/grafana/blob/main/pkg/services/ngalert/store/alert_rule.go
 */
export function isInterval(seconds: number | undefined): boolean {
  return seconds !== undefined && seconds > 0 && seconds % 10 === 0;
}

/** Seconds that a rate limit of Vercel may count for: https://vercel.com/docs/vercel-firewall/vercel-waf/rate-limiting#limits */
export const vercelWindow: Allowed = { from: 10, to: 3600 };
export const vercelAlgorithms: Allowed = ["fixed_window", "token_bucket"];

/**
 * Whether Vercel may block for a time: full minutes up to an hour.
 * Source: https://vercel.com/changelog/vercel-waf-now-supports-persistent-actions
 */
export function isVercelDuration(text: string): boolean {
  return /^(?:[1-9]|[1-5]\d|60)m$|^1h$/.test(text);
}

/** Whether a text is a moment as RFC 3339 writes it, which exists. */
export function isMoment(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text) &&
    !Number.isNaN(Date.parse(text)) &&
    isDay(text.slice(0, 10))
  );
}

/** Date takes 31 February for 3 March. */
function isDay(text: string): boolean {
  return new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
}

/** Whether the times of a mute timing are two times of a day, one after the other; 24:00 is its end. */
export function isTimeRange(start: string, end: string): boolean {
  const isTime = (text: string) => /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/.test(text);
  return isTime(start) && isTime(end) && start < end;
}

export function isAllowed(value: string | number | undefined, allowed: Allowed): boolean {
  if (value === undefined) return false;
  if ("from" in allowed) {
    return Number.isInteger(value) && Number(value) >= allowed.from && Number(value) <= allowed.to;
  }
  return allowed.includes(value);
}

/** The values in a sentence. */
export function allowedText(allowed: Allowed): string {
  return "from" in allowed
    ? `a whole number from ${allowed.from} to ${allowed.to}`
    : `one of ${allowed.join(", ")}`;
}

/**
 * Whether a field of a mute timing has only names, numbers and ranges that Grafana reads.
 * Source: https://prometheus.io/docs/alerting/latest/configuration/#time_interval-0
 */
export function isTimeField(field: "weekdays" | "daysOfMonths" | "months" | "years", text: string): boolean {
  const parts = text.toLowerCase().split(":");
  return parts.length <= 2 && parts.every((part) => timeFields[field](part.trim()));
}

const weekday = /^(?:sun|mon|tues|wednes|thurs|fri|satur)day$/;
const month =
  /^(?:january|february|march|april|may|june|july|august|september|october|november|december|0?[1-9]|1[0-2])$/;

const timeFields = {
  weekdays: (text: string) => weekday.test(text),
  daysOfMonths: (text: string) => /^-?(?:0?[1-9]|[12]\d|3[01])$/.test(text),
  months: (text: string) => month.test(text),
  years: (text: string) => /^\d{4}$/.test(text),
} as const;

/** Whether a text names a time zone (IANA). */
export const isTimeZone: (text: string) => boolean = remembered((text) => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
});

/**
 * Whether a text is what Cloudflare takes as the resources of a token: an object in JSON that maps names of
 * resources to `*` or to such an object.
 * Source: https://developers.cloudflare.com/fundamentals/api/how-to/create-via-api/
 */
export function isTokenResources(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return (
    entries.length > 0 &&
    entries.every(([name, scope]) => {
      if (!/^com\.cloudflare\.[a-z0-9.]+\.[\w*.-]+$/.test(name)) return false;
      return scope === "*" || isTokenResources(scope);
    })
  );
}
