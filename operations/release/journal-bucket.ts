import { Failure } from "../../lib/failure.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { type Entry, InvalidJournal, type Journal, maximumEntries, parseEntry } from "./journal.ts";

/** What a journal needs of a store. */
export type JournalStore = Pick<ObjectStore, "address" | "list" | "read" | "create" | "keepsFirst">;

/** The object by which a store shows that it refuses a second one of a name. */
const question = "releases/first-writer-wins.json";

const maximumEntryBytes = 1024 * 1024;

/** Objects that are read at the same time. */
const width = 16;

/**
 * A journal in a bucket, for runs on several machines: one object an entry. The store writes each only where there is
 * none (`If-None-Match: *`), so that one of two writers gets through.
 *
 * @param store its prefix ends in the journal's own folder
 */
export class BucketJournal implements Journal {
  #store: JournalStore;
  /** Entries never change, so each is read once. */
  #known: Entry[] = [];
  #keepsFirst = false;

  constructor(store: JournalStore) {
    this.#store = store;
  }

  async read(): Promise<Entry[]> {
    const keys = new Set((await this.#store.list()).map(({ key }) => key));
    const count = keys.size;
    if (count > maximumEntries) {
      throw new Failure("failed", `The journal has more than ${maximumEntries} entries`);
    }
    for (let from = this.#known.length; from < count; from += width) {
      const indexes = Array.from({ length: Math.min(width, count - from) }, (_, offset) => from + offset);
      const texts = await Promise.all(
        indexes.map((index) => {
          if (!keys.has(this.#keyOf(index))) throw new InvalidJournal(`The journal lacks entry ${index}`);
          return this.#store.read(this.#keyOf(index), maximumEntryBytes);
        }),
      );
      this.#known.push(...texts.map((text, offset) => parseEntry(text, from + offset)));
    }
    return [...this.#known];
  }

  /** @throws {Failure} `refused`, before anything is written to a store where two runs could both hold a release */
  async append(index: number, entry: Entry): Promise<boolean> {
    if (!this.#keepsFirst) {
      this.#keepsFirst = await this.#store.keepsFirst(question);
      if (!this.#keepsFirst) throw new Failure("refused", unsafeText(this.#store.address.bucket));
    }
    return this.#store.create(this.#keyOf(index), JSON.stringify(entry));
  }

  #keyOf(index: number): string {
    return `${this.#store.address.prefix}${String(index).padStart(8, "0")}.json`;
  }
}

function unsafeText(bucket: string): string {
  return `The store of ${bucket} takes no notice of If-None-Match, so two runs could both hold the release: use a store that knows it, such as Cloudflare R2 or Amazon S3, or set rollout.journal to "file" and run releases on one machine`;
}
