import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backUp } from "../backup/run.ts";
import { Child } from "../child.ts";
import { type Connection, connect, describeConnection, type Session } from "../database/connection.ts";
import { describeDatabase, findSchemas, prepareSession } from "../database/describe.ts";
import { findProgram } from "../database/programs.ts";
import { namesOf } from "../database/surroundings.ts";
import { fetchBackup } from "../drill/fetch.ts";
import { listContents } from "../drill/restore.ts";
import { OperationFailure, reasonOf } from "../failure.ts";
import type { Manifest } from "../manifest.ts";
import { type Choice, chooseBackup } from "../store/inventory.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { differences } from "./compare.ts";
import {
  extensionStatement,
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
 * @throws {OperationFailure} when nothing was changed
 */
export async function restore(options: RestoreOptions): Promise<RestoreOutcome> {
  const { store, target, signal, progress } = options;
  const started = performance.now();
  progress?.("the store");
  const manifest = await chooseBackup(store, options.choice);
  const folder = mkdtempSync(join(options.scratch ?? tmpdir(), "optropic-restore-"));
  try {
    const present = await findPresent(target, manifest);
    await askFirst(options, manifest, present.length);
    progress?.("the backup, to check its digests");
    const file = join(folder, "dump");
    await fetchBackup({ store, manifest, identities: options.identities, file, signal });
    const contents = join(folder, "contents");
    writeFileSync(contents, withoutSchemas(await listContents(file, signal)), { mode: 0o600 });
    const before = present.length === 0 ? undefined : (await backUpTarget(options, present)).key;
    progress?.("the restore");
    const result = await replace(options, manifest, { file, contents });
    return { manifest, before, ...result, durationMs: Math.round(performance.now() - started) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Schemas of the backup that the target has, which are to be replaced. */
async function findPresent(target: Connection, { schemas }: Manifest): Promise<string[]> {
  const session = await connect(target, "optropic restore");
  try {
    const names = schemas.map(({ name }) => name);
    return (await findSchemas(session, names)).map(({ name }) => name);
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

function backUpTarget(options: RestoreOptions, schemas: readonly string[]): Promise<Manifest> {
  const { stack, store, recipients, target, warn, signal, progress } = options;
  progress?.("a backup of the target as it is");
  const purpose = "before-restore";
  return backUp({ stack, store, recipients, connection: target, schemas, purpose, warn, signal });
}

async function replace(
  options: RestoreOptions,
  manifest: Manifest,
  { file, contents }: { file: string; contents: string },
): Promise<Pick<RestoreOutcome, "tables" | "rows" | "differences">> {
  const { target, signal, noOwner } = options;
  const session = new ScriptSession(target, signal);
  try {
    await session.run("begin; set local lock_timeout = '60s'; set local statement_timeout = 0");
    await makeRoom(session, options, manifest);
    const script = new Child("pg_restore", findProgram("pg_restore"), {
      args: [
        "--file=-",
        "--single-transaction",
        `--use-list=${contents}`,
        ...(noOwner ? ["--no-owner"] : []),
        file,
      ],
      env: { PATH: process.env.PATH, LC_ALL: "C" },
      signal,
    });
    script.stdin.end();
    try {
      await session.script(withoutCommit(script.stdout));
      await script.success();
    } finally {
      await script.stop();
    }
    const found = await lookWithin(session, manifest);
    const different = differences(manifest.description, found);
    if (different.length > 0 && !options.acceptDifferences) {
      throw new OperationFailure(
        "failed",
        `What was restored differs from the backup: ${different.join(" ")}`,
      );
    }
    signal.throwIfAborted();
    await session.run("commit");
    const tables = Object.values(found.tables);
    return {
      tables: tables.length,
      rows: tables.reduce((sum, { rows }) => sum + rows, 0),
      differences: different,
    };
  } catch (error) {
    signal.throwIfAborted();
    throw new OperationFailure("failed", `${reasonOf(error)}\nNothing was changed.`, { cause: error });
  } finally {
    await session.end();
  }
}

async function makeRoom(session: Session, options: RestoreOptions, manifest: Manifest): Promise<void> {
  const roles = await namesOf(session, "select rolname::text as name from pg_roles");
  if (options.createRoles) {
    for (const statement of roleStatements(manifest.roles.map(powerless), roles))
      await session.run(statement);
  }
  // They belong to no schema, so every backup has all of them.
  await session.run("select lo_unlink(oid) from pg_largeobject_metadata");
  for (const statement of schemaStatements(manifest, options.noOwner)) await session.run(statement);
  const available = await namesOf(session, "select name::text as name from pg_available_extensions");
  for (const extension of manifest.extensions) {
    if (available.has(extension.name)) await session.run(extensionStatement(extension));
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
