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

/** A text that a terminal opens the address for (OSC 8); the text alone without an address. */
export function linked(text: string, address: string | undefined): string {
  return address === undefined ? text : `\x1b]8;;${address}\x1b\\${text}\x1b]8;;\x1b\\`;
}
