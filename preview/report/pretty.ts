import { printableText } from "../../lib/text.ts";
import { renderPreview } from "./render.ts";
import type { Report } from "./report.ts";

/** What is there, what is wrong and a line of verdict, for a person; of a preview that could not tell, why. */
export function prettyReport({ result, view }: Report): string {
  if (!("document" in result)) return `error: ${printableText(result.error.message)}\n`;
  return `${renderPreview(result.document, view)}\n`;
}
