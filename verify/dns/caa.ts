import type { CaaData } from "dns-packet";
import type { Context } from "../context.ts";
import { canonicalName, sameName } from "../network/dns/message.ts";
import { type Check, compare, eachOf, probe } from "../probe.ts";
import { ask, ownerOf } from "./ask.ts";

/**
 * Authorities that Cloudflare adds to the answers while Universal SSL is on
 * (developers.cloudflare.com/ssl/edge-certificates/caa-records).
 */
const addedByEdge = ["comodoca.com", "digicert.com", "letsencrypt.org", "pki.goog", "sectigo.com", "ssl.com"];

export const authoritiesRestricted = probe({
  name: "authorities-restricted",
  items: ["4.1"],
  title: "CAA records must let the declared authorities issue certificates, and nobody else.",
  needs: ["dns"],
  settings: ["edge.certificateAuthorities", "contacts.security"],
  measure: (context) =>
    eachOf(context.allHosts, String, async (host) => {
      const records = await recordsFor(context, host);
      return [
        ...issuers(context, host, records, "issue"),
        ...issuers(context, host, records, "issuewild"),
        ...critical(host, records),
        reports(context, host, records),
      ];
    }),
});

/** The records of the name itself, or of the closest one above it that has any (RFC 8659, section 3). */
async function recordsFor(context: Context, host: string): Promise<readonly CaaData[]> {
  const { zone } = context.settings.domains;
  for (let name = canonicalName(host); name !== ""; name = name.split(".").slice(1).join(".")) {
    const { records } = await ask(context, { name, type: "CAA" });
    const owner = ownerOf(records, name);
    const found = records.flatMap((each) =>
      each.type === "CAA" && sameName(each.name, owner) ? [each.data] : [],
    );
    if (found.length > 0) return found;
    // What stands above the zone is not the platform's.
    if (sameName(name, zone)) return [];
  }
  return [];
}

function issuers(
  context: Context,
  host: string,
  records: readonly CaaData[],
  tag: "issue" | "issuewild",
): Check[] {
  const declared = context.settings.edge.certificateAuthorities.map(canonicalName);
  const own = records.filter((record) => record.tag.toLowerCase() === tag);
  // Without records of its own, a wildcard is issued as a name is.
  const counted = own.length > 0 ? own : records.filter((record) => record.tag.toLowerCase() === "issue");
  const named = [...new Set(counted.map(({ value }) => (value.split(";")[0] ?? "").trim().toLowerCase()))]
    .filter((name) => name !== "")
    .sort();
  const strangers = named.filter((name) => !declared.includes(name) && !addedByEdge.includes(name));
  const missing = declared.filter((name) => !named.includes(name));
  return [
    compare(`${tag} of ${host}`, {
      expected: declared.toSorted().join(", "),
      measured: named.join(", ") || (counted.length > 0 ? "nobody" : "no record, so that anyone may issue"),
      holds: counted.length > 0 && strangers.length === 0 && missing.length === 0,
      setting: "edge.certificateAuthorities",
    }),
  ];
}

/** Properties that authorities know (RFC 8659, 8657, 9495 and the registry of IANA). */
const known = ["issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail", "contactphone"];

/** Whoever does not know a critical property must not issue (RFC 8659, section 4.1). */
function critical(host: string, records: readonly CaaData[]): Check[] {
  const strange = records.filter(
    ({ tag, flags, issuerCritical }) =>
      !known.includes(tag.toLowerCase()) && (issuerCritical === true || ((flags ?? 0) & 128) !== 0),
  );
  return strange.map(({ tag }) =>
    compare(`critical property ${tag} of ${host}`, {
      expected: "none that authorities do not know",
      measured: "so that nobody may issue",
      holds: false,
      setting: "edge.certificateAuthorities",
    }),
  );
}

function reports(context: Context, host: string, records: readonly CaaData[]): Check {
  const expected = `mailto:${context.settings.contacts.security}`;
  const told = records.filter(({ tag }) => tag.toLowerCase() === "iodef").map(({ value }) => value);
  return compare(`iodef of ${host}`, {
    expected,
    measured: told.join(", ") || "no record",
    holds: told.some((value) => value.toLowerCase() === expected.toLowerCase()),
    setting: "contacts.security",
  });
}
