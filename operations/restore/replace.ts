import { Failure, reasonOf } from "../../lib/failure.ts";
import { listed } from "../../lib/text.ts";
import type { Connection } from "../../postgres/connection.ts";
import { majorOf } from "../../postgres/programs.ts";
import { type Accepted, acceptedSentences } from "../archive/accepted.ts";
import { type Attempt, attempt } from "../archive/attempt.ts";
import { carrierFor } from "../archive/carried.ts";
import type { Contents } from "../archive/contents.ts";
import { differingProperties } from "../archive/database-properties.ts";
import { readableEncoding, withoutCompiler } from "../archive/describe.ts";
import type { Details } from "../archive/details.ts";
import { commentExtensions } from "../archive/extension-comments.ts";
import { describeHolders, isLockTimeout, lockTimeoutMs } from "../archive/lock-holders.ts";
import type { Manifest } from "../archive/manifest.ts";
import { NameSet } from "../archive/name-set.ts";
import { makeBlocks, namesOf, neutralSettings, serverNames } from "../archive/names.ts";
import { leftDefaults, unlisted } from "../archive/own-defaults.ts";
import { allEnded } from "../archive/own-sessions.ts";
import { belongsTo } from "../archive/restore.ts";
import type { Listing } from "../archive/sections.ts";
import { readSettings } from "../archive/settings.ts";
import { letCreate, standBack, standIn } from "../archive/stand-in.ts";
import { quietEventTriggers } from "../archive/triggers.ts";
import { verify } from "../archive/verify.ts";
import { belongingTo, readBystanders } from "./bystanders.ts";
import { putDefaultsAside } from "./column-defaults.ts";
import { putChecksAside, putKeysAside } from "./constraints.ts";
import { droppedDefaults, isDefaultPrivilegesOf, type RoleName } from "./default-privileges.ts";
import { makeRoom } from "./make-room.ts";
import { goneSentence, planBeside, revertedSentence } from "./plan.ts";
import { watchPublications } from "./publications.ts";
import { replaceTables, type TablesPart } from "./replace-tables.ts";
import { RowsElsewhere } from "./rows-elsewhere.ts";
import { runDump } from "./run-dump.ts";
import { ScriptSession } from "./script-session.ts";
import { lostOfServer, putMappingsAside, readServerOwn } from "./server-own.ts";

export interface ReplaceOptions {
  target: Connection;
  /** Create the roles that the target lacks, without the right to log in. */
  createRoles: boolean;
  /** Let the role that restores own everything. */
  noOwner: boolean;
  /** Commit even if the result differs from the backup, or other objects are lost. */
  acceptDifferences: boolean;
  /** What may differ, by the settings. */
  accepted?: readonly Accepted[] | undefined;
  signal: AbortSignal;
  /** For how long locks are waited for, in milliseconds. Default: one minute. */
  lockTimeoutMs?: number | undefined;
}

/** What was restored, and how it differs from the backup, one sentence per difference. */
export interface Replaced {
  tables: number;
  rows: number;
  differences: string[];
}

/** The decrypted dump and what belongs to it. */
export interface DumpFiles {
  file: string;
  /** Its table of contents. */
  contents: Contents;
  /** All of that, where `contents` is a part of it. */
  complete?: Contents | undefined;
  details: Details;
  /** What the backup has. */
  listing: Listing;
  /** Roles whose default privileges are left out. */
  foreignRoles: readonly RoleName[];
  /** Whether the target has the tablespaces of the backup. */
  tablespaces: boolean;
  /** What of the backup is restored, when it is not all: some schemas, or these tables. */
  part?: TablesPart | undefined;
}

/**
 * Replaces the schemas of a database with those of a dump, in one transaction, which is committed after the
 * result was compared with the manifest.
 *
 * @throws {Failure} `failed`, which says that nothing was changed, or that this is unknown
 */
export async function replace(
  options: ReplaceOptions,
  manifest: Manifest,
  files: DumpFiles,
): Promise<Replaced> {
  const session = new ScriptSession(options.target, options.signal, majorOf(manifest.dumpVersion));
  const replaced = await replaceIn(session, options, manifest, files).finally(() => session.end());
  // It counts as a connection until the server has ended it, and these views are filled in another one.
  if (Object.keys(manifest.remote).length > 0) {
    await allEnded(options.target, session.name, options.signal);
  }
  return replaced;
}

