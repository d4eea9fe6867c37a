import type { Description } from "../manifest.ts";

/** Differences that are listed before the rest is only counted. */
const listed = 200;

/** How a restored database differs from the one that was backed up, a sentence each; none where it is alike. */
export function differences(expected: Description, found: Description): string[] {
  const all = [
    ...objectDifferences(expected, found),
    ...tableDifferences(expected, found),
    ...sequenceDifferences(expected, found),
    ...(expected.largeObjects === found.largeObjects
      ? []
      : [`There are ${found.largeObjects} large objects, and there were ${expected.largeObjects}.`]),
  ];
  if (all.length <= listed) return all;
  return [...all.slice(0, listed), `And ${all.length - listed} differences more.`];
}

function objectDifferences({ objects: expected }: Description, { objects: found }: Description): string[] {
  return keysOf(expected, found).flatMap((name) => {
    if (expected[name] === found[name]) return [];
    if (found[name] === undefined) return [`${name} is missing.`];
    return [expected[name] === undefined ? `${name} was not there.` : `${name} is defined otherwise.`];
  });
}

function tableDifferences({ tables: expected }: Description, { tables: found }: Description): string[] {
  return Object.entries(expected).flatMap(([name, table]) => {
    const other = found[name];
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
    const other = found[name];
    if (other === undefined) return [];
    const distance = BigInt(other.last) - BigInt(sequence.last);
    const ahead = sequence.descending ? -distance : distance;
    const behind = ahead < 0n || (ahead === 0n && sequence.called && !other.called);
    return behind ? [`${name} is at ${other.last}, and was at ${sequence.last}.`] : [];
  });
}

function keysOf(one: object, other: object): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])];
}
