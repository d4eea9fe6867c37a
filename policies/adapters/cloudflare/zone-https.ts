import type { ZoneSettingArgs } from "@pulumi/cloudflare";
import { fault, type ResourceOf, type Stack, select, type Verdict } from "../../framework/index.ts";
import { fullName } from "../../model/dns-names.ts";
import type { HstsFact } from "../../model/edge-zone.ts";
import { type Rule, rulesOf, surelyActsOn } from "../../model/rulesets.ts";
import { cloudflare } from "../../model/tokens.ts";
import { inZone, type SecurityHeader, type Zone, zoneName, zoneSettings } from "../../model/zones.ts";
import { literals, usesPattern } from "../../values/cloudflare-expression.ts";
import { hstsFault } from "../../values/hsts.ts";
import { representativePaths } from "../../values/representative-paths.ts";
import type { SampleRequest } from "../../values/sample-request.ts";

/**
 * A request by plain http that no rule surely redirects to https; undefined where each is redirected, by one rule for
 * all such as `not ssl` or by several. Of what authorities ask on their way to a certificate none has to be.
 */
function missedByRedirects(stack: Stack, zone: Zone): SampleRequest | undefined {
  const name = zoneName(zone);
  const rules = select(rulesOf(stack, zone, "http_request_dynamic_redirect"), leadsToHttps);
  const expressions = rules.map(({ entry }) => entry.at("expression").string() ?? "");
  const isRedirected = (request: SampleRequest) => rules.some((rule) => surelyActsOn(rule, request));
  const usesPatterns = expressions.some(usesPattern);
  for (const host of hostsOf(stack, zone)) {
    const whole: SampleRequest = { host, path: "/", isOpenEnded: true, scheme: "http", zone: name };
    if (isRedirected(whole)) continue;
    const missed = representativePaths(expressions.flatMap(literals), ["/", "/api/"])
      .filter((path) => !path.startsWith("/.well-known/"))
      .flatMap((path) =>
        methods.map((method) => ({ host, path, method, scheme: "http" as const, zone: name })),
      )
      .find((request) => !isRedirected(request));
    if (missed !== undefined || usesPatterns) return missed ?? { ...whole, isOpenEnded: false };
  }
  return undefined;
}

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

function leadsToHttps({ entry }: Rule): boolean {
  const target = entry.at("actionParameters", "fromValue", "targetUrl");
  const text = target.at("value").string() ?? target.at("expression").string() ?? "";
  return entry.at("action").string() === "redirect" && text.includes("https://");
}

/** Names of the zone that visitors reach through it; where they are not known, any name in it. */
function hostsOf(stack: Stack, zone: Zone): string[] {
  const name = zoneName(zone);
  const records = inZone(
    stack,
    zone,
    cloudflare.dnsRecord,
    (record) => record.at("proxied").boolean() === true,
  );
  const hosts = records.flatMap((record) => fullName(record.at("name").string(), name) ?? []);
  return hosts.length > 0
    ? [...new Set(hosts.map((host) => host.replace(/^\*/, "any")))]
    : [name ?? "zone.invalid", `any.${name ?? "zone.invalid"}`];
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
  const value = setting.at("value").as<SecurityHeader>();
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
  if (hasPageRule(stack, zone)) {
    return true;
  }
  const missed = missedByRedirects(stack, zone);
  const isBlind = rulesOf(stack, zone, "http_request_dynamic_redirect").length === 0;
  return (
    missed === undefined ||
    `The zone does not redirect plain http: always_use_https is not on${
      isBlind
        ? ""
        : `, and no rule redirects ${missed.method ?? "any request"} http://${missed.host}${missed.path}`
    }.`
  );
}

/** The setting that says HSTS. Throws UnknownRead. */
export function hstsOf(stack: Stack, zone: Zone): HstsFact | undefined {
  const [setting] = zoneSettings(stack, zone, "security_header");
  return setting && { resource: setting, isGood: (seconds) => judgeSetting(setting, seconds) };
}
