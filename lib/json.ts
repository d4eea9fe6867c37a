/** What a text says in JSON; undefined where it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * A document as JSON on one line, with a newline behind it, no character that a terminal obeys or that turns the order
 * of what is shown, and nothing that a runner of GitHub or Azure takes for a command wherever it stands in a line.
 */
export function jsonLine(document: unknown): string {
  const escaped = JSON.stringify(document).replaceAll(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|(?<=#)#(?=(?:vso)?\[)/gi,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${escaped}\n`;
}
