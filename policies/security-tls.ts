import type { Context } from "./framework/context.ts";
import { fault, judge, policy, type Verdict } from "./framework/index.ts";
import { issuers } from "./model/domains.ts";
import { edgeZoneOf, edgeZones, judgeEdgeZones, judgeZoneFacts } from "./model/edge-zones.ts";
import { dnsZones, judgeEdges, unlessHostFacesPublic } from "./model/edges.ts";
import { hostTls } from "./model/facts.ts";
import type { Issuer } from "./model/issuer.ts";
import { judgeSites } from "./model/sites.ts";

// Item 4.1. Item 4.2 is in security-https.ts.

export const certificateDeclared = policy({
  name: "tls-certificate-declared",
  items: ["4.1"],
  title: "Every zone must have a certificate that covers every host.",
  severity: "critical",
  fix: "Declare a cloudflare.UniversalSslSetting with enabled: true; for a host two levels below the zone also a cloudflare.CertificatePack that lists it.",
  url: "https://developers.cloudflare.com/ssl/edge-certificates/",
  check: (stack) => [
    ...judgeEdgeZones(
      stack,
      unlessHostFacesPublic(stack, "No zone is declared, so none has a certificate."),
      ({ hasCertificate }) => hasCertificate() || "The zone has no certificate.",
    ),
    ...judgeSites(stack, undefined, (site) => edgeZoneOf(stack, site)?.covers(site.host) ?? true),
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
    ...judgeZoneFacts(
      stack,
      unlessHostFacesPublic(stack, "No zone is declared, so none has a minimum TLS version."),
      (zone) => zone.minimumTls(),
      "The zone does not set min_tls_version, and Cloudflare accepts TLS 1.0 by default.",
    ),
    ...judgeEdges(stack, (edge) => edge.minimumTls()),
    ...hostTls(stack).map(({ resource, isGood }) => judge(resource, isGood)),
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
    ...judgeZoneFacts(
      stack,
      unlessHostFacesPublic(stack, "No zone is declared, so TLS to the hosts is not set."),
      (zone) => zone.originTls(),
      "The zone does not set ssl, so Cloudflare decides how it connects to the hosts.",
    ),
    ...judgeEdges(stack, ({ originTls }) => originTls()),
    ...edgeZones(stack).flatMap(({ resource, keepsOriginTls }) =>
      keepsOriginTls.map((test) => judge(resource, test)),
    ),
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
    if (elsewhere.length > 0 && edgeZones(stack).length === 0) {
      return [...elsewhere, ...authorities];
    }
    return [
      ...elsewhere,
      ...judgeEdgeZones(
        stack,
        "No zone is declared, so none has a CAA record.",
        ({ hasIssuers }) =>
          hasIssuers() ||
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
    ...judgeZoneFacts(
      stack,
      dnsZones(stack).length > 0 ? undefined : "No zone is declared, so none is signed.",
      ({ signatures }) => signatures(),
      "The zone is not signed.",
    ),
  ],
});

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
      `The CAA record ${resource.name} lets ${JSON.stringify(name)} issue certificates, which is not a known authority and is not in the settings.`,
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
