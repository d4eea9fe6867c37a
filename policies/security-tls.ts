import type { DnsRecordArgs as CloudflareRecordArgs } from "@pulumi/cloudflare";
import type { Context } from "./framework/context.ts";
import {
  type AnyValue,
  fault,
  judge,
  policy,
  type ResourceOf,
  type Stack,
  select,
  some,
  type Verdict,
} from "./framework/index.ts";
import { issuers } from "./model/domains.ts";
import { dnsZones, judgeEdges, unlessHostFacesPublic } from "./model/edges.ts";
import { isOn } from "./model/given.ts";
import type { Issuer } from "./model/issuer.ts";
import { rulesOf } from "./model/rulesets.ts";
import { judgeSites, type Site } from "./model/sites.ts";
import { cloudflare } from "./model/tokens.ts";
import { inZone, judgeInZones, judgeZones, type Zone, zoneName, zoneSettings, zones } from "./model/zones.ts";

// Item 4.1. Item 4.2 is in security-https.ts.

export const certificateDeclared = policy({
  name: "tls-certificate-declared",
  items: ["4.1"],
  title: "Every zone must have a certificate that covers every host.",
  severity: "critical",
  fix: "Declare a cloudflare.UniversalSslSetting with enabled: true; for a host two levels below the zone also a cloudflare.CertificatePack that lists it.",
  url: "https://developers.cloudflare.com/ssl/edge-certificates/",
  check: (stack) => [
    ...judgeZones(
      stack,
      unlessHostFacesPublic(stack, "No Cloudflare zone is declared, so none has a certificate."),
      (zone) => hasCertificate(stack, zone) || "The zone has no certificate.",
    ),
    ...judgeSites(stack, undefined, (site) => judgeCoverage(stack, site)),
    ...judgeEdges(stack, ({ certificate }) => certificate()),
  ],
});

export const minimumTls = policy({
  name: "tls-minimum-version",
  items: ["4.1"],
  title: "The edge must accept no TLS version below 1.2.",
  severity: "high",
  fix: "Declare a cloudflare.ZoneSetting with settingId min_tls_version and value 1.2 or 1.3.",
  url: "https://developers.cloudflare.com/ssl/edge-certificates/additional-options/minimum-tls/",
  check: (stack) => [
    ...judgeInZones(
      stack,
      unlessHostFacesPublic(stack, "No Cloudflare zone is declared, so none has a minimum TLS version."),
      (zone) => zoneSettings(stack, zone, "min_tls_version"),
      "The zone does not set min_tls_version, and Cloudflare accepts TLS 1.0 by default.",
      (setting) => judgeVersion(setting.at("value")),
    ),
    ...judgeEdges(stack, (edge) => edge.minimumTls()),
    ...stack
      .ofType(cloudflare.hostnameTls)
      .map((setting) =>
        judge(
          setting,
          () => setting.at("settingId").string() !== "min_tls_version" || judgeVersion(setting.at("value")),
        ),
      ),
  ],
});

export const strictTls = policy({
  name: "tls-strict-to-origin",
  items: ["4.1"],
  title: "The edge must connect to the hosts with TLS and check their certificates.",
  severity: "critical",
  fix: "Declare a cloudflare.ZoneSetting with settingId ssl and value strict, and let no rule weaken it.",
  url: "https://developers.cloudflare.com/ssl/origin-configuration/ssl-modes/full-strict/",
  check: (stack) => [
    ...judgeInZones(
      stack,
      unlessHostFacesPublic(stack, "No Cloudflare zone is declared, so TLS to the hosts is not set."),
      (zone) => zoneSettings(stack, zone, "ssl"),
      "The zone does not set ssl, so Cloudflare decides how it connects to the hosts.",
      (setting) => judgeMode(setting.at("value")),
    ),
    ...judgeEdges(stack, ({ originTls }) => originTls()),
    ...zones(stack).flatMap((zone) => [
      judge(zone.resource, () => judgeModeRules(stack, zone)),
      judge(zone.resource, () => judgePageRules(stack, zone)),
    ]),
  ],
});

