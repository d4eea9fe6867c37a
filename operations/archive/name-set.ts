import { DigestTable } from "./digest-table.ts";

/** Names of which there may be as many as a database has objects: a few bytes of memory for each, of any length. */
export class NameSet {
  #table = new DigestTable();
  size = 0;

  add(name: string): void {
    if (this.#table.has(name)) return;
    this.#table.set(name, present);
    this.size += 1;
  }

  has(name: string): boolean {
    return this.size > 0 && this.#table.has(name);
  }
}

const present = "0".repeat(16);
