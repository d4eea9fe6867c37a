import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import type { Carried } from "../archive/carried.ts";
import { inServerSchema } from "../archive/fragments.ts";
import { readPristine } from "../archive/pristine.ts";
import { readServerChanges } from "../archive/server-changes.ts";

/** What a target has in the schemas of the server, which no restore replaces, and what was changed there. */
export interface ServerOwn {
  /** Names of objects and columns, by their numbers. */
  objects: ReadonlyMap<string, string>;
  /** Statements that make a change, by its name. */
  changes: ReadonlyMap<string, string>;
}

/**
 * Looks at what the schemas of the server have. Somebody may have let it depend on a schema that is restored, and it is
 * dropped with that.
 */
export async function readServerOwn(session: Session): Promise<ServerOwn> {
  return { objects: await readOwnObjects(session), changes: await readOwnChanges(session) };
}

async function readOwnObjects(session: Session): Promise<ServerOwn["objects"]> {
  const objects = objectRows.parse(await session.rows(objectsQuery));
  return new Map(objects.map(({ address, name }) => [address, name]));
}

async function readOwnChanges(session: Session): Promise<ServerOwn["changes"]> {
  const all = await readServerChanges(session, await readPristine(session));
  // Those of extensions get other names where a restore moves one.
  const changes = all.filter(({ extension }) => extension === null);
  return new Map(changes.map(({ name, statements }) => [name, JSON.stringify(statements)]));
}

/**
 * A sentence for each that is no longer there.
 *
 * @param carried what the backup makes again
 */
export async function lostOfServer(
  session: Session,
  before: ServerOwn,
  carried: readonly Carried[],
): Promise<string[]> {
  const isCarried = new Set(carried.map(({ name }) => name));
  const objects = await readOwnObjects(session);
  // Where nothing was changed, nothing can be lost.
  const changes = before.changes.size === 0 ? before.changes : await readOwnChanges(session);
  const gone = [...before.objects]
    .filter(([address, name]) => !objects.has(address) && !isCarried.has(name))
    .map(([, name]) => `${name} is missing.`);
  const changed = [...before.changes]
    .filter(([name, statements]) => changes.get(name) !== statements && !isCarried.has(name))
    .map(([name]) => `The ${name} was lost.`);
  return [...gone, ...changed];
}

/**
 * Takes the dictionaries of the schemas out of the text search configurations of the server and of extensions, which
 * would be dropped with them.
 */
export async function putMappingsAside(session: Session, schemas: readonly string[]): Promise<void> {
  const found = mappingRows.parse(await session.rows(mappingsQuery, schemas));
  for (const { statement } of found) await session.run(statement);
}

const objectRows = z.array(z.object({ address: z.string(), name: z.string() }));
const mappingRows = z.array(z.object({ statement: z.string() }));

/** Whatever has a lower number cannot be dropped. Source: FirstUnpinnedObjectId in PostgreSQL's transam.h. */
const firstUnpinned = 12_000;

const catalogs: readonly (readonly [catalog: string, namespace: string, counts?: string])[] = [
  ["pg_class", "relnamespace", "o.relkind in ('r', 'v', 'm', 'p', 'f', 'S')"],
  ["pg_type", "typnamespace", "o.typrelid = 0 and o.typcategory <> 'A'"],
  ["pg_proc", "pronamespace"],
  ["pg_operator", "oprnamespace"],
  ["pg_opclass", "opcnamespace"],
  ["pg_opfamily", "opfnamespace"],
  ["pg_conversion", "connamespace"],
  ["pg_ts_config", "cfgnamespace"],
  ["pg_ts_dict", "dictnamespace"],
  ["pg_ts_parser", "prsnamespace"],
  ["pg_ts_template", "tmplnamespace"],
  ["pg_statistic_ext", "stxnamespace"],
];

const objectsQuery = `
  ${catalogs
    .map(
      ([catalog, namespace, counts = "true"]) => `
  select o.tableoid || ' ' || o.oid as address, format('%s %s', i.type, i.identity) as name
    from ${catalog} o cross join lateral pg_identify_object(o.tableoid, o.oid, 0) i
   where o.${namespace} ${inServerSchema} and o.oid >= ${firstUnpinned} and ${counts}`,
    )
    .join(" union all ")}
  union all
  select concat_ws(' ', c.tableoid, c.oid, a.attnum), format('column %I of %s', a.attname, c.oid::regclass)
    from pg_attribute a join pg_class c on c.oid = a.attrelid
   where c.relnamespace ${inServerSchema} and c.oid >= ${firstUnpinned} and c.relkind in ('r', 'p', 'f')
     and a.attnum > 0 and not a.attisdropped
  union all
  select p.classid || ' ' || p.oid, format('%s %s', i.type, i.identity)
    from (select k.tableoid as classid, k.oid, k.conrelid as relation from pg_constraint k where k.contype not in ('t', 'n')
          union all select t.tableoid, t.oid, t.tgrelid from pg_trigger t where not t.tgisinternal
          union all select p.tableoid, p.oid, p.polrelid from pg_policy p
          union all select r.tableoid, r.oid, r.ev_class from pg_rewrite r where r.rulename <> '_RETURN') p
    join pg_class c on c.oid = p.relation
   cross join lateral pg_identify_object(p.classid, p.oid, 0) i
   where c.relnamespace ${inServerSchema} and p.oid >= ${firstUnpinned}`;

/** Kinds of words for which a configuration has a dictionary in the schemas `$1`. */
const mappingsQuery = `
  select format('alter text search configuration %s drop mapping if exists for %s', c.oid::regconfig,
             string_agg(distinct quote_ident(t.alias), ', ')) as statement
    from pg_ts_config c
    join pg_ts_config_map m on m.mapcfg = c.oid
    join pg_ts_dict d on d.oid = m.mapdict
    join pg_namespace n on n.oid = d.dictnamespace
   cross join lateral ts_token_type(c.cfgparser) t
   where n.nspname = any($1) and t.tokid = m.maptokentype
     and (c.cfgnamespace = 'pg_catalog'::regnamespace or exists (
       select from pg_depend e where e.classid = c.tableoid and e.objid = c.oid and e.deptype = 'e'))
     and not exists (select from pg_depend e where e.classid = d.tableoid and e.objid = d.oid and e.deptype = 'e')
   group by c.oid`;
