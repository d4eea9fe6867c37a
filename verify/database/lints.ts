import * as z from "zod";
import { listedSome } from "../../lib/text.ts";
import { type Check, compare, probe } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { type Exposed, exposedSchemas, listOf } from "./exposed.ts";
import { ofExtension } from "./extension.ts";
import { perRow } from "./per-row.ts";
import { type Reader, reading } from "./session.ts";

/** A weakness that a query of the catalogues finds; ids are those of Supabase's splinter. */
interface Lint {
  id: string;
  expected: string;
  /** @returns a query with a column `name` for each that may be found, and with what `judge` reads */
  find: (schemas: string) => string;
  /** Whether what the query found is a weakness. Default: it is. */
  judge?: (found: Found, database: Reader) => boolean | Promise<boolean>;
}

const found = z.object({
  name: z.string().max(1000),
  /** Expressions of a policy. */
  terms: z.array(z.string()).default([]),
  /** A role that a policy is for. */
  role: z.string().max(100).nullish(),
});

type Found = z.infer<typeof found>;

/** The roles of clients of the API, as far as the database has them. */
const clients = "pg_catalog.pg_roles r where r.rolname in ('anon', 'authenticated')";

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

const policies = (schemas: string, condition = "true"): string => `
  select c.oid::regclass::text || ': ' || p.polname as name,
    array_remove(array[pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)], null) as terms,
    case when 'anon'::name = any(o.names) then 'anon' else o.names[1] end as role
  from pg_catalog.pg_policy p
    join pg_catalog.pg_class c on c.oid = p.polrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace,
    lateral (select array(select r.rolname from ${clients} and exists (select from unnest(p.polroles) policy where policy = 0 or pg_has_role(r.oid, policy, 'usage'))) as names) o
  where n.nspname = any(${schemas}) and ${condition}`;

const definerFunctions = (schemas: string, role: string): string => `
  select p.oid::regprocedure::text as name from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace join pg_catalog.pg_roles r on r.rolname = '${role}'
  where n.nspname = any(${schemas}) and p.prosecdef and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
    and has_function_privilege(r.oid, p.oid, 'execute') and not ${ofExtension("pg_proc", "p.oid")}`;

const security: readonly Lint[] = [
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
    id: "0019_insecure_queue_exposed_in_api",
    expected: "every queue that the API serves has row-level security on",
    find: (schemas) => `
      select c.oid::regclass::text as name from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where 'pgmq_public' = any(${schemas}) and n.nspname = 'pgmq' and c.relname like 'q\\_%'
        and c.relkind in ('r', 'p') and not c.relrowsecurity and ${isRead("c.oid")}`,
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
        and p.polcmd in ('r', '*') and exists (select from ${clients} and exists (select from unnest(p.polroles) policy where policy = 0 or pg_has_role(r.oid, policy, 'usage')))`,
    judge: ({ terms, role }, database) => isAlwaysTrue(database, role ?? "anon", terms),
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

const speed: readonly Lint[] = [
  {
    id: "0001_unindexed_foreign_keys",
    expected: "every foreign key has an index that begins with its columns",
    find: (schemas) => `
      select k.conrelid::regclass::text || ': ' || k.conname as name from pg_catalog.pg_constraint k
      join pg_catalog.pg_namespace n on n.oid = k.connamespace
      where k.contype = 'f' and n.nspname = any(${schemas}) and k.conparentid = 0
        and not exists (
          select from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid
          join pg_catalog.pg_am m on m.oid = x.relam and m.amname in ('btree', 'hash')
          where i.indrelid = k.conrelid and i.indisvalid and i.indpred is null and i.indnkeyatts >= cardinality(k.conkey)
            and (select array_agg(c order by c) from unnest((i.indkey::int2[])[0:cardinality(k.conkey) - 1]) c)
              = (select array_agg(c order by c) from unnest(k.conkey) c))`,
  },
  {
    id: "0003_auth_rls_initplan",
    expected: "no policy calls auth.uid() and the like once for each row",
    find: (schemas) => policies(schemas),
    judge: ({ terms }) =>
      terms.some((term) => /\b(auth\.(uid|jwt|role|email)\(\)|current_setting\()/.test(perRow(term))),
  },
  {
    id: "0009_duplicate_index",
    expected: "no index stands twice",
    find: (schemas) => `
      select min(i.indexrelid::regclass::text) || ' = ' || max(i.indexrelid::regclass::text) as name
      from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
      join pg_catalog.pg_class t on t.oid = i.indrelid join pg_catalog.pg_namespace n on n.oid = t.relnamespace
      where n.nspname = any(${schemas})
      group by i.indrelid, i.indkey::text, i.indclass::text, i.indcollation::text, i.indoption::text, c.relam, i.indisunique,
        pg_get_expr(i.indpred, i.indrelid), pg_get_expr(i.indexprs, i.indrelid)
      having count(*) > 1`,
  },
  {
    id: "invalid_index",
    expected: "every index can be used",
    find: (schemas) => `
      select i.indexrelid::regclass::text as name from pg_catalog.pg_index i
      join pg_catalog.pg_class c on c.oid = i.indexrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where not i.indisvalid and n.nspname = any(${schemas})`,
  },
];

/** Item 3.7: weaknesses around row-level security. */
export const databaseLints = probe({
  name: "database-lints",
  items: ["3.7"],
  title: "The exposed schemas must be free of the known ways around row-level security.",
  needs: ["database"],
  settings: [],
  measure: (context) =>
    reading(context, async (database) => lint(await exposedSchemas(database), security, database)),
});

/** Items 3.8 and 6.7: what makes queries slow before there are many rows. */
export const databaseIndexes = probe({
  name: "database-indexes",
  items: ["3.8", "6.7"],
  title: "Foreign keys must be indexed, and no index may be broken or stand twice.",
  needs: ["database"],
  settings: [],
  measure: (context) =>
    reading(context, async (database) => lint(await exposedSchemas(database), speed, database)),
});

async function lint(exposed: Exposed, lints: readonly Lint[], database: Reader): Promise<Check[]> {
  const schemas = listOf(exposed);
  const [objects] = await database.rows(
    `select count(*)::int as count from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any(${schemas}) and c.relkind in ('r', 'p', 'v', 'm', 'f')`,
    z.object({ count: z.int() }),
  );
  if (objects === undefined || objects.count === 0) {
    throw new Unknown("no-data", `The schemas ${exposed.schemas.join(", ")} (${exposed.how}) are empty`);
  }
  const checks = [];
  for (const { id, expected, find, judge = () => true } of lints) {
    const names: string[] = [];
    for (const each of await database.rows(find(schemas), found)) {
      if (await judge(each, database)) names.push(each.name);
    }
    checks.push(
      compare(id, {
        expected,
        measured: names.length === 0 ? "none found" : listedSome(names, 5),
        holds: names.length === 0,
      }),
    );
  }
  return checks;
}
