import type { ZoneSettingArgs } from "@pulumi/cloudflare";
import {
  fault,
  judge,
  known,
  policy,
  type ResourceOf,
  type Stack,
  some,
  type Verdict,
} from "./framework/index.ts";
import { judgeEdges, unlessHostFacesPublic } from "./model/edges.ts";
import { judgeHeader, otherResponses } from "./model/page-headers.ts";
import { rulesOf, surelyActsOn } from "./model/rulesets.ts";
import { judgeSites, type Site } from "./model/sites.ts";
import { cloudflare } from "./model/tokens.ts";
import { inZone, judgeZones, type Zone, zoneName, zoneSettings, zones } from "./model/zones.ts";
import { hstsFault, parseHsts } from "./values/hsts.ts";
import type { SampleRequest } from "./values/sample-request.ts";

// Item 4.2.

export const alwaysHttps = policy({
  name: "https-always",
  items: ["4.2"],
  title: "Every zone must redirect plain http to https.",
  severity: "critical",
  fix: "Declare a cloudflare.ZoneSetting with settingId always_use_https and value on.",
  url: "https://developers.cloudflare.com/ssl/edge-certificates/additional-options/always-use-https/",
  check: (stack) => [
    ...judgeEdges(stack, ({ redirectsHttp }) => redirectsHttp()),
    ...judgeZones(
      stack,
      unlessHostFacesPublic(stack, "No Cloudflare zone is declared, so none redirects plain http."),
      (zone) => {
        if (zone.resource?.at("paused").boolean() === true) {
          return fault(
            zone.resource.at("paused"),
            "The zone is paused: Cloudflare only answers DNS and does not redirect.",
          );
        }
        const settings = zoneSettings(stack, zone, "always_use_https");
        if (settings.some((setting) => setting.at("value").string() === "on")) {
          return true;
        }
        const redirects = redirectsAll(stack, zone) || hasPageRule(stack, zone);
        return redirects || "The zone does not redirect plain http: always_use_https is not on.";
      },
    ),
  ],
});

export const strictTransport = policy({
  name: "https-hsts",
  items: ["4.2"],
  title: "Hosts must tell browsers to use only https for a year, on every subdomain, and to preload that.",
  severity: "high",
  fix: "Declare a cloudflare.ZoneSetting with settingId security_header and value { strict_transport_security: { enabled: true, max_age: 31536000, include_subdomains: true, preload: true } }.",
  url: "https://developers.cloudflare.com/ssl/edge-certificates/additional-options/http-strict-transport-security/",
  thresholds: {
    minimumSeconds: {
      description: "Least seconds of max-age; the preload list requires a year.",
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
        "No public host is declared, so none sends HSTS.",
        (site) => isJudgedBySetting(stack, site, seconds) || judgeHsts(stack, site, seconds),
      ),
    ];
  },
});

/** A rule that takes plain http for all of the zone, such as `not ssl`, and redirects it to https. */
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

/** `http://*example.com/*` and similar patterns. */
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

/** The setting on which a violation is reported, where it is known which one. */
function hstsSetting(stack: Stack, zone: Zone): ResourceOf<ZoneSettingArgs> | undefined {
  return known(() => zoneSettings(stack, zone, "security_header")[0]);
}

function judgeSetting(setting: ResourceOf<ZoneSettingArgs> | undefined, seconds: number): Verdict {
  const value = setting?.at("value");
  if (value === undefined) {
    // Then a rule must send the header for each host.
    return true;
  }
  if (value.at("strictTransportSecurity").exists) {
    return fault(
      value,
      "The value of security_header is in camelCase, which the API ignores: it reads strict_transport_security.",
    );
  }
  const hsts = value.at("strict_transport_security");
  if (hsts.at("enabled").boolean() !== true) {
    return fault(value, "HSTS is not enabled.");
  }
  const wrong = hstsFault(
    {
      maxAgeSeconds: hsts.at("max_age").number(),
      includeSubdomains: hsts.at("include_subdomains").boolean() === true,
      preload: hsts.at("preload").boolean() === true,
    },
    seconds,
  );
  return wrong === undefined || fault(value, `HSTS has ${wrong}.`);
}

/** A setting that is wrong is reported once, not for each host. */
function isJudgedBySetting(stack: Stack, { zone }: Site, seconds: number): boolean {
  const setting = zone && zoneSettings(stack, zone, "security_header")[0];
  return setting !== undefined && judgeSetting(setting, seconds) !== true;
}

/** Rules have the last word over the setting. */
function judgeHsts(stack: Stack, site: Site, seconds: number): Verdict {
  return judgeHeader(
    stack,
    site,
    "Strict-Transport-Security",
    (value) => {
      const wrong = hstsFault(parseHsts(value), seconds);
      return wrong === undefined ? undefined : `has ${wrong}`;
    },
    otherResponses,
  );
}
