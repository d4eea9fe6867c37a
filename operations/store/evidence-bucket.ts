import { type Checkpoint, maximumCheckpointBytes } from "../../evidence/checkpoint.ts";
import { sha256 } from "../../evidence/digest.ts";
import { parentsOf } from "../../evidence/graph.ts";
import type { SigningKey, VerifyingKey } from "../../evidence/keys.ts";
import { type Kept, readAll } from "../../evidence/read-all.ts";
import { type EvidenceRecord, maximumRecordBytes, readRecord, sealRun } from "../../evidence/record.ts";
import type { Run } from "../../evidence/statement.ts";
import type { EvidenceStore } from "../../evidence/store.ts";
import { Failure } from "../../lib/failure.ts";
import type { ObjectStore } from "./object-store.ts";

/** What evidence needs of a store. */
export type BucketStore = Pick<ObjectStore, "address" | "list" | "read" | "create">;

/** Objects that are read at the same time. */
const width = 16;

/** The checkpoints of a bucket that are compared: the newest of them, and as many of those that anchor most. */
const mostNotes = 20;

/** The most checkpoints that are read, from the newest back. */
const mostRead = 2000;

/**
 * The evidence of a stack in a bucket: one object a record, which is written only where there is none of its name
 * (`If-None-Match: *`) and, where the bucket locks objects, cannot be changed or removed until its lock ends.
 *
 * @param store its prefix is the folder of the stack's records
 */
export class EvidenceBucket implements EvidenceStore {
  #store: BucketStore;
  #stack: string;

  constructor(store: BucketStore, stack: string) {
    this.#store = store;
    this.#stack = stack;
  }

  get path(): string {
    const { bucket, prefix } = this.#store.address;
    return `s3://${bucket}/${prefix}`;
  }

  async readAll(trusted: readonly VerifyingKey[], vouched: readonly Checkpoint[] = []): Promise<Kept> {
    const { prefix } = this.#store.address;
    return readAll(
      {
        names: async () => {
          const names = (await this.#store.list()).map(({ key }) => key.slice(prefix.length));
          // A store that names an object twice has not two records.
          return [...new Set(names)].filter((name) => name.endsWith(".json")).sort();
        },
        bytes: async (name) =>
          Buffer.from(await this.#store.read(`${prefix}${name}`, maximumRecordBytes), "utf8"),
        atOnce: width,
        stack: this.#stack,
      },
      trusted,
      vouched,
    );
  }

  async add(run: Omit<Run, "parents">, key: SigningKey | undefined): Promise<EvidenceRecord> {
    const sealed = sealRun({ ...run, parents: parentsOf((await this.readAll([])).records) }, key);
    const record = readRecord(sealed.name, sealed.bytes, key === undefined ? [] : [key]);
    const text = Buffer.from(sealed.bytes).toString("utf8");
    if (!(await this.#store.create(`${this.#store.address.prefix}${sealed.name}`, text))) {
      throw new Failure("failed", `${this.path} has another object of the name ${sealed.name}`);
    }
    return record;
  }
}

/**
 * Keeps a checkpoint in a bucket.
 *
 * @param store its prefix is the folder of the stack's checkpoints
 * @returns the address of the object
 */
export async function anchor(store: BucketStore, note: string, at: Date): Promise<string> {
  const { bucket, prefix } = store.address;
  const stamp = at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
  const key = `${prefix}${stamp}Z-${sha256(note)}.txt`;
  if (!(await store.create(key, note)))
    throw new Failure("failed", `s3://${bucket}/${key} is another object`);
  return `s3://${bucket}/${key}`;
}

/**
 * The newest checkpoints of a bucket and those that anchor most, oldest first, with their addresses. The newest alone
 * could be rolled back: any number of small ones can be written behind a large one.
 */
export async function anchored(store: BucketStore): Promise<{ name: string; text: string }[]> {
  const keys = (await store.list()).map(({ key }) => key).filter((key) => key.endsWith(".txt"));
  const read = keys.slice(-mostRead);
  const notes: { name: string; text: string; size: number }[] = [];
  for (let start = 0; start < read.length; start += width) {
    notes.push(
      ...(await Promise.all(
        read.slice(start, start + width).map(async (key) => {
          const text = await store.read(key, maximumCheckpointBytes);
          return {
            name: `s3://${store.address.bucket}/${key}`,
            text,
            size: Number(text.split("\n", 2)[1]) || 0,
          };
        }),
      )),
    );
  }
  const largest = notes.toSorted((one, other) => other.size - one.size).slice(0, mostNotes);
  const kept = new Set([...notes.slice(-mostNotes), ...largest]);
  return notes.filter((note) => kept.has(note)).map(({ name, text }) => ({ name, text }));
}
