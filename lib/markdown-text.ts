import { shortened, unobeyed } from "./text.ts";

/**
 * Text of others in GitHub's Markdown. A backslash does not stop GitHub from linking a name, a number or an
 * address that stands in plain text, so whatever could be more than a plain word stands in a code span.
 */

/** A text on one line, in a code span that it cannot leave. */
export function code(text: string, most = 300): string {
  const line = abridged(oneLine(text), most);
  if (line === "") return "(empty)";
  const fence = "`".repeat(longestRun(line) + 1);
  // One space on either side is taken off again when it is shown.
  const pad = /^`|`$/.test(line) ? " " : "";
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** A sentence on one line: plain words as they are, all else in code spans. */
export function prose(text: string, most = 1000): string {
  const parts: Part[] = [];
  for (const word of abridged(oneLine(text), most).split(" ")) {
    const part = partOf(word);
    const last = parts.at(-1);
    if (last?.plain === false && !part.plain && last.after === "" && part.before === "") {
      last.text += ` ${part.text}`;
      last.after = part.after;
    } else if (word !== "") parts.push(part);
  }
  return parts
    .map(({ before, text: inner, after, plain }) => `${before}${plain ? inner : code(inner, most)}${after}`)
    .join(" ");
}

/** Lines in a fenced block that they cannot leave, each line indented. */
export function block(text: string, most: number, indent = ""): string {
  const lines = abridged(text, most)
    .split("\n")
    .map((line) => visible(line.replaceAll("\t", "  ")).trimEnd());
  const fence = "`".repeat(Math.max(3, longestRun(lines.join("\n")) + 1));
  return [`${fence}text`, ...lines, fence].map((line) => `${indent}${line}`).join("\n");
}

/** The first characters of a text, and how many more there are. */
export function abridged(text: string, most: number): string {
  return shortened(text, most, (left) => `… (${left} more characters)`);
}

function oneLine(text: string): string {
  return visible(text.replaceAll(/\s+/g, " ")).trim();
}

/**
 * Without characters that are not to be seen, that turn the direction of what follows, or that pile up on a letter
 * until they cover the lines above it: no script puts more than a few on one. A runner's log may show it, too.
 */
function visible(line: string): string {
  const seen = line
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}\u2800[\p{Default_Ignorable_Code_Point}--\uFE0F]]/gv, "·")
    .replaceAll(/(\p{M}{4})\p{M}+/gv, "$1·");
  return unobeyed(seen);
}

/** A word and the punctuation around it. */
interface Part {
  before: string;
  text: string;
  after: string;
  plain: boolean;
}

function partOf(word: string): Part {
  const [, before = "", rest = ""] = /^([("']*)(.*)$/s.exec(word) ?? [];
  const [, inner = "", after = ""] = /^(.*?)([.,;:!?)"'…]*)$/s.exec(rest) ?? [];
  const [, span] = /^`([^`]+)`$/.exec(inner) ?? [];
  return { before, text: span ?? inner, after, plain: span === undefined && isPlain(inner) };
}

/**
 * Nothing that GitHub links or formats, whatever punctuation follows: a word in letters (`www` before a period
 * begins an address), a short number (a long one may be a commit), a date or an item's number.
 */
function isPlain(word: string): boolean {
  if (word === "" || word === "—") return true;
  if (/^www$/i.test(word) || /(?<![A-Za-z])[a-f]{7,40}(?![A-Za-z])/i.test(word)) return false;
  return (
    /^[A-Za-z\u00c0-\u024f]+(?:[-'’][A-Za-z\u00c0-\u024f]+)*$/.test(word) ||
    /^\d{1,6}(?:\.\d{1,6})?%?$/.test(word) ||
    /^[A-Z\d]{1,3}\.\d{1,2}$/.test(word) ||
    /^\d{4}-\d{2}-\d{2}$/.test(word)
  );
}

function longestRun(text: string): number {
  return [...text.matchAll(/`+/g)].reduce((longest, [run]) => Math.max(longest, run.length), 0);
}
