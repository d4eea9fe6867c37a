import * as z from "zod";
import { compare, probe } from "../probe.ts";
import { type Exposed, exposedSchemas, listOf } from "./exposed.ts";
import { reading } from "./session.ts";

/** A weakness that a query of the catalogues finds; ids are those of Supabase's splinter. */
interface Lint {
  id: string;
  expected: string;
  /** @returns a query with one column `name` for each that is found */
  find: (schemas: string) => string;
}

const ofExtension = (catalogue: string, oid: string): string =>
  `exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.${catalogue}'::regclass and d.objid = ${oid} and d.deptype = 'e')`;

const security: readonly Lint[] = [
  {
    id: "0002_auth_users_exposed",
    expected: "no exposed view reads auth.users",
    find: (schemas) => `
      select distinct c.oid::regclass::text as name from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      join pg_catalog.pg_rewrite r on r.ev_class = c.oid
      join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid
      where c.relkind in ('v', 'm') and n.nspname = any(${schemas}) and d.refobjid = to_regclass('auth.users')`,
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
      where c.relkind = 'v' and n.nspname = any(${schemas}) and not ${ofExtension("pg_class", "c.oid")}
        and not coalesce(c.reloptions::text[] && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1', 'security_invoker=yes'], false)`,
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
    id: "0024_permissive_rls_policy",
    expected: "no policy that changes rows is always true",
    find: (schemas) => `
      select c.oid::regclass::text || ': ' || p.polname as name from pg_catalog.pg_policy p
      join pg_catalog.pg_class c on c.oid = p.polrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any(${schemas}) and p.polpermissive and p.polcmd <> 'r'
        and (lower(btrim(coalesce(pg_get_expr(p.polqual, p.polrelid), ''), ' ()')) in ('true', '1 = 1')
          or lower(btrim(coalesce(pg_get_expr(p.polwithcheck, p.polrelid), ''), ' ()')) in ('true', '1 = 1'))
        and (p.polroles = '{0}' or exists (select from unnest(p.polroles) role where role::regrole::text in ('anon', 'authenticated')))`,
  },
];

const speed: readonly Lint[] = [
  {
    id: "0001_unindexed_foreign_keys",
    expected: "every foreign key has an index that begins with its columns",
    find: (schemas) => `
      select k.conrelid::regclass::text || ': ' || k.conname as name from pg_catalog.pg_constraint k
      join pg_catalog.pg_namespace n on n.oid = k.connamespace
      where k.contype = 'f' and n.nspname = any(${schemas}) and k.conparentid = 0
        and not exists (
          select from pg_catalog.pg_index i where i.indrelid = k.conrelid and i.indisvalid and i.indpred is null
            and (select array_agg(c order by c) from unnest((i.indkey::int2[])[0:cardinality(k.conkey) - 1]) c)
              = (select array_agg(c order by c) from unnest(k.conkey) c))`,
  },
  {
    id: "0003_auth_rls_initplan",
    expected: "no policy calls auth.uid() and the like once for each row",
    find: (schemas) => `
      select c.oid::regclass::text || ': ' || p.polname as name from pg_catalog.pg_policy p
      join pg_catalog.pg_class c on c.oid = p.polrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any(${schemas})
        and regexp_replace(coalesce(pg_get_expr(p.polqual, p.polrelid), '') || ' ' || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), ''),
          '\\( *SELECT +(auth\\.\\w+\\(\\)|current_setting\\([^)]*\\))[^)]*\\)', '', 'gi') ~* '(auth\\.(uid|jwt|role|email)\\(\\)|current_setting\\()'`,
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

async function lint(
  exposed: Exposed,
  lints: readonly Lint[],
  database: Parameters<Parameters<typeof reading>[1]>[0],
) {
  const schemas = listOf(exposed);
  const checks = [];
  for (const { id, expected, find } of lints) {
    const found = await database.rows(find(schemas), z.object({ name: z.string().max(1000) }));
    const names = found.slice(0, 5).map(({ name }) => name);
    const more = found.length > 5 ? ` and ${found.length - 5} more` : "";
    checks.push(
      compare(id, {
        expected,
        measured: found.length === 0 ? "none found" : `${names.join(", ")}${more}`,
        holds: found.length === 0,
      }),
    );
  }
  return checks;
}
