import * as z from "zod";
import { Unknown } from "../unknown.ts";
import { ofExtension } from "./extension.ts";
import { clients, isFor, type Lint, policies } from "./lint.ts";
import type { Reader } from "./session.ts";

/** Whether a client of the API may read something of a relation. */
const isRead = (oid: string): string =>
  `exists (select from ${clients} and has_any_column_privilege(r.oid, ${oid}, 'select'))`;

/** The relations of a kind, by its letter in pg_class, that a client reads and that cannot have row-level security. */
const readOf =
  (kind: "m" | "f") =>
  (schemas: string): string =>
    `
      select c.oid::regclass::text as name from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind = '${kind}' and n.nspname = any(${schemas}) and ${isRead("c.oid")}`;

const definerFunctions = (schemas: string, role: string): string => `
  select p.oid::regprocedure::text as name from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace join pg_catalog.pg_roles r on r.rolname = '${role}'
  where n.nspname = any(${schemas}) and p.prosecdef and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
    and has_function_privilege(r.oid, p.oid, 'execute') and not ${ofExtension("pg_proc", "p.oid")}`;

/** Types whose values are numbers of the catalogs, which an upgrade gives anew (postgresql.org/docs/current/pgupgrade.html). */
const refusedTypes = [
  ...["regcollation", "regconfig", "regdictionary", "regnamespace", "regoper", "regoperator", "regproc"],
  "regprocedure",
];

/**
 * What pg_graphql shows a role: every relation of which it may read a column, whatever its policies say. It leaves
 * partitioned tables out and shows their partitions.
 */
const shownByGraphql = (schemas: string, role: string): string => `
  select n.nspname || '.' || c.relname as name from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace join pg_catalog.pg_roles r on r.rolname = '${role}'
  where c.relkind in ('r', 'v', 'm', 'f') and n.nspname = any(${schemas}) and has_any_column_privilege(r.oid, c.oid, 'select')
    and exists (select from pg_catalog.pg_extension where extname = 'pg_graphql')
    and not ${ofExtension("pg_class", "c.oid")}`;

