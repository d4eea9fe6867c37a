import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Contents } from "../../../operations/archive/contents.ts";

/** A folder for tables of contents. */
export function startContents(): { of(lines: readonly (string | undefined)[]): Contents; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "contents-"));
  let files = 0;
  return {
    of(lines) {
      files += 1;
      const file = join(folder, `${files}`);
      writeFileSync(file, `;\n; Archive created at 2026\n;\n${lines.join("\n")}\n`);
      return new Contents(file);
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** The lines without what they need. */
export function textsOf(contents: Contents): string[] {
  return [...contents.lines()].map(({ text }) => text);
}
