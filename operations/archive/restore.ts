import { writeFileSync } from "node:fs";
import { outputOf } from "../../lib/child.ts";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { type Connection, programEnvironment } from "../../postgres/connection.ts";
import { launchOf } from "../../postgres/programs.ts";
import type { Session } from "../../postgres/session.ts";
import type { Manifest } from "./manifest.ts";
import {
  extensionStatements,
  powerless,
  roleStatements,
  schemaStatements,
  withoutSchemas,
} from "./prepare.ts";
import { namesOf } from "./surroundings.ts";

export interface RestoreOptions {
  /** A session in the database, and how programs reach it. */
  session: Session;
  connection: Connection;
  manifest: Manifest;
  /** The decrypted dump. */
  file: string;
  /** Its table of contents, as `listContents` answers it. */
  contents: string;
  /** Processes of pg_restore. */
  jobs: number;
  /** Whether roles get all that they had, which is for a server that nobody else reaches. */
  fullRoles: boolean;
  signal: AbortSignal;
}

/**
 * Restores a dump into an empty database, in parallel, with the roles, schemas and extensions that it needs.
 *
 * @throws {Failure} `failed`, with what the server or pg_restore said
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
    const said = reasonOf(error);
    const hints = [
      ...(unavailable.length > 0 ? [`The server lacks the extensions ${unavailable.join(", ")}.`] : []),
      ...(!fullRoles && lacksRights.test(said) ? [needsRights] : []),
    ];
    throw new Failure("failed", [`The backup was not restored: ${said}`, ...hints].join("\n"));
  }
}

const lacksRights = /must be (?:able to SET ROLE|member of role|owner|superuser)|permission denied/i;
const needsRights =
  "The role of a target has to be one that may give each object to its owner, such as a superuser; that of the scratch server is.";

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

/** The table of contents of a dump; fails where the file is none. */
export function listContents(file: string, signal: AbortSignal): Promise<string> {
  return outputOf("pg_restore", launchOf("pg_restore", ["--list", file]), signal);
}

/** @returns names of the extensions that the server does not have */
async function prepare({ session, manifest, fullRoles }: RestoreOptions): Promise<string[]> {
  const roles = fullRoles ? manifest.roles : manifest.roles.map(powerless);
  const before = [
    ...roleStatements(roles, await namesOf(session, "select rolname::text as name from pg_roles")),
    ...schemaStatements(manifest),
  ];
  for (const statement of before) await run(session, statement);
  const available = await namesOf(session, "select name::text as name from pg_available_extensions");
  const made = await namesOf(session, "select nspname::text as name from pg_namespace");
  const unavailable: string[] = [];
  for (const extension of manifest.extensions) {
    if (!available.has(extension.name)) unavailable.push(extension.name);
    else for (const statement of extensionStatements(extension, made)) await run(session, statement);
  }
  return unavailable;
}

async function run(session: Session, statement: string): Promise<void> {
  try {
    await session.run(statement);
  } catch (error) {
    throw new Failure("failed", `The database refuses «${statement.slice(0, 120)}»: ${reasonOf(error)}`);
  }
}
