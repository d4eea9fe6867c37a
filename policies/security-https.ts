import { judge, policy, type Resource, type Stack, some, type Verdict } from "./framework/index.ts";
import { headerOf } from "./model/response-headers.ts";
import { rulesOf, surelyActsOn } from "./model/rulesets.ts";
import { judgeSites, type Site } from "./model/sites.ts";
import { cloudflare } from "./model/tokens.ts";
import {
  inZone,
  judgeZones,
  unlessHostFacesPublic,
  type Zone,
  zoneName,
  zoneSettings,
  zones,
} from "./model/zones.ts";
import { hstsFault, parseHsts } from "./values/hsts.ts";
import type { SampleRequest } from "./values/sample-request.ts";

// Item 4.2.

export const alwaysHttps = policy({
  name: "https-always",
  items: ["4.2"],
  title: "Every zone answers plain http with a redirect to https.",
  severity: "critical",
  fix: "Declare a cloudflare.ZoneSetting with settingId always_use_https and value on.",
  url: "https://developers.cloudflare.com/ssl/edge-certificates/additional-options/always-use-https/",
  check: (stack) =>
    judgeZones(
      stack,
      unlessHostFacesPublic(stack, "No Cloudflare zone is declared, so none redirects plain http."),
      (zone) => {
        if (zone.resource?.at("paused").boolean() === true) {
          return "The zone is paused: Cloudflare answers by DNS alone and redirects nothing.";
        }
        const settings = zoneSettings(stack, zone, "always_use_https");
        if (settings.some((setting) => setting.at("value").string() === "on")) {
          return true;
        }
        const redirects = redirectsAll(stack, zone) || hasPageRule(stack, zone);
        return redirects || "The zone does not redirect plain http: always_use_https is not on.";
      },
    ),
});

export const strictTransport = policy({
  name: "https-hsts",
  items: ["4.2"],
  title: "Browsers are told to use https only, for a year, for every subdomain, and to preload that.",
  severity: "high",
  fix: "Declare a cloudflare.ZoneSetting with settingId security_header and value { strict_transport_security: { enabled: true, max_age: 31536000, include_subdomains: true, preload: true } }.",
  url: "https://developers.cloudflare.com/ssl/edge-certificates/additional-options/http-strict-transport-security/",
  thresholds: {
    minimumSeconds: {
      description: "Seconds of max-age at least; the preload list asks for a year",
      default: 31_536_000,
      minimum: 31_536_000,
    },
  },
  check: (stack, threshold) => {
    const seconds = threshold("minimumSeconds");
    return [
      ...zones(stack).map((zone) =>
        judge(hstsSetting(stack, zone), () => judgeSetting(hstsSetting(stack, zone), seconds)),
      ),
      ...judgeSites(
        stack,
        "No public host is declared, so none is sent HSTS.",
        (site) =>
          (site.zone !== undefined && zoneSettings(stack, site.zone, "security_header").length > 0) ||
          judgeHeader(stack, site, seconds),
      ),
    ];
  },
});

/** A rule that takes plain http for the whole zone, such as `not ssl`, and redirects it to https. */
function redirectsAll(stack: Stack, zone: Zone): boolean {
  const name = zoneName(zone) ?? "zone.invalid";
  const requests = [name, `any.${name}`].map(
    (host): SampleRequest => ({ host, path: "/any/page", method: "GET", scheme: "http", zone: name }),
  );
  return some(rulesOf(stack, zone, "http_request_dynamic_redirect"), (rule) => {
    const target = rule.entry.at("actionParameters", "fromValue", "targetUrl");
    const text = target.at("value").string() ?? target.at("expression").string() ?? "";
    return (
      rule.entry.at("action").string() === "redirect" &&
      text.includes("https://") &&
      requests.every((request) => surelyActsOn(rule, request))
    );
  });
}

/** `http://*example.com/*` and its like. */
function hasPageRule(stack: Stack, zone: Zone): boolean {
  const host = zoneName(zone) ?? "";
  const rules = inZone(
    stack,
    zone,
    cloudflare.pageRule,
    (rule) =>
      rule.at("status").string() === "active" &&
      rule.at("actions", "alwaysUseHttps").boolean() === true &&
      [`http://*${host}/*`, `*${host}/*`].includes(rule.at("target").string()?.toLowerCase() ?? ""),
  );
  return rules.length > 0;
}

/** What a violation is reported on: the setting, where it is known which one. */
function hstsSetting(stack: Stack, zone: Zone): Resource | undefined {
  return known(() => zoneSettings(stack, zone, "security_header")[0]);
}

function judgeSetting(setting: Resource | undefined, seconds: number): Verdict {
  const value = setting?.at("value");
  if (value === undefined) {
    // Then each host must be sent the header by a rule.
    return true;
  }
  if (value.at("strictTransportSecurity").exists) {
    return "The value of security_header is in camelCase, which the API ignores: it reads strict_transport_security.";
  }
  const hsts = value.at("strict_transport_security");
  if (hsts.at("enabled").boolean() !== true) {
    return "HSTS is not enabled.";
  }
  const fault = hstsFault(
    {
      maxAgeSeconds: hsts.at("max_age").number(),
      includeSubdomains: hsts.at("include_subdomains").boolean() === true,
      preload: hsts.at("preload").boolean() === true,
    },
    seconds,
  );
  return fault === undefined || `HSTS has ${fault}.`;
}

function judgeHeader(stack: Stack, site: Site, seconds: number): Verdict {
  const header = headerOf(stack, site, "strict-transport-security", "/");
  if (header === undefined) {
    return `${site.host} is sent no HSTS.`;
  }
  if (header.value === undefined) {
    return `The HSTS header of ${site.host} is computed on each response, so nobody can tell what it says.`;
  }
  const fault = hstsFault(parseHsts(header.value), seconds);
  return fault === undefined || `The HSTS header of ${site.host} has ${fault}.`;
}