async function replaceIn(
  session: ScriptSession,
  options: ReplaceOptions,
  manifest: Manifest,
  files: DumpFiles,
): Promise<Replaced> {
  const { part } = files;
  const work =
    part !== undefined && part.tables.length > 0
      ? replaceTablesWithin(session, options, manifest, { ...files, part })
      : replaceWithin(session, options, manifest, files);
  const result = await work.catch(async (error) => {
    const said = reasonOf(error);
    // What the server refused before may be why.
    const reason = [...session.refusedYet.filter((sentence) => !said.includes(sentence)), said].join("\n");
    const problem = { reason, state: session.state };
    const holders = isLockTimeout(problem) ? `\n${await describeHolders(options.target, "replacing")}` : "";
    throw new Failure("failed", `${reason}${holders}\nNothing was changed.`, { cause: error });
  });
  await commit(session);
  return result;
}

/**
 * Settings of the session: the server rolls back as soon as the client is gone (servers before version 14
 * notice when they next write), and settings of the database do not stand in the way.
 */
const sessionSettings = `
  ${neutralSettings};
  ${serverNames};
  set client_min_messages = error;
  ${readableEncoding};
  ${withoutCompiler}`;

/** Fails where the server's system cannot do it. */
const watchClient = "set client_connection_check_interval = '2s'";

/**
 * Makes the language of blocks in the session's transaction, where the database does not have it.
 *
 * @returns a function that removes it again, unless something restored needs it
 */
async function needBlocks(session: ScriptSession): Promise<() => Promise<void>> {
  const wasMissing = await makeBlocks(session);
  await attempt(session, [watchClient]);
  return async () => {
    if (!wasMissing) return;
    const users = await namesOf(
      session,
      "select p.oid::text as name from pg_proc p join pg_language l on l.oid = p.prolang where l.lanname = 'plpgsql' limit 1",
    );
    if (users.size === 0) await session.run("drop extension plpgsql");
  };
}

