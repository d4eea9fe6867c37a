import { type Finding, fault, judge, known, policy } from "./framework/index.ts";
import { type Domain, domains, issuers, isVendorsOwn } from "./model/domains.ts";
import { edgeZoneOf } from "./model/edge-zones.ts";
import type { Issuer } from "./model/issuer.ts";
import { judgeSites, requestTo } from "./model/sites.ts";

// Item 4.1: a record that keeps strangers from issuing certificates may keep a host's own vendor from it as well.

export const caaPermitsHosts = policy({
  name: "caa-permits-hosts",
  items: ["4.1"],
  title: "CAA records must let the authority of every host's vendor issue its certificates.",
  severity: "high",
  fix: "Add a CAA record with the tag issue for an authority of the vendor: letsencrypt.org for Vercel, letsencrypt.org or pki.goog for Render, amazon.com for AWS.",
  url: "https://datatracker.ietf.org/doc/html/rfc8659#name-relevant-resource-record-set",
  check: (stack) => {
    const records = issuers(stack);
    return records.length === 0 ? [] : domains(stack).flatMap((domain) => judgeDomain(domain, records));
  },
});

export const certificatesRenewed = policy({
  name: "certificate-challenges-answered",
  items: ["4.1"],
  title: "Authorities must reach the answers by which every host's vendor renews its certificates.",
  severity: "high",
  fix: 'Leave the path out of the rule: not starts_with(http.request.uri.path, "/.well-known/").',
  url: "https://letsencrypt.org/docs/challenge-types/",
  check: (stack) =>
    judgeSites(stack, undefined, (site) => {
      const own = domains(stack).filter(
        ({ name }) => known(() => name.string()?.toLowerCase()) === site.host,
      );
      const zone = edgeZoneOf(stack, site);
      const wrong = own
        .flatMap(({ challengePaths = [] }) => challengePaths)
        .map((path) => zone?.keepsFromHost(requestTo(site, path)))
        .find((fault) => fault !== undefined);
      return (
        wrong === undefined || {
          ...wrong,
          found: `${site.host}: ${wrong.found}, so its certificate runs out.`,
        }
      );
    }),
});

function judgeDomain({ name, resource, authorities = [] }: Domain, all: readonly Issuer[]): Finding[] {
  if (authorities.length === 0) return [];
  return [
    judge(resource, () => {
      const host = name.string()?.toLowerCase() ?? "";
      if (host === "" || isVendorsOwn(host)) return true;
      const records = relevant(host, all);
      const own = records.filter((record) => record.tag() === "issue");
      const wild = records.filter((record) => record.tag() === "issuewild");
      const counting = host.startsWith("*.") && wild.length > 0 ? wild : own;
      const [first] = counting;
      const permitting = counting.filter((record) => authorities.includes(record.authority()));
      // A name with a star is proved by DNS alone.
      const limits = permitting.map((record) => {
        const limit = record.limits?.();
        return host.startsWith("*.") && limit?.startsWith("validationmethods") ? undefined : limit;
      });
      if (first === undefined || limits.includes(undefined)) {
        return true;
      }
      const [limited] = permitting;
      if (limited !== undefined) {
        return fault(
          limited.at,
          `CAA records let ${limited.authority()} issue certificates for ${host} only with ${limits[0]}, which is not how its host asks for them.`,
          "Remove the parameters from the record, or add one for the authority without them.",
        );
      }
      // One whose name is not known yet may be the one that is missing.
      for (const record of all) record.host();
      return fault(
        first.at,
        `CAA records let ${named(counting)} issue certificates for ${host}, and its host gets them from ${authorities.join(" or ")}.`,
      );
    }),
  ];
}

const named = (records: readonly Issuer[]): string =>
  [...new Set(records.map((record) => record.authority() || "nobody"))].join(", ");

/** The records of the name itself, or else of the nearest name above it that has any. */
function relevant(host: string, all: readonly Issuer[]): Issuer[] {
  const labels = host.replace(/^\*\./, "").split(".");
  for (let from = 0; from < labels.length - 1; from += 1) {
    const name = labels.slice(from).join(".");
    const own = all.filter((record) => known(() => record.host()) === name);
    if (own.length > 0) return own;
  }
  return [];
}
