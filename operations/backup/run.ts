import * as z from "zod";
import type { SigningKey, VerifyingKey } from "../../evidence/keys.ts";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { counted, listed } from "../../lib/text.ts";
import { type Connection, describeConnection } from "../../postgres/connection.ts";
import { refuseKnownPooler, refuseTransactionPooler } from "../../postgres/pooler.ts";
import { findProgram, majorOf, versionOf } from "../../postgres/programs.ts";
import { type ServerSession, sqlStateOf, withPatientSession } from "../../postgres/session.ts";
import { prepareSession } from "../archive/describe.ts";
import { describeContents } from "../archive/describe-contents.ts";
import { dump } from "../archive/dump.ts";
import { dumpInParallel } from "../archive/dump-folder.ts";
import { DumpWarnings } from "../archive/dump-warnings.ts";
import { notesOnCreating } from "../archive/extensions.ts";
import { ListingWriter, writeLists } from "../archive/listing.ts";
import {
  describeHolders,
  isLockShortage,
  isLockTimeout,
  lockTimeoutMs,
  type Problem,
} from "../archive/lock-holders.ts";
import {
  firstNotes,
  type Head,
  headSchema,
  type Lists,
  type Manifest,
  type Summary,
} from "../archive/manifest.ts";
import { inEnglish, neutralSettings, serverNames } from "../archive/names.ts";
import { allEnded, othersEnded, sessionName } from "../archive/own-sessions.ts";
import { findScope, type Scope } from "../archive/scope.ts";
import { seal, Tally } from "../archive/seal.ts";
import { readSequenceValues } from "../archive/sequence-values.ts";
import { signBackup } from "../archive/signature.ts";
import { databaseBytes, readSurroundings, type Surroundings } from "../archive/surroundings.ts";
import { Unlocked } from "../archive/unlocked.ts";
import { readWording } from "../archive/wording.ts";
import { backupKey, listingKey, manifestKey, type Purpose, signatureKey } from "../store/names.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { type CopyTarget, copyBackup } from "./copy.ts";
import { isOnlyOfJobs, jobsWithin } from "./jobs.ts";
import { type Reporter, tell } from "./report.ts";
import { checkSessions } from "./sessions.ts";

export interface BackupOptions {
  stack: string;
  connection: Connection;
  /** Schemas to back up; empty for the complete database. */
  schemas: readonly string[];
  /** Parallel jobs of pg_dump. With more than one, the dump goes through a private folder. Default: 1. */
  jobs?: number | undefined;
  /** age public keys. */
  recipients: readonly string[];
  store: ObjectStore;
  /** Signs the manifest; without it the backup is unsigned. */
  signingKey?: SigningKey | undefined;
  /** Keys that drills and restores trust, if any: they take no backup that none of these signed. */
  trusted?: readonly VerifyingKey[] | undefined;
  /** Why the backup is taken. Default: `backup`. */
  purpose?: Purpose;
  /** What a restore replaces next: the backup has the rows of tables elsewhere that may go with it. */
  replaces?: "schemas" | "tables";
  /** Other stores that the backup is copied to once it is complete. */
  copies?: readonly CopyTarget[];
  /** Who is told how the backup ended. */
  reporters?: readonly Reporter[];
  /** Called with each warning. */
  warn: (message: string) => void;
  signal: AbortSignal;
  /** For how long locks are waited for, in milliseconds. Default: one minute. */
  lockTimeoutMs?: number | undefined;
  /** Called with the name of each step. */
  progress?: ((step: string) => void) | undefined;
}

/**
 * Backs up a database: dumps one snapshot, encrypts it to the recipients and uploads it in a single pass with
 * constant memory, then writes the manifest of the same snapshot, which completes the backup. Tells the reporters
 * how it ended.
 *
 * @throws {Failure} when the backup fails; what was uploaded by then counts as an incomplete backup
 */
