import type { Session } from "../../postgres/session.ts";
import type { Attempt } from "./attempt.ts";
import { type Contents, memberPrivilegesOf } from "./contents.ts";
import { type DumpFile, scriptOf } from "./dump-script.ts";
import type { Manifest } from "./manifest.ts";
import { namesOf } from "./names.ts";
import type { Revoke } from "./stand-in.ts";

/**
 * Makes roles in the place of dropped ones, of which the server's record of what an extension's script granted still has
 * the numbers. pg_dump takes such a number for the name of a role and revokes from it what the script granted, and
 * the server would refuse all privileges of that object.
 *
 * @param contents all lines of the dump
 * @returns a function that drops them again
 */
export async function standInForDropped(
  session: Session,
  attempt: Attempt,
  { extensions }: Pick<Manifest, "extensions">,
  dump: DumpFile & { contents: Contents; signal: AbortSignal },
): Promise<Revoke> {
  const made: string[] = [];
  const script =
    extensions.length === 0 ? "" : await scriptOf(dump, memberPrivilegesOf(dump.contents), dump.signal);
  const numbers = [...new Set([...script.matchAll(/ FROM ("\d+");$/gm)].flatMap(([, role]) => role ?? []))];
  if (numbers.length > 0) {
    const query = "select quote_ident(rolname) as name from pg_roles where quote_ident(rolname) = any($1)";
    const there = await namesOf(session, query, numbers);
    for (const role of numbers.filter((name) => !there.has(name))) {
      if ((await attempt([`create role ${role}`])) === undefined) made.push(role);
    }
  }
  return async (by) => {
    for (const role of made) await by.run(`drop role ${role}`);
  };
}
