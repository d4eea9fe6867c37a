import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { Failure, reasonOf } from "../lib/failure.ts";
import { cannotRead, cannotWrite, codeOf, readReasonOf } from "../lib/file-reasons.ts";
import { writeAtomic } from "../lib/files.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { parentsOf } from "./graph.ts";
import type { SigningKey, VerifyingKey } from "./keys.ts";
import { type Kept, ofStack, type RecordSource, readAll } from "./read-all.ts";
import { type EvidenceRecord, maximumRecordBytes, readRecord, recordName, sealRun } from "./record.ts";
import type { Run } from "./statement.ts";
import type { EvidenceStore } from "./store.ts";

/** The most records that are read of one stack. */
const maximumRecords = 200_000;

/** `<root>/<stack>`, one file a run. Two runs never write the same file, so that Git merges them. */
export class EvidenceFolder implements EvidenceStore {
  readonly path: string;
  readonly #stack: string;

  constructor(root: string, stack: string) {
    this.path = join(root, stack);
    this.#stack = stack;
  }

  /**
   * Reads and checks every record.
   *
   * @throws {Failure} `refused`, for a folder that cannot be read or has too many files
   */
  read(trusted: readonly VerifyingKey[]): Kept {
    const names = this.#names();
    const kept: Kept = { records: [], problems: [], keys: trusted.length };
    for (const name of names) {
      try {
        kept.records.push(ofStack(readRecord(name, bytesIn(this.path, name), trusted), this.#stack));
      } catch (error) {
        kept.problems.push(reasonOf(error));
      }
    }
    return kept;
  }

  /**
   * {@link read}, with the signatures checked on other threads: for many records.
   *
   * @param vouched checkpoints that a trusted key signed
   * @throws {Failure} `refused`, for a folder that cannot be read or has too many files
   */
  readAll(trusted: readonly VerifyingKey[], vouched: readonly Checkpoint[] = []): Promise<Kept> {
    const source: RecordSource = {
      names: async () => this.#names(),
      bytes: (name) => bytesIn(this.path, name),
      atOnce: 1,
      stack: this.#stack,
    };
    return readAll(source, trusted, vouched);
  }

  /**
   * Adds a run, with every record that no other has named as its parents.
   *
   * @throws {Failure} `output`, when it cannot be written
   */
  add(run: Omit<Run, "parents">, key: SigningKey | undefined): EvidenceRecord {
    const sealed = sealRun({ ...run, parents: parentsOf(this.read([]).records) }, key);
    // Before it is written: what would be no valid record must not be left there.
    const record = readRecord(sealed.name, sealed.bytes, key === undefined ? [] : [key]);
    try {
      // In one step: half a record, of a process that was killed, would count as one that was changed.
      writeAtomic(join(this.path, sealed.name), sealed.bytes);
    } catch (error) {
      throw cannotWrite(`evidence to ${this.path}`, error);
    }
    return record;
  }

  #names(): string[] {
    let names: string[];
    try {
      names = readdirSync(this.path).filter((name) => !name.startsWith(".") && /\.json$/i.test(name));
    } catch (error) {
      if (codeOf(error) === "ENOENT") return [];
      throw cannotRead(`the evidence in ${this.path}`, error);
    }
    if (names.length > maximumRecords) {
      throw new Failure(
        "refused",
        `${this.path} has ${names.length} records, and the limit is ${maximumRecords}`,
      );
    }
    return names.sort();
  }
}

/**
 * The bytes of a record in a folder, which may have been put there by somebody else.
 *
 * @throws {Failure} `failed`, for a link, a file that is too large, or another name
 */
export function bytesIn(folder: string, name: string): Uint8Array {
  if (!recordName.test(name)) throw invalid(name, "its name is not that of a record");
  const path = join(folder, name);
  const file = opened(name, path);
  try {
    const bytes = readSync(file, shared, 0, shared.length, 0);
    // Almost every record fits, and its size need not be asked for.
    if (bytes < shared.length) return Buffer.from(shared.subarray(0, bytes));
    const { size } = fstatSync(file);
    if (size > maximumRecordBytes) {
      throw invalid(name, `it has ${size} bytes, and the limit is ${maximumRecordBytes}`);
    }
    const all = Buffer.alloc(size);
    return all.subarray(0, readSync(file, all, 0, size, 0));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw invalid(name, readReasonOf(error));
  } finally {
    closeSync(file);
  }
}

/** A link is refused, and a pipe is not waited for. */
function opened(name: string, path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw invalid(name, codeOf(error) === "ELOOP" ? "it is a symbolic link" : readReasonOf(error));
  }
}

/** Read into first, for each file. */
const shared = Buffer.alloc(64 * 1024);

function invalid(name: string, reason: string): Failure {
  return new Failure("failed", `${name} is not a valid record: ${reason}`);
}
