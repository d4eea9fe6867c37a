import type { Answer, RecordType } from "dns-packet";
import type { Context } from "../context.ts";
import { type Trust, trustOf } from "../network/dns/chain.ts";
import { canonicalName, type DnsAnswer, type Question, sameName } from "../network/dns/message.ts";
import { isPrivate } from "../network/targets.ts";
import { Shared } from "../shared.ts";
import { Unknown } from "../unknown.ts";

const answers = new Shared<DnsAnswer>();
const chains = new Shared<Trust>();

/** Asks about a name once for all probes. */
export function ask(context: Context, { name, type }: Question): Promise<DnsAnswer> {
  return answers.of(context, `${canonicalName(name)} ${type}`, (own) => own.resolve({ name, type }));
}

/** Whether a chain of signatures leads to the zone of a name, followed once for all probes. */
export function trust(context: Context, name: string): Promise<Trust> {
  return chains.of(context, canonicalName(name), (own) =>
    trustOf(
      name,
      own.trustAnchors,
      async (question) => {
        const answer = await ask(own, question);
        return answer;
      },
      new Date(),
    ),
  );
}

/** Where the aliases of a name lead in an answer. An answer has few records, so that each can be an alias. */
export function ownerOf(records: readonly Answer[], name: string): string {
  return aliasesOf(records, name).owner;
}

function aliasesOf(records: readonly Answer[], name: string): { owner: string; isCircle: boolean } {
  const seen = new Set<string>();
  let owner = name;
  while (!seen.has(canonicalName(owner))) {
    seen.add(canonicalName(owner));
    const alias = records.find((record) => record.type === "CNAME" && sameName(record.name, owner));
    if (alias?.type !== "CNAME") return { owner, isCircle: false };
    owner = alias.data;
  }
  return { owner, isCircle: true };
}

/** What DNS says of the addresses of a host, of one family. */
export type Addresses =
  | { readonly kind: "found"; readonly addresses: readonly string[] }
  /** The aliases lead back to where they began. */
  | { readonly kind: "circle" }
  | { readonly kind: "none" };

/**
 * Addresses of a host as the Internet has them.
 *
 * @throws {Unknown} where the resolver answers for its own network only, or leaves aliases open
 */
export async function resolved(context: Context, name: string, type: "A" | "AAAA"): Promise<Addresses> {
  const { records } = await ask(context, { name, type });
  const { owner, isCircle } = aliasesOf(records, name);
  if (isCircle) return { kind: "circle" };
  const addresses = addressesIn(records, name, type);
  if (addresses.length > 0 || sameName(owner, name)) return asPublic(name, addresses);
  const { records: further } = await ask(context, { name: owner, type });
  // What leads back to the name was not followed yet.
  const aliases = [...records, ...further];
  if (aliasesOf(aliases, name).isCircle) return { kind: "circle" };
  return asPublic(name, addressesIn(aliases, name, type));
}

/** @throws {Unknown} where all are private: with a public one beside them, the record itself is wrong */
function asPublic(name: string, addresses: readonly string[]): Addresses {
  if (addresses.length === 0) return { kind: "none" };
  if (!addresses.every(isPrivate)) return { kind: "found", addresses };
  throw new Unknown(
    "target-refused",
    `The resolver answers ${addresses.join(", ")} for ${name}, as one inside of a network or a filter does; name another in verify.resolvers`,
  );
}

/** The same as a list. */
export async function publicAddressesOf(
  context: Context,
  name: string,
  type: "A" | "AAAA",
): Promise<readonly string[]> {
  const found = await resolved(context, name, type);
  return found.kind === "found" ? found.addresses : [];
}

/** Addresses of a host, of one family, in order, whosever they are. */
export async function addressesOf(
  context: Context,
  name: string,
  type: "A" | "AAAA",
): Promise<readonly string[]> {
  return addressesIn((await ask(context, { name, type })).records, name, type);
}

export function addressesIn(
  records: readonly Answer[],
  name: string,
  type: Extract<RecordType, "A" | "AAAA">,
): readonly string[] {
  const owner = ownerOf(records, name);
  return records
    .flatMap((record) => (record.type === type && sameName(record.name, owner) ? [record.data] : []))
    .sort();
}
