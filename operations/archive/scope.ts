import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import { listed } from "../../lib/text.ts";
import type { Session } from "../../postgres/session.ts";
import { dataEntry } from "./fragments.ts";
import { joinedRows } from "./joins.ts";
import { schemaSchema } from "./manifest.ts";

/** A schema and its owner. */
export type Schema = z.infer<typeof schemaSchema>;

/** What a dump is of. */
export interface Scope {
  /** Schemas that are backed up: the named ones, or all except those of the server and of extensions. */
  schemas: Schema[];
  /**
   * Schemas that the dump contains besides: those that the backed-up ones depend on, those with objects that
   * depend on them, and those that hold extensions. Only their definitions, and the rows of the tables that
   * foreign keys refer to, and of partitions and children of the schemas' tables.
   */
  companions: Schema[];
  /** Schemas that are left out. */
  excluded: string[];
  /** Patterns, as pg_dump takes them, for the companions' tables whose rows are left out. */
  withoutRows: string[];
  /** The companions' tables that the role may not read, which are left out, and patterns for them. */
  unreadable: string[];
  withoutTables: string[];
  /** The companions' tables of which row-level security hides rows from the role: the dump has their definitions. */
  secured: string[];
  /** The companions' tables and sequences whose rows the dump has, quoted, and their entries. */
  withRows: { table: string; entry: string }[];
  /** Partitions and children of the schemas' tables elsewhere whose rows the dump does not have, quoted. */
  childrenWithoutRows: string[];
}

/** A scope that is the complete database. */
const complete = {
  companions: [],
  excluded: [],
  withoutRows: [],
  unreadable: [],
  withoutTables: [],
  secured: [],
  withRows: [],
  childrenWithoutRows: [],
};

/**
 * Finds what a dump of the named schemas contains, or of the complete database when there are no names. What
 * belongs together follows from the server's own record of dependencies.
 *
 * @param isReplaced whether the schemas are to be dropped: the dump then has the rows of all tables that go with them
 * @throws {Failure} `failed`, when a schema does not exist
 */
export async function findScope(
  session: Session,
  names: readonly string[],
  { isReplaced = false }: { isReplaced?: boolean } = {},
): Promise<Scope> {
  const all = schemaRows.parse(await session.rows(schemasQuery));
  if (names.length === 0) return { schemas: all, ...complete };
  const present = schemaRows.parse(await session.rows(`${everySchema} where nspname = any($1)`, names));
  const missing = names.filter((name) => !present.some((schema) => schema.name === name));
  if (missing.length > 0) {
    throw new Failure("failed", `The database has no schema ${listed(missing, "or")}`);
  }
  const links = linkRows.parse(await joinedRows(session, linksQuery));
  const kept = keptRows.parse(await session.rows(isReplaced ? droppedQuery : childrenQuery, names));
  const beside = new Set([
    ...companionsOf(names, links, new Set(kept.map(({ schema }) => schema))),
    ...nameRows.parse(await session.rows(extensionSchemasQuery)).map(({ name }) => name),
  ]);
  const companions = all.filter(({ name }) => beside.has(name) && !names.includes(name));
  const dumped = new Set([...names, ...companions.map(({ name }) => name)]);
  return {
    schemas: present,
    companions,
    excluded: all.map(({ name }) => name).filter((name) => !dumped.has(name)),
    ...(await patternsOf(session, names, { companions, kept })),
  };
}

interface Link {
  from: string;
  to: string;
}

/**
 * Those with dependents of the schemas, and then everything that all of these depend on.
 *
 * @param more schemas with tables whose rows belong to the schemas, too
 */
function companionsOf(
  names: readonly string[],
  links: readonly Link[],
  more: ReadonlySet<string>,
): ReadonlySet<string> {
  const found = new Set([...names, ...more]);
  for (const { from, to } of links) if (names.includes(to)) found.add(from);
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const { from, to } of links) if (found.has(from)) found.add(to);
  }
  return found;
}

async function patternsOf(
  session: Session,
  names: readonly string[],
  { companions, kept }: { companions: readonly Schema[]; kept: z.infer<typeof keptRows> },
): Promise<Omit<Scope, "schemas" | "companions" | "excluded">> {
  const beside = companions.map(({ name }) => name);
  // No dump has the rows of members of extensions.
  const oids = kept.filter(({ isMember }) => !isMember).map(({ oid }) => oid);
  // A query takes one list.
  const referred = new Set(
    oidRows.parse(await session.rows(referredQuery, [JSON.stringify({ names, oids })])).map(({ oid }) => oid),
  );
  const tables = tableRows.parse(await session.rows(tablesQuery, beside));
  const chosen = tables.filter(({ oid, readable, secured }) => readable && !secured && referred.has(oid));
  const withRows = new Set(chosen.map(({ schema }) => schema));
  const given = new Set(oids);
  const chosenOids = new Set(chosen.map(({ oid }) => oid));
  const unreadable = tables.filter(({ readable }) => !readable);
  return {
    withoutRows: [
      ...patternsFor(beside.filter((name) => !withRows.has(name))).map((schemas) => `${schemas}.*`),
      ...tablePatterns(
        tables.filter(({ oid, schema, secured }) => withRows.has(schema) && (secured || !referred.has(oid))),
      ),
    ],
    unreadable: unreadable.map(patternOf),
    withoutTables: tablePatterns(unreadable),
    secured: tables
      .filter(({ oid, readable, secured }) => readable && secured && referred.has(oid))
      .map(patternOf),
    withRows: chosen.map(({ table, entry }) => ({ table, entry })),
    childrenWithoutRows: kept
      .filter(({ oid, hasRows }) => hasRows && !(chosenOids.has(oid) && given.has(oid)))
      .map(({ table }) => table),
  };
}

