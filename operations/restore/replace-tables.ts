import { escapeIdentifier } from "pg";
import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import { attempt } from "../archive/attempt.ts";
import { type Carried, carrierFor } from "../archive/carried.ts";
import { type Contents, splitPartitionsElsewhere } from "../archive/contents.ts";
import type { Details } from "../archive/details.ts";
import { standInForDropped } from "../archive/dropped-roles.ts";
import { asSessionText, identifier, scriptOf } from "../archive/dump-script.ts";
import type { Manifest } from "../archive/manifest.ts";
import { namesOf } from "../archive/names.ts";
import { readPools } from "../archive/partition-pools.ts";
import { type QualifiedName, QualifiedNames } from "../archive/qualified-names.ts";
import { unfilled } from "../archive/refresh.ts";
import { lendSearchPath } from "../archive/search-path.ts";
import type { Listing } from "../archive/sections.ts";
import { readBystanders } from "./bystanders.ts";
import { changedTables, describeChanges, readShape, type TableWithin } from "./changed-tables.ts";
import { putKeysAside } from "./constraints.ts";
import { type Plan, planBeside, revertedSentence } from "./plan.ts";
import { watchPublications } from "./publications.ts";
import {
  type DumpRun,
  fillViews,
  makeDependents,
  pathLinesOf,
  runList,
  runOnPath,
  runRows,
} from "./run-dump.ts";
import type { ScriptSession } from "./script-session.ts";

/** Tables of a backup, and the part of a dump's contents that is about some of them. */
export interface TablesPart {
  tables: readonly QualifiedName[];
  contentsFor: (tables: readonly QualifiedName[]) => Contents;
  /** The table that an object of the backup is or belongs to, such as `index app.by_day`. */
  tableOf: (object: string) => QualifiedName | undefined;
}

/** What happened to tables beside their rows. */
export interface ReplacedTables {
  /** What was lost, emptied or made again, one sentence each. */
  notes: string[];
  /** What depended on tables that were made again, and was made again with them: names with entries. */
  dependents: Plan["dependents"];
  /** Why a partition is not attached to its table, one sentence each. */
  apart: string[];
  /** Why materialized views among these could not be filled, and what else was not made, one sentence each. */
  missing: string[];
}

/**
 * Gives tables the rows that they have in a dump, within the session's transaction, and makes those that are missing.
 * Partitions that the dump does not have are emptied with their table. A table that is there as the backup has it stays;
 * one of which anything is missing or different, such as a column or an index, is dropped and made again, with what depends
 * on it. Triggers do not run, and foreign keys from and to the tables are made again once the rows are there, which checks
 * them.
 *
 * @param refuse called with what is lost for good, one sentence each
 * @throws {Failure} when the rows of a table may be in others that are not restored
 */
