import type { Session } from "../../postgres/session.ts";

/**
 * Extensions, their members, and the transactions that made them: `added` was there before it became a member,
 * `own` is what the extension's script made, and `script` has the transactions of that script. After pg_upgrade, no
 * member is of the transaction that made the extension, and `script` has none.
 */
export const members = `
  member as materialized (
    select d.refobjid as extension, d.classid, d.objid, d.xmin as made
      from pg_depend d join pg_extension e on e.oid = d.refobjid
     where d.refclassid = 'pg_extension'::regclass and d.deptype = 'e' and e.extname <> 'plpgsql'
  ), added as materialized (
    select m.extension, m.classid, m.objid, format('%s %s', i.type, i.identity) as name
      from member m
      left join pg_class c on m.classid = c.tableoid and c.oid = m.objid
      left join pg_type t on t.oid = case when m.classid = t.tableoid then m.objid else c.reltype end
      left join pg_proc p on m.classid = p.tableoid and p.oid = m.objid
      left join pg_sequence q on q.seqrelid = c.oid
     cross join lateral pg_identify_object(m.classid, m.objid, 0) i
     where age(coalesce(t.xmin, p.xmin, q.xmin)) > age(m.made)
  ), own as materialized (
    select m.* from member m
     where not exists (select from added a where a.classid = m.classid and a.objid = m.objid)
  ), script as materialized (
    select e.oid as extension, array(select distinct m.made::text from own m where m.extension = e.oid) as made
      from pg_extension e
     where exists (select from member m where m.extension = e.oid and m.made::text = e.xmin::text)
  )`;

/** What a query about extensions answers. Most databases have none, and to plan such a query takes longer than to ask. */
export async function rowsOfExtensions(session: Session, query: string): Promise<readonly unknown[]> {
  const some = await session.rows("select from pg_extension where extname <> 'plpgsql' limit 1");
  return some.length === 0 ? [] : session.rows(query);
}
