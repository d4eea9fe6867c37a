import type { Session } from "../../postgres/session.ts";
import { firstNormal, type Pristine } from "./pristine.ts";

/** A command that no transaction comes to. */
const neverReached = 4_294_967_296;

/**
 * Extensions but that of initdb, their members, and the transactions that made them: `added` was there before it became a member,
 * `own` is what the extension's script made, and `script` has the transactions of that script, with the
 * command in each that made the last member. One that is later moved to another schema has all of its rows written by
 * that transaction, which counts as the script's. After pg_upgrade every member was there before it became one, which it does
 * in the transaction of the extension from version 17 on, and `script` has none of the extension.
 */
export const members = `
  member as materialized (
    select d.refobjid as extension, d.classid, d.objid, d.xmin as made, d.cmin::text::bigint as at
      from pg_depend d join pg_extension e on e.oid = d.refobjid
     where d.refclassid = 'pg_extension'::regclass and d.deptype = 'e' and e.oid >= ${firstNormal}
  ), added as materialized (
    select m.extension, m.classid, m.objid, format('%s %s', i.type, i.identity) as name
      from member m
      left join pg_class c on m.classid = c.tableoid and c.oid = m.objid
      -- With a column of the type in the condition, each member would read every type of the database.
      left join pg_type t on t.oid = case m.classid when 'pg_type'::regclass then m.objid else c.reltype end
      left join pg_proc p on m.classid = p.tableoid and p.oid = m.objid
      left join pg_sequence q on q.seqrelid = c.oid
     cross join lateral pg_identify_object(m.classid, m.objid, 0) i
     where age(coalesce(t.xmin, p.xmin, q.xmin)) > age(m.made)
        or coalesce(t.xmin, p.xmin, q.xmin) = m.made and coalesce(t.cmin, p.cmin, q.cmin)::text::bigint < m.at
        -- A grant or another owner writes the row of a function or type anew, and nothing of what it needs.
        or coalesce(t.oid, p.oid) is not null and exists (
          select from pg_depend n
           where n.classid = m.classid and n.objid = m.objid and n.deptype = 'n' and n.objsubid = 0
             and (age(n.xmin) > age(m.made) or n.xmin = m.made and n.cmin::text::bigint < m.at))
  ), own as materialized (
    select m.* from member m
     where not exists (select from added a where a.classid = m.classid and a.objid = m.objid)
  ), script as materialized (
    select e.oid as extension, k.made || e.xmin::text as made, e.xmin::text <> all (k.made) as moved,
           case when e.xmin::text = any (k.made) then '{}' else jsonb_build_object(e.xmin::text, ${neverReached}) end || k.lasts as lasts
      from pg_extension e
     cross join lateral (
       select coalesce(array_agg(l.made), '{}') as made, coalesce(jsonb_object_agg(l.made, l.at), '{}') as lasts
         from (select m.made::text, max(m.at) as at from own m where m.extension = e.oid group by m.made) l) k
     where exists (
        select from own m
         where m.extension = e.oid and m.made::text = e.xmin::text and m.classid in ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_class'::regclass))
        or (select count(*) filter (where a.objid is null) > count(a.objid)
              from member m left join added a on a.classid = m.classid and a.objid = m.objid
             where m.extension = e.oid and m.classid in ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_class'::regclass))
  )`;

/**
 * Whether a row of a catalog was written after the script of an extension had made its last member: by somebody, or by
 * the end of the script, so that what is carried of it must do nothing where it is there.
 *
 * @param made transaction and command of the row, as texts
 */
export function afterScript(script: string, made: { transaction: string; command: string }): string {
  return `coalesce(${made.command}::bigint > (${script}.lasts ->> ${made.transaction})::bigint, ${script}.lasts is not null)`;
}

/** What a query about extensions answers. Most databases have none, and to plan such a query takes longer than to ask. */
export async function rowsOfExtensions(
  session: Session,
  { hasExtensions }: Pristine,
  query: string,
): Promise<readonly unknown[]> {
  return hasExtensions ? session.rows(query) : [];
}

/** The members of extensions for a query that also reads what belongs to none. */
export interface Membership {
  /** What defines `own` and `script`. */
  tables: string;
  /** Joins the extension `m` whose member an object is, which may be none. */
  memberOf(catalog: string, oid: string): string;
  /** Joins the script `s` of that extension. */
  scriptOf: string;
  /** Part of a query that is about members alone. */
  ofMembers(part: string): string;
}

/**
 * Says how a query finds the members of extensions. Where a database has no extension, nothing is joined: to plan the
 * joins of two dozen catalogs takes longer than to read them.
 */
export function membersIn({ hasExtensions }: Pristine): Membership {
  return hasExtensions ? some : none;
}

const some: Membership = {
  tables: members,
  memberOf: (catalog, oid) => `left join own m on m.classid = '${catalog}'::regclass and m.objid = ${oid}`,
  scriptOf: "left join script s on s.extension = m.extension",
  ofMembers: (part) => part,
};

const none: Membership = {
  tables: `
  own as (select null::oid as extension, null::oid as classid, null::oid as objid, null::xid as made where false),
  script as (select null::oid as extension, null::text[] as made, false as moved, null::jsonb as lasts where false)`,
  memberOf: () => "cross join (select null::oid as extension, null::oid as objid) m",
  scriptOf: "cross join (select null::text[] as made, null::boolean as moved, null::jsonb as lasts) s",
  ofMembers: () => "",
};