function patternOf({ schema, name }: { schema: string; name: string }): string {
  return `${quoted(schema)}.${quoted(name)}`;
}

function tablePatterns(tables: readonly { schema: string; name: string }[]): string[] {
  const bySchema = Map.groupBy(tables, ({ schema }) => schema);
  return [...bySchema].flatMap(([schema, all]) =>
    patternsFor(all.map(({ name }) => name)).map((names) => `${quoted(schema)}.${names}`),
  );
}

/** Names in one pattern. */
const namesAtOnce = 100;

/**
 * Patterns for names, of many names each: a pattern is an argument, which have a limit, and pg_dump asks the server once
 * for each.
 */
export function patternsFor(names: readonly string[]): string[] {
  return Array.from({ length: Math.ceil(names.length / namesAtOnce) }, (_, index) =>
    names
      .slice(index * namesAtOnce, (index + 1) * namesAtOnce)
      .map(quoted)
      .join("|"),
  );
}

/** A name in a pattern of pg_dump, without the meaning of any character. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

const schemaRows = z.array(
  schemaSchema
    .extend({ initial: schemaSchema.shape.initial.unwrap().nullable() })
    .transform(({ initial, ...schema }): Schema => ({ ...schema, ...(initial !== null && { initial }) })),
);
const linkRows = z.array(z.object({ from: z.string(), to: z.string() }));
const nameRows = z.array(z.object({ name: z.string() }));
const keptRows = z.array(
  z.object({
    schema: z.string(),
    table: z.string(),
    oid: z.string(),
    hasRows: z.boolean(),
    isMember: z.boolean(),
  }),
);
const oidRows = z.array(z.object({ oid: z.string() }));
const tableRows = z.array(
  z.object({
    schema: z.string(),
    name: z.string(),
    table: z.string(),
    oid: z.string(),
    entry: z.string(),
    readable: z.boolean(),
    secured: z.boolean(),
  }),
);

/**
 * Schemas with their owners, and what initdb let everybody do with a schema that was called `public` once: pg_dump takes
 * that as given, as it does for whatever is called so now.
 */
const everySchema = `
  select n.nspname::text as name, pg_get_userbyid(n.nspowner)::text as owner,
         (select array_agg(x.privilege_type order by x.privilege_type)
            from pg_init_privs i cross join lateral aclexplode(i.initprivs) x
           where i.classoid = n.tableoid and i.objoid = n.oid and i.objsubid = 0 and i.privtype = 'i'
             and x.grantee = 0 and n.nspname <> 'public') as initial
    from pg_namespace n`;

/** Schemas that belong neither to the server nor to an extension. */
export const schemasQuery = `${everySchema}
   where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
     and not exists (select from pg_depend d where d.classid = 'pg_namespace'::regclass
                        and d.objid = n.oid and d.deptype = 'e')
   order by n.nspname collate "C"`;

/** Schemas with objects that depend on objects in another one, other than members of extensions. */
const linksQuery = `
  with place as materialized (
    select * from (
      select tableoid as classid, oid as objid, relnamespace as schema from pg_class
      union all select tableoid, oid, pronamespace from pg_proc
      union all select tableoid, oid, typnamespace from pg_type
      union all select tableoid, oid, oprnamespace from pg_operator
      union all select tableoid, oid, opcnamespace from pg_opclass
      union all select tableoid, oid, opfnamespace from pg_opfamily
      union all select tableoid, oid, collnamespace from pg_collation
      union all select tableoid, oid, cfgnamespace from pg_ts_config
      union all select tableoid, oid, dictnamespace from pg_ts_dict
      union all select tableoid, oid, stxnamespace from pg_statistic_ext
      union all select tableoid, oid, connamespace from pg_constraint
      union all select t.tableoid, t.oid, c.relnamespace from pg_trigger t join pg_class c on c.oid = t.tgrelid
      union all select p.tableoid, p.oid, c.relnamespace from pg_policy p join pg_class c on c.oid = p.polrelid
      union all select r.tableoid, r.oid, c.relnamespace from pg_rewrite r join pg_class c on c.oid = r.ev_class
      union all select d.tableoid, d.oid, c.relnamespace from pg_attrdef d join pg_class c on c.oid = d.adrelid
    ) placed
    where schema in (select oid from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema')
      and not exists (select from pg_depend e where e.classid = placed.classid and e.objid = placed.objid and e.deptype = 'e')
  )
  select distinct one.nspname::text as from, other.nspname::text as to
    from pg_depend d
    join place p on p.classid = d.classid and p.objid = d.objid
    join place r on r.classid = d.refclassid and r.objid = d.refobjid
    join pg_namespace one on one.oid = p.schema
    join pg_namespace other on other.oid = r.schema
   where p.schema <> r.schema`;

