import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import type { Contents } from "../archive/contents.ts";
import { oneLine } from "../archive/qualified-names.ts";

const rolesSchema = z.array(z.object({ name: z.string(), quoted: z.string() }));

/** A role's name, plain and as the server quotes it. */
export type RoleName = z.infer<typeof rolesSchema>[number];

/**
 * Roles that the session may not act for. Replacing a schema drops their default privileges in it, which only
 * they can set again. At Supabase, supabase_admin has some in `public` of every database, and no customer can
 * act for it.
 */
export async function readForeignRoles(session: Session): Promise<RoleName[]> {
  const rows = await session.rows(
    "select rolname::text as name, quote_ident(rolname) as quoted from pg_roles where not pg_has_role(oid, 'usage')",
  );
  return rolesSchema.parse(rows);
}

/**
 * Removes the default privileges of these roles from a table of contents as `pg_restore --list` prints it.
 */
export function withoutDefaultPrivileges(contents: Contents, roles: readonly RoleName[]): Contents {
  const names = new Set(roles.map(({ name }) => oneLine(name)));
  return contents.filtered(({ text }) => {
    const [, owner] = /^\d+; 826 \d+ DEFAULT ACL .* DEFAULT PRIVILEGES FOR [A-Z]+ (.*)$/s.exec(text) ?? [];
    return owner === undefined || !names.has(owner);
  });
}

/** Whether an object is the default privileges of one of these roles. */
export function isDefaultPrivilegesOf(roles: readonly RoleName[]): (object: string) => boolean {
  const starts = roles.flatMap(({ quoted }) => [
    `default privileges of ${quoted} in `,
    `default privileges of ${quoted} on `,
  ]);
  return (object) => starts.some((start) => object.startsWith(start));
}

/** Sentences on default privileges that were in the backup and cannot be set again. */
export function droppedDefaults(missed: readonly string[]): string[] {
  return missed.map((object) => `${object} were dropped, because only that role can set them.`);
}
