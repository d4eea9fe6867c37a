import { anchoredBy } from "./anchored.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { graphOf, replays } from "./graph.ts";
import type { Kept } from "./read-all.ts";
import type { EvidenceRecord } from "./record.ts";
import { type Unseen, unseenIn } from "./unseen.ts";

/** Whether the evidence of a stack is intact. */
export interface Verification {
  records: number;
  signed: number;
  unsigned: number;
  /** Signed by keys that are not trusted. */
  untrusted: number;
  heads: string[];
  /** Records that a checkpoint anchors. */
  anchored: number;
  /** Records that no checkpoint anchors: nothing would show that the newest of them was removed. */
  open: string[];
  /** Names of records that a later checkpoint was the first to anchor, although they are dated before an earlier one. */
  late: string[];
  /** Records that a run which started after they had ended did not see: written later than they say, or merged. */
  unseen: Unseen[];
  /** One sentence each; none where the evidence is intact. */
  problems: string[];
}

/** What evidence is judged by besides its own bytes. */
export interface VerificationContext {
  /** Records of later moments too, which a checkpoint may anchor; by default those that are verified. */
  all?: readonly EvidenceRecord[];
  /** The projects that records may be about. */
  projects?: ReadonlySet<string>;
  /** What checkpoints must be of. */
  origin?: string;
}

/**
 * Checks the digests, the signatures, the graph and the checkpoints of evidence.
 *
 * @param checkpoints from where whoever writes evidence cannot change them
 * @param at records that end later are from the future
 */
export function verifyEvidence(
  { records, problems: broken, keys }: Kept,
  checkpoints: readonly Checkpoint[],
  at: Date,
  { all = records, projects, origin }: VerificationContext = {},
): Verification {
  const graph = graphOf(records);
  const problems = [...broken];
  for (const { digest, namedBy } of graph.missing) {
    problems.push(`The record ${digest} is missing, which ${namedBy} names as a parent`);
  }
  for (const name of graph.backwards) problems.push(`${name} ended before one of its parents`);
  for (const [name, first] of replays(records)) problems.push(`${name} says again what ${first} says`);
  for (const { name, run, signed } of records) {
    if (projects?.has(run.project) === false) problems.push(`${name} is about the project ${run.project}`);
    if (Date.parse(run.finishedAt) > at.getTime())
      problems.push(`${name} is from the future: it ended at ${run.finishedAt}`);
    if (keys > 0 && signed.state === "unsigned") problems.push(`${name} is not signed`);
    if (keys > 0 && signed.state === "untrusted")
      problems.push(`${name} is signed, but not by a key that is trusted`);
  }
  const anchored = anchoredBy(checkpoints, all, origin);
  problems.push(...anchored.problems);
  const known = new Set(records.map(({ name }) => name));
  for (const name of anchored.backdated.filter((each) => known.has(each))) {
    problems.push(
      `${name} is dated before records that a checkpoint anchors, and no checkpoint anchors it: it was written later than it says, or by a run at the same time`,
    );
  }
  const open = records.filter(({ digest }) => !anchored.digests.has(digest));
  const count = (state: EvidenceRecord["signed"]["state"]): number =>
    records.filter(({ signed }) => signed.state === state).length;
  return {
    records: records.length,
    signed: count("signed"),
    unsigned: count("unsigned"),
    untrusted: count("untrusted"),
    heads: graph.heads,
    anchored: records.length - open.length,
    open: open.map(({ digest }) => digest),
    late: anchored.late.filter((name) => known.has(name)),
    unseen: unseenIn(records),
    problems,
  };
}

/** What was there at a moment. */
export function recordsUntil(records: readonly EvidenceRecord[], at: Date): EvidenceRecord[] {
  return records.filter(({ run }) => Date.parse(run.finishedAt) <= at.getTime());
}
