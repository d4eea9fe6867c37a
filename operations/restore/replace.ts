import { Child } from "../../lib/child.ts";
import { Failure, reasonOf } from "../../lib/failure.ts";
import type { Connection } from "../../postgres/connection.ts";
import { launchOf } from "../../postgres/programs.ts";
import type { Session } from "../../postgres/session.ts";
import { differences } from "../archive/compare.ts";
import { describeSchemas } from "../archive/describe.ts";
import { type Manifest, totalsOf } from "../archive/manifest.ts";
import { createExtensions, powerless, roleStatements, schemaStatements } from "../archive/prepare.ts";
import { namesOf } from "../archive/surroundings.ts";
import { watchBystanders } from "./bystanders.ts";
import { type RoleName, setDefaultPrivilegesAside } from "./default-privileges.ts";
import { watchPublications } from "./publications.ts";
import { ScriptSession, withoutCommit } from "./script-session.ts";
import { letCreate, standBack, standIn } from "./stand-in.ts";

export interface ReplaceOptions {
  target: Connection;
  /** Create the roles that the target lacks, without the right to log in. */
  createRoles: boolean;
  /** Let the role that restores own everything. */
  noOwner: boolean;
  /** Commit even if the result differs from the backup, or other objects are lost. */
  acceptDifferences: boolean;
  signal: AbortSignal;
}

/** What was restored, and how it differs from the backup, one sentence per difference. */
export interface Replaced {
  tables: number;
  rows: number;
  differences: string[];
}

/** The decrypted dump, and the table of contents of the part to restore. */
interface DumpFiles {
  file: string;
  contents: string;
  /** Roles whose default privileges are left out. */
  foreignRoles: readonly RoleName[];
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
  const session = new ScriptSession(options.target, options.signal);
  try {
    const result = await replaceWithin(session, options, manifest, files).catch((error) => {
      const said = reasonOf(error);
      const hint = /role ".*" does not exist/.test(said)
        ? " Pass --create-roles to create the missing roles."
        : "";
      throw new Failure("failed", `${said}\nNothing was changed.${hint}`, { cause: error });
    });
    await commit(session);
    return result;
  } finally {
    await session.end();
  }
}

/**
 * Lets the server roll back as soon as the client is gone. Servers before version 14 notice when they next
 * write.
 */
const noticeWhenGone = `do $do$ begin perform set_config('client_connection_check_interval', '2s', false);
  exception when others then null; end $do$`;

/** The restore without its commit. */
async function replaceWithin(
  session: ScriptSession,
  options: ReplaceOptions,
  manifest: Manifest,
  files: DumpFiles,
): Promise<Replaced> {
  await session.run(noticeWhenGone);
  await session.run("begin; set local lock_timeout = '60s'; set local statement_timeout = 0");
  const bystandersDiffer = await watchBystanders(session, manifest);
  const publishAgain = await watchPublications(session, manifest);
  const actedFor = await makeRoom(session, options, manifest);
  const lost = await bystandersDiffer();
  failOn("The restore would drop or change objects that depend on what it replaces", lost, options);
  const schemas = manifest.schemas.map(({ name }) => name);
  const forbidCreate = await letCreate(session, actedFor, schemas);
  await runScript(session, options, files);
  await forbidCreate();
  const unpublished = await publishAgain();
  const found = await describeSchemas(session, manifest);
  const expected = setDefaultPrivilegesAside(manifest.description, files.foreignRoles);
  const different = differences(expected.description, found);
  failOn("The restored schemas differ from the backup", different, options);
  // Deferred constraints fail here, where it is certain that nothing was changed.
  await session.run("set constraints all immediate");
  await standBack(session, actedFor);
  options.signal.throwIfAborted();
  return {
    ...totalsOf(found),
    differences: [...lost, ...unpublished, ...expected.sentences, ...different],
  };
}

function failOn(what: string, sentences: readonly string[], { acceptDifferences }: ReplaceOptions): void {
  if (sentences.length === 0 || acceptDifferences) return;
  throw new Failure(
    "failed",
    `${what}:\n${sentences.join("\n")}\nPass --accept-differences to restore anyway.`,
  );
}

async function runScript(
  session: ScriptSession,
  { noOwner, signal }: ReplaceOptions,
  { file, contents }: DumpFiles,
): Promise<void> {
  const args = ["--file=-", "--single-transaction", `--use-list=${contents}`];
  const script = new Child({
    label: "pg_restore",
    launch: launchOf("pg_restore", [...args, ...(noOwner ? ["--no-owner"] : []), file]),
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
    throw new Failure(
      "failed",
      `${reasonOf(error)}\nThe connection was lost during the commit. Check the target: it is either completely restored or unchanged.`,
      { cause: error },
    );
  }
}

/** @returns the roles that the session granted itself */
async function makeRoom(session: Session, options: ReplaceOptions, manifest: Manifest): Promise<string[]> {
  const roles = await namesOf(session, "select rolname::text as name from pg_roles");
  if (options.createRoles) {
    for (const statement of roleStatements(manifest.roles.map(powerless), roles))
      await session.run(statement);
  }
  const actedFor = await standIn(session);
  // Every backup contains all of them.
  await session.run("select lo_unlink(oid) from pg_largeobject_metadata");
  for (const statement of schemaStatements(manifest, options.noOwner)) await session.run(statement);
  await createExtensions(session, manifest);
  return actedFor;
}
