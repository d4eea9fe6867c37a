/**
 * Splits a text into words as a shell does, with quotes, backslashes and comments; this is how Pulumi reads
 * `nodeargs`.
 *
 * @throws {RangeError} when a quote is not closed or the text ends in a backslash
 */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  let rest = text.trimStart();
  while (rest !== "") {
    const comment = /^#[^\n]*/.exec(rest)?.[0];
    if (comment === undefined) {
      const raw = /^(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/s.exec(rest)?.[0] ?? "";
      const next = rest[raw.length];
      if (next !== undefined && !/\s/.test(next)) throw new RangeError("a quote is not closed");
      words.push(unquoted(raw));
      rest = rest.slice(raw.length).trimStart();
    } else {
      rest = rest.slice(comment.length).trimStart();
    }
  }
  return words;
}

function unquoted(raw: string): string {
  return raw.replaceAll(
    /\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/gs,
    (_, escaped: string | undefined, double: string | undefined, single: string | undefined) =>
      escaped ?? single ?? (double ?? "").replaceAll(/\\(.)/gs, "$1"),
  );
}
