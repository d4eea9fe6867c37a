import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { attemptEach } from "./attempt.ts";
import { namesOf } from "./names.ts";
import { firstNormal } from "./pristine.ts";
import { fillInRounds } from "./refresh.ts";

/** Materialized views, by their quoted names with schemas, and the numbers of their lines in a dump. */
export type Remote = Readonly<Record<string, string>>;

/** Extensions whose functions call other servers. */
const calling = ["dblink", "http", "pg_net", "plproxy", "postgres_fdw", "aws_s3", "aws_lambda"];

/**
 * Finds the materialized views that read from another server: by foreign tables, or by functions of
 * extensions that call out. A drill must not contact that server, and a restore must not depend on it. What a
 * function reads that has no body in SQL's own form is found by its text.
 */
export async function readRemote(session: Session): Promise<Remote> {
  const rows = (await remoteViews(session)).filter(({ isFilled }) => isFilled);
  return Object.fromEntries(rows.map(({ name, entry }) => [name, entry]));
}

/** The quoted names of the materialized views that are not filled and read from no other server. */
export async function emptyViews(session: Session): Promise<string[]> {
  const empty = await namesOf(
    session,
    "select oid::regclass::text as name from pg_class where relkind = 'm' and not relispopulated order by oid",
  );
  if (empty.size === 0) return [];
  const remote = new Set((await remoteViews(session)).map(({ name }) => name));
  return [...empty].filter((name) => !remote.has(name));
}

async function remoteViews(session: Session): Promise<z.infer<typeof remoteRows>> {
  // Most databases have none, and to search the texts of functions takes time.
  const some = await session.rows(callersQuery, calling);
  return some.length === 0 ? [] : remoteRows.parse(await session.rows(remoteQuery, calling));
}

const remoteRows = z.array(z.object({ name: z.string(), entry: z.string(), isFilled: z.boolean() }));

const callersQuery = `
  select from pg_class where relkind = 'f'
  union all
  select from pg_extension where extname = any($1)
  limit 1`;

/** What a text names behind FROM and the like, and before an opening bracket. */
const named = String.raw`'\m(?:from|join|table|update|into)\s+(?:only\s+)?(?:(?:"[^"]+"|[\w$]+)\s*\.\s*)?(?:"([^"]+)"|([\w$]+))|(?:"([^"]+)"|([\w$]+))\s*\('`;

const remoteQuery = `
  with recursive mention as materialized (
    select distinct p.oid, coalesce(part[1], lower(part[2]), part[3], lower(part[4])) as name
      from pg_proc p
      join pg_language l on l.oid = p.prolang
     cross join lateral regexp_matches(p.prosrc, ${named}, 'gi') part
     where p.oid >= ${firstNormal} and l.lanname not in ('c', 'internal') and p.prosqlbody is null
  ), caller as materialized (
    select d.classid, d.objid from pg_depend d join pg_extension x on x.oid = d.refobjid
     where d.refclassid = 'pg_extension'::regclass and d.deptype = 'e' and d.classid = 'pg_proc'::regclass
       and x.extname = any($1)
  ), remote(classid, objid) as (
    select 'pg_class'::regclass::oid, c.oid from pg_class c where c.relkind = 'f'
    union
    select classid, objid from caller
    union
    select found.classid, found.objid
      from remote r
      left join pg_class c on r.classid = c.tableoid and c.oid = r.objid
      left join pg_proc f on r.classid = f.tableoid and f.oid = r.objid
     cross join lateral (
       select case d.classid when 'pg_rewrite'::regclass then 'pg_class'::regclass::oid else d.classid end, coalesce(w.ev_class, d.objid)
         from pg_depend d left join pg_rewrite w on d.classid = w.tableoid and w.oid = d.objid
        where d.refclassid = r.classid and d.refobjid = r.objid and d.deptype = 'n'
          and d.classid in ('pg_rewrite'::regclass, 'pg_proc'::regclass)
       union all
       -- A foreign table may be a part of another.
       select 'pg_class'::regclass::oid, i.inhparent from pg_inherits i where i.inhrelid = c.oid
       union all
       select 'pg_proc'::regclass::oid, m.oid from mention m where m.name in (c.relname, f.proname)) found(classid, objid)
  )
  select c.oid::regclass::text as name, '0 ' || c.oid as entry, c.relispopulated as "isFilled"
    from remote r join pg_class c on r.classid = c.tableoid and c.oid = r.objid
   where c.relkind = 'm'
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
