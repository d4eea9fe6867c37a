import * as z from "zod";
import { parseJson } from "../../lib/json.ts";
import { inOrder, type Session } from "../../postgres/session.ts";
import { readExtensions } from "./extensions.ts";
import { droppedIn, functionUses, granting } from "./fragments.ts";
import { headSchema, listsSchema, type Manifest, type Role } from "./manifest.ts";
import { namesOf } from "./names.ts";
import { firstNormal } from "./pristine.ts";
import type { Scope } from "./scope.ts";
import { readServer } from "./server.ts";

/** What a dump depends on and does not contain. */
export type Surroundings = Pick<
  Manifest,
  | "takenAt"
  | "serverVersion"
  | "systemIdentifier"
  | "database"
  | "encoding"
  | "server"
  | "extensions"
  | "labelProviders"
  | "roles"
  | "needsRoles"
  | "evaluated"
  | "migrations"
  | "droppedRoles"
>;

/** Reads what a restored database needs besides the dump, and the state of its migrations. */
export async function readSurroundings(
  session: Session,
  { schemas, companions, excluded }: Scope,
): Promise<Surroundings> {
  const others = [...excluded, ...companions.map(({ name }) => name)];
  // It changes the search path for a query.
  const server = await readServer(session);
  const [
    [found],
    systemIdentifier,
    extensions,
    labelProviders,
    roles,
    needsRoles,
    evaluated,
    migrations,
    dropped,
  ] = await Promise.all([
    session.rows(serverQuery),
    readSystemIdentifier(session),
    readExtensions(session),
    namesOf(session, "select distinct provider as name from pg_seclabel order by 1"),
    readRoles(session),
    namesOf(session, neededRolesQuery, others),
    namesOf(session, evaluatedQuery),
    readMigrations(
      session,
      schemas.map(({ name }) => name),
    ),
    namesOf(session, droppedRolesQuery),
  ]);
  return {
    ...surroundingsShape.parse(found),
    systemIdentifier,
    server,
    extensions,
    labelProviders: [...labelProviders],
    roles,
    needsRoles: [...needsRoles],
    evaluated: [...evaluated],
    migrations,
    ...(dropped.size > 0 && { droppedRoles: [...dropped] }),
  };
}

/** Size of the complete database in bytes. A dump is nearly always smaller. */
export async function databaseBytes(session: Session): Promise<number> {
  const [row] = await session.rows("select pg_database_size(current_database())::text as bytes");
  return z.object({ bytes: z.coerce.number().int().min(0) }).parse(row).bytes;
}

/** Whether the database has large objects. */
export async function hasLargeObjects(session: Session): Promise<boolean> {
  const [row] = await session.rows("select exists (select from pg_largeobject_metadata) as found");
  return z.object({ found: z.boolean() }).parse(row).found;
}

/** System identifier of the server; null when the role may not read it. */
export async function readSystemIdentifier(session: Session): Promise<string | null> {
  const [allowed] = await session.rows(
    "select has_function_privilege('pg_catalog.pg_control_system()', 'execute') as may",
  );
  if (!z.object({ may: z.boolean() }).parse(allowed).may) return null;
  const [row] = await session.rows("select system_identifier::text as id from pg_control_system()");
  return z.object({ id: z.string() }).parse(row).id;
}

const serverQuery = `
  select to_char(transaction_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "takenAt",
         current_setting('server_version') as "serverVersion",
         current_database()::text as database,
         pg_encoding_to_char(encoding) as encoding
    from pg_database where datname = current_database()`;

const surroundingsShape = headSchema.pick({
  takenAt: true,
  serverVersion: true,
  database: true,
  encoding: true,
});

/**
 * The roles of the server, and what supautils, Supabase's library, allows and forbids beside what the catalogs say:
 * https://github.com/supabase/supautils
 */
async function readRoles(session: Session): Promise<Role[]> {
  const [rows, [row]] = await inOrder(session.rows(rolesQuery), session.rows(librarySettings));
  const { policies, memberships } = z
    .object({ policies: z.string().nullable(), memberships: z.string().nullable() })
    .parse(row);
  // Where the library is not loaded, the settings may have any value.
  const { data = {} } = policyGrants.safeParse(parseJson(policies ?? "{}"));
  const reserved = new Set((memberships ?? "").split(",").map((name) => name.trim()));
  return listsSchema.shape.roles.parse(rows).map((role) => ({
    ...role,
    managesPolicies: Object.hasOwn(data, role.name) ? (data[role.name] ?? []) : [],
    isReserved: reserved.has(role.name),
  }));
}

const policyGrants = z.record(z.string(), listsSchema.shape.needsRoles);

const librarySettings = `
  select current_setting('supautils.policy_grants', true) as policies,
         current_setting('supautils.reserved_memberships', true) as memberships`;

