import { adapters } from "../adapters/index.ts";
import { lookup, type Stack } from "../framework/index.ts";
import type { Domain, HostRecord } from "./domain.ts";
import { all } from "./facts.ts";
import { perStack } from "./per-stack.ts";

export type { Domain, HostRecord } from "./domain.ts";

/** Domains that the stack declares at its hosts. */
export const domains = all(({ domains: part }) => part);

/** Domains that serve the application, by name in lower case. Throws UnknownRead as `lookup` does. */
export const servingDomains: (stack: Stack) => (host: string) => readonly Domain[] = perStack((stack) =>
  lookup(domains(stack), ({ name, redirect }) =>
    redirect?.exists ? undefined : name.string()?.toLowerCase(),
  ),
);

/** Records that the stack declares, wherever its DNS is. */
export const hostRecords = all(({ records: part }) => part);

/** Address records by the host name that they are for, in lower case; a wildcard is for names without their own. Throws UnknownRead as `lookup` does. */
export const recordsFor: (stack: Stack) => (host: string) => readonly HostRecord[] = perStack((stack) => {
  const find = lookup(hostRecords(stack), (record) => record.host());
  return (host) => {
    const own = find(host);
    const [, ...above] = host.split(".");
    return own.length > 0 || above.length < 2 ? own : find(`*.${above.join(".")}`);
  };
});

/** CAA records, wherever the DNS is. */
export const issuers = all(({ issuers: part }) => part);

/** Names that a host gives by itself, with DNS of its own: nobody can put an edge in front of them. */
export const isVendorsOwn = (host: string): boolean =>
  adapters.some((adapter) => adapter.isOwnName?.(host.toLowerCase()) === true);
