import { unobeyed } from "./text.ts";

/** Attributes of an element of XML, each with a space before it. */
export function attributes(values: Record<string, string | number>): string {
  return Object.entries(values)
    .map(
      ([name, value]) =>
        ` ${name}="${text(String(value)).replaceAll("\n", "&#10;").replaceAll("\t", "&#9;")}"`,
    )
    .join("");
}

const entities = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&apos;"],
]);

/**
 * Character data of XML 1.0: what it has no character for, a lone surrogate included, is replaced, and so is what would
 * turn the order of the text or not show. What a runner takes for a command gets a dot.
 */
export function text(value: string): string {
  return value
    .toWellFormed()
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(/[^\t\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll(/[\p{Cf}\p{Zl}\p{Zp}]/gu, "·")
    .split("\n")
    .map(unobeyed)
    .join("\n")
    .replaceAll(/[&<>"']/g, (character) => entities.get(character) ?? character);
}
