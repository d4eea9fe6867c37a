import type { Answer, RecordType } from "dns-packet";
import type { Context } from "../context.ts";
import { type Trust, trustOf } from "../network/dns/chain.ts";
import { canonicalName, type DnsAnswer, type Question, sameName } from "../network/dns/message.ts";
import { Shared } from "../shared.ts";

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

/** Aliases that are followed from one name. */
const mostAliases = 8;

/** Where the aliases of a name lead in an answer. */
export function ownerOf(records: readonly Answer[], name: string): string {
  let owner = name;
  for (let count = 0; count < mostAliases; count += 1) {
    const alias = records.find((record) => record.type === "CNAME" && sameName(record.name, owner));
    if (alias?.type !== "CNAME") return owner;
    owner = alias.data;
  }
  return owner;
}

/** Addresses of a host, of one family, in order. */
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
