import type { Session } from "../../postgres/session.ts";
import { objectDifferences } from "./compare.ts";
import { type Described, digestOf, digestsOf, objectsOf } from "./describe.ts";
import { DigestTable } from "./digest-table.ts";
import type { Paths } from "./path-operators.ts";
import { findSame } from "./remake.ts";
import type { Beside } from "./sections.ts";

/**
 * Compares expected objects with those that are there; others may be there besides. Only digests of what is expected are
 * kept in memory, and all of what differs.
 *
 * @param expected what the backup has; read twice where something differs
 * @param isExpected whether the database must have one of them, by its name
 * @param read the objects that are there
 */
export async function compareBeside(
  session: Session,
  {
    expected,
    isExpected,
    paths,
    read,
  }: {
    expected: () => AsyncIterable<Beside>;
    isExpected: (name: string) => boolean;
    /** The paths in which expressions find their operators. */
    paths?: Paths | undefined;
    read: () => AsyncIterable<[name: string, described: Described]>;
  },
): Promise<string[]> {
  const known = new DigestTable();
  let isEmpty = true;
  for await (const { name, definition } of expected()) {
    if (!isExpected(name)) continue;
    known.set(name, definition);
    isEmpty = false;
  }
  if (isEmpty) return [];
  const found = new Map<string, Described>();
  for await (const [name, described] of read()) {
    if (!known.has(name)) continue;
    if (!known.meet(name, digestOf(described))) found.set(name, described);
  }
  if (known.isMet && found.size === 0) return [];
  const definitions: [string, string][] = [];
  const expressions: [string, string][] = [];
  for await (const { name, definition, expression } of expected()) {
    if (!isExpected(name) || known.stateOf(name) === "same") continue;
    definitions.push([name, definition]);
    if (expression !== undefined) expressions.push([name, expression]);
  }
  definitions.sort(([one], [other]) => (one < other ? -1 : 1));
  const wanted = Object.fromEntries(definitions);
  const same = await findSame(session, {
    expected: wanted,
    expressions: Object.fromEntries(expressions),
    found,
    paths,
    read: (some) => objectsOf(read(), (name) => some.has(name)),
  });
  return objectDifferences(wanted, digestsOf(found), same);
}
