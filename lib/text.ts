import { shownText } from "./raw-text.ts";

/** A number with what it counts: `1 policy`, `2 policies`. The plural is the noun with `s` unless given. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** Alternatives or parts in a sentence: `a`, `a or b`, `a, b or c`. */
export function listed(parts: readonly string[], conjunction: "and" | "or"): string {
  const last = parts.at(-1) ?? "";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} ${conjunction} ${last}`;
}

/** A list with "and", of its first parts and how many more there are. */
export function listedSome(parts: readonly string[], most: number): string {
  const left = parts.length - most;
  return listed(left > 0 ? [...parts.slice(0, most), `${left} more`] : parts, "and");
}

/** `zone_setting` or `zone-setting` as `zoneSetting`. */
export function camelCase(name: string): string {
  return name.replace(/[_-]+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** A name in camel case with dashes instead: `urlNormalization` gives `url-normalization`. */
export function kebabCase(camelCase: string): string {
  return camelCase.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A name in camel case as APIs write theirs: `zoneSetting` gives `zone_setting`. */
export function snakeCase(camelCase: string): string {
  return camelCase.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * A text on one line that is shown and never obeyed: control and formatting characters and line separators
 * become dots, a tab two spaces, and a byte of a database that is no text `\xE9`. What a runner of GitHub or Azure takes
 * for a command gets a dot.
 */
export function printable(text: string): string {
  return unobeyed(
    shownText(text).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
      character === "\t" ? "  " : "·",
    ),
  );
}

/**
 * A line of which no runner takes a part for a command, also where it is broken at a space: GitHub's begin a line with
 * `::`, its older ones and Azure's stand anywhere in it (`##[`, `##vso[`).
 */
export function unobeyed(line: string): string {
  return line.replaceAll(/(?<=^\s*)::|(?<=\s)::(?=\p{L})/gu, "·::").replaceAll(/##(?=(?:vso)?\[)/gi, "##·");
}

/** A text of several lines, each as {@link printable} shows it. */
export function printableText(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

/**
 * At most the first `most` UTF-16 units of a text, with `rest` behind them where something is left out. A
 * pair of surrogates stays together.
 */
export function shortened(text: string, most: number, rest: (left: number) => string = () => "…"): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, most).replace(/[\uD800-\uDBFF]$/, "");
  return `${kept}${rest(text.length - kept.length)}`;
}
