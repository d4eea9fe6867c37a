import { escapeIdentifier } from "pg";
import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import { type Contents, splitPartitionsElsewhere } from "../archive/contents.ts";
import type { Manifest } from "../archive/manifest.ts";
import { namesOf } from "../archive/names.ts";
import { readPools } from "../archive/partition-pools.ts";
import type { QualifiedName } from "../archive/qualified-names.ts";
import { lendSearchPath } from "../archive/search-path.ts";
import { putKeysAside } from "./constraints.ts";
import { type DumpRun, pathLinesOf, runList, runOnPath } from "./run-dump.ts";
import type { ScriptSession } from "./script-session.ts";

/** Tables of a backup, and the part of a dump's contents that is about some of them. */
export interface TablesPart {
  tables: readonly QualifiedName[];
  contentsFor: (tables: readonly QualifiedName[]) => Contents;
}

/**
 * Gives tables the rows that they have in a dump, within the session's transaction, and makes those that are missing.
 * Partitions that the dump does not have are emptied with their table. A table that is there keeps its definition. Its
 * triggers do not run, and foreign keys from and to it are made again once the rows are there, which checks them.
 *
 * @returns what was emptied, one sentence each
 * @throws {Failure} when the rows of a table may be in others that are not restored
 */
export async function replaceTables(
  session: ScriptSession,
  manifest: Manifest,
  { tables, contentsFor }: TablesPart,
  run: DumpRun,
): Promise<string[]> {
  const present = presentRows.parse(await session.rows(presentQuery, [JSON.stringify(tables)]));
  const missing = tables.filter(
    (table) => !present.some(({ schema, name }) => schema === table.schema && name === table.name),
  );
  await refusePooled(session, present);
  const own = present.map(({ oid }) => oid);
  const newer = presentRows.parse(await session.rows(newerQuery, own));
  const oids = [...own, ...newer.map(({ oid }) => oid)];
  const keys = await putKeysAside(session, keysQuery, oids);
  const triggers = triggerRows.parse(await session.rows(triggersQuery, oids));
  for (const { table, name } of triggers) await session.run(`alter table ${table} disable trigger ${name}`);
  const filled = [...present, ...newer].filter(({ hasRows }) => hasRows);
  if (filled.length > 0) {
    const names = filled.map(
      ({ schema, name }) => `only ${escapeIdentifier(schema)}.${escapeIdentifier(name)}`,
    );
    await session.run(`truncate ${names.join(", ")}`);
  }
  const { lend, takeBack } = lendSearchPath(manifest);
  const pathLines = await pathLinesOf(session, run);
  const onPath = pathLines.takeLate(contentsFor(missing));
  const { before: made, attachments, after } = splitPartitionsElsewhere(onPath.others);
  await runOnPath(session, run, { list: made, pathLines }, "--section=pre-data");
  for (const statement of lend) await session.run(statement);
  await runList(session, run, contentsFor(tables), ["--section=data"]);
  await pathLines.makeAll(onPath.early);
  await runList(session, run, made, ["--section=post-data"]);
  await runList(session, run, attachments, []);
  await runList(session, run, after, ["--section=post-data"]);
  await pathLines.makeAll(onPath.last);
  await pathLines.makeAnyway();
  await keys.putBack();
  for (const { table, name, enable } of triggers)
    await session.run(`alter table ${table} ${enable} trigger ${name}`);
  for (const statement of takeBack) await session.run(statement);
  return newer.map(({ table }) => `The partition ${table} was emptied: the backup does not have it.`);
}

/** Where the hash of an enum distributes rows, those of a partition may come into another one. */
async function refusePooled(session: ScriptSession, present: readonly { table: string }[]): Promise<void> {
  const schemas = await namesOf(session, "select nspname::text as name from pg_namespace");
  const names = new Set(present.map(({ table }) => table));
  for (const [partition, top] of await readPools(session, [...schemas])) {
    if (!names.has(partition) || names.has(top)) continue;
    throw new Failure(
      "failed",
      `The rows of ${partition} may come into another partition, since the hash of an enum distributes them: restore ${top}.`,
    );
  }
}

const presentRows = z.array(
  z.object({
    schema: z.string(),
    name: z.string(),
    table: z.string(),
    oid: z.string(),
    hasRows: z.boolean(),
  }),
);

const presentQuery = `
  select n.nspname::text as schema, c.relname::text as name, c.oid::regclass::text as table, c.oid::text as oid,
         c.relkind = 'r' as "hasRows"
    from json_to_recordset(($1::text[])[1]::json) wanted(schema text, name text)
    join pg_namespace n on n.nspname = wanted.schema
    join pg_class c on c.relnamespace = n.oid and c.relname = wanted.name and c.relkind in ('r', 'p')`;

/** Partitions with rows below the tables `$1` that are not among them. */
const newerQuery = `
  select distinct n.nspname::text as schema, c.relname::text as name, c.oid::regclass::text as table, c.oid::text as oid,
         true as "hasRows"
    from pg_class p
   cross join lateral pg_partition_tree(p.oid) t
    join pg_class c on c.oid = t.relid
    join pg_namespace n on n.oid = c.relnamespace
   where p.oid::text = any($1) and p.relkind = 'p' and c.relkind = 'r' and c.oid::text <> all($1)
   order by 1, 2`;

/** Keys from and to the tables `$1`; those of partitions are their table's. */
const keysQuery = "k.conrelid::text = any($1) or k.confrelid::text = any($1)";

const triggerRows = z.array(z.object({ table: z.string(), name: z.string(), enable: z.string() }));

const triggersQuery = `
  select t.tgrelid::regclass::text as table, quote_ident(t.tgname) as name,
         case t.tgenabled when 'A' then 'enable always' when 'R' then 'enable replica' else 'enable' end as enable
    from pg_trigger t where t.tgrelid::text = any($1) and not t.tgisinternal and t.tgenabled <> 'D'`;
