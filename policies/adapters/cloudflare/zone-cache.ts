import { type Fault, fault, type Stack, unproved } from "../../framework/index.ts";
import type { EdgeZone, Lifetime } from "../../model/edge-zone.ts";
import { onlyRedirects } from "../../model/redirects.ts";
import { mayActOn, type Rule, rulesOf, surelyActsOn } from "../../model/rulesets.ts";
import { type Zone, zoneSettings } from "../../model/zones.ts";
import type { SampleRequest } from "../../values/sample-request.ts";

function lifetime(rules: readonly Rule[], property: "edgeTtl" | "browserTtl"): Lifetime {
  return lastOf(rules, ({ entry }): Lifetime => {
    const time = entry.at("actionParameters", property);
    const mode = time.at("mode").string();
    const success = property === "edgeTtl" ? successKept(entry) : undefined;
    if (success !== undefined) {
      return success;
    }
    if (mode === "override_origin") {
      return time.at("default").number() ?? 0;
    }
    return !time.exists ? undefined : mode === "respect_origin" || mode === "bypass_by_default" ? "host" : 0;
  });
}

/** How long a rule says to keep an answer of the status 200; undefined where it says nothing of this status. */
function successKept(entry: Rule["entry"]): number | undefined {
  const times = entry.at("actionParameters", "edgeTtl", "statusCodeTtls").items();
  const isSuccess = (time: (typeof times)[number]) => {
    const range = time.at("statusCodeRange");
    return time.at("statusCode").exists
      ? time.at("statusCode").number() === 200
      : (range.at("from").number() ?? 0) <= 200 && (range.at("to").number() ?? 999) >= 200;
  };
  return times.find(isSuccess)?.at("value").number();
}

/** Whether a rule keeps a copy for each visitor, so that hardly anybody gets one that is there already. */
function keepsApart({ entry }: Rule): boolean {
  const key = entry.at("actionParameters", "cacheKey", "customKey");
  const headers = key
    .at("header", "includes")
    .items()
    .map((name) => name.string() ?? "");
  return key.at("cookie", "includes").items().length > 0 || headers.some((name) => ofVisitor.test(name));
}

const ofVisitor =
  /^(?:cookie|authorization|user-agent|referer|true-client-ip|cf-(?:connecting-ip|ray)|x-(?:forwarded-for|real-ip|request-id)|sec-ch-ua.*)$/i;

/** The longest that a rule says to keep an answer which is an error; undefined where it says nothing of errors. */
function errorsKept({ entry }: Rule): number | undefined {
  const times = entry
    .at("actionParameters", "edgeTtl", "statusCodeTtls")
    .items()
    .filter((time) => {
      const to = time.at("statusCodeRange", "to").number() ?? Number.POSITIVE_INFINITY;
      return (time.at("statusCode").number() ?? (time.at("statusCodeRange").exists ? to : 0)) >= 400;
    })
    .map((time) => time.at("value").number() ?? 0);
  return times.length === 0 ? undefined : Math.max(...times);
}

function lastOf<T>(rules: readonly Rule[], read: (rule: Rule) => T | undefined): T | undefined {
  return rules.map(read).findLast((value) => value !== undefined);
}

/** The last rule that acts decides, and one of which it is not sure may be that one. */
function uncompressedBy(rules: readonly Rule[], request: SampleRequest): Fault | undefined {
  let found: Fault | undefined;
  for (const rule of rules) {
    const acts = mayActOn(rule, request);
    if (acts === false) continue;
    const [first] = rule.entry.at("actionParameters", "algorithms").items();
    const name = first?.at("name");
    const isOff = name?.string() === "none";
    const what = `A rule of ${rule.resource.name} turns compression off for ${request.host}${request.path}`;
    if (acts === true) {
      found = name && isOff ? fault(name, `${what}.`) : undefined;
    } else if (isOff) {
      found ??= unproved(
        rule.entry.at("expression"),
        `${what} where its expression is true, which the policy cannot read.`,
        "Tell the files apart by their path, extension or media type.",
      );
    }
  }
  return found;
}

const cachePhase = "http_request_cache_settings";

/** What a zone says of caches, compression and protocols. */
export const cacheOf = (
  stack: Stack,
  zone: Zone,
): Pick<EdgeZone, "onlyRedirects" | "caches" | "kept" | "compresses" | "uncompressed" | "protocols"> => ({
  onlyRedirects: () => onlyRedirects(stack, zone),
  caches: () =>
    rulesOf(stack, zone, cachePhase).some(
      ({ entry }) =>
        entry.at("enabled").boolean() !== false &&
        entry.at("action").string() === "set_cache_settings" &&
        entry.at("actionParameters", "cache").boolean() === true,
    ),
  kept: (request) => {
    // Of the rules that surely act, the last that says something wins.
    const rules = rulesOf(stack, zone, cachePhase).filter((rule) => surelyActsOn(rule, request));
    return {
      atEdge: lifetime(rules, "edgeTtl"),
      inBrowsers: lifetime(rules, "browserTtl"),
      errors: lastOf(rules, errorsKept) ?? 0,
      isKept:
        lastOf(rules, (rule) => rule.entry.at("actionParameters", "cache").boolean()) === true &&
        !rules.some(keepsApart),
    };
  },
  compresses: () => {
    const [brotli] = zoneSettings(stack, zone, "brotli");
    return brotli?.at("value").string() !== "off" || "The zone turns Brotli off.";
  },
  uncompressed: (request) => uncompressedBy(rulesOf(stack, zone, "http_response_compression"), request),
  protocols: () =>
    ["http2", "http3"].flatMap((id) =>
      zoneSettings(stack, zone, id).filter((setting) => setting.at("value").string() === "on"),
    ),
});
