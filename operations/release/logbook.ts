import { Failure } from "../../lib/failure.ts";
import { type Entry, entrySchema, type Journal } from "./journal.ts";
import { type ReleaseState, stateOf } from "./state.ts";

/** Another run has written to the journal: it holds the release now. */
export class TakenOver extends Failure {
  constructor() {
    super("refused", "Another run has taken over this release; run the command again to see where it is");
  }
}

/** An entry without what every entry has. */
export type EntryBody = Entry extends infer Each
  ? Each extends Entry
    ? Omit<Each, "at" | "run">
    : never
  : never;

/**
 * A journal as one run uses it: it knows every entry, and what it writes comes directly behind. A run that lost its
 * lease finds another's entry there, and ends. Writes of actions that go on side by side queue up.
 */
export class RunLogbook {
  #journal: Journal;
  #run: string;
  #now: () => Date;
  #entries: Entry[];
  #state: ReleaseState | undefined;
  #queue: Promise<void> = Promise.resolve();

  private constructor(journal: Journal, run: string, now: () => Date, entries: Entry[]) {
    this.#journal = journal;
    this.#run = run;
    this.#now = now;
    this.#entries = entries;
  }

  static async open(journal: Journal, run: string, now: () => Date): Promise<RunLogbook> {
    return new RunLogbook(journal, run, now, await journal.read());
  }

  get state(): ReleaseState {
    this.#state ??= stateOf(this.#entries);
    return this.#state;
  }

  write(body: EntryBody): Promise<void> {
    const written = this.#queue.then(() => this.#append(body));
    // One that failed must not keep the others from finding out by themselves.
    this.#queue = written.catch(() => undefined);
    return written;
  }

  async #append(body: EntryBody): Promise<void> {
    const entry = entrySchema.parse({ ...body, at: this.#now().toISOString(), run: this.#run });
    if (!(await this.#journal.append(this.#entries.length, entry))) throw new TakenOver();
    this.#entries.push(entry);
    this.#state = undefined;
  }
}

/** A journal that is read, and of which nothing is kept: for `--dry-run`. */
export class MemoryJournal implements Journal {
  readonly entries: Entry[];

  constructor(entries: readonly Entry[] = []) {
    this.entries = [...entries];
  }

  async read(): Promise<Entry[]> {
    return [...this.entries];
  }

  async append(index: number, entry: Entry): Promise<boolean> {
    if (index !== this.entries.length) return false;
    this.entries.push(entry);
    return true;
  }
}
