import { closeSync, openSync, writeFileSync } from "node:fs";
import { parseJson } from "../../lib/json.ts";
import { rawBytes } from "../../lib/raw-text.ts";
import { textsOf } from "../archive/contents.ts";

/** Characters that are written at a time. */
const chunk = 256 * 1024;

/**
 * Writes values into a file, of which there may be as many as a database has objects, one line of JSON each.
 *
 * @param file to create, readable only by this account
 * @returns a function that reads them again
 */
export async function writeLines(
  file: string,
  values: AsyncIterable<unknown>,
): Promise<() => Iterable<unknown>> {
  const target = openSync(file, "wx", 0o600);
  try {
    let lines = "";
    for await (const value of values) {
      lines += `${JSON.stringify(value)}\n`;
      if (lines.length < chunk) continue;
      writeFileSync(target, rawBytes(lines));
      lines = "";
    }
    writeFileSync(target, rawBytes(lines));
  } finally {
    closeSync(target);
  }
  return function* () {
    for (const line of textsOf(file)) yield parseJson(line);
  };
}
