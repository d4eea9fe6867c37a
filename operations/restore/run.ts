import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { backUp } from "../backup/run.ts";
import { Child } from "../child.ts";
import { type Connection, connect, describeConnection, type Session } from "../database/connection.ts";
import { describeDatabase, findSchemas, prepareSession } from "../database/describe.ts";
import { findProgram } from "../database/programs.ts";
import { hasLargeObjects, namesOf } from "../database/surroundings.ts";
import { fetchBackup } from "../drill/fetch.ts";
import { listContents } from "../drill/restore.ts";
import { OperationFailure, reasonOf } from "../failure.ts";
import { makeFolder, removeFolder } from "../folder.ts";
import type { Manifest } from "../manifest.ts";
import { type Choice, chooseBackup } from "../store/inventory.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { watchBystanders } from "./bystanders.ts";
import { differences } from "./compare.ts";
import {
  extensionStatements,
  powerless,
  roleStatements,
  schemaStatements,
  withoutSchemas,
} from "./prepare.ts";
import { ScriptSession, withoutCommit } from "./script-session.ts";

export interface RestoreOptions {
  stack: string;
  store: ObjectStore;
  choice: Choice;
  identities: readonly string[];
  target: Connection;
  /** age public keys for the backup of the target. */
  recipients: readonly string[];
  /** Asked before anything is changed; answers what the person typed. */
  confirm: (about: { manifest: Manifest; replaces: number }) => Promise<string>;
  /** Make the roles that the target lacks, without a login. */
  createRoles: boolean;
  /** Leave ownership to the role that restores. */
  noOwner: boolean;
  /** Keep what was restored although it differs from the backup. */
  acceptDifferences: boolean;
  /** Folder for the decrypted dump. */
  scratch?: string | undefined;
  warn: (message: string) => void;
  signal: AbortSignal;
  progress?: ((step: string) => void) | undefined;
}

export interface RestoreOutcome {
  manifest: Manifest;
  /** Key of the backup of the target as it was; nothing where the target held none of the schemas. */
  before: string | undefined;
  tables: number;
  rows: number;
  differences: string[];
  durationMs: number;
}

/**
 * Replaces the schemas of a backup in a database by what they were, in one transaction: digests are checked
 * first, the target is backed up, and unless the result is the backup's to the last row nothing is changed.
 *
 * @throws {OperationFailure} which says that nothing was changed, or that it cannot be told
 */
export async function restore(options: RestoreOptions): Promise<RestoreOutcome> {
  const { store, target, signal, progress } = options;
  const started = performance.now();
  progress?.("the store");
  const manifest = await chooseBackup(store, options.choice, options.warn);
  const present = await findPresent(target, manifest);
  await askFirst(options, manifest, present.schemas.length);
  const folder = makeFolder("optropic-restore", options.scratch);
  try {
    progress?.("the backup, to check its digests");
    const file = join(folder, "dump");
    await fetchBackup({ store, manifest, identities: options.identities, file, signal });
    const contents = join(folder, "contents");
    writeFileSync(contents, withoutSchemas(await listContents(file, signal)), { mode: 0o600 });
    const before = await backUpTarget(options, present);
    progress?.("the restore");
    const result = await replace(options, manifest, { file, contents });
    return { manifest, before, ...result, durationMs: Math.round(performance.now() - started) };
  } finally {
    removeFolder(folder);
  }
}

/** What of the target is to be replaced. Large objects belong to no schema, so all of them are. */
interface Present {
  schemas: string[];
  largeObjects: boolean;
}

async function findPresent(target: Connection, manifest: Manifest): Promise<Present> {
  const session = await connect(target, "optropic restore");
  try {
    const restored = new Set(manifest.schemas.map(({ name }) => name));
    const schemas = (await findSchemas(session, [])).map(({ name }) => name);
    return {
      schemas: schemas.filter((name) => restored.has(name)),
      largeObjects: await hasLargeObjects(session),
    };
  } finally {
    await session.end();
  }
}

async function askFirst(options: RestoreOptions, manifest: Manifest, replaces: number): Promise<void> {
  const typed = await options.confirm({ manifest, replaces });
  const wanted = describeConnection(options.target);
  if (typed.trim() === wanted) return;
  throw new OperationFailure("refused", `Not confirmed: «${wanted}» was not typed. Nothing was changed`);
}