/** What is elsewhere of some relations, but for temporary tables. */
const keptElsewhere = (from: string): string => `
  select n.nspname::text as schema, c.oid::regclass::text as table, c.oid::text as oid, c.relkind = 'r' as "hasRows",
         exists (select from pg_depend e where e.classid = c.tableoid and e.objid = c.oid and e.deptype = 'e') as "isMember"
    from ${from} found
    join pg_class c on c.oid = found.oid and c.relkind in ('r', 'p', 'f', 'S')
    join pg_namespace n on n.oid = c.relnamespace
   where n.nspname <> all($1) and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
   order by n.nspname collate "C", c.relname collate "C"`;

/** Partitions and children, at any depth, that tables of the schemas have in other ones: a table shows their rows as its own. */
const childrenQuery = `
  with recursive below(oid) as (
    select i.inhrelid
      from pg_inherits i join pg_class c on c.oid = i.inhparent join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any($1) and c.relkind in ('r', 'p', 'f')
    union
    select i.inhrelid from pg_inherits i join below b on b.oid = i.inhparent
  )
  ${keptElsewhere("below")}`;

/** Tables and sequences of other schemas that go, or lose columns, with what is dropped of the schemas. */
const droppedQuery = `
  with recursive dropped(classid, objid) as (
    select d.classid, d.objid
      from pg_depend d join pg_namespace n on d.refclassid = n.tableoid and d.refobjid = n.oid
     where n.nspname = any($1) and d.classid not in ('pg_extension'::regclass, 'pg_default_acl'::regclass)
       -- Members of extensions stay.
       and not exists (select from pg_depend e where e.classid = d.classid and e.objid = d.objid and e.deptype = 'e')
    union
    select d.classid, d.objid from pg_depend d join dropped o on d.refclassid = o.classid and d.refobjid = o.objid
     where d.deptype <> 'e'
  )
  ${keptElsewhere("(select objid as oid from dropped where classid = 'pg_class'::regclass)")}`;

/**
 * Tables that foreign keys of the schemas or of some tables refer to, and those that these refer to, those tables, and
 * sequences that defaults of the schemas or columns of these tables take their values from.
 */
const referredQuery = `
  with recursive given as materialized (
    select array(select jsonb_array_elements_text(g -> 'names')) as names,
           array(select jsonb_array_elements_text(g -> 'oids')::oid) as oids
      from jsonb(($1::text[])[1]) g
  ), own as materialized (
    select oid from pg_namespace where nspname in (select unnest(names) from given)
  ), referred(oid) as (
    select unnest(oids) from given
    union all
    select k.confrelid from pg_constraint k where k.contype = 'f' and k.connamespace in (select oid from own)
    union
    select k.confrelid from pg_constraint k join referred r on r.oid = k.conrelid where k.contype = 'f'
  )
  select referred.oid::text as oid from referred
  union
  select s.oid::text
    from pg_attrdef a
    join pg_depend d on d.classid = a.tableoid and d.objid = a.oid and d.refclassid = 'pg_class'::regclass
    join pg_class s on s.oid = d.refobjid and s.relkind = 'S'
    join pg_class c on c.oid = a.adrelid
   where c.relnamespace in (select oid from own) or c.oid in (select oid from referred)
  union
  select s.oid::text
    from pg_depend d
    join pg_class s on s.oid = d.objid and s.relkind = 'S'
   where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype = 'i'
     and d.refobjid in (select oid from referred)`;

const tablesQuery = `
  select n.nspname::text as schema, c.relname::text as name, c.oid::regclass::text as table, c.oid::text as oid,
         ${dataEntry("c")} as entry, has_table_privilege(c.oid, 'select') as readable,
         row_security_active(c.oid) as secured
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = any($1) and c.relkind in ('r', 'p', 'S')
   order by n.nspname collate "C", c.relname collate "C"`;

/** Schemas that hold extensions and nothing else. */
const extensionSchemasQuery = `
  select n.nspname::text as name from pg_namespace n
   where n.oid in (select extnamespace from pg_extension where extname <> 'plpgsql')
     and not exists (
       select from pg_depend d
        where d.refclassid = 'pg_namespace'::regclass and d.refobjid = n.oid
          and d.classid not in ('pg_extension'::regclass, 'pg_default_acl'::regclass)
          and not exists (select from pg_depend e where e.classid = d.classid and e.objid = d.objid and e.deptype = 'e'))`;