/** The lints of splinter about who reaches what, and about what blocks an upgrade. */
export const security: readonly Lint[] = [
  {
    id: "0002_auth_users_exposed",
    expected: "no exposed view reads auth.users",
    find: (schemas) => `
      with recursive reading(oid, kind, schema) as (
        select distinct c.oid, c.relkind, c.relnamespace from pg_catalog.pg_class c
          join pg_catalog.pg_rewrite r on r.ev_class = c.oid
          join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid
          where c.relkind in ('v', 'm') and d.refobjid = to_regclass('auth.users')
        union
        select c.oid, c.relkind, c.relnamespace from reading before
          join pg_catalog.pg_depend d on d.refobjid = before.oid and d.classid = 'pg_catalog.pg_rewrite'::regclass
          join pg_catalog.pg_rewrite r on r.oid = d.objid join pg_catalog.pg_class c on c.oid = r.ev_class
          where c.relkind in ('v', 'm'))
      select distinct c.oid::regclass::text as name from reading c
      join pg_catalog.pg_namespace n on n.oid = c.schema where n.nspname = any(${schemas})`,
  },
  {
    id: "0007_policy_exists_rls_disabled",
    expected: "no table has policies and row-level security off",
    find: (schemas) => `
      select distinct c.oid::regclass::text as name from pg_catalog.pg_policy p
      join pg_catalog.pg_class c on c.oid = p.polrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where not c.relrowsecurity and n.nspname = any(${schemas})`,
  },
  {
    id: "0010_security_definer_view",
    expected: "no exposed view reads with its owner's rights",
    find: (schemas) => `
      select c.oid::regclass::text as name from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'v' and n.nspname = any(${schemas}) and ${isRead("c.oid")} and not ${ofExtension("pg_class", "c.oid")}
        and not exists (select from unnest(c.reloptions) option
          where option ~* '^security_invoker=(1|on|t|tr|tru|true|y|ye|yes)$')`,
  },
  {
    id: "0011_function_search_path_mutable",
    expected: "every function of an exposed schema sets its search_path",
    find: (schemas) => `
      select p.oid::regprocedure::text as name from pg_catalog.pg_proc p
      join pg_catalog.pg_namespace n on n.oid = p.pronamespace
      where n.nspname = any(${schemas}) and p.prokind in ('f', 'p') and p.prolang not in (12, 13)
        and not ${ofExtension("pg_proc", "p.oid")}
        and not exists (select from unnest(p.proconfig) setting where setting like 'search\\_path=%')`,
  },
  {
    id: "0014_extension_in_public",
    expected: "no extension stands in a schema that the API serves",
    // Every database has plpgsql, which has nothing to call.
    find: (schemas) => `
      select e.extname::text as name from pg_catalog.pg_extension e
      join pg_catalog.pg_namespace n on n.oid = e.extnamespace
      where n.nspname = any(${schemas}) and e.extname <> 'plpgsql'`,
  },
  {
    id: "0015_rls_references_user_metadata",
    expected: "no policy believes what users may write about themselves",
    find: (schemas) => policies(schemas),
    judge: ({ terms }) =>
      terms.some(
        (term) =>
          /\braw_user_meta_data\b/.test(term) ||
          (/auth\.jwt\(\)|request\.jwt/.test(term) && /\buser_metadata\b/.test(term)),
      ),
  },
  {
    id: "0016_materialized_view_in_api",
    expected: "no client reads a materialized view, which has no row-level security",
    find: readOf("m"),
  },
  {
    id: "0017_foreign_table_in_api",
    expected: "no client reads a foreign table, which has no row-level security",
    find: readOf("f"),
  },
  {
    id: "0018_unsupported_reg_types",
    expected: "no column has a type that an upgrade with pg_upgrade refuses",
    find: () => `
      with recursive refused(oid) as (
        select to_regtype('pg_catalog.' || name) from unnest(array['${refusedTypes.join("', '")}']) name
        union
        select made.oid from refused before, lateral (
          select t.oid from pg_catalog.pg_type t where t.typbasetype = before.oid or t.typelem = before.oid
          union select r.rngtypid from pg_catalog.pg_range r where r.rngsubtype = before.oid
          union select c.reltype from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
            where c.relkind = 'c' and a.atttypid = before.oid and not a.attisdropped) made)
      select c.oid::regclass::text || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) as name
      from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where a.atttypid in (select oid from refused) and c.relkind in ('r', 'p', 'm', 'i') and a.attnum > 0
        and not a.attisdropped and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'pgsodium')`,
  },
  {
    id: "0019_insecure_queue_exposed_in_api",
    expected: "every queue that the API serves has row-level security on",
    find: (schemas) => `
      select c.oid::regclass::text as name from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where 'pgmq_public' = any(${schemas}) and n.nspname = 'pgmq' and c.relname like 'q\\_%'
        and c.relkind in ('r', 'p') and not c.relrowsecurity and ${isRead("c.oid")}`,
  },
  {
    id: "0021_fkey_to_auth_unique",
    expected: "every foreign key to a table of Auth uses its primary key",
    find: () => `
      select k.conrelid::regclass::text || ': ' || k.conname as name from pg_catalog.pg_constraint k
      join pg_catalog.pg_class own on own.oid = k.conrelid join pg_catalog.pg_namespace n on n.oid = own.relnamespace
      join pg_catalog.pg_class other on other.oid = k.confrelid
      join pg_catalog.pg_namespace o on o.oid = other.relnamespace
      join pg_catalog.pg_index i on i.indexrelid = k.conindid
      where k.contype = 'f' and k.conparentid = 0 and o.nspname = 'auth' and n.nspname <> 'auth' and not i.indisprimary`,
  },
  {
    id: "0022_extension_versions_outdated",
    expected: "every extension has the version that its server installs",
    // A version that the server no longer knows is left from an upgrade of the server itself.
    find: () => `
      select e.extname || ' ' || e.extversion || ' (now ' || a.default_version || ')' as name
      from pg_catalog.pg_extension e join pg_catalog.pg_available_extensions a on a.name = e.extname
      where a.default_version <> e.extversion and exists (
        select from pg_catalog.pg_available_extension_versions v where v.name = e.extname and v.version = e.extversion)`,
  },
  {
    id: "0024_permissive_rls_policy",
    expected: "no policy that changes rows is always true",
    find: (schemas) =>
      policies(
        schemas,
        "p.polpermissive and p.polcmd <> 'r' and c.relrowsecurity and cardinality(o.names) > 0",
      ),
    judge: ({ terms, role }, database) => isAlwaysTrue(database, role ?? "anon", terms),
  },
  {
    id: "0025_public_bucket_allows_listing",
    expected: "no policy lets clients list the files of all buckets",
    find: () => `
      select 'storage.objects: ' || p.polname as name,
        array_remove(array[pg_get_expr(p.polqual, p.polrelid)], null) as terms, 'anon' as role
      from pg_catalog.pg_policy p where p.polrelid = to_regclass('storage.objects') and p.polpermissive
        and p.polcmd in ('r', '*') and exists (select from ${clients} and ${isFor("p.polroles", "r.oid")})`,
    judge: ({ terms, role }, database) => isAlwaysTrue(database, role ?? "anon", terms),
  },
  {
    id: "0026_pg_graphql_anon_table_exposed",
    expected: "GraphQL shows strangers no table that the settings do not let them read",
    find: (schemas) => shownByGraphql(schemas, "anon"),
    judge: ({ name }, _, { database }) => !database.anonymousReads.includes(name),
  },
  {
    id: "0027_pg_graphql_authenticated_table_exposed",
    expected: "GraphQL shows users no table: drop the extension pg_graphql where nobody uses it",
    find: (schemas) => shownByGraphql(schemas, "authenticated"),
  },
  {
    id: "0028_anon_security_definer_function_executable",
    expected: "no stranger calls a function that has its owner's rights",
    find: (schemas) => definerFunctions(schemas, "anon"),
  },
  {
    id: "0029_authenticated_security_definer_function_executable",
    expected: "no user calls a function that has its owner's rights",
    find: (schemas) => definerFunctions(schemas, "authenticated"),
  },
];

/** Whether an expression of a policy holds where there is neither a row nor a user. */
async function isAlwaysTrue(database: Reader, role: string, terms: readonly string[]): Promise<boolean> {
  for (const term of terms) {
    if (/^[\s()]*(true|1\s*=\s*1)[\s()]*$/i.test(term)) return true;
    try {
      const query = `select 1 as one where (${term})`;
      const one = z.object({ one: z.literal(1) });
      const rows = await database.as(role, () => database.rowsWhereAllowed(query, one));
      if (rows?.length === 1) return true;
    } catch (error) {
      // It needs a row: the query has no column of that name.
      if (!(error instanceof Unknown)) throw error;
    }
  }
  return false;
}
