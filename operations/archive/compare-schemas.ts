import type { Session } from "../../postgres/session.ts";
import { allDifferences, type Listed } from "./compare.ts";
import { countLargeObjects, type Described, describeSchemas, itemOf, readNamed } from "./describe.ts";
import { DigestTable } from "./digest-table.ts";
import { digestOfItem, type Item, keyOf } from "./items.ts";
import type { Description } from "./manifest.ts";
import { pooled, readPools } from "./partition-pools.ts";
import type { Paths } from "./path-operators.ts";
import { findSame } from "./remake.ts";

export interface Expectation {
  /** What the schemas must have; read twice where something differs. */
  expected: () => AsyncIterable<Item>;
  /** How many large objects the database must have; undefined when that is not compared. */
  largeObjects: number | undefined;
  schemas: readonly string[];
  /** The paths in which expressions find their operators. */
  paths?: Paths | undefined;
  /** Objects that are not compared. */
  isIgnored?: ((name: string) => boolean) | undefined;
  /** Whether the schemas may have more. */
  isPart?: boolean | undefined;
}

/** How much the schemas have, of what is compared. */
export interface Figures {
  tables: number;
  rows: number;
}

/**
 * Compares what schemas have with what they must have. Only digests of what is expected are kept in memory, and all of
 * what differs.
 *
 * @param session in a transaction
 */
export async function compareSchemas(
  session: Session,
  { expected, largeObjects, schemas, paths, isIgnored = () => false, isPart = false }: Expectation,
): Promise<{ figures: Figures; missed: string[]; differences: string[] }> {
  const pools = await readPools(session, schemas);
  const inPools = new Set([...pools].flat());
  const known = new DigestTable();
  const uncounted = new Set<string>();
  const missed = new Set<string>();
  for await (const item of expected()) {
    if (item.kind === "object" && isIgnored(item.name)) missed.add(item.name);
    else known.set(keyOf(item), digestOfItem(item));
    if (item.kind === "table" && item.rows === null) uncounted.add(item.name);
  }
  const isCounted = (table: string): boolean =>
    known.has(keyOf({ kind: "table", name: table })) && !uncounted.has(table);
  const isPooled = ({ kind, name }: Pick<Item, "kind" | "name">): boolean =>
    kind === "table" && inPools.has(name);
  const figures = { tables: 0, rows: 0 };
  const different = new Reduced();
  const objects = new Map<string, Described>();
  for await (const found of describeSchemas(session, schemas, { isCounted })) {
    const { kind, name } = found;
    if (kind === "object" && isIgnored(name)) {
      missed.delete(name);
      continue;
    }
    const isKnown = known.has(keyOf(found));
    if (isPart && !isKnown) continue;
    if (kind === "table") {
      figures.tables += 1;
      figures.rows += found.rows ?? 0;
    }
    const item = itemOf(found);
    if (known.meet(keyOf(item), digestOfItem(item)) && !isPooled(item)) continue;
    // An object too many is a difference; its rows are not another one.
    if (kind === "object") objects.set(name, found.described);
    if (kind === "object" || isKnown) different.add(item);
  }
  const wanted = new Reduced();
  const isSame = known.isMet && different.isEmpty;
  if (!isSame) {
    for await (const item of expected()) {
      if (item.kind === "object" && isIgnored(item.name)) continue;
      if (known.stateOf(keyOf(item)) !== "same" || isPooled(item)) wanted.add(item);
    }
  }
  const { description: before, expressions } = wanted;
  const same = await findSame(session, {
    expected: before.objects,
    expressions,
    found: objects,
    paths,
    read: (names) => readNamed(session, schemas, names),
  });
  const counts =
    largeObjects === undefined
      ? { before: 0, after: 0 }
      : { before: largeObjects, after: await countLargeObjects(session) };
  return {
    figures,
    missed: [...missed].sort(),
    differences: allDifferences(
      pooled({ ...before, largeObjects: counts.before }, pools),
      pooled({ ...different.description, largeObjects: counts.after }, pools),
      same,
    ),
  };
}

/** Those items of a listing that differ. */
class Reduced {
  #objects: [string, string][] = [];
  #expressions: [string, string][] = [];
  #tables: [string, Description["tables"][string]][] = [];
  #sequences = new Map<string, Description["sequences"][string][]>();

  add(item: Item): void {
    if (item.kind === "object") {
      const { name, definition, expression } = item;
      this.#objects.push([name, definition]);
      if (expression !== undefined) this.#expressions.push([name, expression]);
    } else if (item.kind === "table") {
      const { name, rows, rls } = item;
      this.#tables.push([name, { rows, rls }]);
    } else {
      const { name, last, called, descending } = item;
      const value = { last, called, descending };
      this.#sequences.set(name, [...(this.#sequences.get(name) ?? []), value]);
    }
  }

  get isEmpty(): boolean {
    return this.#objects.length + this.#tables.length + this.#sequences.size === 0;
  }

  get expressions(): Record<string, string> {
    return Object.fromEntries(this.#expressions);
  }

  get description(): Listed {
    return {
      fingerprint: "",
      objects: sorted(this.#objects),
      tables: sorted(this.#tables),
      sequences: sorted(
        [...this.#sequences].flatMap(([name, [value]]) => (value === undefined ? [] : [[name, value]])),
      ),
      values: this.#sequences,
      largeObjects: 0,
    };
  }
}

function sorted<T>(entries: readonly [string, T][]): Record<string, T> {
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