export async function backUp(options: BackupOptions): Promise<Manifest> {
  const { stack, connection, store, copies = [], reporters = [], warn, progress } = options;
  await tell(reporters, warn, (reporter) => reporter.begun?.());
  try {
    const problem = signingProblem(options);
    // A wrong signature cannot be accepted later, and a missing one can.
    const signingKey = problem === undefined ? options.signingKey : undefined;
    const manifest = await takeBackup({ ...options, signingKey });
    if (copies.length > 0) progress?.("the copies");
    await copyBackup(store, copies, manifest, options);
    const { key, takenAt, durationMs, sealed } = manifest;
    if (problem !== undefined) {
      throw new Failure(
        "failed",
        `${key} is stored, but unsigned, since ${problem}. A drill and a restore take it only with --accept-unsigned`,
      );
    }
    const success = { stack, key, takenAt, durationMs, bytes: sealed.bytes };
    await tell(reporters, warn, (reporter) => reporter.succeeded?.(success));
    return manifest;
  } catch (error) {
    const database = describeConnection(connection);
    const failing = { stack, database, reason: reasonOf(error), at: new Date() };
    await tell(reporters, warn, (reporter) => reporter.failed?.(failing));
    throw error;
  }
}

/** Why a signature would not be trusted; undefined where it would, or none is asked for. */
function signingProblem({ trusted = [], signingKey }: BackupOptions): string | undefined {
  if (trusted.length === 0) return undefined;
  if (signingKey === undefined) {
    return "EVIDENCE_SIGNING_KEY is not set, although evidence.publicKeys or EVIDENCE_PUBLIC_KEY lists keys that backups must be signed with";
  }
  if (trusted.some(({ id }) => id === signingKey.id)) return undefined;
  return "EVIDENCE_SIGNING_KEY matches none of the keys in evidence.publicKeys or EVIDENCE_PUBLIC_KEY";
}

async function takeBackup(options: BackupOptions): Promise<Manifest> {
  const { connection, warn, signal, progress } = options;
  const started = performance.now();
  refuseKnownPooler(connection);
  // Without the program, nothing else need be tried.
  findProgram("pg_dump");
  progress?.("the database");
  const where = describeConnection(connection);
  let { jobs = 1 } = options;
  let isApart = false;
  const name = sessionName("backup");
  const work = (session: ServerSession): Promise<Manifest> =>
    backUpIn(session, { ...options, jobs, isApart, name }, started);
  for (let tries = 1; ; tries += 1) {
    try {
      if (tries > 1) await allEnded(connection, name, signal);
      return await withPatientSession(connection, name, work, signal);
    } catch (error) {
      // An abort is reported with its own reason.
      signal.throwIfAborted();
      const reason = reasonOf(error);
      const state = sqlStateOf(error);
      const wording = state === undefined ? await readWording(connection) : undefined;
      const problem = { reason: wording?.read(reason) ?? reason, state };
      if (jobs > 1 && (isOnlyOfJobs(error, problem.reason) || wording?.isForeign === true)) {
        warn(
          `${counted(jobs, "parallel job")} could not dump the database, which is now dumped by one: ${reason}`,
        );
        jobs = 1;
        continue;
      }
      if (!isApart && isLockShortage(problem)) {
        warn(`The backup begins again and reads definitions after the dump, not beside it: ${reason}`);
        isApart = true;
        continue;
      }
      if (isLockTimeout(problem)) {
        const holders = await describeHolders(connection, "reading");
        throw new Failure(
          "failed",
          `The backup of ${where} waited for a lock in vain. ${holders}\n${reason}`,
          {
            cause: error,
          },
        );
      }
      const isChanging = isOfChange(problem);
      if (isChanging && tries < mostTries) {
        warn(`Definitions were changed during the backup, which begins again: ${reason}`);
        continue;
      }
      if (error instanceof Failure && !isChanging) throw error;
      const during = isChanging ? `, ${mostTries} times, while definitions were changed` : "";
      throw new Failure("failed", `The backup of ${where} failed${during}: ${reason}`, { cause: error });
    }
  }
}

/** How often a backup begins when tables are made and dropped meanwhile. */
const mostTries = 3;

/** Whether an object is no longer there that was when the backup began. */
function isOfChange({ reason, state }: Problem): boolean {
  return (state !== undefined && gone.has(state)) || changing.test(reason);
}

/** The server's codes for tables, schemas, functions and other objects that are not there. */
const gone: ReadonlySet<string> = new Set(["42P01", "3F000", "42883", "42704"]);

