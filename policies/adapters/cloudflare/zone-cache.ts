import type { Stack } from "../../framework/index.ts";
import type { EdgeZone, Lifetime } from "../../model/edge-zone.ts";
import { onlyRedirects } from "../../model/redirects.ts";
import { type Rule, rulesOf, surelyActsOn } from "../../model/rulesets.ts";
import { type Zone, zoneSettings } from "../../model/zones.ts";

function lifetime(rules: readonly Rule[], property: "edgeTtl" | "browserTtl"): Lifetime {
  return lastOf(rules, ({ entry }): Lifetime => {
    const time = entry.at("actionParameters", property);
    const mode = time.at("mode").string();
    if (mode === "override_origin") {
      return time.at("default").number() ?? 0;
    }
    return !time.exists ? undefined : mode === "respect_origin" || mode === "bypass_by_default" ? "host" : 0;
  });
}

function lastOf<T>(rules: readonly Rule[], read: (rule: Rule) => T | undefined): T | undefined {
  return rules.map(read).findLast((value) => value !== undefined);
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
      isKept: lastOf(rules, (rule) => rule.entry.at("actionParameters", "cache").boolean()) === true,
    };
  },
  compresses: () => {
    const [brotli] = zoneSettings(stack, zone, "brotli");
    return brotli?.at("value").string() !== "off" || "The zone turns Brotli off.";
  },
  uncompressed: (request) => {
    const [first] =
      rulesOf(stack, zone, "http_response_compression")
        .filter((rule) => surelyActsOn(rule, request))
        .at(-1)
        ?.entry.at("actionParameters", "algorithms")
        .items() ?? [];
    const name = first?.at("name");
    return name?.string() === "none" ? name : undefined;
  },
  protocols: () =>
    ["http2", "http3"].flatMap((id) =>
      zoneSettings(stack, zone, id).filter((setting) => setting.at("value").string() === "on"),
    ),
});
