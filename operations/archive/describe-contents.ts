import * as z from "zod";
import { counted, listed, shortened } from "../../lib/text.ts";
import type { Session } from "../../postgres/session.ts";
import { type Carried, carriedChange, readCarried } from "./carried.ts";
import { contentName } from "./carried-objects.ts";
import { readProperties } from "./database-properties.ts";
import { dependentEntries } from "./dependents.ts";
import { besideOf, countLargeObjects, describeSchemas, itemOf, readGlobals } from "./describe.ts";
import type { Details } from "./details.ts";
import { notesOnExtensions } from "./extension-changes.ts";
import { notOfExtension } from "./fragments.ts";
import { notesOnChanging } from "./late-checks.ts";
import type { ListingWriter } from "./listing.ts";
import { lockableObjects, lockCapacity, locksProblem } from "./locks.ts";
import type { Manifest } from "./manifest.ts";
import { namesOf } from "./names.ts";
import { noteCharacters, notesNaming } from "./notes.ts";
import { notesOnPathOperators, readPathOperators, usesOthersOperators } from "./path-operators.ts";
import { type Pristine, readPristine } from "./pristine.ts";
import { notesOnReading } from "./reading-functions.ts";
import { unfilledViewsQuery } from "./refresh.ts";
import { type Remote, readRemote } from "./remote.ts";
import type { Scope } from "./scope.ts";
import { listSequences, type SequenceValues } from "./sequence-values.ts";
import { readServerChanges } from "./server-changes.ts";
import { notesOnServer } from "./server-notes.ts";
import { notesOnServerObjects } from "./server-objects.ts";
import { readSettings } from "./settings.ts";
import { Sum } from "./summary.ts";

/** What a manifest and its lists say of the contents of a dump. */
export interface Contents {
  contains: Manifest["contains"];
  lockable: number;
  companionRows: Manifest["companionRows"];
  remote: Remote;
  /** All of them. */
  notes: string[];
  details: Details;
}

/**
 * Describes what a dump contains, as the session's transaction sees it. The list of it is written while it is read, and
 * has the sequences once the dump has ended.
 */
export async function describeContents(
  session: Session,
  scope: Scope,
  {
    listing,
    values,
    dumped,
  }: {
    listing: ListingWriter;
    /** Those of sequences, read before the dump began. */
    values: SequenceValues;
    /** Settles once the dump has ended, with its locks. */
    dumped: () => Promise<void>;
  },
): Promise<Contents> {
  const schemas = scope.schemas.map(({ name }) => name);
  const own = await listSchemas(session, schemas, listing);
  await listCompanions(session, scope, { listing, isRead: (name) => !values.around.has(name) });
  const isSuper = await isSuperuser(session);
  await listGlobals(session, scope, { listing, isSuper });
  // What is asked for at once is sent at once.
  const [lockable, remote, pristine, settings, properties, hasOperators] = await Promise.all([
    lockableObjects(session, schemas),
    readRemote(session),
    readPristine(session),
    readSettings(session),
    readProperties(session),
    usesOthersOperators(session),
  ]);
  const all = [...schemas, ...scope.companions.map(({ name }) => name)];
  const [{ changes, notes: ofServer }, read] = await Promise.all([
    divideChanges(session, pristine, scope, isSuper),
    readCarried(session, pristine, all),
  ]);
  // What reads from another server is filled once a restore has ended, and never in a drill.
  const isRemote = new Set(Object.keys(remote).map(contentName));
  const carried = [...read.carried, ...changes].filter(({ name }) => !isRemote.has(name));
  // It may set a path, so nothing else is asked meanwhile.
  const pathOperators = hasOperators ? await readPathOperators(session, all, pristine.major) : [];
  const unmetKeys = await readUnmetKeys(session, scope);
  const details = { settings, properties, carried, pathOperators, unmetKeys };
  const { uncounted } = own;
  const notes = await notesOn(session, scope, {
    ...{ isSuper, uncounted, lockable, remote, carried, pristine },
    uncarried: read.uncarried,
  });
  await dumped();
  const ofSequences = await listSequences(session, scope, values, listing);
  return {
    contains: own.contains,
    companionRows: Object.fromEntries(scope.withRows.map(({ table, entry }) => [table, entry])),
    remote,
    lockable,
    notes: [
      ...notes,
      ...notesOnPathOperators(details.pathOperators),
      ...notesOnUnmetKeys(unmetKeys),
      ...ofServer,
      ...ofSequences,
    ],
    details,
  };
}

