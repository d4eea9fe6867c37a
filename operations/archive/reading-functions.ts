import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import type { Contents } from "./contents.ts";
import { functionUses } from "./fragments.ts";
import { notesNaming } from "./notes.ts";
import { firstNormal } from "./pristine.ts";
import { oneLine, type QualifiedName } from "./qualified-names.ts";

/** Something whose values a function computes that reads tables, although the server relies on equal answers. */
interface Computed {
  /** What it is, such as `The stored column public.t.a`. */
  name: string;
  functions: string[];
  /** Tables for whose rows such a function runs while they are restored. */
  tables: QualifiedName[];
  /** Whether such a function reads a materialized view, or a view that may read one. */
  readsViews: boolean;
}

/**
 * Says what a restored database computes anew by functions that read tables: it may have other values than the source,
 * where they were computed of other rows. No dump has the values of such columns.
 */
export async function notesOnReading(session: Session, schemas: readonly string[]): Promise<string[]> {
  if (!(await hasFunctions(session))) return [];
  const [all, checks] = await Promise.all([
    readComputed(session, schemas),
    session.rows(checksQuery, schemas),
  ]);
  const computed = all.flatMap(({ name, functions }) =>
    notesNaming(
      functions,
      (names) =>
        `${name} has values of a function that is declared immutable and reads tables (${names}): a restored database computes them anew from the rows that it has then, and they may differ.`,
    ),
  );
  return [
    ...computed,
    ...checkRows
      .parse(checks)
      .flatMap(({ name, functions }) =>
        notesNaming(
          functions,
          (names) =>
            `${name} calls a function that reads tables (${names}): a restored database checks every row anew, when all of them are there, and a row that it refuses then is a difference.`,
        ),
      ),
  ];
}

/** The lines of rows, by when they are loaded. */
export interface SplitRows {
  first: Contents;
  /** Those that such functions run for, in the order of the dump, when what the functions read is there. */
  last: Contents | undefined;
  /** Whether such functions read materialized views, which have to be filled in between. */
  readsViews: boolean;
}

/** Divides the lines of rows. */
export async function splitReading(
  session: Session,
  schemas: readonly string[],
  contents: Contents,
): Promise<SplitRows> {
  if (!(await hasFunctions(session))) return { first: contents, last: undefined, readsViews: false };
  const computed = await readComputed(session, schemas);
  const tables = [
    ...computed.flatMap((one) => one.tables),
    ...tableRows.parse(await session.rows(checkedTablesQuery, schemas)),
  ];
  const checks = checkRows.parse(await session.rows(checksQuery, schemas));
  const readsViews = [...computed, ...checks].some((one) => one.readsViews);
  const starts = tables.map(({ schema, name }) => `TABLE DATA ${oneLine(schema)} ${oneLine(name)} `);
  if (starts.length === 0) return { first: contents, last: undefined, readsViews };
  const [last, first] = contents.divided(({ rest }) => starts.some((start) => rest.startsWith(start)));
  return { first, last, readsViews };
}

/** Whether there are functions but those of the server. Where there are none, to plan the queries takes longer than to ask. */
async function hasFunctions(session: Session): Promise<boolean> {
  const some = await session.rows(`select 1 as found from pg_proc where oid >= ${firstNormal} limit 1`);
  return some.length > 0;
}

async function readComputed(session: Session, schemas: readonly string[]): Promise<Computed[]> {
  return computedRows.parse(await session.rows(computedQuery, schemas));
}

const tableRows = z.array(z.object({ schema: z.string(), name: z.string() }));

const computedRows = z.array(
  z.object({ name: z.string(), functions: z.array(z.string()), tables: tableRows, readsViews: z.boolean() }),
);

/**
 * The functions that objects in some catalogs use, and those of them that read tables, themselves or by others. The server
 * knows what a function with a body in SQL's own form needs; of any other, its text is searched.
 */
function readingOf(catalogs: string): string {
  return `
  with recursive used as materialized (
    select distinct u.classid, u.objid, u.function from (${functionUses}) u
     where u.function >= ${firstNormal} and u.classid in (${catalogs})
  ), reached(first, function) as (
    select distinct function, function from used
    union
    select r.first, c.oid
      from reached r
      join pg_proc p on p.oid = r.function
      join pg_language l on l.oid = p.prolang and l.lanname not in ('c', 'internal')
      join pg_proc c on c.oid >= ${firstNormal} and case when p.prosqlbody is null then position(c.proname in p.prosrc) > 0
        else exists (select from pg_depend d where d.classid = p.tableoid and d.objid = p.oid
                        and d.refclassid = c.tableoid and d.refobjid = c.oid) end
  ), read as materialized (
    select p.oid as function, bool_or(c.relkind in ('v', 'm')) as views
      from (select distinct function from reached) r
      join pg_proc p on p.oid = r.function
      join pg_language l on l.oid = p.prolang and l.lanname not in ('c', 'internal')
     cross join lateral (
       select c.oid, c.relkind, c.reltype
         from pg_depend d join pg_class c on c.oid = d.refobjid
        where p.prosqlbody is not null and d.classid = p.tableoid and d.objid = p.oid and d.refclassid = c.tableoid
          -- It takes a row of the table.
          and c.reltype <> all (p.proargtypes)
       union all
       select c.oid, c.relkind, c.reltype
         -- Without comments.
         from regexp_matches(regexp_replace(p.prosrc, '/\\*.*?\\*/|--[^\\n]*', ' ', 'g'),
             '\\m(?:from|join|table)\\s+(?:only\\s+)?(?:(?:"[^"]+"|[\\w$]+)\\s*\\.\\s*)?(?:"([^"]+)"|([\\w$]+))', 'gi') part
         join pg_class c on c.relname = coalesce(part[1], lower(part[2])) and c.oid >= ${firstNormal}
        where p.prosqlbody is null) c
     where c.relkind in ('r', 'p', 'v', 'm', 'f')
     group by p.oid
  ), reading as materialized (
    select r.first, array_agg(distinct r.function::regprocedure::text) as functions, bool_or(o.views) as views
      from reached r join read o on o.function = r.function
     group by r.first
  )`;
}

