import * as z from "zod";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { type Connection, describeConnection } from "../../postgres/connection.ts";
import { majorOf, versionOf } from "../../postgres/programs.ts";
import { connect, type ServerSession } from "../../postgres/session.ts";
import { describeDatabase, findSchemas, prepareSession } from "../archive/describe.ts";
import { dump } from "../archive/dump.ts";
import { type Description, type Manifest, manifestSchema } from "../archive/manifest.ts";
import { seal, Tally } from "../archive/seal.ts";
import { databaseBytes, hasLargeObjects, readSurroundings } from "../archive/surroundings.ts";
import { backupKey, manifestKey, type Purpose } from "../store/names.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { checkIns } from "./check-in.ts";

export interface BackupOptions {
  stack: string;
  connection: Connection;
  /** Schemas to back up; empty for all of the database. */
  schemas: readonly string[];
  /** age public keys. */
  recipients: readonly string[];
  store: ObjectStore;
  /** What it is for. Default: `backup`. */
  purpose?: Purpose;
  /** Check-in URL of a cron monitor at Sentry. */
  checkInUrl?: string | undefined;
  /** Takes what is no reason to fail. */
  warn: (message: string) => void;
  signal: AbortSignal;
  /** Told of each step, for a person who waits. */
  progress?: ((step: string) => void) | undefined;
}

/**
 * Backs a database up: one snapshot, dumped, sealed to the recipients and stored in one pass, at no moment
 * more of it in memory than some parts; then its manifest, of the same snapshot, which makes it a backup.
 * Tells the cron monitor, if there is one, how it goes.
 *
 * @throws {Failure} when there is no backup; what was stored of it by then is no backup
 */
export async function backUp(options: BackupOptions): Promise<Manifest> {
  const checkIn = checkIns(options.checkInUrl, options.warn);
  await checkIn("in_progress");
  try {
    const manifest = await takeBackup(options);
    await checkIn("ok");
    return manifest;
  } catch (error) {
    await checkIn("error");
    throw error;
  }
}

async function takeBackup(options: BackupOptions): Promise<Manifest> {
  const { store, stack, connection, signal, progress } = options;
  const started = performance.now();
  const key = backupKey(store.address.prefix, new Date(), options.purpose);
  const dumpVersion = await versionOf("pg_dump");
  progress?.("the database");
  const session = await connect(connection, "optropic backup");
  // Ends a statement that runs.
  const hangUp = (): void => void session.end();
  signal.addEventListener("abort", hangUp, { once: true });
  try {
    const { snapshot, schemas, surroundings } = await openSnapshot(session, options, dumpVersion);
    progress?.("the dump");
    const content = await dumpAndDescribe(session, options, { key, snapshot, schemas });
    await checkStored(store, key, content.sealed.bytes);
    const manifest: Manifest = {
      version: 1,
      stack,
      key,
      durationMs: Math.round(performance.now() - started),
      dumpVersion,
      ...surroundings,
      schemas,
      whole: options.schemas.length === 0,
      recipients: [...options.recipients],
      ...content,
    };
    signal.throwIfAborted();
    await store.put(manifestKey(key), `${JSON.stringify(manifestSchema.parse(manifest))}\n`);
    return manifest;
  } catch (error) {
    // What was raised from outside is said in the words of who raised it.
    signal.throwIfAborted();
    if (error instanceof Failure) throw error;
    const where = describeConnection(connection);
    throw new Failure("failed", `The backup of ${where} failed: ${reasonOf(error)}`, {
      cause: error,
    });
  } finally {
    signal.removeEventListener("abort", hangUp);
    await session.end();
  }
}

/** One moment of the database, which pg_dump and the description then both see. */
async function openSnapshot(session: ServerSession, options: BackupOptions, dumpVersion: string) {
  await prepareSession(session);
  await session.run("begin transaction isolation level repeatable read, read only");
  const [row] = await session.rows("select pg_export_snapshot() as snapshot");
  const { snapshot } = z.object({ snapshot: z.string() }).parse(row);
  const schemas = await findSchemas(session, options.schemas);
  const missing = options.schemas.filter((name) => !schemas.some((schema) => schema.name === name));
  if (missing.length > 0) {
    throw new Failure("failed", `The database has no schema ${missing.join(", ")}`);
  }
  const names = schemas.map(({ name }) => name);
  const surroundings = await readSurroundings(session, names);
  const { serverVersion } = surroundings;
  if (majorOf(serverVersion) > majorOf(dumpVersion)) {
    throw new Failure(
      "refused",
      `pg_dump ${dumpVersion} cannot dump a server of version ${serverVersion}: install postgresql-client-${majorOf(serverVersion)}`,
    );
  }
  return { snapshot, schemas, surroundings };
}

/** Describes the snapshot while it is dumped. When one of the two fails, the other is stopped. */
async function dumpAndDescribe(
  session: ServerSession,
  options: BackupOptions,
  { key, snapshot, schemas }: { key: string; snapshot: string; schemas: readonly { name: string }[] },
): Promise<Pick<Manifest, "plain" | "sealed" | "description">> {
  const { store, connection, recipients } = options;
  const expectedBytes = await databaseBytes(session);
  const largeObjects = await hasLargeObjects(session);
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const plain = new Tally();
  const sealed = new Tally();
  const send = async (): Promise<void> => {
    const stream = dump({ connection, schemas: options.schemas, largeObjects, snapshot, signal });
    const body = sealed.through(await seal(plain.through(stream), recipients));
    await store.upload(key, body, { expectedBytes, signal });
  };
  const describe = (): Promise<Description> =>
    describeDatabase(
      session,
      schemas.map(({ name }) => name),
    );
  const failures: unknown[] = [];
  const failing = async <T>(work: Promise<T>): Promise<T | undefined> => {
    try {
      return await work;
    } catch (error) {
      failures.push(error);
      stop.abort(error);
      await session.end();
      return undefined;
    }
  };
  const [description] = await Promise.all([failing(describe()), failing(send())]);
  if (description === undefined || failures.length > 0) throw failures[0];
  return { plain: plain.result(), sealed: sealed.result(), description };
}

async function checkStored(store: ObjectStore, key: string, bytes: number): Promise<void> {
  const stored = await store.size(key);
  if (stored === bytes) return;
  const found = stored === undefined ? "nothing" : `${stored} bytes`;
  throw new Failure("failed", `The store has ${found} under ${key}, and ${bytes} bytes were sent`);
}
