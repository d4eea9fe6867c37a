import { counted, shortened } from "../../lib/text.ts";
import type { Description } from "./manifest.ts";
import { place, type SequenceValue, unexpected } from "./sequence-values.ts";

/** Most characters of a sentence. */
const sentenceCharacters = 500;

/** What is expected, with all values that are listed of a sequence, the latest first. */
export interface Listed extends Description {
  values?: ReadonlyMap<string, readonly SequenceValue[]>;
}

/**
 * Describes how a restored database differs from the one that was backed up, one sentence per difference.
 *
 * @param same names of objects whose definitions differ and mean the same
 */
export function differences(
  expected: Listed,
  found: Description,
  same: ReadonlySet<string> = new Set(),
): string[] {
  return limited(allDifferences(expected, found, same));
}

/** All of them, without a limit to their length. */
export function allDifferences(
  expected: Listed,
  found: Description,
  same: ReadonlySet<string> = new Set(),
): string[] {
  return [
    ...objectDifferences(expected.objects, found.objects, same),
    ...tableDifferences(expected, found),
    ...sequenceDifferences(expected, found),
    ...(expected.largeObjects === found.largeObjects
      ? []
      : [
          `The database has ${counted(found.largeObjects, "large object")} instead of ${expected.largeObjects}.`,
        ]),
  ];
}

/** Sentences, each at most so long as evidence takes one. */
export function limited(all: readonly string[]): string[] {
  return all.map((text) => shortened(text, sentenceCharacters - 1));
}

/**
 * Describes how objects differ, given their definitions by name.
 *
 * @param same names of those whose definitions mean the same
 */
export function objectDifferences(
  expected: Description["objects"],
  found: Description["objects"],
  same: ReadonlySet<string> = new Set(),
): string[] {
  return keysOf(expected, found).flatMap((name) => {
    const [before, after] = [own(expected, name), own(found, name)];
    if (before === after || same.has(name)) return [];
    if (after === undefined) return [`${name} is missing.`];
    return [before === undefined ? `${name} is not in the backup.` : `${name} has a different definition.`];
  });
}

function tableDifferences({ tables: expected }: Description, { tables: found }: Description): string[] {
  return Object.entries(expected).flatMap(([name, table]) => {
    const other = own(found, name);
    // A missing table is among the objects.
    if (other === undefined) return [];
    const { enabled, forced, policies } = table.rls;
    return [
      ...(other.rows === table.rows || table.rows === null
        ? []
        : [
            other.rows === null
              ? `The rows of ${name} cannot be counted.`
              : `${name} has ${counted(other.rows, "row")} instead of ${table.rows}.`,
          ]),
      ...(other.rls.enabled === enabled && other.rls.forced === forced
        ? []
        : [`Row-level security of ${name} is ${state(other.rls)} instead of ${state(table.rls)}.`]),
      ...(other.rls.policies === policies
        ? []
        : [`${name} has ${other.rls.policies} row-level security policies instead of ${policies}.`]),
    ];
  });
}

function state({ enabled, forced }: Description["tables"][string]["rls"]): string {
  return `${enabled ? "enabled" : "disabled"}${forced ? " and forced" : ""}`;
}

function sequenceDifferences(
  { sequences: expected, values }: Listed,
  { sequences: found }: Description,
): string[] {
  return Object.entries(expected).flatMap(([name, sequence]) => {
    const other = own(found, name);
    if (other === undefined) return [];
    const instead = unexpected(values?.get(name) ?? [sequence], other);
    return instead === undefined ? [] : [`${name} is at ${place(other)} instead of ${instead}.`];
  });
}

/**
 * Looks up a name from a database, which may be that of a property of every object, such as `constructor`.
 */
function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function keysOf(one: object, other: object): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])];
}