export const caaRecords = policy({
  name: "tls-caa",
  items: ["4.1"],
  title: "CAA records must say which authorities may issue certificates for every zone.",
  severity: "medium",
  fix: 'Declare a cloudflare.DnsRecord of type CAA at the zone\'s apex with data { flags: 0, tag: "issue", value: "letsencrypt.org" } for each authority.',
  url: "https://developers.cloudflare.com/ssl/edge-certificates/caa-records/",
  check: (stack, _threshold, context) => {
    const elsewhere = dnsZones(stack).map((zone) =>
      judge(
        zone.resource,
        () =>
          zone.hasIssuers() ||
          "The zone has no CAA record with the tag issue at its apex, so any authority may issue certificates for it.",
      ),
    );
    const authorities = issuers(stack).map((issuer) =>
      judge(issuer.resource, () => judgeAuthority(issuer, context)),
    );
    if (elsewhere.length > 0 && zones(stack).length === 0) {
      return [...elsewhere, ...authorities];
    }
    return [
      ...elsewhere,
      ...judgeZones(
        stack,
        "No Cloudflare zone is declared, so none has a CAA record.",
        (zone) =>
          inZone(stack, zone, cloudflare.dnsRecord, (record) => isIssue(record, zone)).length > 0 ||
          "The zone has no CAA record with the tag issue at its apex, so any authority may issue certificates for it.",
      ),
      // A record of a name below the apex replaces those of the apex for it.
      ...authorities,
    ];
  },
});

export const dnssecActive = policy({
  name: "dnssec-active",
  items: ["4.1"],
  title: "Every zone must be signed, so that nobody can forge its records, CAA included.",
  severity: "medium",
  level: "advisory",
  fix: "Declare a cloudflare.ZoneDnssec with status active, and enter its DS record at the registrar.",
  url: "https://developers.cloudflare.com/dns/dnssec/",
  check: (stack) => [
    ...dnsZones(stack).map((zone) => judge(zone.resource, () => zone.isSigned())),
    ...judgeInZones(
      stack,
      dnsZones(stack).length > 0 ? undefined : "No Cloudflare zone is declared, so none is signed.",
      (zone) => inZone(stack, zone, cloudflare.dnssec),
      "The zone is not signed.",
      (dnssec) =>
        dnssec.at("status").string() === "active" ||
        fault(dnssec.at("status"), "The status of DNSSEC is not active."),
    ),
  ],
});

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

/** Universal SSL covers the apex and one level below it. */
function judgeCoverage(stack: Stack, { host, zone }: Site): Verdict {
  const name = zone && zoneName(zone);
  if (zone === undefined || name === undefined || host === name) {
    return true;
  }
  const below = host.slice(0, -name.length - 1);
  if (!below.includes(".") || coversAll(stack, zone)) {
    return true;
  }
  const wildcard = host.replace(/^[^.]+/, "*");
  const packs = inZone(stack, zone, cloudflare.certificatePack, (pack) =>
    some(pack.at("hosts").items(), (item) => [host, wildcard].includes(item.string()?.toLowerCase() ?? "")),
  );
  return packs.length > 0 || `No certificate covers ${host}, which is at least two levels below ${name}.`;
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

/** Whom a CAA record lets issue: nobody, an authority that browsers trust, or one that a setting names. */
function judgeAuthority({ resource, tag, authority, at }: Issuer, { isSupplied }: Context): Verdict {
  if (!/^issue(?:wild)?$/.test(tag())) return true;
  const name = authority();
  return (
    name === "" ||
    trusted.has(name) ||
    isSupplied(name) ||
    fault(
      at,
      `The CAA record ${resource.name} lets ${JSON.stringify(name)} issue certificates, which is no authority that is known and in no setting.`,
    )
  );
}

/** By what each authority calls itself in CAA records. Source: https://www.ccadb.org/resources */
const trusted: ReadonlySet<string> = new Set([
  ...[
    "letsencrypt.org",
    "pki.goog",
    "digicert.com",
    "sectigo.com",
    "comodoca.com",
    "usertrust.com",
    "ssl.com",
  ],
  ...["amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com", "globalsign.com", "godaddy.com"],
  ...[
    "starfieldtech.com",
    "buypass.com",
    "buypass.no",
    "entrust.net",
    "certum.pl",
    "certum.eu",
    "actalis.it",
  ],
  ...[
    "harica.gr",
    "identrust.com",
    "trust-provider.com",
    "quovadisglobal.com",
    "swisssign.com",
    "d-trust.net",
  ],
  ...[
    "telesec.de",
    "microsoft.com",
    "rapidssl.com",
    "geotrust.com",
    "thawte.com",
    "symantec.com",
    "zerossl.com",
  ],
  ...["cloudflare.com", "gts.goog", "firmaprofesional.com", "trustwave.com", "camerfirma.com", "izenpe.com"],
]);

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
