import { policy } from "./framework/index.ts";
import { rejected } from "./model/rejected.ts";

// Values that no provider checks and that the API rejects: an update would stop there, halfway.

export const zoneSettingsValid = policy({
  name: "zone-setting-values",
  items: ["4.1", "4.2"],
  title: "Every zone setting must have a value that Cloudflare accepts.",
  severity: "medium",
  fix: "Use one of the values of the setting.",
  url: "https://developers.cloudflare.com/api/resources/zones/subresources/settings/",
  check: (stack, _threshold, context) => rejected(stack, "zoneSettings", context),
});

export const recordTtl = policy({
  name: "dns-record-ttl",
  items: ["7.7"],
  title: "The time to live of every DNS record must be one that Cloudflare accepts.",
  severity: "medium",
  fix: "Set ttl to 1, which is automatic and the only one of a proxied record, or to 60 to 86400 seconds; the plan Enterprise allows 30.",
  url: "https://developers.cloudflare.com/dns/manage-dns-records/reference/ttl/",
  check: (stack, _threshold, context) => rejected(stack, "recordTimes", context),
});

export const rateLimitPeriods = policy({
  name: "rate-limit-periods",
  items: ["4.4"],
  title: "Every rate limit must count and block for a number of seconds that Cloudflare accepts.",
  severity: "medium",
  fix: "Set period and mitigationTimeout to one of the values; edge.rateLimits has them as periodSeconds and blockSeconds.",
  url: "https://developers.cloudflare.com/waf/rate-limiting-rules/#availability",
  check: (stack, _threshold, context) => rejected(stack, "rateLimits", context),
});

export const alertValues = policy({
  name: "alert-values",
  items: ["S6.2"],
  title:
    "Every alert rule, and every time at which alerts are silent, must have values that its vendor's API takes.",
  severity: "medium",
  fix: "Use the spelling, the numbers and the times that the API of the vendor documents.",
  check: (stack, _threshold, context) => rejected(stack, "alerts", context),
});

export const checkMethod = policy({
  name: "health-check-method",
  items: ["5.7"],
  title: "Every synthetic check must use a method that Grafana accepts.",
  severity: "medium",
  fix: "Set settings.http.method to GET or HEAD.",
  url: "https://grafana.com/docs/grafana-cloud/testing/synthetic-monitoring/create-checks/checks/http/",
  check: (stack, _threshold, context) => rejected(stack, "healthChecks", context),
});

export const firewallValues = policy({
  name: "firewall-values",
  items: ["4.4"],
  title: "Every rule of Vercel's firewall must count and block for a time that Vercel accepts.",
  severity: "medium",
  fix: "Set actionDuration to full minutes, 1m to 60m, and window to 10 to 3600 seconds.",
  url: "https://vercel.com/docs/vercel-firewall/vercel-waf/rate-limiting#limits",
  check: (stack, _threshold, context) => rejected(stack, "firewalls", context),
});

export const tokenResources = policy({
  name: "token-resources",
  items: ["3.2", "8.2"],
  title: "The resources of every Cloudflare token must be an object that Cloudflare accepts.",
  severity: "medium",
  fix: 'Write JSON such as {"com.cloudflare.api.account.<account id>":"*"}.',
  url: "https://developers.cloudflare.com/fundamentals/api/how-to/create-via-api/",
  check: (stack, _threshold, context) => rejected(stack, "apiTokens", context),
});
