import type { DnsRecordArgs as CloudflareRecordArgs } from "@pulumi/cloudflare";
import {
  type AnyValue,
  fault,
  type ResourceOf,
  type Stack,
  select,
  some,
  type Verdict,
} from "../../framework/index.ts";
import type { EdgeZone, ZoneFact } from "../../model/edge-zone.ts";
import { isOn } from "../../model/given.ts";
import { rulesOf } from "../../model/rulesets.ts";
import { cloudflare } from "../../model/tokens.ts";
import { inZone, type Zone, zoneName, zoneSettings } from "../../model/zones.ts";

function hasCertificate(stack: Stack, zone: Zone): boolean {
  return (
    hasUniversal(stack, zone) ||
    inZone(stack, zone, cloudflare.certificatePack).length > 0 ||
    coversAll(stack, zone)
  );
}

const hasUniversal = (stack: Stack, zone: Zone): boolean =>
  inZone(stack, zone, cloudflare.universalSsl, (it) => it.at("enabled").boolean() === true).length > 0;

/** Total TLS orders for each proxied host; what an uploaded certificate covers is in its own text. */
const coversAll = (stack: Stack, zone: Zone): boolean =>
  inZone(stack, zone, cloudflare.totalTls, (it) => it.at("enabled").boolean() === true).length > 0 ||
  inZone(stack, zone, cloudflare.customSsl).length > 0;

const lacksUniversal = (stack: Stack, zone: Zone): boolean =>
  inZone(stack, zone, cloudflare.universalSsl, (it) => it.at("enabled").boolean() === false).length > 0;

/** Universal SSL covers the apex and one level below it, unless it is switched off. */
function judgeCoverage(stack: Stack, zone: Zone, host: string): Verdict {
  const name = zoneName(zone);
  const isNear = host === name || (name !== undefined && !host.slice(0, -name.length - 1).includes("."));
  const isUniversal = isNear && !lacksUniversal(stack, zone);
  if (name === undefined || isUniversal || coversAll(stack, zone)) {
    return true;
  }
  const wildcard = host.replace(/^[^.]+/, "*");
  const packs = inZone(stack, zone, cloudflare.certificatePack, (pack) =>
    some(pack.at("hosts").items(), (item) => [host, wildcard].includes(item.string()?.toLowerCase() ?? "")),
  );
  const why = isNear ? "and Universal SSL is off" : `which is at least two levels below ${name}`;
  return packs.length > 0 || `No certificate covers ${host}, ${why}.`;
}

function judgeVersion(value: AnyValue): Verdict {
  const version = value.string() ?? String(value.number());
  return ["1.2", "1.3"].includes(version) || fault(value, `The minimum TLS version is ${version}.`);
}

/** `origin_pull` is strict too, and accepts no plain http. */
function judgeMode(value: AnyValue): Verdict {
  const mode = value.string() ?? "none";
  return ["strict", "origin_pull"].includes(mode) || fault(value, `The ssl mode is ${mode}.`);
}

function judgeModeRules(stack: Stack, zone: Zone): Verdict {
  const weakened = select(rulesOf(stack, zone, "http_config_settings"), (rule) => {
    const mode = rule.entry.at("actionParameters", "ssl");
    return isOn(rule.entry.at("enabled")) && mode.exists && judgeMode(mode) !== true;
  });
  return weakened.length === 0 || `A rule of ${weakened[0]?.resource.name} sets a weaker ssl mode.`;
}

function judgePageRules(stack: Stack, zone: Zone): Verdict {
  const weakened = inZone(stack, zone, cloudflare.pageRule, (rule) => {
    const mode = rule.at("actions", "ssl");
    return rule.at("status").string() === "active" && mode.exists && judgeMode(mode) !== true;
  });
  return weakened.length === 0 || `The page rule ${weakened[0]?.name} sets a weaker ssl mode.`;
}

/** A record with `data`, or with the same in `content`: `0 issue "letsencrypt.org"`. */
function isIssue(record: ResourceOf<CloudflareRecordArgs>, zone: Zone): boolean {
  if (record.at("type").string() !== "CAA") {
    return false;
  }
  const content = /^\d+\s+(\w+)\s/.exec(record.at("content").string() ?? "");
  const tag = record.at("data", "tag").string() ?? content?.[1];
  const name = record.at("name").string()?.toLowerCase();
  const apex = zoneName(zone);
  return tag?.toLowerCase() === "issue" && (apex === undefined || name === "@" || name === apex);
}

/** What a zone has of certificates, TLS, CAA and DNSSEC. */
export const tlsOf = (
  stack: Stack,
  zone: Zone,
): Pick<
  EdgeZone,
  "hasCertificate" | "covers" | "minimumTls" | "originTls" | "keepsOriginTls" | "hasIssuers" | "signatures"
> => ({
  hasCertificate: () => hasCertificate(stack, zone),
  covers: (host) => judgeCoverage(stack, zone, host),
  minimumTls: () =>
    zoneSettings(stack, zone, "min_tls_version").map((setting) => ({
      resource: setting,
      isGood: () => judgeVersion(setting.at("value")),
    })),
  originTls: () =>
    zoneSettings(stack, zone, "ssl").map((setting) => ({
      resource: setting,
      isGood: () => judgeMode(setting.at("value")),
    })),
  keepsOriginTls: [() => judgeModeRules(stack, zone), () => judgePageRules(stack, zone)],
  hasIssuers: () => inZone(stack, zone, cloudflare.dnsRecord, (record) => isIssue(record, zone)).length > 0,
  signatures: () =>
    inZone(stack, zone, cloudflare.dnssec).map((dnssec) => ({
      resource: dnssec,
      isGood: () =>
        dnssec.at("status").string() === "active" ||
        fault(dnssec.at("status"), "The status of DNSSEC is not active."),
    })),
});

/** The least version of TLS of single hosts. */
export const hostTls = (stack: Stack): ZoneFact[] => [
  ...stack.ofType(cloudflare.hostnameTls).map((setting) => ({
    resource: setting,
    isGood: () => setting.at("settingId").string() !== "min_tls_version" || judgeVersion(setting.at("value")),
  })),
  // The domain of a bucket has a version of its own, which is 1.0 unless it says another.
  ...stack.ofType(cloudflare.r2CustomDomain).map((domain) => ({
    resource: domain,
    isGood: () => {
      const version = domain.at("minTls");
      return (
        domain.at("enabled").boolean() === false ||
        ["1.2", "1.3"].includes(version.string() ?? "") ||
        fault(
          version,
          `The minimum TLS version of ${domain.at("domain").string()} is ${version.string() ?? "1.0, by default"}.`,
          "Set minTls of the cloudflare.R2CustomDomain to 1.2 or 1.3.",
        )
      );
    },
  })),
  ...stack.ofType(cloudflare.customHostname).map((hostname) => ({
    resource: hostname,
    isGood: () => {
      const version = hostname.at("ssl", "settings", "minTlsVersion");
      return !version.exists || judgeVersion(version);
    },
  })),
];
