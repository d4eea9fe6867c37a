import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { cannotWrite } from "../../lib/file-reasons.ts";
import { type Entry, InvalidJournal, type Journal, maximumEntries, parseEntry } from "./journal.ts";

/**
 * A journal in an SQLite file, for one machine. Every entry is one transaction that is on the disk when `append`
 * returns; the primary key lets one of two writers through.
 */
export class FileJournal implements Journal {
  #database: DatabaseSync;
  #name: string;
  #path: string;

  /** @throws {Failure} `refused`, for a file that is no journal */
  constructor(path: string, name: string) {
    this.#name = name;
    this.#path = path;
    if (path !== ":memory:") makeFile(path);
    try {
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
    const rows = this.#ask((database) =>
      database
        .prepare("select n, entry from entries where journal = ? order by n limit ?")
        .all(this.#name, maximumEntries + 1),
    );
    if (rows.length > maximumEntries) {
      throw new Failure("failed", `The journal ${this.#name} has more than ${maximumEntries} entries`);
    }
    return rows.map(({ n, entry }, index) => {
      if (n !== index) throw new InvalidJournal(`The journal ${this.#name} lacks entry ${index}`);
      return parseEntry(String(entry), index);
    });
  }

  async append(index: number, entry: Entry): Promise<boolean> {
    const { changes } = this.#ask((database) =>
      database
        .prepare("insert into entries values (?, ?, ?) on conflict do nothing")
        .run(this.#name, index, JSON.stringify(entry)),
    );
    return Number(changes) === 1;
  }

  close(): void {
    this.#database.close();
  }

  /** A file that another run keeps busy, a disk that is full, and a database of something else are no faults of ours. */
  #ask<T>(ask: (database: DatabaseSync) => T): T {
    try {
      return ask(this.#database);
    } catch (error) {
      throw new Failure("failed", `The journal ${this.#path} cannot be used: ${reasonOf(error)}`);
    }
  }
}

/** SQLite says of every file that it cannot open the same. */
function makeFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    closeSync(openSync(path, "a"));
  } catch (error) {
    throw cannotWrite(`the journal ${path}`, error, "refused");
  }
}

/** Names of the journals in a file that begin with a text; none where there is no file. */
export function journalNamesIn(path: string, prefix: string): string[] {
  if (!existsSync(path)) return [];
  try {
    const database = new DatabaseSync(path, { timeout: 10_000, readOnly: true });
    try {
      return database
        .prepare("select distinct journal from entries where substr(journal, 1, ?) = ?")
        .all(prefix.length, prefix)
        .map(({ journal }) => String(journal));
    } finally {
      database.close();
    }
  } catch (error) {
    throw new Failure("refused", `Cannot open the journal ${path}: ${reasonOf(error)}`);
  }
}
