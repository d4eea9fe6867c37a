import type { Report } from "./report.ts";

/** The document of the preview, or `{"error"}`, on one line. */
export function jsonReport({ result }: Report): string {
  if ("document" in result) return jsonLine(result.document);
  const { failure, message, problems } = result.error;
  return jsonLine({ error: { failure, message, ...(problems.length > 0 && { problems }) } });
}

/** A document as JSON on one line, without the control characters that JSON leaves as they are. */
export function jsonLine(document: unknown): string {
  // A terminal obeys these.
  const escaped = JSON.stringify(document).replaceAll(
    /[\u007f-\u009f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${escaped}\n`;
}
