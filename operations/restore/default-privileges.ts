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
    const [, owner] = /^\d+; 826 \d+ DEFAULT ACL .* DEFAULT PRIVILEGES FOR [A-Z]+ (.*)$/.exec(text) ?? [];
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

/**
 * Puts the session's own default privileges for every schema aside, which would give the restored objects
 * privileges that the dump does not know of.
 *
 * @returns statements that set them again, by the names of these objects in a manifest
 */
export async function putOwnDefaultsAside(session: Session): Promise<ReadonlyMap<string, string[]>> {
  const found = ownDefaults.parse(await session.rows(ownDefaultsQuery));
  for (const { kind, grantees } of found) {
    const change = "alter default privileges";
    for (const grantee of grantees) await session.run(`${change} revoke all on ${kind} from ${grantee}`);
    await session.run(`${change} grant all on ${kind} to current_user`);
    if (kind === "functions") await session.run(`${change} grant execute on ${kind} to public`);
    if (kind === "types") await session.run(`${change} grant usage on ${kind} to public`);
  }
  return new Map(
    found.map(({ object, kind, grants }) => [
      object,
      [
        `alter default privileges revoke all on ${kind} from current_user, public`,
        ...grants.map((grant) => `alter default privileges ${grant}`),
      ],
    ]),
  );
}

const ownDefaults = z.array(
  z.object({
    object: z.string(),
    kind: z.string(),
    grantees: z.array(z.string()),
    grants: z.array(z.string()),
  }),
);

const grantee = "case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end";
const kind =
  "case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' when 'n' then 'schemas' end";

const ownDefaultsQuery = `
  select format('default privileges of %I on %s', current_user, d.defaclobjtype::text) as object, ${kind} as kind,
         array(select distinct ${grantee} from aclexplode(d.defaclacl) x) as grantees,
         array(select format('grant %s on %s to %s%s', x.privilege_type, ${kind}, ${grantee},
             case when x.is_grantable then ' with grant option' end) from aclexplode(d.defaclacl) x) as grants
    from pg_default_acl d
   where d.defaclnamespace = 0 and d.defaclrole = (select oid from pg_roles where rolname = current_user)
     and ${kind} is not null`;
