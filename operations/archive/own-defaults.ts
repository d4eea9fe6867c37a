import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { grantee, isThere } from "./fragments.ts";
import type { Manifest } from "./manifest.ts";
import { namesOf } from "./names.ts";
import type { Listing } from "./sections.ts";

/**
 * Puts default privileges for every schema aside, which would give the restored objects privileges that the dump does not
 * know of: those of the session, and those of other roles for sequences, since the server makes the sequence of an
 * identity column as an object of the table's owner.
 *
 * @returns statements that set them again, by the names of these objects in a manifest
 */
export async function putOwnDefaultsAside(session: Session): Promise<ReadonlyMap<string, string[]>> {
  const found = ownDefaults.parse(await session.rows(ownDefaultsQuery));
  for (const { role, kind, grantees } of found) {
    const change = `alter default privileges for role ${role}`;
    for (const grantee of grantees) await session.run(`${change} revoke all on ${kind} from ${grantee}`);
    await session.run(`${change} grant all on ${kind} to ${role}`);
    if (kind === "functions") await session.run(`${change} grant execute on ${kind} to public`);
    if (kind === "types") await session.run(`${change} grant usage on ${kind} to public`);
  }
  return new Map(
    found.map(({ object, role, kind, grants }) => [
      object,
      [
        `alter default privileges for role ${role} revoke all on ${kind} from ${role}, public`,
        ...grants.map((grant) => `alter default privileges for role ${role} ${grant}`),
      ],
    ]),
  );
}

/**
 * The statements of those that a backup does not have, or that are not restored.
 *
 * @param isRestored whether an object in no schema is, by its name
 */
export async function unlisted(
  ownDefaults: ReadonlyMap<string, string[]>,
  listing: Listing,
  isRestored: (name: string) => boolean = () => true,
): Promise<string[]> {
  const rest = new Map(ownDefaults);
  if (rest.size > 0) {
    for await (const { name } of listing.items("global")) if (isRestored(name)) rest.delete(name);
  }
  return [...rest.values()].flat();
}

/** Says which default privileges for every schema the session's database has and a backup of a complete one has not. */
export async function leftDefaults(
  session: Session,
  { whole }: Pick<Manifest, "whole">,
  listing: Listing,
): Promise<string[]> {
  const left = new Set(whole ? await namesOf(session, defaultsQuery) : []);
  if (left.size > 0) for await (const { name } of listing.items("global")) left.delete(name);
  return [...left].map((name) => `${name} are not in the backup and were left as they are.`);
}

const defaultsQuery = `
  select format('default privileges of %I on %s', pg_get_userbyid(d.defaclrole), d.defaclobjtype::text) as name
    from pg_default_acl d where d.defaclnamespace = 0 order by 1`;

const ownDefaults = z.array(
  z.object({
    object: z.string(),
    role: z.string(),
    kind: z.string(),
    grantees: z.array(z.string()),
    grants: z.array(z.string()),
  }),
);

const kind =
  "case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' when 'n' then 'schemas' end";

const ownDefaultsQuery = `
  select format('default privileges of %I on %s', r.rolname, d.defaclobjtype::text) as object, quote_ident(r.rolname) as role, ${kind} as kind,
         array(select distinct ${grantee} from aclexplode(d.defaclacl) x where ${isThere}) as grantees,
         array(select format('grant %s on %s to %s%s', x.privilege_type, ${kind}, ${grantee},
             case when x.is_grantable then ' with grant option' end) from aclexplode(d.defaclacl) x where ${isThere}) as grants
    from pg_default_acl d join pg_roles r on r.oid = d.defaclrole
   where d.defaclnamespace = 0 and ${kind} is not null
     and (r.rolname = current_user or d.defaclobjtype = 'S' and pg_has_role(r.oid, 'usage'))`;
