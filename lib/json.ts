/** What a text says in JSON; undefined where it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A document as JSON on one line, with a newline behind it and no character that a terminal obeys. */
export function jsonLine(document: unknown): string {
  const escaped = JSON.stringify(document).replaceAll(
    /[\u007f-\u009f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${escaped}\n`;
}
