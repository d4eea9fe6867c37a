import { type Checkpoint, compareCheckpoint } from "./checkpoint.ts";
import type { EvidenceRecord } from "./record.ts";

/** What checkpoints say together of the records that are there. */
export interface Anchored {
  /** Digests that at least one of them anchors. */
  digests: Set<string>;
  /** Names of records that none anchors, although they are dated before what one anchors. */
  backdated: string[];
  /** Names of records that a later checkpoint anchors first, although they are dated before what an earlier one does. */
  late: string[];
  /** One sentence for each way in which the records are not what was anchored. */
  problems: string[];
}

/**
 * Compares records with checkpoints. A checkpoint has no time of its own: the newest record that it anchors says
 * when it was made at the earliest. What is dated before that and was not there then was written later than it says.
 *
 * @param origin what the checkpoints must be of, such as `optropic/production`
 */
export function anchoredBy(
  checkpoints: readonly Checkpoint[],
  records: readonly EvidenceRecord[],
  origin: string | undefined,
): Anchored {
  const digests = new Set<string>();
  const problems: string[] = [];
  const late: string[] = [];
  let newest = Number.NEGATIVE_INFINITY;
  const byDigest = new Map(records.map((record) => [record.digest, record]));
  for (const checkpoint of checkpoints.toSorted((one, other) => one.size - other.size)) {
    if (origin !== undefined && checkpoint.origin !== origin) {
      problems.push(`A checkpoint is of ${JSON.stringify(checkpoint.origin)}, not of ${origin}`);
      continue;
    }
    const compared = compareCheckpoint(checkpoint, records);
    problems.push(...compared.problems);
    let end = newest;
    for (const digest of compared.anchored) {
      const record = byDigest.get(digest);
      if (record === undefined) continue;
      const finished = Date.parse(record.run.finishedAt);
      if (!digests.has(digest) && finished < newest) late.push(record.name);
      digests.add(digest);
      end = Math.max(end, finished);
    }
    // The heads of one that does not fit prove nothing about time.
    if (compared.problems.length === 0) newest = end;
  }
  const backdated = records
    .filter(({ digest, run }) => !digests.has(digest) && Date.parse(run.finishedAt) < newest)
    .map(({ name }) => name);
  return { digests, backdated, late, problems };
}
