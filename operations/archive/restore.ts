import { writeFileSync } from "node:fs";
import { outputOf } from "../../lib/child.ts";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { type Connection, programEnvironment } from "../../postgres/connection.ts";
import { launchOf } from "../../postgres/programs.ts";
import type { Session } from "../../postgres/session.ts";
import type { Manifest } from "./manifest.ts";
import { createExtensions, powerless, roleStatements, schemaStatements, withoutSchemas } from "./prepare.ts";
import { namesOf } from "./surroundings.ts";

export interface RestoreOptions {
  /** A session in the database, and the connection for programs. */
  session: Session;
  connection: Connection;
  manifest: Manifest;
  /** The decrypted dump. */
  file: string;
  /** Its table of contents, as `listContents` returns it. */
  contents: string;
  /** Parallel jobs of pg_restore. */
  jobs: number;
  /** Create roles with all their attributes. Only for a server that nobody else can reach. */
  fullRoles: boolean;
  signal: AbortSignal;
}

/**
 * Restores a dump into an empty database, in parallel, and creates the roles, schemas and extensions that it
 * needs.
 *
 * @throws {Failure} `failed`, with the error of the server or of pg_restore
 */
export async function restoreParallel(options: RestoreOptions): Promise<void> {
  const { file, contents, fullRoles, signal } = options;
  const unavailable: string[] = [];
  try {
    unavailable.push(...(await prepare(options)));
    const list = `${file}.contents`;
    writeFileSync(list, withoutSchemas(contents), { mode: 0o600 });
    await runRestore(options, list);
  } catch (error) {
    signal.throwIfAborted();
    const reason = reasonOf(error);
    const hints = [
      ...(unavailable.length > 0
        ? [`These extensions are not available on the server: ${unavailable.join(", ")}.`]
        : []),
      ...(!fullRoles && lacksRights.test(reason) ? [needsRights] : []),
    ];
    throw new Failure("failed", [`The restore failed: ${reason}`, ...hints].join("\n"));
  }
}

const lacksRights = /must be (?:able to SET ROLE|member of role|owner|superuser)|permission denied/i;
const needsRights =
  "The role at the target must be able to give each object to its owner, as a superuser can. Without --target, the drill uses a scratch server, where it is one.";

async function runRestore({ connection, file, jobs, signal }: RestoreOptions, list: string): Promise<void> {
  const args = [
    `--dbname=${connection.PGDATABASE}`,
    `--jobs=${jobs}`,
    "--exit-on-error",
    "--no-password",
    `--use-list=${list}`,
    file,
  ];
  const env = programEnvironment(connection, "optropic drill");
  await outputOf("pg_restore", launchOf("pg_restore", args, env), signal);
}

/** Reads the table of contents of a dump; fails when the file is not a dump. */
export function listContents(file: string, signal: AbortSignal): Promise<string> {
  return outputOf("pg_restore", launchOf("pg_restore", ["--list", file]), signal);
}

/** @returns names of the extensions that are not available on the server */
async function prepare({ session, manifest, fullRoles }: RestoreOptions): Promise<string[]> {
  const roles = fullRoles ? manifest.roles : manifest.roles.map(powerless);
  const before = [
    ...roleStatements(roles, await namesOf(session, "select rolname::text as name from pg_roles")),
    ...schemaStatements(manifest),
  ];
  for (const statement of before) await run(session, statement);
  return createExtensions(session, manifest, (statement) => run(session, statement));
}

async function run(session: Session, statement: string): Promise<void> {
  try {
    await session.run(statement);
  } catch (error) {
    throw new Failure("failed", `The server rejected «${statement.slice(0, 120)}»: ${reasonOf(error)}`);
  }
}
