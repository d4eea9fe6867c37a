import { NameSet } from "./name-set.ts";
import type { Listing } from "./sections.ts";

/** Catalogs whose objects are in no schema, by their fixed numbers. */
const globalCatalogs: ReadonlySet<string> = new Set([
  "2605", // pg_cast
  "3466", // pg_event_trigger
  "2328", // pg_foreign_data_wrapper
  "1417", // pg_foreign_server
  "2612", // pg_language
  "3576", // pg_transform
  "2601", // pg_am
  "6104", // pg_publication
  "6106", // pg_publication_rel
  "6237", // pg_publication_namespace
  "6100", // pg_subscription
]);

/** What a line of a table of contents begins with after its number, and the rest of it. */
interface Line {
  entry: string;
  rest: string;
}

/** Which lines of a table of contents are of objects in no schema that are restored. */
export class GlobalLines {
  #wanted = new NameSet();
  /** How the lines of privileges begin that extensions keep as they are. */
  #unwanted = new NameSet();

  /** @param isWanted whether an object is restored, by its name */
  static async read(listing: Listing, isWanted: (name: string) => boolean): Promise<GlobalLines> {
    const lines = new GlobalLines();
    for await (const { name, entry } of listing.items("global")) {
      if (isWanted(name)) lines.#wanted.add(entry);
      else if (isPrivilege.test(entry)) lines.#unwanted.add(entry);
    }
    return lines;
  }

  /** Whether a line is of no such object, or of one that is wanted. */
  isKept({ entry, rest }: Line): boolean {
    if (globalCatalogs.has(entry.split(" ")[0] ?? "")) return this.#wanted.has(entry);
    if (rest.startsWith("DEFAULT ACL - ")) return this.#wanted.has(entry);
    if (rest.startsWith("USER MAPPING - ")) return beginsWith(rest, this.#wanted);
    return !isPrivilege.test(rest) || !beginsWith(rest, this.#unwanted);
  }

  /** Whether a line has the privileges of an extension that are wanted. */
  isWantedPrivilege({ rest }: Pick<Line, "rest">): boolean {
    return isPrivilege.test(rest) && beginsWith(rest, this.#wanted);
  }
}

const isPrivilege = /^ACL /;

/** Whether a text begins with one of these, each of which ends with a space or a parenthesis. */
function beginsWith(text: string, beginnings: NameSet): boolean {
  if (beginnings.size === 0) return false;
  for (const { index } of text.matchAll(/[ (]/g)) if (beginnings.has(text.slice(0, index + 1))) return true;
  return false;
}