export async function replaceTables(
  session: ScriptSession,
  manifest: Manifest,
  {
    tables,
    contentsFor,
    tableOf,
    listing,
    details,
  }: TablesPart & { listing: Listing; details: Pick<Details, "carried"> },
  run: DumpRun,
  refuse: (lost: readonly string[]) => void,
): Promise<ReplacedTables> {
  const present = presentRows.parse(await session.rows(presentQuery, [JSON.stringify(tables)]));
  const there = new QualifiedNames(present);
  const missing = tables.filter((table) => !there.has(table));
  await refusePooled(session, present);
  const { oids: changed, odd } = await changedTables(session, manifest, present, {
    listing,
    pathOperators: run.pathOperators,
    tableOf,
  });
  const again = present.filter(({ oid }) => changed.has(oid));
  refuse(await heirsOf(session, [...changed]));
  const kept = present.filter(({ oid }) => !changed.has(oid));
  const own = kept.map(({ oid }) => oid);
  const below = presentRows.parse(await session.rows(newerQuery, own));
  const newer = below.filter(({ oid }) => !changed.has(oid));
  const oids = [...own, ...newer.map(({ oid }) => oid)];
  const keys = await putKeysAside(session, keysQuery([...changed]), [...oids, ...changed]);
  const isAside = (name: string): boolean => keys.names.has(name);
  const dropped =
    again.length === 0
      ? undefined
      : await dropTables(session, manifest, { again, odd, listing, isAside }, run);
  refuse(dropped?.plan.lost ?? []);
  await refuseTaken(session, odd);
  const triggers = triggerRows.parse(await session.rows(triggersQuery, oids));
  for (const { table, name } of triggers)
    await session.run(`alter table only ${table} disable trigger ${name}`);
  const filled = [...kept, ...newer].filter(({ hasRows }) => hasRows);
  if (filled.length > 0) {
    const names = filled.map(
      ({ schema, name }) => `only ${escapeIdentifier(schema)}.${escapeIdentifier(name)}`,
    );
    await session.run(`truncate ${names.join(", ")}`);
  }
  const { lend, takeBack } = lendSearchPath(manifest);
  const pathLines = await pathLinesOf(session, run);
  const onPath = pathLines.takeLate(contentsFor([...missing, ...again]));
  const { before: made, attachments, after } = splitPartitionsElsewhere(onPath.others);
  const leaveDropped = await standInForDropped(
    session,
    (statements) => attempt(session, statements),
    { extensions: [], droppedRoles: manifest.droppedRoles },
    run,
  );
  await runOnPath(session, run, { list: made, pathLines }, "--section=pre-data");
  const carrier = await carrierFor(session, ofTables(details.carried), {
    attempt: (statements) => attempt(session, statements),
    schemas: manifest.schemas.map(({ name }) => name),
    extensions: [],
    leftOut: [],
  });
  await carrier.make("first");
  for (const statement of lend) await session.run(statement);
  await runRows(session, run, contentsFor(tables));
  await pathLines.makeAll(onPath.early);
  await runList(session, run, made, ["--section=post-data"]);
  // The table above may lack what a partition is to be attached to.
  await session.makingAll(async () => {
    await runList(session, run, attachments, []);
    await runList(session, run, after, ["--section=post-data"]);
  });
  await pathLines.makeAll(onPath.last);
  await pathLines.makeAnyway();
  const plan = dropped?.plan ?? { dependents: new Map<string, string>(), filled: [] };
  const views = await makeDependents(session, manifest, { plan, pathLines }, run);
  await leaveDropped(session);
  if (views.length > 0) for (const statement of lend) await session.run(statement);
  const notFilled = await fillViews(session, manifest, views);
  const unmade = await keys.putBack();
  refuse(unmade);
  await carrier.make("last");
  for (const { table, name, enable } of triggers)
    await session.run(`alter table only ${table} ${enable} trigger ${name}`);
  for (const statement of takeBack) await session.run(statement);
  const apart = await partitionsApart(session, run, attachments);
  const unpublished = (await dropped?.publishAgain()) ?? [];
  return {
    notes: [
      ...(dropped?.plan.lost ?? []),
      ...newer.map(({ table }) => `The partition ${table} was emptied: the backup does not have it.`),
      ...((await dropped?.describe()) ?? []),
      ...unpublished,
      ...unmade,
    ],
    dependents: plan.dependents,
    apart,
    missing: [...carrier.missing, ...[...notFilled].map(([view, reason]) => unfilled(view, reason))],
  };
}

/** A sentence for each table that would be dropped with one from which it inherits. */
async function heirsOf(session: ScriptSession, changed: readonly string[]): Promise<string[]> {
  const heirs = heirRows.parse(await session.rows(heirsQuery, changed));
  return heirs.map(
    ({ table, above }) =>
      `${table} inherits from ${above}, which has another definition than in the backup, and would be dropped with it: restore ${table} with --table, too.`,
  );
}

const heirRows = z.array(z.object({ table: z.string(), above: z.string() }));

const heirsQuery = `
  select i.inhrelid::regclass::text as table, min(i.inhparent::regclass::text) as above
    from pg_inherits i join pg_class c on c.oid = i.inhparent
   where c.relkind = 'r' and c.oid::text = any($1) and i.inhrelid::text <> all($1)
   group by i.inhrelid order by 1`;

/** A sentence for each partition that the table above it does not take. */
async function partitionsApart(
  session: ScriptSession,
  run: DumpRun,
  attachments: Contents,
): Promise<string[]> {
  const script = await scriptOf(run, attachments, run.signal);
  const names = [...script.matchAll(attachment)].flatMap(([, above = "", table = ""]) => [above, table]);
  const pairs = (await asSessionText(session, run, names)).flatMap((above, index, all) =>
    index % 2 === 0 ? [{ above, table: all[index + 1] ?? "" }] : [],
  );
  const found = heirRows.parse(await session.rows(apartQuery, [JSON.stringify(pairs)]));
  return found.map(
    ({ table, above }) =>
      `${table} cannot be a partition of ${above}, which the target has with another definition than the backup: restore ${above} with --table.`,
  );
}

const attachment = new RegExp(
  `^ALTER TABLE ONLY (${identifier}\\.${identifier}) ATTACH PARTITION (${identifier}\\.${identifier}) `,
  "gm",
);

const apartQuery = `
  select p."table", p.above from json_to_recordset(($1::text[])[1]::json) p(above text, "table" text)
   where not exists (select from pg_inherits i
                      where i.inhrelid = to_regclass(p."table") and i.inhparent = to_regclass(p.above))`;