/** The restore without its commit. */
async function replaceWithin(
  session: ScriptSession,
  options: ReplaceOptions,
  manifest: Manifest,
  files: DumpFiles,
): Promise<Replaced> {
  await session.run(sessionSettings);
  const waits = options.lockTimeoutMs ?? lockTimeoutMs;
  await session.run(`begin; set local lock_timeout = ${waits}; set local statement_timeout = 0`);
  const removeBlocks = await needBlocks(session);
  const schemas = manifest.schemas.map(({ name }) => name);
  const emptied = await emptySchemas(session, options, manifest, files);
  const { plan, room, keys, checks, setDefaults, publishAgain } = emptied;
  const isPart = files.part !== undefined;
  failOn(dependsOnIt, plan.lost, options);
  const enableOthers = await quietEventTriggers(session);
  for (const statement of plan.drops) await session.run(statement);
  const forbidCreate = await letCreate(
    session,
    manifest.needsRoles,
    schemas.filter((name) => !room.foreignSchemas.has(name)),
  );
  const run = {
    file: files.file,
    dumpVersion: manifest.dumpVersion,
    encoding: manifest.encoding,
    contents: files.contents,
    foreignRoles: files.foreignRoles,
    noOwner: options.noOwner,
    tablespaces: files.tablespaces,
    pathOperators: files.details.pathOperators,
    signal: options.signal,
  };
  const tried: Attempt = (statements) => attempt(session, statements);
  const carrier = await carrierFor(session, files.details.carried, {
    attempt: tried,
    schemas,
    extensions: manifest.extensions,
    leftOut: room.leftOut,
  });
  const { contents, complete = contents, listing } = files;
  const { acceptDifferences } = options;
  const elsewhere = new RowsElsewhere(session, manifest, run, { all: complete, acceptDifferences });
  const made = await runDump(session, manifest, { plan, room, carrier, listing, elsewhere }, run);
  const { runEventTriggers, notFilled, refusedChecks } = made;
  const uncommented = await commentExtensions(files.listing, tried, (name) => plan.globals.has(name));
  await forbidCreate?.(session);
  const unmade = [...(await checks.putBack()), ...(await keys.putBack()), ...((await setDefaults?.()) ?? [])];
  // Some is about keys that were put back.
  await carrier.make("last");
  failOn(dependsOnIt, unmade, options);
  const unpublished = await publishAgain();
  const isRestored = (name: string): boolean => plan.globals.has(name);
  for (const statement of await unlisted(room.ownDefaults, files.listing, isRestored)) {
    await session.run(statement);
  }
  const given = await runEventTriggers();
  await enableOthers();
  const refusedSoFar = (await session.refused()).filter(
    (sentence) => !given.includes(sentence) && !elsewhere.isMended(sentence),
  );
  const isForeign = isDefaultPrivilegesOf(files.foreignRoles);
  const restored = {
    listing: files.listing,
    schemas,
    surroundings: false,
    globals: (name: string) =>
      !belongsTo(name, room.leftOut) &&
      !plan.unchanged.has(name) &&
      !uncommented.has(name) &&
      (!isPart || plan.globals.has(name)),
    dependents: (name: string) => !isPart || plan.dependents.has(name),
    extensions: manifest.extensions.filter(({ name }) => room.withData.has(name)),
    pathOperators: files.details.pathOperators.filter(
      ({ object, schema }) => schemas.includes(schema) || plan.dependents.has(object),
    ),
    missing: [...carrier.missing, ...notFilled],
    refused: [...refusedChecks, ...refusedSoFar],
    isPart,
    isIgnored: isForeign,
  };
  const { figures, missed, differences, accepted, refused } = await verify(
    session,
    manifest,
    restored,
    options.accepted,
  );
  const { unmet, unfilled } = elsewhere;
  const different = [...differences, ...refused, ...unfilled, ...unmet];
  if (differences.length + unfilled.length > 0) {
    const beside = [...room.notes, ...carrier.notes];
    failOn("The restored schemas differ from the backup", [...different, ...beside], options);
  }
  // Deferred constraints fail here, where it is certain that nothing was changed.
  await session.run("set constraints all immediate");
  await standBack(session, room.actedFor);
  await removeBlocks();
  options.signal.throwIfAborted();
  return {
    ...figures,
    differences: [
      ...plan.lost,
      ...unmade,
      ...unpublished,
      ...droppedDefaults(missed),
      ...plan.gone.map(goneSentence),
      ...plan.reverted.map(revertedSentence),
      ...[...plan.unchanged].map((name) => `${name} differs from the backup and was left unchanged.`),
      ...(isPart ? [] : await leftDefaults(session, manifest, files.listing)),
      ...room.notes,
      ...elsewhere.notes,
      ...carrier.notes,
      ...(await differingDatabase(session, files.details)),
      ...[...uncommented.keys()].map((name) => `The ${name} was not restored: only its owner can set it.`),
      ...acceptedSentences(accepted),
      ...different,
    ],
  };
}

/**
 * Empties the schemas, puts aside what others have of them, and plans what is to be made again. What there was beside the
 * schemas is not needed after it: of a large database, that takes memory.
 */
async function emptySchemas(
  session: ScriptSession,
  options: ReplaceOptions,
  manifest: Manifest,
  files: DumpFiles,
) {
  const schemas = manifest.schemas.map(({ name }) => name);
  const original = await readBystanders(session, manifest, `${files.file}.beside-original`);
  const enableFirst = await quietEventTriggers(session);
  const setDefaults = await putDefaultsAside(session, schemas);
  await enableFirst();
  // A default that is put aside is not lost, and neither is it a difference.
  const before =
    setDefaults === undefined
      ? original
      : await readBystanders(session, manifest, `${files.file}.beside-before`);
  const publishAgain = await watchPublications(session, manifest, `${files.file}.publications`);
  const enableBystanders = await quietEventTriggers(session);
  const keys = await putKeysAside(session, keysToSchemas, schemas);
  const checks = await putChecksAside(session, schemas);
  const isPart = files.part !== undefined;
  const serverOwn = await readServerOwn(session);
  // A backup of a complete database has all that belongs there.
  const belonging = manifest.whole ? await belongingTo(session, schemas) : new Set<string>();
  await putMappingsAside(session, schemas);
  const room = await makeRoom(session, { ...options, isPart }, manifest);
  await enableBystanders();
  const after = await readBystanders(session, manifest, `${files.file}.beside-after`);
  const isAside = (name: string): boolean =>
    room.ownDefaults.has(name) || keys.names.has(name) || checks.names.has(name);
  const found = { listing: files.listing, original, before, after };
  const planned = await planBeside(session, manifest, found, {
    belongs: (name) => belonging.has(name),
    isAside,
    isPart,
  });
  const lost = [...planned.lost, ...(await lostOfServer(session, serverOwn, files.details.carried))];
  const plan = { ...planned, lost };
  return { plan, room, keys, checks, setDefaults, publishAgain };
}