/**
 * Divides what was changed of the server's own and of extensions into what is carried and notes. A role that is no
 * superuser could not make the server's again. At a vendor of databases it is the vendor who changed that, and a backup
 * of some schemas is not about it.
 */
async function divideChanges(
  session: Session,
  pristine: Pristine,
  { excluded, companions }: Scope,
  isSuper: boolean,
): Promise<{ changes: Carried[]; notes: string[] }> {
  const all = await readServerChanges(session, pristine);
  if (isSuper) return { changes: all.map(carriedChange), notes: [] };
  const { ofServer = [], others = [] } = Object.groupBy(all, ({ extension }) =>
    extension === null ? "ofServer" : "others",
  );
  const changed = ofServer.filter(({ version }) => version?.isCertain !== false).map(({ name }) => name);
  const isOfSome = excluded.length > 0 || companions.length > 0;
  return {
    changes: others.map(carriedChange),
    notes: notesNaming(
      isOfSome ? [] : changed,
      (names) =>
        `These changes of what the server brings are not in the backup, since only a superuser can make them: ${names}.`,
    ),
  };
}

/** Lists what is in the schemas. @returns what of it the manifest says, and the tables whose rows cannot be counted */
async function listSchemas(
  session: Session,
  schemas: readonly string[],
  listing: ListingWriter,
): Promise<{ contains: Manifest["contains"]; uncounted: string[] }> {
  const sum = new Sum();
  const uncounted: string[] = [];
  for await (const found of describeSchemas(session, schemas, { isRead: () => false })) {
    const item = itemOf(found);
    sum.add(item);
    if (item.kind === "table" && item.rows === null) uncounted.push(item.name);
    await listing.write("own", item);
  }
  const largeObjects = await countLargeObjects(session);
  return { contains: { ...sum.contains, largeObjects }, uncounted };
}

/** Lists what is in the companions, and the objects in them that depend on the schemas. */
async function listCompanions(
  session: Session,
  { schemas, companions, withRows, unreadable }: Scope,
  { listing, isRead }: { listing: ListingWriter; isRead: (sequence: string) => boolean },
): Promise<void> {
  const beside = companions.map(({ name }) => name);
  if (beside.length === 0) return;
  const rows = new Set(withRows.map(({ table }) => table));
  const hidden = await namesOf(session, hiddenQuery, unreadable);
  const depending = await dependentEntries(
    session,
    schemas.map(({ name }) => name),
  );
  const unfilled = await namesOf(session, unfilledViewsQuery);
  const all = describeSchemas(session, beside, {
    isCounted: (table) => rows.has(table),
    isHidden: ({ entry }) => hidden.has(entry),
    isRead,
  });
  for await (const found of all) {
    if (found.kind === "object" && depending.has(found.described.entry)) {
      const isUnfilled = unfilled.has(found.name) && { isUnfilled: true as const };
      await listing.write("dependent", { ...besideOf(found.name, found.described), ...isUnfilled });
    }
    await listing.write("around", itemOf(found));
  }
}

/** Lists objects in no schema, without those that belong to a schema that is left out. */
async function listGlobals(
  session: Session,
  { excluded }: Scope,
  { listing, isSuper }: { listing: ListingWriter; isSuper: boolean },
): Promise<void> {
  const elsewhere = excluded.length === 0 ? new Set() : await namesOf(session, elsewhereQuery, excluded);
  const hidden = isSuper ? "\0" : "subscription ";
  for await (const [name, described] of readGlobals(session)) {
    if (elsewhere.has(described.entry) || name.startsWith(hidden)) continue;
    await listing.write("global", besideOf(name, described));
  }
}

/** Objects that depend on something in the schemas, or on a schema itself. */
const elsewhereQuery = `
  select distinct d.classid || ' ' || d.objid as name
    from pg_depend d
    left join pg_depend s on s.classid = d.refclassid and s.objid = d.refobjid and s.deptype = 'n'
      and s.refclassid = 'pg_namespace'::regclass
    join pg_namespace n on n.oid = coalesce(s.refobjid, case d.refclassid when 'pg_namespace'::regclass then d.refobjid end)
   where n.nspname = any($1)
     and d.classid in ('pg_cast'::regclass, 'pg_transform'::regclass, 'pg_event_trigger'::regclass,
       'pg_foreign_data_wrapper'::regclass, 'pg_language'::regclass, 'pg_am'::regclass,
       'pg_publication_rel'::regclass, 'pg_publication_namespace'::regclass)`;