/** What pg_dump says of that, and the server of what its catalogs no longer have, which it says in English alone. */
const changing =
  /relation "?[^\n]*"? does not exist|relation with OID \d+ does not exist|could not open relation with OID|cache lookup failed for|could not find (?:tuple|block owner)|schema with OID \d+ does not exist|tuple concurrently (?:updated|deleted)|was concurrently dropped|function with OID \d+ does not exist|type with OID \d+ does not exist/;

/** How one attempt at a backup is made. */
interface Attempt {
  /** Whether definitions are read after the dump, not beside it. */
  isApart: boolean;
  /** Name of its sessions. */
  name: string;
}

async function backUpIn(
  session: ServerSession,
  options: BackupOptions & Attempt,
  started: number,
): Promise<Manifest> {
  const { store, stack, signal, progress } = options;
  await refuseTransactionPooler(session, options.connection);
  await session.run(`${neutralSettings}; ${serverNames}`);
  const room = await checkSessions(session);
  const key = backupKey(store.address.prefix, new Date(), options.purpose);
  const { snapshot, scope, surroundings, dumpVersion } = await openSnapshot(session, options);
  progress?.("the dump");
  const serverMajor = majorOf(surroundings.serverVersion);
  const { encoding } = surroundings;
  const expectedBytes = await databaseBytes(new Unlocked(session));
  const jobs = jobsWithin({ jobs: options.jobs ?? 1, room, bytes: expectedBytes }, options.warn);
  const {
    takenAt,
    serverVersion,
    systemIdentifier,
    database,
    server,
    labelProviders,
    migrations,
    droppedRoles,
  } = surroundings;
  const about = {
    stack,
    key,
    dumpVersion,
    ...{ takenAt, serverVersion, systemIdentifier, database, encoding, server, labelProviders, migrations },
    ...(droppedRoles !== undefined && { droppedRoles }),
    whole: options.schemas.length === 0,
    ...(jobs > 1 && { format: "directory" as const }),
    recipients: [...options.recipients],
  };
  const place = { about, snapshot, serverMajor, surroundings, scope, jobs, expectedBytes };
  const connection = await inEnglish(session, options.connection);
  const content = await dumpAndDescribe(session, { ...options, connection }, place);
  await Promise.all([
    checkStored(store, key, content.sealed.bytes),
    checkStored(store, listingKey(key), content.listing.sealed.bytes),
  ]);
  const { lists, summary, ...streams } = content;
  const head: Head = {
    version: 4,
    ...summary,
    durationMs: Math.round(performance.now() - started),
    ...streams,
    notes: firstNotes(lists.notes),
  };
  signal.throwIfAborted();
  const text = `${JSON.stringify(headSchema.parse(head))}\n`;
  // The manifest is last: it makes the backup complete.
  if (options.signingKey !== undefined) {
    await store.put(signatureKey(key), signBackup(head, options.signingKey));
  }
  await store.put(manifestKey(key), text);
  return { ...head, ...lists };
}

/** Opens the snapshot that pg_dump and the description both read. */
async function openSnapshot(session: ServerSession, options: BackupOptions) {
  await prepareSession(session);
  await session.run(`set lock_timeout = ${options.lockTimeoutMs ?? lockTimeoutMs}`);
  await session.run("begin transaction isolation level repeatable read, read only");
  const [row] = await session.rows("select pg_export_snapshot() as snapshot");
  const { snapshot } = z.object({ snapshot: z.string() }).parse(row);
  const reader = new Unlocked(session);
  const { schemas, replaces } = options;
  const scope = await findScope(reader, schemas, { isReplaced: replaces !== undefined });
  // With some tables, few others of the schema go.
  if (replaces === "schemas" && scope.childrenWithoutRows.length > 0) {
    throw new Failure(
      "refused",
      `The backup of the target would lack the rows of ${listed(scope.childrenWithoutRows, "and")}, which the restore may drop or change, since the role may not read all of them or they belong to an extension. Move them aside, or restore into a new database with --jobs. Nothing was changed`,
    );
  }
  const surroundings = await readSurroundings(reader, scope);
  const { serverVersion } = surroundings;
  const dumpVersion = await versionOf("pg_dump", majorOf(serverVersion));
  if (majorOf(serverVersion) > majorOf(dumpVersion)) {
    throw new Failure(
      "refused",
      `pg_dump ${dumpVersion} cannot dump PostgreSQL ${serverVersion}: install postgresql-client-${majorOf(serverVersion)}, or name the folder of its programs in POSTGRES_BIN`,
    );
  }
  return { snapshot, scope, surroundings, dumpVersion };
}

