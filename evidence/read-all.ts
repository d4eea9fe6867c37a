import { eachAtOnce } from "../lib/at-once.ts";
import { Failure, reasonOf } from "../lib/failure.ts";
import { type Checkpoint, compareCheckpoint } from "./checkpoint.ts";
import { signedByLater } from "./envelope.ts";
import type { VerifyingKey } from "./keys.ts";
import { type EvidenceRecord, openRecord } from "./record.ts";

/** What is kept of a stack's evidence. */
export interface Kept {
  records: EvidenceRecord[];
  /** One sentence for each file that is not what its name says. */
  problems: string[];
  /** How many keys are trusted. Without one, nobody can tell whose signature is whose. */
  keys: number;
}

/** Where records are kept: a folder, or a bucket. */
export interface RecordSource {
  /** Names of all records in ascending order. */
  names(): Promise<readonly string[]>;
  /** The bytes of one, at most as many as a record may have. */
  bytes(name: string): Uint8Array | Promise<Uint8Array>;
  /** How many are read at once. */
  readonly atOnce: number;
  /** The stack that all of them are about. */
  readonly stack: string;
}

type Opened = ReturnType<typeof openRecord>;

/** A record that was read, and the keys that its signatures name. */
interface Read {
  record: EvidenceRecord;
  claims: readonly string[];
}

/**
 * Reads and checks every record. Signatures take most of the time, so other threads check them.
 *
 * @param vouched checkpoints that a trusted key signed: who signed one had checked the signatures of all that it
 * anchors, and they are not checked again
 */
export async function readAll(
  source: RecordSource,
  trusted: readonly VerifyingKey[],
  vouched: readonly Checkpoint[] = [],
): Promise<Kept> {
  const names = await source.names();
  const found: (Read | string)[] = Array.from({ length: names.length }, () => "");
  const signatures = new Signatures(trusted);
  await eachAtOnce(names, source.atOnce, async (name, index) => {
    try {
      const bytes = source.bytes(name);
      const opened = openRecord(name, bytes instanceof Promise ? await bytes : bytes);
      ofStack(opened.record, source.stack);
      // What a checkpoint vouches for shows only in the whole graph; payloads are not kept until then.
      found[index] = { record: opened.record, claims: opened.envelope.signatures.map(({ keyid }) => keyid) };
      if (vouched.length === 0) await signatures.check(opened);
    } catch (error) {
      found[index] = reasonOf(error);
    }
  });
  const read = found.filter((one) => typeof one !== "string");
  const records = read.map(({ record }) => record);
  const problems = found.filter((one) => typeof one === "string");
  const anchored = anchoredBy(vouched, records);
  if (vouched.length > 0) {
    const open = read.filter(({ record, claims }) => {
      const named = anchored.has(record.digest) ? claims.filter((id) => signatures.ids.has(id)) : [];
      if (named.length > 0) record.signed = { state: "signed", keyIds: named };
      return named.length === 0 && claims.length > 0;
    });
    await eachAtOnce(open, source.atOnce, async ({ record }) => {
      try {
        // Its digest is in its name: it is what was read before, or it cannot be opened.
        const { envelope, payload } = openRecord(record.name, await source.bytes(record.name));
        await signatures.check({ record, envelope, payload });
      } catch (error) {
        problems.push(reasonOf(error));
      }
    });
  }
  await signatures.done();
  countVouched(records, anchored);
  return { records, problems, keys: trusted.length };
}

/**
 * Counts what was signed by a key that is trusted no more where a checkpoint anchors it: who signed that had checked the
 * signature while the key was trusted. What the old key signs since is anchored by none.
 *
 * @param vouched checkpoints that a trusted key signed
 */
export function vouch(records: readonly EvidenceRecord[], vouched: readonly Checkpoint[]): void {
  countVouched(records, anchoredBy(vouched, records));
}

function countVouched(records: readonly EvidenceRecord[], anchored: ReadonlySet<string>): void {
  for (const record of records) {
    if (record.signed.state === "untrusted" && anchored.has(record.digest)) {
      record.signed = { state: "signed", keyIds: [] };
    }
  }
}

/** @throws {Failure} `failed`, for a record that was put to those of another stack */
export function ofStack(record: EvidenceRecord, stack: string): EvidenceRecord {
  if (record.run.stack === stack) return record;
  throw new Failure("failed", `${record.name} is about the stack ${record.run.stack}, not ${stack}`);
}

/** Digests of what checkpoints anchor, of those alone that fit the records that are there. */
function anchoredBy(checkpoints: readonly Checkpoint[], records: readonly EvidenceRecord[]): Set<string> {
  const fitting = checkpoints
    .map((checkpoint) => compareCheckpoint(checkpoint, records))
    .filter(({ problems }) => problems.length === 0);
  return new Set(fitting.flatMap(({ anchored }) => [...anchored]));
}

/** Signatures that wait for a thread: more would only fill the memory. */
const atATime = 2000;

/** Checks signatures on other threads while this one reads on. */
class Signatures {
  readonly ids: ReadonlySet<string>;
  readonly #trusted: readonly VerifyingKey[];
  #before: Promise<unknown> = Promise.resolve();
  #batch: Promise<void>[] = [];

  constructor(trusted: readonly VerifyingKey[]) {
    this.#trusted = trusted;
    this.ids = new Set(trusted.map(({ id }) => id));
  }

  /** Begins to check the signatures of a record; waits only where two batches are under way. */
  check({ record, envelope, payload }: Opened): Promise<unknown> | undefined {
    if (envelope.signatures.length === 0) return undefined;
    this.#batch.push(
      signedByLater(envelope, this.#trusted, payload).then((signed) => {
        record.signed = signed;
      }),
    );
    if (this.#batch.length < atATime) return undefined;
    const before = this.#before;
    this.#before = Promise.all(this.#batch);
    this.#batch = [];
    return before;
  }

  async done(): Promise<void> {
    await Promise.all([this.#before, ...this.#batch]);
  }
}
