import type { EvidenceRecord } from "./record.ts";

/** A record that was not there for a run which started after it had ended. */
export interface Unseen {
  /** Name of the record. */
  name: string;
  /** Name of the first record that should have seen it. */
  by: string;
}

/** The most lines that are followed side by side, and the most records that one look goes back. */
const width = 1000;

/**
 * A run names all heads that it sees, so each record that ended before it started is among its ancestors. One that is
 * not was written later than it says, or came from elsewhere afterwards, as when Git merges a branch.
 */
export function unseenIn(records: readonly EvidenceRecord[]): Unseen[] {
  const timeline = records
    .map((record) => ({
      record,
      start: Date.parse(record.run.startedAt),
      end: Date.parse(record.run.finishedAt),
    }))
    .sort((one, other) => one.end - other.end || one.start - other.start);
  const byDigest = new Map(timeline.map((each) => [each.record.digest, each]));
  const named = new Set<string>();
  const heads = new Map<string, Timed>();
  const found = new Map<string, Unseen>();
  for (const run of timeline) {
    const { digest, name, run: predicate } = run.record;
    for (const parent of predicate.parents) {
      named.add(parent);
      heads.delete(parent);
    }
    if (heads.size > 0) {
      for (const missed of missedBy(run, heads, byDigest)) {
        heads.delete(missed.record.digest);
        if (!found.has(missed.record.digest)) {
          found.set(missed.record.digest, { name: missed.record.name, by: name });
        }
      }
    }
    if (!named.has(digest) && heads.size < width) heads.set(digest, run);
  }
  return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

interface Timed {
  record: EvidenceRecord;
  start: number;
  end: number;
}

/** What stands on other lines, had ended when a run started, and is none of its ancestors. */
function missedBy(
  run: Timed,
  heads: ReadonlyMap<string, Timed>,
  byDigest: ReadonlyMap<string, Timed>,
): Timed[] {
  const looked = new Set<string>();
  const missed: Timed[] = [];
  let open = [...heads.values()];
  while (open.length > 0) {
    const ended = endedBefore(run, open, byDigest, looked);
    const oldest = ended.reduce((least, { end }) => Math.min(least, end), Number.POSITIVE_INFINITY);
    const ancestors = ended.length === 0 ? undefined : ancestorsOf(run, oldest, byDigest);
    if (ancestors === undefined) break;
    const found = ended.filter(({ record }) => !ancestors.has(record.digest));
    missed.push(...found);
    // What these name may have been unseen as well.
    open = found.flatMap(({ record }) => parentsIn(byDigest, record));
  }
  return missed;
}

/** The nearest on each line that had ended when a run started; what ran at the same time is followed back. */
function endedBefore(
  run: Timed,
  from: readonly Timed[],
  byDigest: ReadonlyMap<string, Timed>,
  looked: Set<string>,
): Timed[] {
  const ended: Timed[] = [];
  const open = [...from];
  for (let other = open.pop(); other !== undefined && looked.size < width; other = open.pop()) {
    if (looked.has(other.record.digest) || other === run) continue;
    looked.add(other.record.digest);
    if (other.end < run.start) ended.push(other);
    else open.push(...parentsIn(byDigest, other.record));
  }
  return ended;
}

function parentsIn(byDigest: ReadonlyMap<string, Timed>, { run }: EvidenceRecord): Timed[] {
  return run.parents.flatMap((parent) => byDigest.get(parent) ?? []);
}

/** The ancestors of a run that ended at a moment or later; undefined where they are too many to look at. */
function ancestorsOf(
  run: Timed,
  since: number,
  byDigest: ReadonlyMap<string, Timed>,
): Set<string> | undefined {
  const ancestors = new Set<string>();
  const open = [...run.record.run.parents];
  for (let digest = open.pop(); digest !== undefined; digest = open.pop()) {
    const found = byDigest.get(digest);
    if (ancestors.has(digest) || found === undefined || found.end < since) continue;
    ancestors.add(digest);
    if (ancestors.size > width) return undefined;
    open.push(...found.record.run.parents);
  }
  return ancestors;
}
