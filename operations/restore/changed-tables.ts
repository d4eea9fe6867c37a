import * as z from "zod";
import { type Described, digestOf, prepareSession, readNamed, readObjects } from "../archive/describe.ts";
import type { Manifest } from "../archive/manifest.ts";
import { type PathOperators, pathsOf } from "../archive/path-operators.ts";
import { type QualifiedName, QualifiedNames } from "../archive/qualified-names.ts";
import { findSame } from "../archive/remake.ts";
import type { Listing } from "../archive/sections.ts";
import type { ScriptSession } from "./script-session.ts";

/** A table of a target. */
export interface TableWithin extends QualifiedName {
  /** With its schema, quoted. */
  table: string;
  oid: string;
}

/** How a target differs from what a backup has of tables. */
export interface Changes {
  /** Numbers of the tables of which anything is missing or different. */
  oids: ReadonlySet<string>;
  /** Names of what is missing or different. */
  odd: ReadonlySet<string>;
}

/**
 * Finds the tables that the target has differently from the backup: the table itself, such as with a column
 * more or less, or a part of it, such as an index, a key, a trigger or a policy, which it lacks or has with another
 * definition. What is below such a table goes with it. The target may have further parts.
 */
export async function changedTables(
  session: ScriptSession,
  manifest: Manifest,
  present: readonly TableWithin[],
  {
    listing,
    pathOperators,
    tableOf,
  }: {
    listing: Listing;
    pathOperators: readonly PathOperators[];
    tableOf: (object: string) => QualifiedName | undefined;
  },
): Promise<Changes> {
  await prepareSession(session, manifest.serverVersion);
  const expected = new Map<string, string>();
  const expressions = new Map<string, string>();
  for await (const item of listing.items("own")) {
    if (item.kind !== "object") continue;
    expected.set(item.name, item.definition);
    if (item.expression !== undefined) expressions.set(item.name, item.expression);
  }
  const schemas = manifest.schemas.map(({ name }) => name);
  const found = new Map<string, Described>();
  for await (const [name, described] of readObjects(session, schemas)) {
    const definition = expected.get(name);
    if (definition === undefined) continue;
    if (digestOf(described) === definition) expected.delete(name);
    else found.set(name, described);
  }
  const same = await findSame(session, {
    expected: Object.fromEntries(expected),
    expressions: Object.fromEntries(expressions),
    found,
    paths: pathsOf(pathOperators),
    read: (some) => readNamed(session, schemas, some),
  });
  const odd = new Set([...expected.keys()].filter((name) => !same.has(name)));
  const owners = new QualifiedNames([...odd].flatMap((name) => tableOf(name) ?? []));
  const changed = present.filter((table) => owners.has(table));
  if (changed.length === 0) return { oids: new Set(), odd };
  const below = oidRows.parse(
    await session.rows(
      belowQuery,
      changed.map(({ oid }) => oid),
    ),
  );
  const known = new Set(present.map(({ oid }) => oid));
  const oids = new Set([...changed, ...below].flatMap(({ oid }) => (known.has(oid) ? [oid] : [])));
  return { oids, odd };
}

const oidRows = z.array(z.object({ oid: z.string() }));

/** Partitions of the tables `$1`, and what inherits from them. */
const belowQuery = `
  with recursive below (oid) as (
    select c.oid from pg_class c where c.oid::text = any($1)
    union select i.inhrelid from pg_inherits i join below on below.oid = i.inhparent)
  select oid::text as oid from below`;

/** What tables have: their columns with types, by the tables, and the names of what belongs to them. */
export interface Shape {
  columns: ReadonlyMap<string, ReadonlyMap<string, string>>;
  parts: ReadonlyMap<string, ReadonlySet<string>>;
}

