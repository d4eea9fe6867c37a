import type { DnsRecordArgs, types, ZoneDnsSettingsArgs, ZoneSettingArgs } from "@pulumi/cloudflare";
import {
  type AnyValue,
  type Fault,
  fault,
  known,
  type ResourceOf,
  type Stack,
  unproved,
  type Value,
  type Verdict,
} from "../../framework/index.ts";
import type { ZoneFact } from "../../model/edge-zone.ts";
import { isOn } from "../../model/given.ts";
import { pageRulesOf } from "../../model/page-rules.ts";
import { rulesOf } from "../../model/rulesets.ts";
import { cloudflare } from "../../model/tokens.ts";
import { inZone, type Zone, zoneOf } from "../../model/zones.ts";

/** What a value does, by setting and value. */
const weak: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  development_mode: { on: "switches the cache off" },
  security_level: {
    off: "lets every known attacker in",
    essentially_off: "lets every known attacker in",
    under_attack: "challenges every request, also those of clients without a browser",
  },
  always_online: { on: "shows old copies of pages from an archive where the host fails" },
  cache_level: { simplified: "gives one answer for every query" },
  sha1_support: { on: "allows certificates signed with SHA-1" },
  tls_1_2_only: { off: "allows versions of TLS before 1.2" },
};

const weakCipher = /RC4|DES|NULL|EXP(?:ORT)?-|MD5|ADH|AECDH/i;

function judgeCiphers(value: AnyValue): Verdict {
  const cipher = value.strings().find((name) => weakCipher.test(name));
  return cipher === undefined || fault(value, `The setting ciphers allows ${cipher}.`);
}

function judgeSetting(setting: ResourceOf<ZoneSettingArgs>): Verdict {
  const id = setting.at("settingId").string() ?? "";
  const value = setting.at("value");
  if (id === "ciphers") return judgeCiphers(value);
  const effects = weak[id];
  const effect = effects === undefined ? undefined : effects[value.string() ?? ""];
  return effect === undefined || fault(value, `The setting ${id} is ${value.string()}, which ${effect}.`);
}

/** Two resources for one setting overwrite each other: which one wins, nobody can tell. */
export function contradictionsOf(stack: Stack, zone: Zone): ZoneFact[] {
  const own = stack
    .ofType(cloudflare.zoneSetting)
    .filter((setting) => zone.resource === undefined || setting.refersTo(zone.resource, "zoneId"));
  const byId = Map.groupBy(own, (setting) => known(() => setting.at("settingId").string()) ?? "");
  return [...byId].flatMap(([id, settings]) => {
    const values = new Set(settings.flatMap((setting) => known(() => JSON.stringify(shown(setting))) ?? []));
    const last = settings.at(-1);
    return id === "" || values.size < 2 || last === undefined
      ? []
      : [
          {
            resource: last,
            isGood: () =>
              fault(
                last.at("value"),
                `The setting ${id} is declared ${settings.length} times, with different values.`,
              ),
          },
        ];
  });
}

const shown = (setting: ResourceOf<ZoneSettingArgs>): unknown =>
  setting.at("value").string() ?? setting.at("value").number() ?? setting.at("value").entries().length;

/** The same settings for a part of the zone, by a configuration rule or a page rule. */
export function weakenedFor(
  stack: Stack,
  zone: Zone,
  host: string,
  reaches: (expression: string) => boolean,
): Fault | undefined {
  for (const { entry, resource } of rulesOf(stack, zone, "http_config_settings")) {
    if (!isOn(entry.at("enabled")) || entry.at("action").string() !== "set_config") continue;
    const found = configFault(entry.at("actionParameters"), `A rule of ${resource.name}`, host);
    if (found !== undefined && reaches(entry.at("expression").string() ?? "")) {
      return found;
    }
  }
  return pageRulesOf(stack, zone, { host }).flatMap((rule): Fault[] => {
    const level = rule.at("actions", "securityLevel");
    const found = levelFault(level.string());
    return found === undefined
      ? []
      : [fault(level, `The page rule ${rule.name} sets the security level of ${host} to ${found}.`)];
  })[0];
}

/** What a configuration rule may set for a part of the zone without taking a protection away. */
const harmless: ReadonlySet<string> = new Set([
  "automaticHttpsRewrites",
  "autominify",
  "bic",
  "contentConverter",
  "disableApps",
  "disableRailgun",
  "disableRum",
  "disableZaraz",
  "emailObfuscation",
  "fonts",
  "hotlinkProtection",
  "mirage",
  "opportunisticEncryption",
  "polish",
  "redirectsForAiTraining",
  "responseBodyBuffering",
  "rocketLoader",
  "serverSideExcludes",
  // A policy of its own judges how the zone connects to hosts.
  "ssl",
  "sxg",
]);