/** Tables by their patterns, and everything that belongs to them. */
const hiddenQuery = `
  with recursive hidden(classid, objid) as (
    select 'pg_class'::regclass::oid, c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where format('"%s"."%s"', replace(n.nspname, '"', '""'), replace(c.relname, '"', '""')) = any($1)
    union
    select d.classid, d.objid from pg_depend d join hidden h on d.refclassid = h.classid and d.refobjid = h.objid
     where d.deptype in ('a', 'i', 'n') and d.classid <> 'pg_namespace'::regclass
  )
  select classid || ' ' || objid as name from hidden`;

/** The foreign keys that refer to rows which the dump does not have, where it has rows that may refer to them. */
async function readUnmetKeys(session: Session, scope: Scope): Promise<string[]> {
  const { schemas, unreadable, secured, withRows } = scope;
  if (unreadable.length + secured.length === 0) return [];
  const hidden = new Set(unreadable);
  const own = new Set(schemas.map(({ name }) => name));
  const filled = new Set(withRows.map(({ table }) => table));
  const keys = unmetRows.parse(await session.rows(unmetKeysQuery, [...unreadable, ...secured]));
  return keys
    .filter(({ schema, table, pattern, parent }) => {
      if (hidden.has(pattern)) return false;
      return own.has(schema) || filled.has(table) || hidden.has(parent);
    })
    .map(({ name }) => name);
}

const unmetRows = z.array(
  z.object({
    name: z.string(),
    schema: z.string(),
    table: z.string(),
    pattern: z.string(),
    parent: z.string(),
  }),
);

/** Foreign keys that refer to tables by their patterns. */
const unmetKeysQuery = `
  with named as materialized (
    select c.oid, n.nspname, format('"%s"."%s"', replace(n.nspname, '"', '""'), replace(c.relname, '"', '""')) as pattern
      from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p')
  )
  select format('constraint %I of %s', k.conname, k.conrelid::regclass) as name, c.nspname::text as schema,
         c.oid::regclass::text as table, c.pattern, p.pattern as parent
    from pg_constraint k join named c on c.oid = k.conrelid join named p on p.oid = k.confrelid
   where k.contype = 'f' and p.pattern = any($1)
   order by 1`;

function notesOnUnmetKeys(keys: readonly string[]): string[] {
  return notesNaming(
    keys,
    (names) =>
      `These foreign keys refer to rows that are not in the backup: ${names}. A drill or a new database lacks them, or has them for new rows only; a restore in place makes them as they were.`,
  );
}

