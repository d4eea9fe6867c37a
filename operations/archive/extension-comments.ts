import { escapeLiteral } from "pg";
import type { Attempt } from "./attempt.ts";
import type { Listing } from "./sections.ts";

const start = "comment on extension ";

/**
 * Gives extensions the comments that somebody wrote. Only the owner of an extension may set its comment.
 *
 * @param isWanted whether a comment is set, by its name in a listing
 * @returns the names of those that could not be set, each with the server's reason
 */
export async function commentExtensions(
  listing: Listing,
  attempt: Attempt,
  isWanted: (name: string) => boolean = () => true,
): Promise<ReadonlyMap<string, string>> {
  const failed = new Map<string, string>();
  for await (const { name, expression } of listing.items("global")) {
    if (!name.startsWith(start) || expression === undefined || !isWanted(name)) continue;
    const reason = await attempt([`${name} is ${escapeLiteral(expression)}`]);
    if (reason !== undefined) failed.set(name, reason);
  }
  return failed;
}
