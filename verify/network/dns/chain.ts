import type { DnskeyData, DsData } from "dns-packet";
import { Unknown } from "../../unknown.ts";
import type { TrustAnchor } from "./anchor.ts";
import type { DnsAnswer, Question } from "./message.ts";
import { canonicalName } from "./message.ts";
import { problemOf, type RecordSet, recordSet, vouchesFor } from "./signature.ts";

/** The keys of a zone, and whether there is a chain to them from a trust anchor. */
export type Trust =
  | { readonly state: "secure"; readonly zone: string; readonly keys: readonly DnskeyData[] }
  /** No DS record vouches for a zone on the way, so its owner signed nothing or the registrar was not told. */
  | { readonly state: "insecure"; readonly zone: string }
  | { readonly state: "bogus"; readonly problem: string };

type Ask = (question: Question) => Promise<DnsAnswer>;

/**
 * Follows the chain of signatures from a trust anchor down to the zone of a name (RFC 4035, section 5).
 *
 * @throws {Unknown} where a server does not answer, or keeps all signatures to itself
 */
export async function trustOf(
  name: string,
  anchors: readonly TrustAnchor[],
  ask: Ask,
  now: Date,
): Promise<Trust> {
  const path = ancestorsOf(name);
  const anchored = new Set(anchors.map(({ zone }) => zone));
  const start = path.findLastIndex((zone) => anchored.has(zone));
  const first = path[start];
  if (first === undefined) throw new Unknown("no-data", `There is no trust anchor above ${name}`);
  const trusted = anchors.filter((anchor) => anchor.zone === first).map(({ ds }) => ds);
  let trust = await keysOf(first, trusted, ask, now);
  for (const zone of path.slice(start + 1)) {
    if (trust.state !== "secure") return trust;
    trust = await below(trust, zone, ask, now);
  }
  return trust;
}

/** The trust in a name directly below: a zone of its own, or a part of the same one. */
async function below(
  parent: Extract<Trust, { state: "secure" }>,
  zone: string,
  ask: Ask,
  now: Date,
): Promise<Trust> {
  const set = await ownSet(ask, zone, "DS");
  if (set.records.length === 0) {
    const start = await ownSet(ask, zone, "SOA");
    return start.records.length === 0 ? parent : { state: "insecure", zone };
  }
  const problem = problemOf(set, parent.zone, parent.keys, now);
  if (problem !== undefined) return { state: "bogus", problem };
  const vouchers = set.records.flatMap((record) => (record.type === "DS" ? [record.data] : []));
  return keysOf(zone, vouchers, ask, now);
}

async function keysOf(zone: string, vouchers: readonly DsData[], ask: Ask, now: Date): Promise<Trust> {
  const set = await ownSet(ask, zone, "DNSKEY");
  const shown = zone || "the root";
  if (set.records.length === 0 && zone === "") {
    throw new Unknown("no-data", "The resolver does not answer with keys; name others in verify.resolvers");
  }
  if (set.records.length > 0 && set.signatures.length === 0 && zone === "") {
    throw new Unknown("no-data", "The resolver leaves out signatures; name others in verify.resolvers");
  }
  const keys = set.records.flatMap((record) => (record.type === "DNSKEY" ? [record.data] : []));
  const vouched = keys.filter((key) => vouchers.some((ds) => vouchesFor(ds, zone, key)));
  if (vouched.length === 0) return { state: "bogus", problem: `No DS record vouches for a key of ${shown}` };
  const problem = problemOf(set, zone, vouched, now);
  return problem === undefined ? { state: "secure", zone, keys } : { state: "bogus", problem };
}

async function ownSet(ask: Ask, name: string, type: "DS" | "SOA" | "DNSKEY"): Promise<RecordSet> {
  const { records } = await ask({ name: name || ".", type });
  return recordSet(records, name, type);
}

/** From the root down to the name itself. */
function ancestorsOf(name: string): string[] {
  const labels = canonicalName(name).split(".");
  return ["", ...labels.map((_, index) => labels.slice(labels.length - 1 - index).join("."))];
}
