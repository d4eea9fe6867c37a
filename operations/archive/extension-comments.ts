import { escapeLiteral } from "pg";
import type { Listing } from "./sections.ts";

const start = "comment on extension ";

/**
 * Statements that give extensions the comments that somebody wrote, by their names in a listing. Only the
 * owner of an extension may set its comment, so each may fail.
 */
export async function extensionCommentStatements(listing: Listing): Promise<ReadonlyMap<string, string>> {
  const statements = new Map<string, string>();
  for await (const { name, expression } of listing.items("global")) {
    if (!name.startsWith(start) || expression === undefined) continue;
    statements.set(name, `${name} is ${escapeLiteral(expression)}`);
  }
  return statements;
}
