import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { attemptEach } from "./extensions.ts";
import { fillInRounds } from "./refresh.ts";

/** Materialized views, by their quoted names with schemas, and the numbers of their lines in a dump. */
export type Remote = Readonly<Record<string, string>>;

/** Extensions whose functions call other servers. */
const calling = ["dblink", "http", "pg_net", "plproxy", "postgres_fdw", "aws_s3", "aws_lambda"];

/**
 * Finds the materialized views that read from another server: by foreign tables, or by functions of
 * extensions that call out. A drill must not contact that server, and a restore must not depend on it. A
 * function that only its text connects to such an extension is found by the text.
 */
export async function readRemote(session: Session): Promise<Remote> {
  const rows = remoteRows.parse(await session.rows(remoteQuery, calling));
  return Object.fromEntries(rows.map(({ name, entry }) => [name, entry]));
}

const remoteRows = z.array(z.object({ name: z.string(), entry: z.string() }));

const remoteQuery = `
  with recursive caller as materialized (
    select d.classid, d.objid from pg_depend d join pg_extension x on x.oid = d.refobjid
     where d.refclassid = 'pg_extension'::regclass and d.deptype = 'e' and d.classid = 'pg_proc'::regclass
       and x.extname = any($1)
  ), remote(classid, objid) as (
    select 'pg_class'::regclass::oid, c.oid from pg_class c where c.relkind = 'f'
    union
    select classid, objid from caller
    union
    select p.tableoid, p.oid from pg_proc p join pg_language l on l.oid = p.prolang
     where l.lanname not in ('c', 'internal')
       and exists (select from caller c join pg_proc f on f.oid = c.objid where position(f.proname in p.prosrc) > 0)
    union
    select case d.classid when 'pg_rewrite'::regclass then 'pg_class'::regclass::oid else d.classid end,
           coalesce(w.ev_class, d.objid)
      from remote r
      join pg_depend d on d.refclassid = r.classid and d.refobjid = r.objid and d.deptype = 'n'
      left join pg_rewrite w on d.classid = w.tableoid and w.oid = d.objid
     where d.classid in ('pg_rewrite'::regclass, 'pg_proc'::regclass)
  )
  select c.oid::regclass::text as name, '0 ' || c.oid as entry
    from remote r join pg_class c on r.classid = c.tableoid and c.oid = r.objid
   where c.relkind = 'm' and c.relispopulated
   order by c.oid`;

/** The refreshes of such views, as a table of contents has them, are left out. */
export function withoutRemote(remote: Remote): (line: { entry: string; rest: string }) => boolean {
  const entries = new Set(Object.values(remote));
  return ({ entry, rest }) => entries.has(entry) && rest.startsWith("MATERIALIZED VIEW DATA ");
}

/**
 * Fills these views, in the order in which they were made.
 *
 * @returns a sentence for each that could not be filled
 */
export async function refreshRemote(session: Session, remote: Remote): Promise<string[]> {
  const failed = await fillInRounds(Object.keys(remote), (name) =>
    attemptEach(session, [`refresh materialized view ${name}`]),
  );
  return [...failed].map(
    ([name, reason]) =>
      `${name} is empty: it reads from another server, and could not be refreshed (${reason}).`,
  );
}
