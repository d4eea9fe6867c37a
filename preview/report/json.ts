import { jsonLine } from "../../lib/json.ts";
import type { Failed, Judged, Report } from "./report.ts";

/** The document of the preview, or `{"error"}`, on one line. */
export function jsonReport({ result }: Report): string {
  return jsonLine(jsonOf(result));
}

/** The documents of several stacks in one, each with its name. */
export function jsonOfStacks(stacks: readonly { stack: string; result: Judged | Failed }[]): string {
  return jsonLine({ stacks: stacks.map(({ stack, result }) => ({ stack, ...jsonOf(result) })) });
}

function jsonOf(result: Judged | Failed): object {
  if (!("document" in result)) return result;
  return { ...result.document, ...(result.items && { items: result.items }) };
}
