import * as z from "zod";
import { listedSome } from "../../lib/text.ts";
import type { Session } from "../../postgres/session.ts";
import type { Contents } from "./contents.ts";
import { oneLine, type QualifiedName } from "./qualified-names.ts";

/** Something whose values a function computes that reads tables, although the server relies on equal answers. */
interface Computed {
  /** What it is, such as `The stored column public.t.a`. */
  name: string;
  functions: string[];
  /** Tables for whose rows such a function runs while they are restored. */
  tables: QualifiedName[];
}

/** Most functions that a note names. */
const named = 5;

/**
 * Says what a restored database computes anew by functions that read tables: it may have other values than the source,
 * where they were computed of other rows. No dump has the values of such columns.
 */
export async function notesOnReading(session: Session, schemas: readonly string[]): Promise<string[]> {
  return (await readComputed(session, schemas)).map(
    ({ name, functions }) =>
      `${name} has values of a function that is declared immutable and reads tables (${listedSome(functions, named)}): a restored database computes them anew from the rows that it has then, and they may differ.`,
  );
}

/**
 * Divides the lines of rows: those that such functions run for come last and in the order of the dump, when what the
 * functions read is there.
 */
export async function splitReading(
  session: Session,
  schemas: readonly string[],
  contents: Contents,
): Promise<{ first: Contents; last: Contents | undefined }> {
  const starts = (await readComputed(session, schemas)).flatMap(({ tables }) =>
    tables.map(({ schema, name }) => `TABLE DATA ${oneLine(schema)} ${oneLine(name)} `),
  );
  if (starts.length === 0) return { first: contents, last: undefined };
  const [last, first] = contents.divided(({ rest }) => starts.some((start) => rest.startsWith(start)));
  return { first, last };
}

async function readComputed(session: Session, schemas: readonly string[]): Promise<Computed[]> {
  return computedRows.parse(await session.rows(computedQuery, schemas));
}

const computedRows = z.array(
  z.object({
    name: z.string(),
    functions: z.array(z.string()),
    tables: z.array(z.object({ schema: z.string(), name: z.string() })),
  }),
);

/**
 * Stored columns, indexes and partition keys in the schemas `$1`, and the functions of theirs that read tables, themselves
 * or by others. The server knows what a function with a body in SQL's own form needs; of any other, its text is searched.
 */
const computedQuery = `
  with recursive used as materialized (
    select d.classid, d.objid, d.refobjid as function
      from pg_depend d join pg_proc p on p.oid = d.refobjid
     where d.refclassid = 'pg_proc'::regclass and p.oid >= 16384
       and d.classid in ('pg_class'::regclass, 'pg_attrdef'::regclass)
  ), reached(first, function) as (
    select distinct function, function from used
    union
    select r.first, c.oid
      from reached r
      join pg_proc p on p.oid = r.function
      join pg_language l on l.oid = p.prolang and l.lanname not in ('c', 'internal')
      join pg_proc c on c.oid >= 16384 and case when p.prosqlbody is null then position(c.proname in p.prosrc) > 0
        else exists (select from pg_depend d where d.classid = p.tableoid and d.objid = p.oid
                        and d.refclassid = c.tableoid and d.refobjid = c.oid) end
  ), reading as materialized (
    select r.first, array_agg(distinct r.function::regprocedure::text) as functions
      from reached r
      join pg_proc p on p.oid = r.function
      join pg_language l on l.oid = p.prolang and l.lanname not in ('c', 'internal')
     where case when p.prosqlbody is not null then exists (
             select from pg_depend d join pg_class c on c.oid = d.refobjid
              where d.classid = p.tableoid and d.objid = p.oid and d.refclassid = c.tableoid and c.relkind in ('r', 'p', 'v', 'm', 'f')
                -- It takes a row of the table.
                and c.reltype <> all (p.proargtypes))
           else exists (
             select from regexp_matches(p.prosrc, '\\m(?:from|join)\\s+(?:only\\s+)?(?:(?:"[^"]+"|[\\w$]+)\\s*\\.\\s*)?(?:"([^"]+)"|([\\w$]+))', 'gi') part
               join pg_class c on c.relname = coalesce(part[1], lower(part[2])) and c.relkind in ('r', 'p', 'v', 'm', 'f')
              where c.oid >= 16384) end
     group by r.first
  )
  select case when a.oid is not null then format('The stored column %s.%I', c.oid::regclass, g.attname)
              when c.relkind = 'p' then format('The partition key of %s', c.oid::regclass)
              else format('The index %s', c.oid::regclass) end as name,
         array(select distinct f from reading r cross join lateral unnest(r.functions) f
                where r.first in (select u.function from used u where u.classid = x.classid and u.objid = x.objid) order by f) as functions,
         coalesce((select jsonb_agg(jsonb_build_object('schema', (select nspname from pg_namespace where oid = t.relnamespace), 'name', t.relname))
            from (select c.oid union select relid from pg_partition_tree(c.oid)) below
            join pg_class t on t.oid = below.oid and t.relkind = 'r'), '[]') as tables
    from (select distinct u.classid, u.objid from used u join reading r on r.first = u.function) x
    left join pg_attrdef a on x.classid = a.tableoid and a.oid = x.objid
    left join pg_attribute g on g.attrelid = a.adrelid and g.attnum = a.adnum
    join pg_class c on c.oid = coalesce(a.adrelid, case x.classid when 'pg_class'::regclass then x.objid end)
    join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = any($1) and not c.relispartition and (g.attgenerated = 's' or a.oid is null and c.relkind in ('i', 'I', 'p'))
   order by 1`;
