import type { ZoneSettingArgs } from "@pulumi/cloudflare";
import {
  type Fault,
  type Finding,
  fault,
  judge,
  known,
  policy,
  type ResourceOf,
  type Stack,
  type Verdict,
} from "./framework/index.ts";
import { isOn } from "./model/given.ts";
import { pageRulesOf } from "./model/page-rules.ts";
import { reachOf } from "./model/reach.ts";
import { rulesOf } from "./model/rulesets.ts";
import { judgeApplicationSites, type Site } from "./model/sites.ts";
import { cloudflare } from "./model/tokens.ts";
import { type Zone, zones } from "./model/zones.ts";

// Settings of a zone that take away, by one word, what the items 4.1, 4.2, 4.7 and 6.8 ask for.

export const zoneSettingsSafe = policy({
  name: "zone-settings-safe",
  items: ["4.1", "4.2", "4.7", "6.8"],
  title:
    "No setting of a zone may switch off its cache, its protection or its encryption, or contradict another.",
  severity: "high",
  fix: "Remove the setting, or give it the value that Cloudflare has by default.",
  url: "https://developers.cloudflare.com/fundamentals/reference/zone-level-settings/",
  check: (stack) => [
    ...stack.ofType(cloudflare.zoneSetting).map((setting) => judge(setting, () => judgeSetting(setting))),
    ...zones(stack).flatMap((zone) => contradictions(stack, zone)),
    ...(zones(stack).length === 0
      ? []
      : judgeApplicationSites(stack, undefined, (site) => judgeRules(stack, site))),
  ],
});

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

function judgeSetting(setting: ResourceOf<ZoneSettingArgs>): Verdict {
  const id = setting.at("settingId").string() ?? "";
  const value = setting.at("value");
  if (id === "ciphers") {
    const cipher = value.strings().find((name) => weakCipher.test(name));
    return cipher === undefined || fault(value, `The setting ciphers allows ${cipher}.`);
  }
  const effects = weak[id];
  const effect = effects === undefined ? undefined : effects[value.string() ?? ""];
  return effect === undefined || fault(value, `The setting ${id} is ${value.string()}, which ${effect}.`);
}

/** Two resources for one setting overwrite each other: which one wins, nobody can tell. */
function contradictions(stack: Stack, zone: Zone): Finding[] {
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
          judge(last, () =>
            fault(
              last.at("value"),
              `The setting ${id} is declared ${settings.length} times, with different values.`,
            ),
          ),
        ];
  });
}

const shown = (setting: ResourceOf<ZoneSettingArgs>): unknown =>
  setting.at("value").string() ?? setting.at("value").number() ?? setting.at("value").entries().length;

/** The same settings for a part of the zone, by a configuration rule or a page rule. */
function judgeRules(stack: Stack, site: Site): Verdict {
  const { zone, host } = site;
  if (zone === undefined) return true;
  for (const { entry, resource } of rulesOf(stack, zone, "http_config_settings")) {
    const level = entry.at("actionParameters", "securityLevel");
    const found = isOn(entry.at("enabled")) ? levelFault(level.string()) : undefined;
    if (found !== undefined && reachOf(entry.at("expression").string() ?? "", site).kind !== "none") {
      return fault(level, `A rule of ${resource.name} sets the security level of ${host} to ${found}.`);
    }
  }
  return (
    pageRulesOf(stack, zone, site).flatMap((rule): Fault[] => {
      const level = rule.at("actions", "securityLevel");
      const found = levelFault(level.string());
      return found === undefined
        ? []
        : [fault(level, `The page rule ${rule.name} sets the security level of ${host} to ${found}.`)];
    })[0] ?? true
  );
}

const levelFault = (level: string | undefined): string | undefined =>
  level === "off" || level === "essentially_off" ? level : undefined;