/** Source: https://developers.cloudflare.com/rules/configuration-rules/settings/ */
function configFault(
  parameters: Value<types.input.RulesetRuleActionParameters>,
  rule: string,
  host: string,
): Fault | undefined {
  for (const [name, value] of parameters.entries()) {
    if (harmless.has(name) || !value.exists) continue;
    if (name === "securityLevel") {
      const level = parameters.at("securityLevel");
      const found = levelFault(level.string());
      if (found !== undefined) return fault(level, `${rule} sets the security level of ${host} to ${found}.`);
    } else if (name === "requestBodyBuffering") {
      const buffering = parameters.at("requestBodyBuffering");
      if (buffering.string() === "none") {
        return fault(
          buffering,
          `${rule} sends bodies of requests to ${host} on before the managed rules have read them.`,
          "Set requestBodyBuffering to standard or full, or leave it out.",
        );
      }
    } else {
      return unproved(
        value,
        `${rule} sets ${name} for ${host}, which this policy does not know.`,
        "Remove the setting from the rule, or waive this policy for the zone.",
      );
    }
  }
  return undefined;
}

const levelFault = (level: string | undefined): string | undefined =>
  level === "off" || level === "essentially_off" ? level : undefined;

/** Settings of zones, each of which may take a protection away. */
export const settingFacts = (stack: Stack): ZoneFact[] => [
  ...stack
    .ofType(cloudflare.zone)
    .map((zone) => ({ resource: zone, isGood: () => judgeType(zone.at("type")) })),
  ...stack
    .ofType(cloudflare.zoneSetting)
    .map((setting) => ({ resource: setting, isGood: () => judgeSetting(setting) })),
  // Its least version of TLS is a policy's own.
  ...stack.ofType(cloudflare.hostnameTls).map((setting) => ({
    resource: setting,
    isGood: () => setting.at("settingId").string() !== "ciphers" || judgeCiphers(setting.at("value")),
  })),
  ...stack
    .ofType(cloudflare.r2CustomDomain)
    .map((domain) => ({ resource: domain, isGood: () => judgeCiphers(domain.at("ciphers")) })),
  ...stack.ofType(cloudflare.customHostname).map((hostname) => ({
    resource: hostname,
    isGood: () => judgeCiphers(hostname.at("ssl", "settings", "ciphers")),
  })),
  ...stack.ofType(cloudflare.zoneDns).map((settings) => ({
    resource: settings,
    isGood: () => judgeMode(stack, settings),
  })),
  ...stack.ofType(cloudflare.urlNormalization).map((normalization) => ({
    resource: normalization,
    isGood: () => judgeNormalization(normalization.at("scope")),
  })),
];

/** Zones of other types than `full` have their records elsewhere: https://developers.cloudflare.com/dns/zone-setups/ */
function judgeType(type: AnyValue): Verdict {
  const text = type.string() ?? "full";
  return (
    text === "full" ||
    unproved(
      type,
      `The zone is of the type ${text}, so that other name servers say what its names are, and not this stack.`,
      "Set type to full, or waive this policy for the zone.",
    )
  );
}

/** A zone in which nothing is proxied only answers DNS anyway, such as one whose hosts are at Vercel. */
function judgeMode(stack: Stack, settings: ResourceOf<ZoneDnsSettingsArgs>): Verdict {
  const mode = settings.at("zoneMode");
  const zone = zoneOf(stack, settings);
  const isProxying = (record: ResourceOf<DnsRecordArgs>) => record.at("proxied").boolean() === true;
  return (
    mode.string() !== "dns_only" ||
    (zone !== undefined && inZone(stack, zone, cloudflare.dnsRecord, isProxying).length === 0) ||
    fault(
      mode,
      "The zone only answers DNS: no request goes through its firewall, its limits and its cache.",
      "Set zoneMode to standard.",
    )
  );
}

/** Hosts decode paths whether the zone does or not. */
function judgeNormalization(scope: AnyValue): Verdict {
  return (
    scope.string() !== "none" ||
    fault(
      scope,
      "The zone does not normalize URLs, so a path with encoded letters gets past every rule that names the path.",
      "Set scope to incoming or both.",
    )
  );
}
