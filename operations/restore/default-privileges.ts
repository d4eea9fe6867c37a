import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import type { Description } from "../archive/manifest.ts";

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
export function withoutDefaultPrivileges(contents: string, roles: readonly RoleName[]): string {
  const names = new Set(roles.map(({ name }) => name));
  return contents
    .split("\n")
    .filter((line) => {
      const [, owner] = /^\d+; 826 \d+ DEFAULT ACL .* DEFAULT PRIVILEGES FOR [A-Z]+ (.*)$/.exec(line) ?? [];
      return owner === undefined || !names.has(owner);
    })
    .join("\n");
}

/** Removes the default privileges of these roles from a description, and says so in one sentence each. */
export function setDefaultPrivilegesAside(
  description: Description,
  roles: readonly RoleName[],
): { description: Description; sentences: string[] } {
  const starts = roles.map(({ quoted }) => `default privileges of ${quoted} in `);
  const isForeign = (object: string): boolean => starts.some((start) => object.startsWith(start));
  const objects = Object.entries(description.objects).filter(([object]) => !isForeign(object));
  return {
    description: { ...description, objects: Object.fromEntries(objects) },
    sentences: Object.keys(description.objects)
      .filter(isForeign)
      .map((object) => `${object} were dropped, because only that role can set them.`),
  };
}
