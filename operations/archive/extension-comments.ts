import { escapeLiteral } from "pg";
import type { Details } from "./details.ts";
import type { Manifest } from "./manifest.ts";

const start = "comment on extension ";

/**
 * Statements that give extensions the comments that somebody wrote, by their names in a manifest. Only the
 * owner of an extension may set its comment, so each may fail.
 */
export function extensionCommentStatements(
  { globals }: Pick<Manifest, "globals">,
  { expressions }: Pick<Details, "expressions">,
): ReadonlyMap<string, string> {
  return new Map(
    Object.keys(globals).flatMap((name) => {
      const text = name.startsWith(start) && Object.hasOwn(expressions, name) ? expressions[name] : undefined;
      return text === undefined ? [] : [[name, `${name} is ${escapeLiteral(text)}`] as const];
    }),
  );
}
