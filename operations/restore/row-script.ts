/** A part of a script of pg_restore that restores rows. */
export interface ScriptPart {
  /** Statements; a COPY without the end of its line; or what follows that up to the end of its rows. */
  kind: "statements" | "copy" | "rows";
  bytes: Buffer;
}

const endOfRows = Buffer.from("\n\\.\n");

/**
 * Divides a script at each COPY and its rows, of which no more is kept than arrives at once. Commands of psql are left
 * out: pg_restore writes none there but `\restrict`, which would keep the caller from its own.
 */
export async function* partsOf(script: AsyncIterable<Uint8Array>): AsyncGenerator<ScriptPart> {
  let rest = Buffer.alloc(0);
  let isRows = false;
  for await (const chunk of script) {
    rest = Buffer.concat([rest, chunk]);
    for (let isAll = false; !isAll; ) {
      if (isRows) {
        const end = rest.indexOf(endOfRows);
        isAll = end === -1;
        // The end may have arrived in part.
        const length = isAll ? Math.max(0, rest.length - endOfRows.length + 1) : end + endOfRows.length;
        yield { kind: "rows", bytes: rest.subarray(0, length) };
        rest = rest.subarray(length);
        isRows = isAll;
      } else {
        const { statements, copy, length } = scan(rest.toString("latin1"));
        yield { kind: "statements", bytes: Buffer.from(statements, "latin1") };
        if (copy !== undefined) yield { kind: "copy", bytes: Buffer.from(copy, "latin1") };
        rest = rest.subarray(length);
        isRows = copy !== undefined;
        isAll = !isRows;
      }
    }
  }
  yield { kind: isRows ? "rows" : "statements", bytes: rest };
}

/** What is complete by itself, what may have arrived in part, and the end of a statement. */
const token =
  /(?<complete>'[^']*(?:''[^']*)*'|"[^"]*(?:""[^"]*)*")|(?<comment>--[^\n]*\n)|(?<command>\\[^\n]*\n)|(?<open>['"\\]|--)|(?<end>;)/g;

/** Statements up to a COPY, or to the last that is complete; that COPY; and the length of it all. */
function scan(text: string): { statements: string; copy?: string; length: number } {
  let statements = "";
  let begin = 0;
  for (const { index, 0: found, groups } of text.matchAll(token)) {
    const after = index + found.length;
    if (groups?.open !== undefined) break;
    if (groups?.complete !== undefined) continue;
    if (groups?.command !== undefined) {
      statements += text.slice(begin, index);
      begin = after;
    } else if (groups?.end !== undefined || text.slice(begin, index).trim() === "") {
      const statement = text.slice(begin, after);
      const copy = /^\s*(COPY .* FROM stdin;)$/s.exec(statement)?.[1];
      if (copy !== undefined) return { statements, copy, length: after };
      statements += statement;
      begin = after;
    }
  }
  return { statements, length: begin };
}