/**
 * Stored columns, indexes and partition keys in the schemas `$1`, and the functions of theirs that read tables.
 */
const computedQuery = `
  ${readingOf("'pg_class'::regclass, 'pg_attrdef'::regclass")}
  select case when a.oid is not null then format('The stored column %s.%I', c.oid::regclass, g.attname)
              when c.relkind = 'p' then format('The partition key of %s', c.oid::regclass)
              else format('The index %s', c.oid::regclass) end as name,
         array(select distinct f from reading r cross join lateral unnest(r.functions) f
                where r.first in (select u.function from used u where u.classid = x.classid and u.objid = x.objid) order by f) as functions,
         coalesce((select jsonb_agg(jsonb_build_object('schema', (select nspname from pg_namespace where oid = t.relnamespace), 'name', t.relname))
            from (select c.oid union select relid from pg_partition_tree(c.oid)) below
            join pg_class t on t.oid = below.oid and t.relkind = 'r'), '[]') as tables,
         (select bool_or(r.views) from used u join reading r on r.first = u.function where u.classid = x.classid and u.objid = x.objid) as "readsViews"
    from (select distinct u.classid, u.objid from used u join reading r on r.first = u.function) x
    left join pg_attrdef a on x.classid = a.tableoid and a.oid = x.objid
    left join pg_attribute g on g.attrelid = a.adrelid and g.attnum = a.adnum
    join pg_class c on c.oid = coalesce(a.adrelid, case x.classid when 'pg_class'::regclass then x.objid end)
    join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = any($1) and not c.relispartition and (g.attgenerated = 's' or a.oid is null and c.relkind in ('i', 'I', 'p'))
   order by 1`;

const checkRows = z.array(
  z.object({ name: z.string(), functions: z.array(z.string()), readsViews: z.boolean() }),
);

/** Checks of tables and domains in the schemas `$1`, and the functions of theirs that read tables. */
const checksQuery = `
  ${readingOf("'pg_constraint'::regclass")}
  select format('The check %I of %s', k.conname, case when k.conrelid <> 0 then k.conrelid::regclass::text else k.contypid::regtype::text end) as name,
         array(select distinct f from used u join reading r on r.first = u.function cross join lateral unnest(r.functions) f
                where u.classid = k.tableoid and u.objid = k.oid order by f) as functions,
         (select bool_or(r.views) from used u join reading r on r.first = u.function where u.classid = k.tableoid and u.objid = k.oid) as "readsViews"
    from pg_constraint k join pg_namespace n on n.oid = k.connamespace
   where n.nspname = any($1) and k.contype = 'c' and k.coninhcount = 0
     and exists (select from used u join reading r on r.first = u.function where u.classid = k.tableoid and u.objid = k.oid)
     and not exists (select from pg_depend e where e.deptype = 'e'
                        and (e.classid, e.objid) in (('pg_class'::regclass, k.conrelid), ('pg_type'::regclass, k.contypid)))
   order by 1`;

/** Tables in the schemas `$1` with columns of a domain, or of a type that has one in it, whose check reads tables. */
const checkedTablesQuery = `
  ${readingOf("'pg_constraint'::regclass")}, uses(type) as (
    select k.contypid from pg_constraint k join used u on u.classid = k.tableoid and u.objid = k.oid join reading r on r.first = u.function
     where k.contypid <> 0 and k.contype = 'c'
    union
    select t.oid
      from uses u
      join pg_type t on t.typbasetype = u.type or t.typelem = u.type and t.typlen = -1
        or exists (select from pg_range r where r.rngtypid = t.oid and r.rngsubtype = u.type)
        or exists (select from pg_attribute a where a.attrelid = t.typrelid and a.atttypid = u.type and a.attnum > 0 and not a.attisdropped)
  )
  select distinct n.nspname::text as schema, c.relname::text as name
    from uses u
    join pg_attribute a on a.atttypid = u.type and a.attnum > 0 and not a.attisdropped
    join pg_class c on c.oid = a.attrelid and c.relkind = 'r'
    join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = any($1)`;