/**
 * Describes the snapshot while it is dumped, or after that. When one of the two fails, the other is aborted.
 */
async function dumpAndDescribe(
  session: ServerSession,
  options: BackupOptions & Attempt,
  {
    about,
    snapshot,
    serverMajor,
    surroundings,
    scope,
    jobs,
    expectedBytes,
  }: {
    /** What is known of the backup before it is taken. */
    about: Omit<Summary, "contains" | "lockable">;
    snapshot: string;
    serverMajor: number;
    surroundings: Surroundings;
    scope: Scope;
    jobs: number;
    expectedBytes: number;
  },
): Promise<Pick<Head, "plain" | "sealed" | "listing"> & { summary: Summary; lists: Lists }> {
  const { key } = about;
  const { store, connection, recipients, name, lockTimeoutMs: waits = lockTimeoutMs } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const plain = new Tally();
  const sealed = new Tally();
  const warnings = new DumpWarnings();
  const send = async (): Promise<void> => {
    const unsent = new AbortController();
    const dumping = AbortSignal.any([signal, unsent.signal]);
    const place = { connection, name, scope, snapshot, serverMajor, encoding: surroundings.encoding };
    const what = { ...place, lockTimeoutMs: waits, warnings, signal: dumping };
    const stream = jobs > 1 ? dumpInParallel({ ...what, jobs }) : dump(what);
    const body = sealed.through(await seal(plain.through(stream), recipients));
    await store.upload(key, body, { expectedBytes, signal, failed: (error) => unsent.abort(error) });
  };
  const reader = new Unlocked(session);
  const values = await readSequenceValues(reader, scope);
  const listing = new ListingWriter(signal);
  const list = new Tally();
  const sent = send();
  const sendListing = async (): Promise<void> => {
    const body = endedWith(list.through(await seal(listing.stream, recipients)), sent);
    await store.upload(listingKey(key), body, { expectedBytes: 0, signal });
  };
  const failures: unknown[] = [];
  const failing = async <T>(work: Promise<T>): Promise<T | undefined> => {
    try {
      return await work;
    } catch (error) {
      failures.push(error);
      stop.abort(error);
      listing.fail(error);
      await session.end();
      return undefined;
    }
  };
  const dumped = async (): Promise<void> => {
    await sent;
    await othersEnded(reader, name, signal);
  };
  const describe = async () => {
    if (options.isApart) await dumped();
    const took = surroundings.roles.find(({ tookBackup }) => tookBackup);
    const ofExtensions = await notesOnCreating(reader, surroundings, took);
    const { details, contains, lockable, ...found } = await describeContents(reader, scope, {
      listing,
      values,
      dumped,
    });
    const { extensions, roles, needsRoles, evaluated } = surroundings;
    const { schemas, companions } = scope;
    const notes = [...found.notes, ...ofExtensions, ...warnings.sentences];
    const lists = { schemas, companions, extensions, roles, needsRoles, evaluated, ...found, notes };
    const summary = { ...about, contains, lockable };
    await listing.write("summary", summary);
    await writeLists(listing, lists, details);
    listing.end();
    return { summary, lists };
  };
  const [contents] = await Promise.all([failing(describe()), failing(sent), failing(sendListing())]);
  if (contents === undefined || failures.length > 0) throw failures[0];
  return {
    plain: plain.result(),
    sealed: sealed.result(),
    listing: { items: listing.items, sealed: list.result() },
    ...contents,
  };
}

/** A stream that ends once other work is done, and fails with it: what is stored of it then has a backup. */
async function* endedWith(
  source: AsyncIterable<Uint8Array>,
  work: Promise<unknown>,
): AsyncGenerator<Uint8Array> {
  yield* source;
  await work;
}

async function checkStored(store: ObjectStore, key: string, bytes: number): Promise<void> {
  const stored = await store.size(key);
  if (stored === bytes) return;
  const found = stored === undefined ? "nothing" : `${stored} bytes`;
  throw new Failure("failed", `The store has ${found} for ${key} after an upload of ${bytes} bytes`);
}
