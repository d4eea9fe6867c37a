/**
 * psql puts the value of a variable, some of which it sets itself, in the place of a name behind a colon: of `"PORT"` in
 * `ports[1:"PORT"]`, which is how the server writes a slice up to a column. Behind a space the colon is the server's.
 */

/** What may follow a colon that is for psql. */
const named = /["'{A-Za-z0-9_\x80-\uffff]/;

/** How what spans lines ends, or what a backslash or a further quote keeps from ending it. */
const ends = {
  "'": /''|'/g,
  "e'": /\\[\s\S]|''|'/g,
  '"': /""|"/g,
  "/*": /\/\*|\*\//g,
  "--": /\n/g,
} as const;

/** In what the statements are that spans lines. */
type Mode = keyof typeof ends | { tag: string };

const token =
  /[A-Za-z_\x80-\uffff][\w$\x80-\uffff]*|\$\d+|\$(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$|['"]|--[^\n]*|\/\*|::|:/g;

/** Statements that come in pieces, each of which ends with its line or behind a space. They have no rows. */
export class Colons {
  #mode: Mode | undefined;
  #depth = 0;
  #backslashes: boolean;

  /** @param backslashes whether a backslash in a string is what follows it, as without `standard_conforming_strings` */
  constructor(backslashes = false) {
    this.#backslashes = backslashes;
  }

  /** The same statements, without a colon that psql could take for its own. */
  apart(text: string): string {
    let apart = "";
    let from = 0;
    for (let at = 0; at < text.length; ) {
      if (this.#mode !== undefined) {
        at = this.#end(this.#mode, text, at);
        continue;
      }
      token.lastIndex = at;
      const found = token.exec(text);
      if (found === null) break;
      const [word] = found;
      at = token.lastIndex;
      if (word === ":" && named.test(text.charAt(at))) {
        apart += `${text.slice(from, at)} `;
        from = at;
      } else if (word === "'") {
        const before = text.slice(Math.max(0, at - 3), at - 1);
        this.#mode = this.#backslashes || /(?:^|[^\w$\x80-\uffff])e$/i.test(before) ? "e'" : "'";
      } else if (word === '"' || word === "/*") this.#mode = word;
      else if (word.startsWith("--") && at === text.length) this.#mode = "--";
      else if (word.startsWith("$") && word.endsWith("$")) this.#mode = { tag: word };
      else if (word === "standard_conforming_strings") {
        const [, value] = /^ = (on|off);/.exec(text.slice(at)) ?? [];
        if (value !== undefined) this.#backslashes = value === "off";
      }
      if (this.#mode === "/*") this.#depth = 1;
    }
    return apart + text.slice(from);
  }

  /** @returns where what spans lines ends, or the end of the text */
  #end(mode: Mode, text: string, at: number): number {
    if (typeof mode === "object") {
      const end = text.indexOf(mode.tag, at);
      if (end === -1) return text.length;
      this.#mode = undefined;
      return end + mode.tag.length;
    }
    const end = ends[mode];
    end.lastIndex = at;
    for (let found = end.exec(text); found !== null; found = end.exec(text)) {
      if (mode === "/*") this.#depth += found[0] === "/*" ? 1 : -1;
      if (mode === "/*" ? this.#depth > 0 : found[0].length === 2) continue;
      this.#mode = undefined;
      return end.lastIndex;
    }
    return text.length;
  }
}

/**
 * A script of statements without rows, in whose lines no colon is for psql.
 *
 * @param lineBytes most bytes of a line that is looked at in one piece, where it has spaces
 */
export async function* colonsApart(
  script: AsyncIterable<Uint8Array>,
  lineBytes = 256 * 1024,
): AsyncGenerator<Uint8Array> {
  const colons = new Colons();
  let rest: Buffer[] = [];
  let length = 0;
  for await (const chunk of script) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    length += bytes.length;
    // A comment or a function may have any length.
    const end = bytes.lastIndexOf("\n") + 1 || (length > lineBytes ? bytes.lastIndexOf(" ") + 1 : 0);
    if (end > 0) {
      const lines = Buffer.concat([...rest, bytes.subarray(0, end)]);
      yield Buffer.from(colons.apart(lines.toString("latin1")), "latin1");
      rest = [];
      length = bytes.length - end;
    }
    rest.push(bytes.subarray(end));
  }
  yield Buffer.from(colons.apart(Buffer.concat(rest).toString("latin1")), "latin1");
}
