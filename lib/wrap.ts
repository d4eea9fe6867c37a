import { stripVTControlCharacters } from "node:util";

/** Columns that a text takes at a terminal: colors and links take none, and East Asian characters two each. */
export function displayWidth(text: string): number {
  const shown = stripVTControlCharacters(text);
  if (/^[\u0020-\u007e]*$/.test(shown)) return shown.length;
  let width = 0;
  for (const character of shown) width += /\p{M}/u.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u;

/** Parts with commas, each of which {@link wrapped} keeps on one line, such as a name and its number. */
export function commaList(parts: readonly string[]): string {
  return parts.map((part) => part.replaceAll(" ", hardSpace)).join(", ");
}

/** A space at which no line is broken; what is printed is an ordinary one. */
const hardSpace = "\u00a0";

/**
 * A line broken at its spaces into lines of at most `width` columns. A word is never broken: one that is too
 * long stands on a line of its own.
 *
 * @param first what the first line begins with
 * @param rest what every other line begins with
 */
export function wrapped(text: string, width: number, first = "", rest = first): string[] {
  const shown = (line: string): string => line.replaceAll(hardSpace, " ").trimEnd();
  if (displayWidth(first) + displayWidth(text) <= width) return [shown(`${first}${text}`)];
  const lines: string[] = [];
  let line = first;
  let used = displayWidth(first);
  let isEmpty = true;
  for (const word of text.split(" ")) {
    const length = displayWidth(word);
    if (!isEmpty && used + 1 + length > width) {
      lines.push(shown(line));
      line = rest;
      used = displayWidth(rest);
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    used += isEmpty ? length : length + 1;
    isEmpty = false;
  }
  return [...lines, shown(line)];
}

/** A text of several lines, each {@link wrapped}; what goes on below a line is indented by two columns more. */
export function wrappedText(text: string, width: number): string {
  return text
    .split("\n")
    .flatMap((line) => {
      const [indent = ""] = /^ */.exec(line) ?? [];
      return wrapped(line.slice(indent.length), width, indent, `${indent}  `);
    })
    .join("\n");
}
