import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import type { Attempt } from "./attempt.ts";
import { type Contents, memberPrivilegesOf } from "./contents.ts";
import { type DumpFile, scriptOf } from "./dump-script.ts";
import type { Manifest } from "./manifest.ts";
import { namesOf } from "./names.ts";
import type { Revoke } from "./stand-in.ts";

/**
 * Makes roles in the place of dropped ones, of which the server's catalogs still have the numbers: who was granted
 * something, who granted it, and whom an extension's script gave what was revoked later. pg_dump takes such a number for
 * the name of a role, and the server would refuse all privileges of that object.
 *
 * @param contents all lines of the dump
 * @returns a function that drops them again, with what they were granted
 */
export async function standInForDropped(
  session: Session,
  attempt: Attempt,
  manifest: Pick<Manifest, "extensions" | "droppedRoles">,
  dump: DumpFile & { contents: Contents; signal: AbortSignal },
): Promise<Revoke> {
  const made: string[] = [];
  const names = manifest.droppedRoles?.map((number) => `"${number}"`) ?? (await revokedFrom(manifest, dump));
  if (names.length > 0) {
    const query = "select quote_ident(rolname) as name from pg_roles where quote_ident(rolname) = any($1)";
    const there = await namesOf(session, query, names);
    const [row] = await session.rows("select current_setting('is_superuser') = 'on' as super");
    const { super: isSuper } = z.object({ super: z.boolean() }).parse(row);
    // What a superuser grants is granted by the owner, and stays when that role is dropped.
    const how = isSuper ? " superuser" : "";
    for (const role of names.filter((name) => !there.has(name))) {
      if ((await attempt([`create role ${role}${how}`])) === undefined) made.push(role);
    }
  }
  return async (by) => {
    for (const role of made) {
      await by.run(`grant ${role} to current_user`);
      await by.run(`drop owned by ${role}`);
      await by.run(`drop role ${role}`);
    }
  };
}

/** Quoted names of the dropped roles from which a dump of an earlier version revokes what extensions gave them. */
async function revokedFrom(
  { extensions }: Pick<Manifest, "extensions">,
  dump: DumpFile & { contents: Contents; signal: AbortSignal },
): Promise<string[]> {
  if (extensions.length === 0) return [];
  const script = await scriptOf(dump, memberPrivilegesOf(dump.contents), dump.signal);
  return [...new Set([...script.matchAll(/ FROM ("\d+");$/gm)].flatMap(([, role]) => role ?? []))];
}
