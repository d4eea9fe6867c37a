import { isUtf8 } from "node:buffer";

/**
 * A database whose encoding is SQL_ASCII may have bytes that are no UTF-8, in names too. As text, each of these is a
 * character of private use, which stands for it alone: U+10F780 for the byte 0x80, up to U+10F7FF for 0xFF.
 */
const base = 0x10f700;
const standIn = /[\u{10F780}-\u{10F7FF}]/u;
const standIns = /([\u{10F780}-\u{10F7FF}]+)/u;

/** The text of bytes, from which `rawBytes` makes the same bytes again. */
export function rawText(bytes: Buffer): string {
  if (isUtf8(bytes)) {
    const text = bytes.toString("utf8");
    if (!standIn.test(text)) return text;
  }
  const parts: string[] = [];
  let begin = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    parts.push(bytes.toString("utf8", begin, at), String.fromCodePoint(base + (bytes[at] ?? 0)));
    at += 1;
    begin = at;
  }
  parts.push(bytes.toString("utf8", begin));
  return parts.join("");
}

/** Bytes of the character at a place; 0 when there is none, or one that stands for a byte. */
function characterLength(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  const character = bytes.subarray(at, at + length);
  if (character.length < length || !isUtf8(character)) return 0;
  return standIn.test(character.toString("utf8")) ? 0 : length;
}

/** The bytes of a text, as `rawText` reads them. */
export function rawBytes(text: string): Buffer {
  if (!standIn.test(text)) return Buffer.from(text, "utf8");
  const parts = text.split(standIns).map((part) => {
    if (!standIn.test(part)) return Buffer.from(part, "utf8");
    return Buffer.from(Array.from(part, (character) => (character.codePointAt(0) ?? base) - base));
  });
  return Buffer.concat(parts);
}

/** A text as people are shown it: `\xE9` for a byte that is no text. */
export function shownText(text: string): string {
  return text.replaceAll(
    /[\u{10F780}-\u{10F7FF}]/gu,
    (character) => `\\x${((character.codePointAt(0) ?? base) - base).toString(16).toUpperCase()}`,
  );
}
