/** Characters kept of one message. */
export const longestMessage = 20_000;

/** Text in which SARIF reads no link and no placeholder (sections 3.11.5 and 3.11.6 of the standard). */
export function sarifMessage(text: string): { text: string } {
  const kept = text.slice(0, longestMessage).toWellFormed();
  const unlinked = /\]\s*\(/.test(kept) ? kept.replaceAll(/[\\[\]]/g, "\\$&") : kept;
  return { text: unlinked.replaceAll(/\{(?=\d+\})/g, "{{").replaceAll(/(?<=\{\{\d+)\}/g, "}}") };
}

/** Address of a file in the repository, from its root, where SARIF wants one. */
export function sarifAddress(path: string): string {
  return path.toWellFormed().split("/").map(encodeURIComponent).join("/");
}
