import * as z from "zod";
import type { Session } from "../../postgres/session.ts";

/** The entries of everything that depends on the schemas: what is dropped with them. */
export async function dependentEntries(
  session: Session,
  schemas: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = entryRows.parse(await session.rows(dependentsQuery, schemas));
  return new Set(rows.map(({ entry }) => entry));
}

const entryRows = z.array(z.object({ entry: z.string() }));

/**
 * Everything that depends on an object in the schemas, directly or not. What is part of another object, such
 * as the rule of a view, stands for that one.
 */
export const dependentsQuery = `
  with recursive inside as materialized (
    select d.classid, d.objid from pg_depend d join pg_namespace n on n.oid = d.refobjid
     where d.refclassid = 'pg_namespace'::regclass and n.nspname = any($1) and d.deptype = 'n'
  ), dependent(classid, objid) as (
    select classid, objid from inside
    union
    select next.classid, next.objid from dependent o
     cross join lateral (
       select d.classid, d.objid from pg_depend d
        where d.refclassid = o.classid and d.refobjid = o.objid and d.deptype in ('n', 'a', 'i', 'I', 'P', 'S')
          and d.objsubid = 0
       union all
       select d.refclassid, d.refobjid from pg_depend d
        where d.classid = o.classid and d.objid = o.objid and d.deptype = 'i' and d.refobjsubid = 0
     ) next
     where next.classid <> 'pg_namespace'::regclass
  )
  select classid || ' ' || objid as entry from dependent
  except select classid || ' ' || objid from inside`;