/** What a dump does not contain, and what a restore of it may meet. */
async function notesOn(
  session: Session,
  scope: Scope,
  {
    isSuper,
    uncounted,
    lockable,
    remote,
    carried,
    uncarried,
    pristine,
  }: {
    isSuper: boolean;
    uncounted: readonly string[];
    lockable: number;
    remote: Remote;
    carried: Carried[];
    uncarried: Awaited<ReturnType<typeof readCarried>>["uncarried"];
    pristine: Pristine;
  },
): Promise<string[]> {
  const schemas = scope.schemas.map(({ name }) => name);
  const named = async (query: string): Promise<string[]> => [...(await namesOf(session, query, schemas))];
  const [
    capacity,
    invalid,
    keysDisabled,
    unchecked,
    reordered,
    columnsUnmade,
    endless,
    ofReading,
    changing,
    unlogged,
    halfDetached,
    ofExtensions,
    ofServer,
    ofMachine,
    subscriptions,
    ofSuperusers,
    enabled,
    columnUsers,
  ] = await Promise.all([
    lockCapacity(session),
    named(invalidIndexesQuery),
    named(disabledKeysQuery),
    named(uncheckedQuery),
    named(reorderedQuery),
    named(unmadeColumnsQuery),
    named(endlessViewsQuery),
    notesOnReading(session, schemas),
    notesOnChanging(session, schemas),
    named(unloggedQuery),
    pristine.major < 14 ? [] : named(halfDetachedQuery),
    notesOnExtensions(session, pristine, { carried, uncarried }),
    notesOnServerObjects(session, pristine),
    notesOnServer(session),
    isSuper ? [] : namesOf(session, subscriptionsQuery),
    named(superuserQuery),
    namesOf(session, enabledQuery),
    named(columnUsersQuery),
  ]);
  const locks = locksProblem(2 * lockable, capacity);
  return [
    ...invalid.map((name) => `The index ${name} is invalid and is not in the backup.`),
    ...keysDisabled.map(
      (name) =>
        `Triggers that enforce foreign keys are disabled on ${name}. They are enabled in a restored database, which lacks a key that rows violate: that is a difference.`,
    ),
    ...notesNaming(
      unchecked,
      (names) =>
        `Foreign keys are not checked for what these write, so that rows may violate them, which only a drill or a restore finds: ${names}.`,
    ),
    ...reordered.map(
      (name) =>
        `The columns of ${name} come in another order in a restored database, those that it inherits first: no dump has their order.`,
    ),
    ...columnsUnmade.map(
      (name) =>
        `The generated column ${name} cannot be restored: its function needs a key, and pg_dump then writes the expression as a default, which the server refuses. A restored table has it empty, and that is a difference.`,
    ),
    ...notesNaming(
      endless,
      (names) =>
        `These views read themselves, so that no server can make them again: ${names}. A restored database lacks them, and that is a difference.`,
    ),
    ...ofReading,
    ...changing,
    ...notesNaming(
      scope.childrenWithoutRows,
      (names) =>
        `Rows that tables of the backup show as theirs are not in it, since the role may not read all of these partitions and children in other schemas, or they belong to an extension: ${names}.`,
    ),
    ...notesNaming(
      await unfedViews(session, scope),
      (names) =>
        `These materialized views read tables whose rows are not in the backup, and a new database fills them from none: ${names}. Add the schemas of these tables to backups.schemas.`,
    ),
    ...scope.unreadable.map((name) => `The table ${name} is not in the backup: the role may not read it.`),
    ...scope.secured.map(
      (name) => `The rows of ${name} are not in the backup: row-level security hides some from the role.`,
    ),
    ...unlogged.map(
      (name) => `${name} not in the backup: a replica, which was backed up, does not have what is unlogged.`,
    ),
    ...halfDetached.map(
      (name) =>
        `The partition ${name} was being detached concurrently, which did not end: a restored database has it attached, with its rows. End it here (ALTER TABLE … DETACH PARTITION … FINALIZE) and back up again.`,
    ),
    ...ofExtensions,
    ...ofServer,
    ...ofMachine,
    ...uncounted.map((name) => `The rows of ${name} could not be counted, so a restore cannot compare them.`),
    ...[...subscriptions].map(
      (name) => `The subscription ${name} is not in the backup: only a superuser can back it up.`,
    ),
    ...superuserNotes(ofSuperusers),
    ...[...enabled].map(
      (name) =>
        `The subscription ${name} is disabled in a restored database, which would receive what this one does: enable it there by hand.`,
    ),
    ...Object.keys(remote).map(
      (name) =>
        `The rows of the materialized view ${name} come from another server and are not in the backup: a drill leaves it empty, and a restore refreshes it at its end.`,
    ),
    ...(locks === undefined ? [] : [`${upperFirst(locks)}: restore into a new database with --jobs.`]),
    ...columnUsers.map(
      (name) =>
        `The table ${name} of another schema or of an extension uses a type or table of the backup: a restore in place would change it and is refused.`,
    ),
    ...notesNaming(
      scope.companions.map(({ name }) => name),
      (names) =>
        `The backup also has the definitions of ${counted(scope.companions.length, "schema")} that belong with it: ${names}.`,
    ),
  ].map((note) => shortened(note, noteCharacters - 1));
}

/** Materialized views, each with the tables that it reads and whose rows the dump does not have. */
async function unfedViews(session: Session, { schemas, withRows }: Scope): Promise<string[]> {
  const rows = await session.rows(
    viewReadsQuery,
    schemas.map(({ name }) => name),
  );
  const carried = new Set(withRows.map(({ table }) => table));
  const lacking = viewReadsRows.parse(rows).filter(({ table }) => !carried.has(table));
  const byView = Map.groupBy(lacking, ({ view }) => view);
  return [...byView].map(
    ([view, tables]) =>
      `${view} (${listed(
        tables.map(({ table }) => table),
        "and",
      )})`,
  );
}

const viewReadsRows = z.array(z.object({ view: z.string(), table: z.string() }));