/** @param tables with their schemas, quoted */
export async function readShape(session: ScriptSession, tables: readonly string[]): Promise<Shape> {
  const columns = new Map(tables.map((table) => [table, new Map<string, string>()]));
  const parts = new Map(tables.map((table) => [table, new Set<string>()]));
  for (const { table, name, type } of columnRows.parse(await session.rows(columnsQuery, tables)))
    columns.get(table)?.set(name, type);
  for (const { table, name } of partRows.parse(await session.rows(partsQuery, tables)))
    parts.get(table)?.add(name);
  return { columns, parts };
}

const columnRows = z.array(z.object({ table: z.string(), name: z.string(), type: z.string() }));

const columnsQuery = `
  select a.attrelid::regclass::text as table, quote_ident(a.attname) as name,
         format_type(a.atttypid, a.atttypmod) as type
    from pg_attribute a
   where a.attrelid in (select to_regclass(name) from unnest($1) name) and a.attnum > 0 and not a.attisdropped
   order by a.attrelid, a.attnum`;

const partRows = z.array(z.object({ table: z.string(), name: z.string() }));

/** Parts of tables, with the names that a description has for them. */
const partsQuery = `
  with wanted as materialized (select to_regclass(name)::oid as oid from unnest($1) name)
  select w.oid::regclass::text as table, p.name
    from wanted w cross join lateral (
      select format('constraint %I of %s', k.conname, w.oid::regclass) from pg_constraint k where k.conrelid = w.oid
      union all select format('index %s', i.indexrelid::regclass) from pg_index i where i.indrelid = w.oid
      union all select format('trigger %I on %s', t.tgname, w.oid::regclass) from pg_trigger t
                 where t.tgrelid = w.oid and not t.tgisinternal
      union all select format('policy %I on %s', p.polname, w.oid::regclass) from pg_policy p where p.polrelid = w.oid
      union all select format('rule %I on %s', r.rulename, w.oid::regclass) from pg_rewrite r where r.ev_class = w.oid
      union all select format('statistics %I.%I', n.nspname, s.stxname)
                  from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace where s.stxrelid = w.oid
      union all select format('sequence %s', d.objid::regclass)
                  from pg_depend d join pg_class c on c.oid = d.objid and c.relkind = 'S'
                 where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = w.oid
                   and d.deptype in ('a', 'i')) p (name)
   where w.oid is not null`;

/**
 * A sentence for each table that was made again: which of its columns and parts were different.
 *
 * @param odd names of what was missing or different
 */
export function describeChanges(before: Shape, after: Shape, odd: ReadonlySet<string>): string[] {
  return [...before.columns].map(([table, had]) => {
    const has = after.columns.get(table) ?? new Map<string, string>();
    const gone = [...had.keys()].filter((name) => !has.has(name));
    const back = [...has.keys()].filter((name) => !had.has(name));
    const retyped = [...has].flatMap(([name, type]) => {
      const other = had.get(name);
      return other === undefined || other === type ? [] : [`${name} is ${type} instead of ${other}`];
    });
    const parts = after.parts.get(table);
    const mended = [...(parts ?? [])].filter((name) => odd.has(name)).sort();
    const lost = [...(before.parts.get(table) ?? [])].filter((name) => parts?.has(name) !== true);
    const changes = [
      ...(gone.length === 0 ? [] : [`${columnsNamed(gone)} ${gone.length === 1 ? "is" : "are"} gone`]),
      ...(back.length === 0 ? [] : [`${columnsNamed(back)} ${back.length === 1 ? "is" : "are"} back`]),
      ...retyped,
      ...(mended.length === 0 ? [] : [`with ${mended.join(", ")}`]),
      ...(lost.length === 0 ? [] : [`without ${lost.join(", ")}`]),
    ];
    const what = changes.length === 0 ? "" : `: ${changes.join("; ")}`;
    return `The table ${table} had a different definition and was made again as the backup has it${what}.`;
  });
}

function columnsNamed(names: readonly string[]): string {
  return `the ${names.length === 1 ? "column" : "columns"} ${names.join(", ")}`;
}
