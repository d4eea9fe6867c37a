import { closeSync, openSync, writeFileSync } from "node:fs";
import * as z from "zod";
import { parseJson } from "../../lib/json.ts";
import { rawBytes } from "../../lib/raw-text.ts";
import { textsOf } from "../archive/contents.ts";
import { DigestTable } from "../archive/digest-table.ts";

/** Digests of objects by their names. */
export interface NamedDigests {
  has(name: string): boolean;
  /** Whether an object is there with this digest. */
  is(name: string, digest: string): boolean;
  entries(): Iterable<readonly [name: string, digest: string]>;
}

/** Characters that are written at a time. */
const chunk = 256 * 1024;

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
  const target = openSync(file, "wx", 0o600);
  try {
    let lines = "";
    for await (const [name, digest] of objects) {
      table.set(name, digest);
      lines += `${JSON.stringify([name, digest])}\n`;
      if (lines.length < chunk) continue;
      writeFileSync(target, rawBytes(lines));
      lines = "";
    }
    writeFileSync(target, rawBytes(lines));
  } finally {
    closeSync(target);
  }
  return {
    has: (name) => table.has(name),
    is: (name, digest) => table.meet(name, digest),
    *entries() {
      for (const line of textsOf(file)) yield entry.parse(parseJson(line));
    },
  };
}

const entry = z.tuple([z.string(), z.string()]);