/** Filled materialized views in the schemas `$1`, and the tables of other ones that they read, through views, too. */
const viewReadsQuery = `
  with recursive reads(view, oid) as (
    select c.oid, c.oid
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any($1) and c.relkind = 'm' and c.relispopulated
    union
    select r.view, read.oid
      from reads r
      join pg_rewrite w on w.ev_class = r.oid and w.rulename = '_RETURN'
      join pg_depend d on d.classid = w.tableoid and d.objid = w.oid and d.refclassid = 'pg_class'::regclass
      join pg_class read on read.oid = d.refobjid and read.relkind in ('r', 'p', 'v', 'm')
  )
  select r.view::regclass::text as view, c.oid::regclass::text as table
    from reads r
    join pg_class c on c.oid = r.oid and c.relkind in ('r', 'p')
    join pg_namespace n on n.oid = c.relnamespace
   where n.nspname <> all($1) and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
     and not exists (select from pg_depend e where e.classid = c.tableoid and e.objid = c.oid and e.deptype = 'e')
   order by 1, 2`;

/** Tables of other schemas with columns, defaults or parents that are in the schemas `$1`. */
const columnUsersQuery = `
  select distinct c.oid::regclass::text as name
    from pg_depend d
    join pg_depend s on s.classid = d.refclassid and s.objid = d.refobjid and s.refclassid = 'pg_namespace'::regclass
    join pg_namespace n on n.oid = s.refobjid
    left join pg_attrdef a on d.classid = a.tableoid and a.oid = d.objid
    join pg_class c on c.oid = coalesce(a.adrelid, case d.classid when 'pg_class'::regclass then d.objid end)
    join pg_namespace own on own.oid = c.relnamespace
   where n.nspname = any($1) and own.nspname !~ '^pg_' and c.relkind in ('r', 'p', 'f')
     and d.deptype in ('n', 'a')
     -- A plain default is put back.
     and (a.oid is null or exists (select from pg_attribute g
           where g.attrelid = a.adrelid and g.attnum = a.adnum and g.attgenerated <> ''))
     and not exists (
       select from pg_depend e where e.classid = s.classid and e.objid = s.objid and e.deptype = 'e')
     and (own.nspname <> all($1) or (d.classid = c.tableoid and s.classid = 'pg_type'::regclass and exists (
       select from pg_depend e where e.classid = c.tableoid and e.objid = c.oid and e.deptype = 'e')))`;

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

const invalidIndexesQuery = `
  select i.indexrelid::regclass::text as name
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = any($1) and not i.indisvalid and c.relkind = 'i'`;

/** Tables whose columns the server will put in another order when it makes them with their parents. */
const reorderedQuery = `
  with columns as (
    select c.oid, a.attname, a.attnum,
           (select min(i.inhseqno * 10000 + p.attnum) from pg_inherits i
              join pg_attribute p on p.attrelid = i.inhparent and p.attname = a.attname and p.attnum > 0 and not p.attisdropped
             where i.inhrelid = c.oid) as place
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where n.nspname = any($1) and c.relkind in ('r', 'f', 'p') and not c.relispartition
       and exists (select from pg_inherits i where i.inhrelid = c.oid)
  )
  select oid::regclass::text as name from columns group by oid
  having array_agg(attname order by attnum) <> array_agg(attname order by place nulls last, attnum)`;

/** Generated columns whose functions need a key that comes after the rows in a dump. */
const unmadeColumnsQuery = `
  with recursive needing(classid, objid) as (
    select d.classid, d.objid from pg_depend d
     where d.refclassid = 'pg_constraint'::regclass and d.classid = 'pg_proc'::regclass and d.deptype = 'n'
    union
    select d.classid, d.objid
      from needing n join pg_depend d on d.refclassid = n.classid and d.refobjid = n.objid and d.deptype = 'n'
     where d.classid in ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_attrdef'::regclass)
  )
  select format('%s.%I', c.oid::regclass, a.attname) as name
    from needing
    join pg_attrdef f on needing.classid = f.tableoid and f.oid = needing.objid
    join pg_attribute a on a.attrelid = f.adrelid and a.attnum = f.adnum and a.attgenerated <> ''
    join pg_class c on c.oid = f.adrelid and not c.relispartition
    join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = any($1)`;

