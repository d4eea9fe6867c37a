import type { PlanFeature } from "./plan-feature.ts";

const rateLimits = {
  vendor: "cloudflare",
  items: ["4.4"],
  shipped: false,
  source: "https://developers.cloudflare.com/waf/rate-limiting-rules/#availability",
} as const;

const customRules = {
  vendor: "cloudflare",
  items: ["4.7"],
  shipped: false,
  source: "https://developers.cloudflare.com/waf/custom-rules/#availability",
} as const;

const zoneRules = {
  vendor: "cloudflare",
  items: ["4.5", "6.8"],
  shipped: false,
  source: "https://developers.cloudflare.com/rules/#availability",
} as const;

const zoneSettings = {
  vendor: "cloudflare",
  items: ["4.1", "6.8"],
  shipped: false,
  // The data that the availability tables of Cloudflare's documentation are made of.
  source: "https://github.com/cloudflare/cloudflare-docs/blob/production/src/content/plans/index.json",
} as const;

/** What a zone at Cloudflare needs a plan for. */
export const cloudflareFeatures = {
  cloudflareSecondRateLimit: {
    ...rateLimits,
    title: "a second rate-limit rule",
    needs: "pro",
    shipped: true,
  },
  cloudflareMinuteRateLimit: {
    ...rateLimits,
    title: "a rate limit that counts or blocks for more than 10 seconds",
    needs: "pro",
    shipped: true,
  },
  cloudflareHostRateLimit: {
    ...rateLimits,
    title: "a rate limit that reads more than the path, such as the host",
    needs: "pro",
    shipped: true,
  },
  cloudflareThirdRateLimit: { ...rateLimits, title: "a third rate-limit rule", needs: "business" },
  cloudflareLongRateLimit: {
    ...rateLimits,
    title: "a rate limit that counts for more than a minute or blocks for more than an hour",
    needs: "business",
  },
  cloudflareMethodRateLimit: {
    ...rateLimits,
    title: "a rate limit that reads the method, address or user agent, or has a counting expression",
    needs: "business",
  },
  cloudflareSixthRateLimit: { ...rateLimits, title: "a sixth rate-limit rule", needs: "enterprise" },
  cloudflareHourRateLimit: {
    ...rateLimits,
    title: "a rate limit that counts for more than 10 minutes",
    needs: "enterprise",
  },
  cloudflareHeaderRateLimit: {
    ...rateLimits,
    title: "a rate limit that reads headers or other fields, or counts by more than the address",
    needs: "enterprise",
  },
  cloudflareThrottle: {
    ...rateLimits,
    title: "a rate limit that throttles instead of blocking for a time, or challenges for a time",
    needs: "enterprise",
    source: "https://developers.cloudflare.com/waf/rate-limiting-rules/parameters/#for-duration",
  },
  cloudflareManagedRules: {
    vendor: "cloudflare",
    title: "the Cloudflare and OWASP managed rule sets",
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
  cloudflareSixthCustomRule: { ...customRules, title: "more than 5 custom firewall rules", needs: "pro" },
  cloudflareManyCustomRules: {
    ...customRules,
    title: "more than 20 custom firewall rules",
    needs: "business",
  },
  cloudflareMostCustomRules: {
    ...customRules,
    title: "more than 100 custom firewall rules",
    needs: "enterprise",
  },
  cloudflareLoggedRule: {
    ...customRules,
    title: "a custom firewall rule that only logs",
    needs: "enterprise",
  },
  cloudflareAttackScore: {
    ...customRules,
    title: "a rule that reads the class of the WAF attack score",
    needs: "business",
    source: "https://developers.cloudflare.com/waf/detections/attack-score/",
  },
  cloudflareEnterpriseFields: {
    ...customRules,
    title:
      "a rule that reads bot scores, the number of an attack score, scanned uploads or a managed IP list",
    needs: "enterprise",
    source: zoneSettings.source,
  },
  cloudflareSensitiveData: {
    ...customRules,
    title: "sensitive data detection in responses",
    needs: "enterprise",
    source: "https://developers.cloudflare.com/waf/managed-rules/#availability",
  },
  cloudflareEdgeHours: {
    ...zoneRules,
    title: "a time at the edge of less than 2 hours",
    needs: "pro",
    source: "https://developers.cloudflare.com/cache/how-to/edge-browser-cache-ttl/",
  },
  cloudflareEdgeMinutes: {
    ...zoneRules,
    title: "a time at the edge of less than an hour",
    needs: "business",
    source: "https://developers.cloudflare.com/cache/how-to/edge-browser-cache-ttl/",
  },
  cloudflareCacheKey: {
    ...zoneRules,
    title: "a cache key of query parameters, headers, cookies, hosts or users",
    needs: "enterprise",
    source: "https://developers.cloudflare.com/cache/how-to/cache-keys/",
  },
  cloudflarePaidSettings: {
    ...zoneSettings,
    title: "Polish, HTTP/2 prioritization, or CNAME flattening of every record",
    needs: "pro",
  },
  cloudflareEnterpriseSettings: {
    ...zoneSettings,
    title:
      "SSL-only origin pull, the header True-Client-IP, prefetched URLs, sorted query strings, or the host's own error pages",
    needs: "enterprise",
  },
  cloudflareEleventhRule: {
    ...zoneRules,
    title: "more than 10 rules for response headers, or more than 10 for the cache",
    needs: "pro",
  },
  cloudflareManyRules: {
    ...zoneRules,
    title: "more than 25 rules for response headers, or more than 25 for the cache",
    needs: "business",
  },
  cloudflareMostRules: {
    ...zoneRules,
    title: "more than 50 rules for response headers, or more than 50 for the cache",
    needs: "enterprise",
  },
} as const satisfies Readonly<Record<string, PlanFeature>>;
