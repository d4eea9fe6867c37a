import { parseJson } from "../lib/json.ts";
import { printable, shortened } from "../lib/text.ts";

/** Most characters of a vendor's own words in a message. */
const mostCharacters = 200;

/** What an answer that refuses says of itself, on one line; empty where it says nothing that is known. */
export function messageOf(text: string): string {
  const said = wordsOf(parseJson(text), 3);
  return said === undefined ? "" : shortened(printable(said.slice(0, 4 * mostCharacters)), mostCharacters);
}

/** Vendors have `message`, `detail`, `error` or `errors`, as text, an object or a list. */
function wordsOf(value: unknown, depth: number): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null || depth === 0) return undefined;
  const inner = Array.isArray(value)
    ? value.slice(0, 1)
    : ["message", "detail", "error", "errors"].map((key) => new Map(Object.entries(value)).get(key));
  for (const each of inner) {
    const found = wordsOf(each, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The text without a token that a vendor repeats. */
export function conceal(text: string, token: string): string {
  return text.replaceAll(token, "[secret]").replaceAll(encodeURIComponent(token), "[secret]");
}

/** The code of a failed connection, or the name of the error. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const { cause } = error;
  if ("code" in error) return String(error.code);
  return cause instanceof Error && "code" in cause ? String(cause.code) : error.name;
}
