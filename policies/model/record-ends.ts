import { known, type Stack } from "../framework/index.ts";
import { type HostRecord, recordsFor } from "./domains.ts";

/** The host name or address that a record leads to, in lower case; undefined where it is unknown or there is none. */
export const targetOf = ({ content }: HostRecord): string | undefined =>
  content.isUnknown ? undefined : content.string()?.trim().toLowerCase().replace(/\.$/, "");

/**
 * The records at the end of the names that a record leads through, where these are names of the stack; the record
 * itself where it leads out of it. Empty where they lead back to where they came from. Throws UnknownRead.
 */
export function endsOf(
  stack: Stack,
  record: HostRecord,
  before: ReadonlySet<HostRecord> = new Set(),
): readonly HostRecord[] {
  const name = record.isOfItself?.() === true ? undefined : targetOf(record);
  const next = name?.includes(".") ? (known(() => recordsFor(stack)(name)) ?? []) : [];
  if (next.length === 0) return [record];
  const passed = new Set([...before, record]);
  return next.some((one) => passed.has(one)) ? [] : next.flatMap((one) => endsOf(stack, one, passed));
}