/** @returns the key of the backup; nothing where there is nothing to lose */
async function backUpTarget(options: RestoreOptions, present: Present): Promise<string | undefined> {
  const { stack, store, recipients, target, warn, signal, progress } = options;
  const { schemas, largeObjects } = present;
  if (schemas.length === 0 && !largeObjects) return undefined;
  progress?.("a backup of the target as it is");
  const purpose = "before-restore";
  const { key } = await backUp({
    stack,
    store,
    recipients,
    connection: target,
    schemas,
    purpose,
    warn,
    signal,
  });
  return key;
}

async function replace(
  options: RestoreOptions,
  manifest: Manifest,
  files: { file: string; contents: string },
): Promise<Pick<RestoreOutcome, "tables" | "rows" | "differences">> {
  const session = new ScriptSession(options.target, options.signal);
  try {
    const result = await replaceWithin(session, options, manifest, files).catch((error) => {
      const said = reasonOf(error);
      const hint = /role ".*" does not exist/.test(said)
        ? " --create-roles makes what roles are missing."
        : "";
      throw new OperationFailure("failed", `${said}\nNothing was changed.${hint}`, { cause: error });
    });
    await commit(session);
    return result;
  } finally {
    await session.end();
  }
}

/** Lets the server roll back as soon as this end is gone; servers before version 14 do when they next write. */
const noticeWhenGone = `do $do$ begin perform set_config('client_connection_check_interval', '2s', false);
  exception when others then null; end $do$`;

/** All of the restore but its commit. */
async function replaceWithin(
  session: ScriptSession,
  options: RestoreOptions,
  manifest: Manifest,
  files: { file: string; contents: string },
): Promise<Pick<RestoreOutcome, "tables" | "rows" | "differences">> {
  await session.run(noticeWhenGone);
  await session.run("begin; set local lock_timeout = '60s'; set local statement_timeout = 0");
  const bystandersDiffer = await watchBystanders(session, manifest);
  await makeRoom(session, options, manifest);
  await runScript(session, options, files);
  const found = await lookWithin(session, manifest);
  const different = [...differences(manifest.description, found), ...(await bystandersDiffer())];
  if (different.length > 0 && !options.acceptDifferences) {
    throw new OperationFailure(
      "failed",
      `What was restored differs from what was there or in the backup:\n${different.join("\n")}`,
    );
  }
  // What is checked at the commit fails here, where it is known that nothing was changed.
  await session.run("set constraints all immediate");
  options.signal.throwIfAborted();
  const tables = Object.values(found.tables);
  return {
    tables: tables.length,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    differences: different,
  };
}

async function runScript(
  session: ScriptSession,
  { noOwner, signal }: RestoreOptions,
  { file, contents }: { file: string; contents: string },
): Promise<void> {
  const arguments_ = ["--file=-", "--single-transaction", `--use-list=${contents}`];
  const script = new Child("pg_restore", findProgram("pg_restore"), {
    args: [...arguments_, ...(noOwner ? ["--no-owner"] : []), file],
    env: { PATH: process.env.PATH, LC_ALL: "C" },
    signal,
  });
  script.stdin.end();
  try {
    await session.script(withoutCommit(script));
  } finally {
    await script.stop();
  }
}

async function commit(session: ScriptSession): Promise<void> {
  try {
    await session.commit();
  } catch (error) {
    throw new OperationFailure(
      "failed",
      `${reasonOf(error)}\nThe connection was lost during the commit: look at the target, which is either restored or as it was.`,
      { cause: error },
    );
  }
}

async function makeRoom(session: Session, options: RestoreOptions, manifest: Manifest): Promise<void> {
  const roles = await namesOf(session, "select rolname::text as name from pg_roles");
  if (options.createRoles) {
    for (const statement of roleStatements(manifest.roles.map(powerless), roles))
      await session.run(statement);
  }
  // Every backup has all of them.
  await session.run("select lo_unlink(oid) from pg_largeobject_metadata");
  for (const statement of schemaStatements(manifest, options.noOwner)) await session.run(statement);
  const available = await namesOf(session, "select name::text as name from pg_available_extensions");
  const made = await namesOf(session, "select nspname::text as name from pg_namespace");
  for (const extension of manifest.extensions) {
    if (!available.has(extension.name)) continue;
    for (const statement of extensionStatements(extension, made)) await session.run(statement);
  }
}

/** What the transaction sees, which nobody else does yet. */
async function lookWithin(session: Session, { schemas }: Manifest) {
  await prepareSession(session);
  return describeDatabase(
    session,
    schemas.map(({ name }) => name),
  );
}
