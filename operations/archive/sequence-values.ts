import type { Session } from "../../postgres/session.ts";
import { readSequences } from "./describe.ts";
import type { Item } from "./items.ts";
import type { Description } from "./manifest.ts";
import { notesNaming } from "./notes.ts";
import type { Scope } from "./scope.ts";

export type SequenceValue = Description["sequences"][string];

/** Values of the sequences that a dump has, by their names, read before it begins. */
export interface SequenceValues {
  own: ReadonlyMap<string, SequenceValue>;
  around: ReadonlyMap<string, SequenceValue>;
}

/**
 * Reads the values of the sequences that a dump will have. Sequences have no snapshot: pg_dump reads each at some moment
 * of its own, so that each is read before the dump begins and again once it has ended.
 */
export async function readSequenceValues(
  session: Session,
  { schemas, companions, withRows }: Scope,
): Promise<SequenceValues> {
  const rows = new Set(withRows.map(({ table }) => table));
  return {
    own: await valuesIn(
      session,
      schemas.map(({ name }) => name),
      () => true,
    ),
    around: await valuesIn(
      session,
      companions.map(({ name }) => name),
      (name) => rows.has(name),
    ),
  };
}

async function valuesIn(
  session: Session,
  schemas: readonly string[],
  isKnown: (sequence: string) => boolean,
): Promise<ReadonlyMap<string, SequenceValue>> {
  const values = new Map<string, SequenceValue>();
  for await (const { item } of readSequences(session, schemas, { isKnown })) {
    const { name, last, called, descending } = item;
    values.set(name, { last, called, descending });
  }
  return values;
}

/**
 * Lists sequences once their dump has ended: each twice, with its value now and with that before the dump, which is last.
 * One that was set back may have had any value meanwhile, and is listed three times; so is one that counts in a circle,
 * which may be where it was, exactly one round further. One that is no longer there is listed once.
 *
 * @returns notes that name those whose values may lie anywhere
 */
export async function listSequences(
  session: Session,
  { schemas, companions }: Scope,
  before: SequenceValues,
  listing: { write(side: "own" | "around", item: Item): Promise<void> },
): Promise<string[]> {
  const places = [
    { side: "own", names: schemas.map(({ name }) => name) },
    { side: "around", names: companions.map(({ name }) => name) },
  ] as const;
  const restarted: string[] = [];
  for (const { side, names } of places) {
    const gone = new Map(before[side]);
    if (gone.size === 0) continue;
    const isKnown = (name: string): boolean => before[side].has(name);
    for await (const found of readSequences(session, names, { isKnown, isTolerant: true })) {
      const { item: now, isCircle } = found;
      const value = gone.get(now.name);
      if (value === undefined) continue;
      gone.delete(now.name);
      const first = itemOf(now.name, value);
      const moved = distance(value, now);
      const isAny = moved < 0 || (isCircle && now.called);
      if (isAny && moved !== 0) restarted.push(now.name);
      for (const item of isAny ? [first, now, first] : [now, first]) await listing.write(side, item);
    }
    for (const [name, value] of gone) await listing.write(side, itemOf(name, value));
  }
  return notesNaming(
    restarted,
    (names) =>
      `These sequences started over or were set back during the backup, which has their values as of some moment of the dump: ${names}.`,
  );
}

function itemOf(name: string, { last, called, descending }: SequenceValue): Item {
  return { kind: "sequence", name, last, called, descending };
}

/** How far a sequence comes from one value to another, in its direction: positive, zero, or negative. */
function distance(from: SequenceValue, to: SequenceValue): number {
  const difference = BigInt(to.last) - BigInt(from.last);
  if (difference !== 0n) return difference > 0n === from.descending ? -1 : 1;
  return Number(to.called) - Number(from.called);
}

/**
 * What a restored value must be by the values that are listed, the latest first: within those before and after the dump,
 * which are mostly the same. Earlier versions listed one value, which they read while pg_dump read its own: a restored
 * one may then be ahead, never behind.
 *
 * @returns what is expected instead; undefined when the value is right
 */
export function unexpected(listed: readonly SequenceValue[], found: SequenceValue): string | undefined {
  const [to] = listed;
  const from = listed.at(-1);
  if (from === undefined || to === undefined) return undefined;
  if (listed.length === 1) return distance(from, found) < 0 ? place(from) : undefined;
  if (listed.length > 2) return undefined;
  if (distance(from, found) >= 0 && distance(found, to) >= 0) return undefined;
  return distance(from, to) === 0 ? place(from) : `${place(from)} to ${place(to)}`;
}

export function place({ last, called }: SequenceValue): string {
  return called ? last : `${last} (unused)`;
}
