import { jsonLine } from "../../lib/json.ts";
import type { Report } from "./report.ts";

/** The document of the preview, or `{"error"}`, on one line. */
export function jsonReport({ result }: Report): string {
  return jsonLine("document" in result ? result.document : result);
}