/** What is carried of tables and stands for no line of their dump. */
function ofTables(carried: readonly Carried[]): Carried[] {
  return carried.filter(
    ({ extension, phase, replaces }) =>
      extension === null && replaces === null && (phase === "first" || phase === "last"),
  );
}

/** Drops tables that are made again, and finds what goes with them. */
async function dropTables(
  session: ScriptSession,
  manifest: Manifest,
  {
    again,
    odd,
    listing,
    isAside,
  }: {
    again: readonly TableWithin[];
    odd: ReadonlySet<string>;
    listing: Listing;
    isAside: (name: string) => boolean;
  },
  { file }: DumpRun,
) {
  const names = again.map(({ table }) => table);
  const shape = await readShape(session, names);
  const own = new Set([
    ...names.map((name) => `table ${name}`),
    ...[...shape.parts.values()].flatMap((parts) => [...parts]),
  ]);
  const beside = (when: string) =>
    readBystanders(session, { ...manifest, schemas: [] }, `${file}.beside-${when}`, (name) => own.has(name));
  const before = await beside("original");
  const publishAgain = await watchPublications(session, manifest, `${file}.publications`);
  await session.run(`drop table ${names.join(", ")} cascade`);
  const after = await beside("after");
  const found = { listing, original: before, before, after };
  const plan = await planBeside(session, manifest, found, { isAside, isPart: true });
  return {
    plan,
    publishAgain,
    describe: async () => [
      ...describeChanges(shape, await readShape(session, names), odd),
      ...plan.reverted.map(revertedSentence),
    ],
  };
}

/**
 * Refuses where the target has something else by the name of what is to be made.
 *
 * @param odd names of what is missing, once what is different was dropped
 */
async function refuseTaken(session: ScriptSession, odd: ReadonlySet<string>): Promise<void> {
  const names = [...odd].filter((name) => /^(?:table|index|sequence|statistics) /.test(name));
  if (names.length === 0) return;
  const taken = takenRows.parse(await session.rows(takenQuery, names));
  if (taken.length === 0) return;
  const sentences = taken.map(({ wanted, found }) => `${found} is in the place of ${wanted}.`);
  throw new Failure(
    "failed",
    `The target has something else by the name of what is restored:\n${sentences.join("\n")}\nRename it or drop it.`,
  );
}

const takenRows = z.array(z.object({ wanted: z.string(), found: z.string() }));

const takenQuery = `
  with wanted as (select object, substr(object, strpos(object, ' ') + 1) as name from unnest($1) object)
  select w.object as wanted, i.type || ' ' || i.identity || coalesce(' of ' || x.indrelid::regclass, '') as found
    from wanted w
    join pg_class c on c.oid = to_regclass(w.name)
    left join pg_index x on x.indexrelid = c.oid
   cross join lateral pg_identify_object('pg_class'::regclass, c.oid, 0) i
   where w.object not like 'statistics %'
  union all
  select w.object, format('statistics %I.%I of %s', n.nspname, s.stxname, s.stxrelid::regclass)
    from wanted w
    join pg_namespace n on w.object like 'statistics %'
    join pg_statistic_ext s on s.stxnamespace = n.oid and format('%I.%I', n.nspname, s.stxname) = w.name
  union all
  select w.object, 'type ' || t.oid::regtype
    from wanted w
    join pg_type t on t.oid = to_regtype(w.name)
   where w.object like 'table %' and t.typrelid = 0`;

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

/**
 * Keys from the tables `$1`, and those to them or to tables that they are partitions of; those of partitions are their
 * table's. Tables that are made again get their own from the dump.
 */
function keysQuery(again: readonly string[]): string {
  const above = `
    select coalesce(a.relid, c.oid) from pg_class c left join pg_partition_ancestors(c.oid) a on true
     where c.oid::text = any($1)`;
  return `(k.conrelid::text = any($1) or k.confrelid in (${above})) and k.conrelid::text <> all('{${again.join(",")}}'::text[])`;
}

const triggerRows = z.array(z.object({ table: z.string(), name: z.string(), enable: z.string() }));

/** For each row those of the partitions run, which may be enabled in another way than their table's. */
const triggersQuery = `
  select t.tgrelid::regclass::text as table, quote_ident(t.tgname) as name,
         case t.tgenabled when 'A' then 'enable always' when 'R' then 'enable replica' else 'enable' end as enable
    from pg_trigger t
    join pg_class c on c.oid = t.tgrelid
   where t.tgrelid::text = any($1) and not t.tgisinternal and t.tgenabled <> 'D'
     and (c.relkind <> 'p' or t.tgtype & 1 = 0)`;
