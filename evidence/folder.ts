import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure, reasonOf } from "../lib/failure.ts";
import { writeAtomic } from "../lib/files.ts";
import { graphOf } from "./graph.ts";
import type { SigningKey, VerifyingKey } from "./keys.ts";
import { type EvidenceRecord, maximumRecordBytes, readRecord, recordName, sealRun } from "./record.ts";
import type { Run } from "./statement.ts";

/** The most records that are read of one stack. */
const maximumRecords = 200_000;

/** What is in the folder of a stack's evidence. */
export interface Kept {
  records: EvidenceRecord[];
  /** One sentence for each file that is not what its name says. */
  problems: string[];
  /** How many keys are trusted. Without one, nobody can tell whose signature is whose. */
  keys: number;
}

/** `<root>/<stack>`, one file a run. Two runs never write the same file, so that Git merges them. */
export class EvidenceFolder {
  readonly path: string;

  constructor(root: string, stack: string) {
    this.path = join(root, stack);
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
        kept.records.push(readRecord(name, this.#bytes(name), trusted));
      } catch (error) {
        kept.problems.push(reasonOf(error));
      }
    }
    return kept;
  }

  /**
   * Adds a run, with every record that no other has named as its parents.
   *
   * @throws {Failure} `failed`, when it cannot be written
   */
  add(run: Omit<Run, "parents">, key: SigningKey | undefined): EvidenceRecord {
    const { heads } = graphOf(this.read([]).records);
    const sealed = sealRun({ ...run, parents: heads }, key);
    // Before it is written: what would be no valid record must not be left there.
    const record = readRecord(sealed.name, sealed.bytes, key === undefined ? [] : [key]);
    try {
      // In one step: half a record, of a process that was killed, would count as one that was changed.
      writeAtomic(join(this.path, sealed.name), sealed.bytes);
    } catch (error) {
      throw new Failure("failed", `Cannot write evidence to ${this.path}: ${reasonOf(error)}`);
    }
    return record;
  }

  #names(): string[] {
    let names: string[];
    try {
      names = readdirSync(this.path).filter((name) => !name.startsWith(".") && name.endsWith(".json"));
    } catch (error) {
      if (isMissing(error)) return [];
      throw new Failure("refused", `Cannot read the evidence in ${this.path}: ${reasonOf(error)}`);
    }
    if (names.length > maximumRecords) {
      throw new Failure(
        "refused",
        `${this.path} has ${names.length} records, and the limit is ${maximumRecords}`,
      );
    }
    return names.sort();
  }

  #bytes(name: string): Uint8Array {
    const path = join(this.path, name);
    if (!recordName.test(name))
      throw new Failure("failed", `${name} is not a valid record: its name is not that of a record`);
    const stats = lstatSync(path);
    if (!stats.isFile()) throw new Failure("failed", `${name} is not a valid record: it is no regular file`);
    const { size } = stats;
    if (size > maximumRecordBytes) {
      throw new Failure(
        "failed",
        `${name} is not a valid record: it has ${size} bytes, and the limit is ${maximumRecordBytes}`,
      );
    }
    return readFileSync(path);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
