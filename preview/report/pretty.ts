import { printableText } from "../../lib/text.ts";
import { renderPreview } from "./render.ts";
import type { Report } from "./report.ts";

/** The tree, the policies, the changes and the totals for a person; of a preview that could not tell, why. */
export function prettyReport({ result, color }: Report): string {
  if (!("document" in result)) return `error: ${printableText(result.error.message)}\n`;
  const lines = [renderPreview(result.document, { color })];
  if (result.coverage !== undefined) lines.push(result.coverage);
  return `${lines.join("\n")}\n`;
}