/** Keys of other schemas' tables to those of the schemas `$1`, or to a table that has partitions in them. */
const keysToSchemas = `
  k.confrelid in (
    select coalesce(a.relid, c.oid) from pg_class c left join pg_partition_ancestors(c.oid) a on true
     where c.relnamespace in (select oid from pg_namespace where nspname = any($1)))
  and k.conrelid not in (
    select c.oid from pg_class c where c.relnamespace in (select oid from pg_namespace where nspname = any($1)))`;

/** The restore of tables without its commit. */
async function replaceTablesWithin(
  session: ScriptSession,
  options: ReplaceOptions,
  manifest: Manifest,
  { file, contents, details, listing, foreignRoles, tablespaces, part }: DumpFiles & { part: TablesPart },
): Promise<Replaced> {
  await session.run(sessionSettings);
  const waits = options.lockTimeoutMs ?? lockTimeoutMs;
  await session.run(`begin; set local lock_timeout = ${waits}; set local statement_timeout = 0`);
  const removeBlocks = await needBlocks(session);
  const actedFor = await standIn(session);
  const enableOthers = await quietEventTriggers(session);
  const { noOwner, signal } = options;
  const { dumpVersion, encoding } = manifest;
  const { pathOperators } = details;
  const run = {
    file,
    dumpVersion,
    encoding,
    contents,
    foreignRoles,
    noOwner,
    tablespaces,
    pathOperators,
    signal,
  };
  const replaced = await replaceTables(session, manifest, { ...part, listing, details }, run, (lost) =>
    failOn(dependsOnIt, lost, options),
  );
  await enableOthers();
  const own = new NameSet();
  for await (const { kind, name } of listing.items("own")) if (kind === "object") own.add(name);
  const restored = {
    listing,
    schemas: manifest.schemas.map(({ name }) => name),
    surroundings: false,
    globals: () => false,
    dependents: (name: string) => replaced.dependents.has(name),
    extensions: [],
    pathOperators: pathOperators.filter(({ object }) => own.has(object) || replaced.dependents.has(object)),
    missing: replaced.missing,
    refused: await session.refused(),
    isPart: true,
  };
  const { figures, differences, accepted, refused } = await verify(
    session,
    manifest,
    restored,
    options.accepted,
  );
  if (differences.length > 0)
    failOn(
      "The restored tables differ from the backup",
      [...differences, ...refused, ...replaced.apart],
      options,
    );
  await session.run("set constraints all immediate");
  await standBack(session, actedFor);
  await removeBlocks();
  signal.throwIfAborted();
  return {
    ...figures,
    differences: [...replaced.notes, ...acceptedSentences(accepted), ...differences, ...refused],
  };
}

/** A sentence on what the database itself has and a restore in place leaves as it is. */
async function differingDatabase(
  session: ScriptSession,
  { properties, settings }: Details,
): Promise<string[]> {
  if (properties === null) return [];
  const own = (all: Details["settings"]): string => JSON.stringify(all.filter(({ isLocal }) => isLocal));
  const names = [
    ...(await differingProperties(session, properties)),
    ...(own(settings) === own(await readSettings(session)) ? [] : ["settings"]),
  ];
  if (names.length === 0) return [];
  return [`The database keeps its own ${listed(names, "and")}, which the backup has differently.`];
}

const dependsOnIt = "The restore would drop or change objects that depend on what it replaces";

function failOn(what: string, sentences: readonly string[], { acceptDifferences }: ReplaceOptions): void {
  if (sentences.length === 0 || acceptDifferences) return;
  throw new Failure(
    "failed",
    `${what}:\n${sentences.join("\n")}\nPass --accept-differences to restore anyway.`,
  );
}

async function commit(session: ScriptSession): Promise<void> {
  try {
    await session.commit();
  } catch (error) {
    throw new Failure(
      "failed",
      `${reasonOf(error)}\nThe connection was lost during the commit. Check the target: it is either completely restored or unchanged.`,
      { cause: error },
    );
  }
}
