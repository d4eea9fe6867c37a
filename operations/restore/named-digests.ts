import * as z from "zod";
import { DigestTable } from "../archive/digest-table.ts";
import { writeLines } from "./lines-file.ts";

/** Digests of objects by their names. */
export interface NamedDigests {
  has(name: string): boolean;
  /** Whether an object is there with this digest. */
  is(name: string, digest: string): boolean;
  entries(): Iterable<readonly [name: string, digest: string]>;
}

/**
 * Digests of as many objects as a database has: what is looked up is in memory as a few bytes for each, and the
 * names are in a file.
 *
 * @param file to create, readable only by this account
 */
export async function digestsInFile(
  file: string,
  objects: AsyncIterable<readonly [name: string, digest: string]>,
): Promise<NamedDigests> {
  const table = new DigestTable();
  const remembered = async function* () {
    for await (const [name, digest] of objects) {
      table.set(name, digest);
      yield [name, digest];
    }
  };
  const read = await writeLines(file, remembered());
  return {
    has: (name) => table.has(name),
    is: (name, digest) => table.meet(name, digest),
    *entries() {
      for (const line of read()) yield entry.parse(line);
    },
  };
}

const entry = z.tuple([z.string(), z.string()]);
