import { adapters } from "../adapters/index.ts";
import { known, type Stack } from "../framework/index.ts";
import { domains, hostRecords } from "./domains.ts";
import { perStack } from "./per-stack.ts";
import { zoneName, zones } from "./zones.ts";

/**
 * Whether a host is of the platform: a domain or a record of the stack, a name in a zone or beside a domain of it, or
 * the name that a vendor gives a host of the stack. Where the stack has no name at all, any host may be its own.
 */
export function isOwnName(stack: Stack, host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  const { exact, below } = ownNames(stack);
  return (
    exact.size + below.size === 0 ||
    exact.has(name) ||
    [...below].some((parent) => name === parent || name.endsWith(`.${parent}`))
  );
}

/** Whether the stack declares the very name, or a vendor gives it to a host of the stack. */
export const isDeclaredName = (stack: Stack, host: string): boolean =>
  ownNames(stack).exact.has(host.toLowerCase().replace(/\.$/, ""));

const ownNames = perStack((stack) => {
  const texts = (read: () => string | undefined): string[] => {
    const text = known(read);
    return text === undefined || text === "" ? [] : [text.toLowerCase()];
  };
  const declared = [
    ...domains(stack).flatMap(({ name }) => texts(() => name.string())),
    ...hostRecords(stack).flatMap((record) => texts(() => record.host())),
  ];
  const named = zones(stack).flatMap((zone) => texts(() => zoneName(zone)));
  const given = adapters.flatMap((adapter) => adapter.givenNames?.(stack) ?? []);
  return {
    exact: new Set([...declared, ...given]),
    below: new Set([...named, ...declared.map(registered)]),
  };
});

/** What somebody registers: a name below a public suffix, which has two labels in some countries. */
function registered(host: string): string {
  const labels = host.split(".");
  const isNational = /^(?:ac|co|com|edu|gov|net|or|org)$/.test(labels.at(-2) ?? "");
  return labels.slice(isNational && labels.length > 2 ? -3 : -2).join(".");
}
