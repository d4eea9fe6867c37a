import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import type { Description } from "../archive/manifest.ts";

const rolesSchema = z.array(z.object({ name: z.string(), quoted: z.string() }));

/** A role by its name, and by that as the server quotes it. */
export type RoleName = z.infer<typeof rolesSchema>[number];

/**
 * Roles of the server that the session may not act for. Their default privileges go with a schema that is
 * replaced, and only they can set them: at Supabase those of supabase_admin are in each database's `public`,
 * and nobody outside has its rights.
 */
export async function readForeignRoles(session: Session): Promise<RoleName[]> {
  const rows = await session.rows(
    "select rolname::text as name, quote_ident(rolname) as quoted from pg_roles where not pg_has_role(oid, 'usage')",
  );
  return rolesSchema.parse(rows);
}

/** The table of contents of a dump without the default privileges of those roles: `pg_restore --list`'s text. */
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

/** A description without the default privileges of those roles, and a sentence for each that it had. */
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
      .map((object) => `${object} are gone, since only that role can set them.`),
  };
}
