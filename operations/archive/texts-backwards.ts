import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { rawText } from "../../lib/raw-text.ts";

const chunkBytes = 256 * 1024;

/** The lines of a file as texts, from the last to the first. */
export function* textsBackwards(file: string): Generator<string> {
  const source = openSync(file, "r");
  try {
    // The end of a line whose beginning is not read yet.
    let rest: Buffer = Buffer.alloc(0);
    for (let end = fstatSync(source).size; end > 0; ) {
      const start = Math.max(0, end - chunkBytes);
      const chunk = Buffer.allocUnsafe(end - start);
      const bytes = readSync(source, chunk, 0, chunk.length, start);
      const all = Buffer.concat([chunk.subarray(0, bytes), rest]);
      const begin = start === 0 ? 0 : all.indexOf("\n") + 1;
      const isWithin = start > 0 && (begin === 0 || begin === all.length);
      if (!isWithin) {
        const texts = rawText(all.subarray(begin)).replace(/\n$/, "").split("\n");
        yield* texts.reverse();
      }
      rest = isWithin ? all : all.subarray(0, begin);
      end = start;
    }
  } finally {
    closeSync(source);
  }
}
