import type { Context } from "../context.ts";
import { canonicalName } from "../network/dns/message.ts";
import { isOverWildcard, problemOf, recordSet } from "../network/dns/signature.ts";
import { type Check, compare, eachOf, probe } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { ask, publicAddressesOf, trust } from "./ask.ts";

const validated = "a chain of signatures from the root";

/** Signatures are checked here: what a resolver says of them would have to be believed. */
export const dnssecValidated = probe({
  name: "dnssec-validated",
  items: ["4.1", "7.7"],
  title: "A chain of signatures must lead from the root of DNS to every record of the hosts.",
  needs: ["dns"],
  settings: ["edge.dnssecDelegated"],
  measure: async (context) => {
    const { zone } = context.settings.domains;
    const found = await trust(context, zone);
    const setting = "edge.dnssecDelegated";
    if (found.state !== "secure") {
      const isPending = found.state === "insecure" && canonicalName(zone) === found.zone;
      if (isPending && !context.settings.edge.dnssecDelegated) {
        throw new Unknown("no-data", `The registrar has no DS record of ${zone} yet, as is declared`);
      }
      const measured = found.state === "bogus" ? found.problem : `no DS record vouches for ${found.zone}`;
      return [compare(zone, { expected: validated, measured, holds: false, setting })];
    }
    const chain = compare(zone, { expected: validated, measured: validated, holds: true, setting });
    const names = new Set([zone, ...context.allHosts].map(canonicalName));
    return [chain, ...(await eachOf([...names], String, (name) => signedChecks(context, name)))];
  },
});

async function signedChecks(context: Context, name: string): Promise<Check[]> {
  const setting = "edge.dnssecDelegated";
  const problems: string[] = [];
  const types: string[] = [];
  const wild: string[] = [];
  // A host may be a zone of its own.
  const found = await trust(context, name);
  if (found.state !== "secure") {
    const measured = found.state === "bogus" ? found.problem : `no DS record vouches for ${found.zone}`;
    return [compare(name, { expected: "signed", measured, holds: false, setting })];
  }
  // A resolver that answers for its own network signs nothing.
  await Promise.all((["A", "AAAA"] as const).map((type) => publicAddressesOf(context, name, type)));
  for (const type of ["CNAME", "A", "AAAA", "CAA", "SOA", "NS"] as const) {
    const set = recordSet((await ask(context, { name, type })).records, name, type);
    if (set.records.length === 0) continue;
    types.push(type);
    const problem = problemOf(set, found.zone, found.keys, new Date());
    if (problem !== undefined) problems.push(problem);
    else if (isOverWildcard(set)) wild.push(type);
  }
  if (types.length === 0) {
    const measured = "no record to check";
    return [{ subject: name, state: "unknown", expected: "signed", measured, setting, reason: "no-data" }];
  }
  const subject = `${types.join(", ")} of ${name}`;
  if (problems.length === 0 && wild.length > 0) {
    const measured = `the signatures of ${wild.join(", ")} are of a wildcard, which does not prove that ${name} has no record of its own`;
    return [{ subject, state: "unknown", expected: "signed", measured, setting, reason: "not-understood" }];
  }
  return [
    compare(subject, {
      expected: "signed",
      measured: problems.join("; ") || "signed",
      holds: problems.length === 0,
      setting,
    }),
  ];
}
