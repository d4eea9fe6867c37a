import type { Checkpoint } from "./checkpoint.ts";
import { compareCheckpoint } from "./checkpoint.ts";
import { graphOf } from "./graph.ts";
import type { Kept } from "./read-all.ts";
import type { EvidenceRecord } from "./record.ts";

/** Whether the evidence of a stack is whole. */
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
  /** One sentence each; none where the evidence is whole. */
  problems: string[];
}

/**
 * Checks the digests, the signatures, the graph and the checkpoints of evidence.
 *
 * @param checkpoints from where whoever writes evidence cannot change them
 * @param at records that end later are from the future
 * @param more records of later moments too, which a checkpoint may anchor, and the projects that records may be about
 */
export function verifyEvidence(
  { records, problems: broken, keys }: Kept,
  checkpoints: readonly Checkpoint[],
  at: Date,
  { all = records, projects }: { all?: readonly EvidenceRecord[]; projects?: ReadonlySet<string> } = {},
): Verification {
  const graph = graphOf(records);
  const anchored = new Set<string>();
  const problems = [...broken];
  for (const { digest, namedBy } of graph.missing) {
    problems.push(`The record ${digest} is missing, which ${namedBy} names as a parent`);
  }
  for (const name of graph.backwards) problems.push(`${name} ended before one of its parents`);
  for (const { name, run } of records) {
    if (projects?.has(run.project) === false) problems.push(`${name} is about the project ${run.project}`);
    if (Date.parse(run.finishedAt) > at.getTime())
      problems.push(`${name} is from the future: it ended at ${run.finishedAt}`);
  }
  for (const checkpoint of checkpoints) {
    const compared = compareCheckpoint(checkpoint, all);
    for (const digest of compared.anchored) anchored.add(digest);
    problems.push(...compared.problems);
  }
  const untrusted = records.filter(({ signed }) => signed.state === "untrusted");
  if (keys > 0)
    problems.push(...untrusted.map(({ name }) => `${name} is signed, but not by a key that is trusted`));
  return {
    records: records.length,
    signed: records.filter(({ signed }) => signed.state === "signed").length,
    unsigned: records.filter(({ signed }) => signed.state === "unsigned").length,
    untrusted: untrusted.length,
    heads: graph.heads,
    anchored: records.filter(({ digest }) => anchored.has(digest)).length,
    open: records.filter(({ digest }) => !anchored.has(digest)).map(({ digest }) => digest),
    problems,
  };
}

/** What was there at a moment. */
export function recordsUntil(records: readonly EvidenceRecord[], at: Date): EvidenceRecord[] {
  return records.filter(({ run }) => Date.parse(run.finishedAt) <= at.getTime());
}
