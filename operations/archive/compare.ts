import type { Description } from "./manifest.ts";

/** Differences that are listed before the rest is only counted, and characters of each. */
const listed = 200;
const listedCharacters = 500;

/** How a restored database differs from the one that was backed up, a sentence each; none where it is alike. */
export function differences(expected: Description, found: Description): string[] {
  const all = [
    ...objectDifferences(expected.objects, found.objects),
    ...tableDifferences(expected, found),
    ...sequenceDifferences(expected, found),
    ...(expected.largeObjects === found.largeObjects
      ? []
      : [`There are ${found.largeObjects} large objects, and there were ${expected.largeObjects}.`]),
  ];
  const some = all.slice(0, listed).map(shortened);
  return all.length === some.length ? some : [...some, `And ${all.length - listed} differences more.`];
}

function shortened(text: string): string {
  return text.length <= listedCharacters ? text : `${text.slice(0, listedCharacters - 1)}…`;
}

/** How definitions differ, each of them given by the name of its object. */
export function objectDifferences(expected: Description["objects"], found: Description["objects"]): string[] {
  return keysOf(expected, found).flatMap((name) => {
    const [before, after] = [own(expected, name), own(found, name)];
    if (before === after) return [];
    if (after === undefined) return [`${name} is missing.`];
    return [before === undefined ? `${name} was not there.` : `${name} is defined otherwise.`];
  });
}

function tableDifferences({ tables: expected }: Description, { tables: found }: Description): string[] {
  return Object.entries(expected).flatMap(([name, table]) => {
    const other = own(found, name);
    // That it is missing is said above.
    if (other === undefined) return [];
    const { enabled, forced, policies } = table.rls;
    return [
      ...(other.rows === table.rows ? [] : [`${name} has ${other.rows} rows, and had ${table.rows}.`]),
      ...(other.rls.enabled === enabled && other.rls.forced === forced
        ? []
        : [`Row-level security of ${name} is ${state(other.rls)}, and was ${state(table.rls)}.`]),
      ...(other.rls.policies === policies
        ? []
        : [`${name} has ${other.rls.policies} policies of row-level security, and had ${policies}.`]),
    ];
  });
}

function state({ enabled, forced }: Description["tables"][string]["rls"]): string {
  return `${enabled ? "on" : "off"}${forced ? ", for its owner too" : ""}`;
}

/**
 * Sequences have no snapshot: a dump has them as they are a little later than its rows, so a restored one may
 * be further on, in its direction, and never behind.
 */
function sequenceDifferences(
  { sequences: expected }: Description,
  { sequences: found }: Description,
): string[] {
  return Object.entries(expected).flatMap(([name, sequence]) => {
    const other = own(found, name);
    if (other === undefined) return [];
    const distance = BigInt(other.last) - BigInt(sequence.last);
    const ahead = sequence.descending ? -distance : distance;
    const behind = ahead < 0n || (ahead === 0n && sequence.called && !other.called);
    return behind ? [`${name} is at ${other.last}, and was at ${sequence.last}.`] : [];
  });
}

/** A value by a name that came from a database, and may be that of something each object has. */
function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function keysOf(one: object, other: object): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])];
}
