import { jsonLine } from "../../lib/json.ts";
import type { Report } from "./report.ts";

/** The document of the preview, or `{"error"}`, on one line. */
export function jsonReport({ result }: Report): string {
  if ("document" in result) return jsonLine(result.document);
  const { failure, message, problems } = result.error;
  return jsonLine({ error: { failure, message, ...(problems.length > 0 && { problems }) } });
}
