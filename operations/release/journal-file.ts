import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { type Entry, type Journal, maximumEntries, parseEntry } from "./journal.ts";

/**
 * A journal in an SQLite file, for one machine. Every entry is one transaction that is on the disk when `append`
 * returns; the primary key lets one of two writers through.
 */
export class FileJournal implements Journal {
  #database: DatabaseSync;
  #name: string;

  /** @throws {Failure} `refused`, for a file that is no journal */
  constructor(path: string, name: string) {
    this.#name = name;
    try {
      if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
      this.#database = new DatabaseSync(path, { timeout: 10_000 });
      this.#database.exec("pragma journal_mode = wal; pragma synchronous = full");
      this.#database.exec(
        "create table if not exists entries (journal text not null, n integer not null, entry text not null, primary key (journal, n)) strict, without rowid",
      );
    } catch (error) {
      throw new Failure("refused", `Cannot open the journal ${path}: ${reasonOf(error)}`);
    }
  }

  async read(): Promise<Entry[]> {
    const rows = this.#database
      .prepare("select n, entry from entries where journal = ? order by n limit ?")
      .all(this.#name, maximumEntries + 1);
    if (rows.length > maximumEntries) {
      throw new Failure("failed", `The journal ${this.#name} has more than ${maximumEntries} entries`);
    }
    return rows.map(({ n, entry }, index) => {
      if (n !== index) throw new Failure("failed", `The journal ${this.#name} lacks entry ${index}`);
      return parseEntry(String(entry), index);
    });
  }

  async append(index: number, entry: Entry): Promise<boolean> {
    const { changes } = this.#database
      .prepare("insert into entries values (?, ?, ?) on conflict do nothing")
      .run(this.#name, index, JSON.stringify(entry));
    return Number(changes) === 1;
  }

  close(): void {
    this.#database.close();
  }
}
