import { randomBytes } from "node:crypto";
import { escapeIdentifier, escapeLiteral } from "pg";
import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { namesOf } from "./names.ts";
import { serverMajor } from "./server.ts";

/** How the names of temporary roles begin, and what they are. */
const creatorStart = "optropic_restore_";
const isCreator = `r.rolname ~ '^${creatorStart}[0-9a-f]{8}$'`;

/** Roles whose privileges the session does not have, and which it has not granted itself. */
const candidatesQuery = `
  select quote_ident(r.rolname) as name
    from pg_roles r
   where not r.rolsuper and r.rolname !~ '^pg_' and not pg_has_role(r.oid, 'usage')
     -- Those of other restores go when these end.
     and not ${isCreator}
     and not exists (select from pg_auth_members m join pg_roles me on me.oid = m.member
                      where me.rolname = current_user and m.roleid = r.oid
                        and (m.grantor = me.oid or current_setting('server_version_num')::int < 160000))`;

const actingQuery = "select quote_ident(rolname) as name from pg_roles where pg_has_role(oid, 'usage')";

/** The session's role, if it may create roles. */
const makersQuery =
  "select rolname::text as name from pg_roles where rolname = current_user and (rolcreaterole or rolsuper)";

/** Roles of a backup that the session may act for. */
const ownersQuery = `
  select quote_ident(rolname) as name from pg_roles
   where rolname = any($1) and rolname <> current_user and rolname !~ '^pg_' and not rolsuper and pg_has_role(oid, 'usage')`;

/**
 * Grants the session the roles that it may grant. Since PostgreSQL 16 a role's creator must do so before it can give
 * the role a table. In a transaction, call `standBack` before the commit, so that no other session sees the grants.
 *
 * @returns the quoted names of these roles
 */
export async function standIn(session: Session): Promise<string[]> {
  const candidates = await namesOf(session, candidatesQuery);
  for (const role of candidates) {
    // The session may not grant most of them.
    const body = `begin grant ${role} to current_user; exception when others then null; end`;
    await session.run(`do ${escapeLiteral(body)}`);
  }
  const acting = await namesOf(session, actingQuery);
  return [...candidates].filter((role) => acting.has(role));
}

/** Revokes something that a session granted: that session does it, or another one of the same role. */
export type Revoke = (session: Session) => Promise<void>;

/**
 * Lets roles use schemas and create objects in them, through a temporary role. The new owner of a table needs that
 * privilege, and the dump grants it only after it created the tables. Who granted a privilege may have lost the use of
 * the schema since, and so may the owner of an index, in whose name the server calls functions.
 *
 * @param names of the roles that a backup needs
 * @returns a function that revokes it; undefined when nothing was granted
 */
export async function letCreate(
  session: Session,
  names: readonly string[],
  schemas: readonly string[],
): Promise<Revoke | undefined> {
  const makers = await namesOf(session, makersQuery);
  if (makers.size > 0) await dropLeft(session);
  const roles = [...(await namesOf(session, ownersQuery, names))];
  if (roles.length === 0 || schemas.length === 0 || makers.size === 0) return undefined;
  const creator = `${creatorStart}${randomBytes(4).toString("hex")}`;
  // Before version 16, the role decides it.
  const inheriting = (await serverMajor(session)) < 16 ? "" : " with inherit true";
  const places = schemas.map(escapeIdentifier).join(", ");
  // Together, so that no role is left where the rest fails.
  await session.run(
    `create role ${creator} nologin; grant ${creator} to ${roles.join(", ")}${inheriting}; grant create, usage on schema ${places} to ${creator}`,
  );
  return (by) => by.run(`revoke create, usage on schema ${places} from ${creator}; drop role ${creator}`);
}

/**
 * Drops the temporary roles of restores that were killed. One that has privileges in a database stays: that of a restore
 * which is under way, and one that was killed until its database is dropped.
 */
async function dropLeft(session: Session): Promise<void> {
  for (const role of await namesOf(session, leftQuery)) {
    const body = `begin drop role ${role}; exception when others then null; end`;
    await session.run(`do ${escapeLiteral(body)}`);
  }
}

const leftQuery = `
  select quote_ident(rolname) as name from pg_roles r
   where ${isCreator} and not rolcanlogin
     and not exists (select from pg_shdepend d where d.refclassid = 'pg_authid'::regclass and d.refobjid = r.oid)`;

/**
 * Lets roles use schemas and create objects there, where they may not: a role may own what it could no longer make, and
 * keeps it then. Only the owner of a schema can lend that, once the schema's own privileges are restored.
 *
 * @param names of the roles that a backup needs
 * @returns a function that revokes it; undefined when nothing was granted
 */
export async function lendSchemas(
  session: Session,
  names: readonly string[],
  schemas: readonly string[],
): Promise<Revoke | undefined> {
  const lacking = lackingRows.parse(await session.rows(lackingQuery, [JSON.stringify({ names, schemas })]));
  if (lacking.length === 0) return undefined;
  await session.run(lacking.map(({ what, role }) => `grant ${what} to ${role}`).join("; "));
  return (by) => by.run(lacking.map(({ what, role }) => `revoke ${what} from ${role}`).join("; "));
}

const lackingRows = z.array(z.object({ what: z.string(), role: z.string() }));

/**
 * A superuser gives objects to roles whatever these may do. Before version 16, one that does not inherit has nothing of what
 * the temporary role may, and may need to use a schema to grant what is in it.
 */
const lackingQuery = `
  select format('%s on schema %I', privilege, n.nspname) as what, quote_ident(r.rolname) as role
    from pg_namespace n cross join pg_roles r cross join unnest('{create,usage}'::text[]) privilege
   where (current_setting('is_superuser') = 'off' or not r.rolinherit) and not r.rolsuper and r.rolname <> current_user and r.rolname !~ '^pg_'
     and n.nspname = any(array(select json_array_elements_text(($1::text[])[1]::json -> 'schemas')))
     and r.rolname = any(array(select json_array_elements_text(($1::text[])[1]::json -> 'names')))
     and pg_has_role(r.oid, 'usage') and pg_has_role(n.nspowner, 'usage')
     and not has_schema_privilege(r.oid, n.oid, privilege)`;

/** Revokes what a session granted itself. */
export async function standBack(session: Session, roles: readonly string[]): Promise<void> {
  if (roles.length > 0) await session.run(`revoke ${roles.join(", ")} from current_user`);
}
