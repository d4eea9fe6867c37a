import type { ZoneSettingArgs } from "@pulumi/cloudflare";
import { fault, type ResourceOf, type Stack, some, type Verdict } from "../../framework/index.ts";
import type { HstsFact } from "../../model/edge-zone.ts";
import { rulesOf, surelyActsOn } from "../../model/rulesets.ts";
import { cloudflare } from "../../model/tokens.ts";
import { inZone, type Zone, zoneName, zoneSettings } from "../../model/zones.ts";
import { hstsFault } from "../../values/hsts.ts";
import type { SampleRequest } from "../../values/sample-request.ts";

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

function judgeSetting(setting: ResourceOf<ZoneSettingArgs>, seconds: number): Verdict {
  const value = setting.at("value");
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

/** Whether a zone sends whoever comes by plain http to https. Throws UnknownRead. */
export function judgeRedirect(stack: Stack, zone: Zone): Verdict {
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
}

/** The setting that says HSTS. Throws UnknownRead. */
export function hstsOf(stack: Stack, zone: Zone): HstsFact | undefined {
  const [setting] = zoneSettings(stack, zone, "security_header");
  return setting && { resource: setting, isGood: (seconds) => judgeSetting(setting, seconds) };
}