const rolesQuery = `
  select r.rolname as name, r.rolsuper as superuser, r.rolinherit as inherit, r.rolcreaterole as "createRole",
         r.rolcreatedb as "createDatabase", r.rolcanlogin as login, r.rolreplication as replication,
         r.rolbypassrls as "bypassRls", r.rolname = session_user as "tookBackup",
         coalesce((select array_agg(distinct g.rolname::text)
            from pg_auth_members m join pg_roles g on g.oid = m.roleid where m.member = r.oid), '{}') as "memberOf",
         coalesce((select array_agg(distinct g.rolname::text)
            from pg_auth_members m join pg_roles g on g.oid = m.roleid
           where m.member = r.oid and m.admin_option), '{}') as "adminOf",
         coalesce((select jsonb_agg(jsonb_build_object('group', g.rolname, 'grantor', o.rolname, 'admin', m.admin_option,
               -- Servers before version 16 do not have these columns.
               'inherit', to_jsonb(m) -> 'inherit_option', 'set', to_jsonb(m) -> 'set_option')
               order by g.rolname collate "C", o.rolname collate "C")
            from pg_auth_members m join pg_roles g on g.oid = m.roleid left join pg_roles o on o.oid = m.grantor
           where m.member = r.oid), '[]') as memberships
    from pg_roles r
   where r.rolname !~ '^pg_'
   order by r.rolname collate "C"`;

/** What an extension's script granted is in the dump, where that was revoked. */
const droppedRolesQuery = [...granting, ["pg_init_privs", "initprivs"] as const]
  .map(([catalog, acl]) => droppedIn(acl, catalog))
  .join(" union ");

/** Owners of objects outside the schemas `$1`, and roles with privileges on them or in their policies. */
const neededRolesQuery = `
  select distinct pg_get_userbyid(refobjid)::text as name
    from pg_shdepend s
   where s.dbid = (select oid from pg_database where datname = current_database())
     and s.refclassid = 'pg_authid'::regclass and s.deptype in ('o', 'a', 'r')
     and not exists (
       select from pg_depend d join pg_namespace n on n.oid = d.refobjid and d.refclassid = 'pg_namespace'::regclass
        where n.nspname = any($1)
          and (d.classid, d.objid) in (
            select s.classid, s.objid
            union all
            select 'pg_class'::regclass::oid, p.polrelid from pg_policy p where s.classid = p.tableoid and s.objid = p.oid))
     and not (s.classid = 'pg_namespace'::regclass
       and s.objid in (select oid from pg_namespace where nspname = any($1)))
   order by 1`;

/**
 * Functions that building an index, checking a row, or filling a generated column or a materialized view runs.
 * Those in C, those that set their own search path and those with a body in SQL's own form find everything by themselves.
 * One in an index or generated column that is not declared immutable is there only as the server puts its body in its
 * place, which it does not do with one that has settings.
 */
const evaluatedQuery = `
  -- By itself, since the planner would look for the uses of each function in turn.
  with used as materialized (
    select distinct u.function from (${functionUses}) u
     where u.classid in ('pg_constraint'::regclass, 'pg_class'::regclass, 'pg_attrdef'::regclass,
         'pg_rewrite'::regclass, 'pg_statistic_ext'::regclass)
  )
  select distinct p.oid::regprocedure::text as name
    from used u
    join pg_proc p on p.oid = u.function
    join pg_language l on l.oid = p.prolang
   where l.lanname not in ('c', 'internal') and p.prokind = 'f' and p.prosqlbody is null
     and (p.provolatile = 'i' or not exists (select from pg_depend i where i.refclassid = p.tableoid and i.refobjid = p.oid and (
       i.classid = 'pg_class'::regclass or i.classid = 'pg_attrdef'::regclass and exists (
         select from pg_attrdef f join pg_attribute a on a.attrelid = f.adrelid and a.attnum = f.adnum
          where f.oid = i.objid and a.attgenerated <> ''))))
     and not exists (select from unnest(p.proconfig) setting where setting like 'search_path=%')
     -- The server's own need no search path.
     and p.oid >= ${firstNormal}
   order by 1`;

/** Table in which Prisma records its migrations: https://www.prisma.io/docs/orm/prisma-migrate/workflows */
const migrationsTable = "_prisma_migrations";

async function readMigrations(session: Session, schemas: readonly string[]): Promise<Manifest["migrations"]> {
  const [found] = await session.rows(
    `select c.oid::regclass::text as name
       from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
      where c.relname = '${migrationsTable}' and c.relkind = 'r' and n.nspname = any($1)
      order by n.nspname = 'public' desc, n.nspname limit 1`,
    schemas,
  );
  if (found === undefined) return null;
  const { name } = z.object({ name: z.string() }).parse(found);
  const [row] = await session.rows(
    `select count(*) filter (where finished_at is not null and rolled_back_at is null)::int as applied,
            count(*) filter (where finished_at is null and rolled_back_at is null)::int as unfinished,
            (array_agg(migration_name::text order by finished_at desc)
              filter (where finished_at is not null and rolled_back_at is null))[1] as last
       from ${name}`,
  );
  return headSchema.shape.migrations.parse(row);
}
