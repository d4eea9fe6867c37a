/** Colours a text for a terminal, or leaves it as it is. */
export interface Painter {
  bold: (text: string) => string;
  dim: (text: string) => string;
  red: (text: string) => string;
  green: (text: string) => string;
  yellow: (text: string) => string;
}

export function painter(color: boolean): Painter {
  const code =
    (open: number, close: number) =>
    (text: string): string =>
      color ? `\x1b[${open}m${text}\x1b[${close}m` : text;
  return {
    bold: code(1, 22),
    dim: code(2, 22),
    red: code(31, 39),
    green: code(32, 39),
    yellow: code(33, 39),
  };
}

/** A text of several lines, each as {@link printable} shows it. */
export function printableText(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

/** Control characters could move the cursor or recolour what follows: a name or message shows them as dots. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => (character === "\t" ? "  " : "·"));
}
