import * as z from "zod";
import { digestOf, prepareSession, readNamed } from "../archive/describe.ts";
import type { Manifest } from "../archive/manifest.ts";
import { type PathOperators, pathsOf } from "../archive/path-operators.ts";
import { findSame } from "../archive/remake.ts";
import type { Listing } from "../archive/sections.ts";
import type { ScriptSession } from "./script-session.ts";

/** Tables of a target, with what the backup has of them. */
export interface TableWithin {
  /** With its schema, quoted. */
  table: string;
  oid: string;
}

/**
 * Finds the tables that the target has with another definition than the backup: with a column more or less, with a column
 * of another type, and the like. What is below such a table goes with it.
 *
 * @returns the numbers of the tables
 */
export async function changedTables(
  session: ScriptSession,
  manifest: Manifest,
  present: readonly TableWithin[],
  { listing, pathOperators }: { listing: Listing; pathOperators: readonly PathOperators[] },
): Promise<ReadonlySet<string>> {
  await prepareSession(session);
  const names = new Set(present.map(({ table }) => `table ${table}`));
  const expected: [string, string][] = [];
  const expressions: [string, string][] = [];
  for await (const item of listing.items("own")) {
    if (item.kind !== "object" || !names.has(item.name)) continue;
    expected.push([item.name, item.definition]);
    if (item.expression !== undefined) expressions.push([item.name, item.expression]);
  }
  const schemas = manifest.schemas.map(({ name }) => name);
  const read = (some: ReadonlySet<string>) => readNamed(session, schemas, some);
  const all = await read(names);
  const different = expected.filter(([name, definition]) => {
    const found = all.get(name);
    return found !== undefined && digestOf(found) !== definition;
  });
  if (different.length === 0) return new Set();
  const isDifferent = new Set(different.map(([name]) => name));
  const same = await findSame(session, {
    expected: Object.fromEntries(different),
    expressions: Object.fromEntries(expressions.filter(([name]) => isDifferent.has(name))),
    found: new Map([...all].filter(([name]) => isDifferent.has(name))),
    paths: pathsOf(pathOperators),
    read,
  });
  const changed = present.filter(
    ({ table }) => isDifferent.has(`table ${table}`) && !same.has(`table ${table}`),
  );
  const below = oidRows.parse(
    await session.rows(
      belowQuery,
      changed.map(({ oid }) => oid),
    ),
  );
  const known = new Set(present.map(({ oid }) => oid));
  return new Set([...changed, ...below].flatMap(({ oid }) => (known.has(oid) ? [oid] : [])));
}

const oidRows = z.array(z.object({ oid: z.string() }));

const belowQuery = `
  select distinct t.relid::oid::text as oid
    from pg_class c cross join lateral pg_partition_tree(c.oid) t
   where c.oid::text = any($1) and c.relkind = 'p'`;

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

/** A sentence for each table that was made again: which columns and parts it had otherwise. */
export function describeChanges(before: Shape, after: Shape): string[] {
  return [...before.columns].map(([table, had]) => {
    const has = after.columns.get(table) ?? new Map<string, string>();
    const gone = [...had.keys()].filter((name) => !has.has(name));
    const back = [...has.keys()].filter((name) => !had.has(name));
    const retyped = [...has].flatMap(([name, type]) => {
      const other = had.get(name);
      return other === undefined || other === type ? [] : [`${name} is ${type} instead of ${other}`];
    });
    const parts = after.parts.get(table);
    const lost = [...(before.parts.get(table) ?? [])].filter((name) => parts?.has(name) !== true);
    const changes = [
      ...(gone.length === 0 ? [] : [`${columnsNamed(gone)} ${gone.length === 1 ? "is" : "are"} gone`]),
      ...(back.length === 0 ? [] : [`${columnsNamed(back)} ${back.length === 1 ? "is" : "are"} back`]),
      ...retyped,
      ...(lost.length === 0 ? [] : [`without ${lost.join(", ")}`]),
    ];
    const what = changes.length === 0 ? "" : `: ${changes.join("; ")}`;
    return `The table ${table} had another definition and was made again as the backup has it${what}.`;
  });
}

function columnsNamed(names: readonly string[]): string {
  return `the ${names.length === 1 ? "column" : "columns"} ${names.join(", ")}`;
}