/**
 * Views that were replaced by what reads them. Of several that read each other, pg_dump makes one twice. Only the tree
 * tells: a function of the view's row type, a cast to that type or, before version 16, nothing at all makes a view
 * depend on itself, and such a view can be made.
 */
const endlessViewsQuery = String.raw`
  select c.oid::regclass::text as name
    from pg_rewrite r
    join pg_class c on c.oid = r.ev_class and c.relkind = 'v'
    join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = any($1) and r.rulename = '_RETURN'
     and exists (select from pg_depend d where d.classid = r.tableoid and d.objid = r.oid
           and d.refclassid = c.tableoid and d.refobjid = c.oid and d.deptype = 'n')
     and r.ev_action::text ~ format(':relid %s (:\w+ \S+ )*:inFromCl true', c.oid)
   order by 1`;

const disabledKeysQuery = `
  select distinct c.oid::regclass::text as name
    from pg_trigger t
    join pg_constraint k on k.oid = t.tgconstraint and k.contype = 'f'
    join pg_class c on c.oid = t.tgrelid
    join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = any($1) and t.tgisinternal and t.tgenabled <> 'O'`;

/** Who writes without the triggers that enforce foreign keys, by its settings or as the server does it for subscriptions. */
const uncheckedQuery = `
  with keyed as (
    select k.conrelid as oid from pg_constraint k join pg_namespace n on n.oid = k.connamespace
     where k.contype = 'f' and n.nspname = any($1)
  )
  select case s.setrole when 0 then 'sessions of the database' else format('sessions of the role %I', pg_get_userbyid(s.setrole)) end
           || ' (session_replication_role)' as name
    from pg_db_role_setting s
   where exists (select from unnest(s.setconfig) c where lower(c) = 'session_replication_role=replica') and exists (select from keyed)
     and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
  union
  select format('the subscription %I', s.subname)
    from pg_subscription_rel r join pg_subscription s on s.oid = r.srsubid
   where r.srrelid in (select keyed.oid from keyed)
  order by 1`;

const unloggedQuery = `
  select case c.relkind when 'S' then format('The value of the unlogged sequence %s is', c.oid::regclass)
           else format('The rows of the unlogged table %s are', c.oid::regclass) end as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where pg_is_in_recovery() and n.nspname = any($1) and c.relkind in ('r', 'S') and c.relpersistence = 'u'`;

const halfDetachedQuery = `
  select c.oid::regclass::text as name
    from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_namespace n on n.oid = c.relnamespace
   where i.inhdetachpending and n.nspname = any($1)`;

const subscriptionsQuery = `
  select quote_ident(s.subname) as name from pg_subscription s
   where s.subdbid = (select oid from pg_database where datname = current_database())`;

function superuserNotes(all: readonly string[]): string[] {
  return notesNaming(
    all,
    (names) =>
      `Only a superuser can make what the backup has of these, and a drill is one: a restore by this role is refused: ${names}.`,
  );
}

/** What a role that is no superuser, such as the session's, may own in the schemas `$1` and not make. */
const superuserQuery = `
  select * from (
    select format('function %s', p.oid::regprocedure) as name
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
     where n.nspname = any($1) and (not l.lanpltrusted or p.proleakproof) and p.prokind <> 'a' and ${notOfExtension("pg_proc", "p.oid")}
       and not exists (select from pg_depend i where i.classid = p.tableoid and i.objid = p.oid and i.deptype = 'i')
    union all
    select format('type %s', t.oid::regtype)
      from pg_type t join pg_namespace n on n.oid = t.typnamespace
     where n.nspname = any($1) and t.typtype = 'b' and t.typcategory <> 'A' and t.typisdefined and ${notOfExtension("pg_type", "t.oid")}
    union all
    select format('operator class %I.%I', n.nspname, o.opcname)
      from pg_opclass o join pg_namespace n on n.oid = o.opcnamespace
     where n.nspname = any($1) and ${notOfExtension("pg_opclass", "o.oid")}) made
   where current_setting('is_superuser') = 'off'
   order by 1`;

const enabledQuery = `
  select quote_ident(s.subname) as name from pg_subscription s
   where s.subenabled and current_setting('is_superuser') = 'on'
     and s.subdbid = (select oid from pg_database where datname = current_database())`;

async function isSuperuser(session: Session): Promise<boolean> {
  const [row] = await session.rows("select current_setting('is_superuser') = 'on' as super");
  return z.object({ super: z.boolean() }).parse(row).super;
}
