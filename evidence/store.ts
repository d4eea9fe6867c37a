import type { Checkpoint } from "./checkpoint.ts";
import type { SigningKey, VerifyingKey } from "./keys.ts";
import type { Kept } from "./read-all.ts";
import type { EvidenceRecord } from "./record.ts";
import type { Run } from "./statement.ts";

/** Where the evidence of one stack is kept: a folder, or a bucket. */
export interface EvidenceStore {
  /** What a person calls it: a path, or the address of the bucket. */
  readonly path: string;
  /** @param vouched checkpoints that a trusted key signed */
  readAll(trusted: readonly VerifyingKey[], vouched?: readonly Checkpoint[]): Promise<Kept>;
  /** Adds a run, with every record that no other has named as its parents. */
  add(run: Omit<Run, "parents">, key: SigningKey | undefined): EvidenceRecord | Promise<EvidenceRecord>;
}
