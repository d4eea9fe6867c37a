import type { EvidenceRecord } from "./record.ts";
import { maximumParents } from "./statement.ts";

/** What the parents that records name say of a set of records. */
export interface Graph {
  /** Digests that no record names as a parent, sorted: the newest of each line. */
  heads: string[];
  /** Digests that a record names and that are not there, with who names them. */
  missing: { digest: string; namedBy: string }[];
  /** Names of records that end before one of their parents does. */
  backwards: string[];
}

/**
 * Follows the parents of records. Two runs at once fork the graph, and the next run joins both. A digest cannot
 * name itself, so there are no circles.
 */
export function graphOf(records: readonly EvidenceRecord[]): Graph {
  const byDigest = new Map(records.map((record) => [record.digest, record]));
  const named = new Set<string>();
  const missing: Graph["missing"] = [];
  const backwards: string[] = [];
  for (const { name, digest, run } of records) {
    for (const parent of run.parents) {
      named.add(parent);
      const found = byDigest.get(parent);
      if (found === undefined) missing.push({ digest: parent, namedBy: digest });
      else if (Date.parse(found.run.finishedAt) > Date.parse(run.finishedAt)) backwards.push(name);
    }
  }
  return {
    heads: records
      .filter(({ digest }) => !named.has(digest))
      .map(({ digest }) => digest)
      .sort(),
    missing,
    backwards,
  };
}

/**
 * What the next record names as its parents: all heads, or as many as a record can name. Those that are left over stay
 * heads, and the records after it name them.
 */
export function parentsOf(records: readonly EvidenceRecord[]): string[] {
  return graphOf(records).heads.slice(0, maximumParents);
}

/**
 * Names of records that say what another says, with the name of that one: an envelope can be written once more around
 * a payload that was signed, by whoever has no key.
 */
export function replays(records: readonly EvidenceRecord[]): [name: string, first: string][] {
  const byMoment = Map.groupBy(records, ({ run }) => run.finishedAt);
  return [...byMoment.values()].flatMap((alike) => {
    if (alike.length === 1) return [];
    const first = new Map<string, string>();
    return alike.flatMap(({ name, run }): [string, string][] => {
      const text = JSON.stringify(run);
      const before = first.get(text);
      if (before === undefined) first.set(text, name);
      return before === undefined ? [] : [[name, before]];
    });
  });
}

/** The records that can be reached from some heads by their parents, heads included. */
export function reachable(
  records: readonly EvidenceRecord[],
  heads: readonly string[],
): { found: EvidenceRecord[]; missing: string[] } {
  const byDigest = new Map(records.map((record) => [record.digest, record]));
  const seen = new Set<string>();
  const found: EvidenceRecord[] = [];
  const missing: string[] = [];
  const open = [...heads];
  for (let digest = open.pop(); digest !== undefined; digest = open.pop()) {
    if (seen.has(digest)) continue;
    seen.add(digest);
    const record = byDigest.get(digest);
    if (record === undefined) {
      missing.push(digest);
      continue;
    }
    found.push(record);
    open.push(...record.run.parents);
  }
  return { found, missing };
}
