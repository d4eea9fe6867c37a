import { resolve } from "node:path";
import * as z from "zod";
import type { Settings } from "../../config/settings.ts";
import { Failure } from "../../lib/failure.ts";
import { type Migration, readMigrations } from "../../operations/migrate/folder.ts";
import { type Linted, lint, type MigrationWaiver } from "../../operations/migrate/lint.ts";
import { migrationWaivers } from "../../operations/migrate/waivers.ts";
import type { Connection } from "../../postgres/connection.ts";
import { readConnection } from "../../postgres/environment.ts";
import type { ServerSession } from "../../postgres/session.ts";
import type { Work } from "../operations/operation.ts";
import type { MigrateFlags } from "./flags.ts";

/** What every subcommand of migrate begins with. */
export interface Context {
  folder: string;
  migrations: Migration[];
  waivers: MigrationWaiver[];
}

export function contextOf(flags: MigrateFlags, settings: Settings, { warn }: Pick<Work, "warn">): Context {
  const folder = resolve(flags.cwd, flags.folder ?? settings.rollout.rollback.migrations);
  const { valid, problems } = migrationWaivers(settings, new Date());
  for (const problem of problems) warn(problem);
  return { folder, migrations: readMigrations(folder), waivers: valid };
}

/** The database of the environment; undefined where it names none. */
export function databaseOf(environment: NodeJS.ProcessEnv): Connection | undefined {
  const { DATABASE_URL, PGSERVICE, PGHOST } = environment;
  const isNamed = [DATABASE_URL, PGSERVICE, PGHOST].some((each) => each !== undefined && each !== "");
  return isNamed ? readConnection(environment) : undefined;
}

/** @throws {Failure} `refused`, where the environment names no database */
export function requiredDatabase(environment: NodeJS.ProcessEnv): Connection {
  refuseOtherSchema(environment.DATABASE_URL);
  const connection = databaseOf(environment);
  if (connection !== undefined) return connection;
  throw new Failure(
    "refused",
    "DATABASE_URL is not set: set it to the direct address of the database, not of a pooler",
  );
}

/** Prisma takes the schema from its URL, which no other program does. */
function refuseOtherSchema(url: string | undefined): void {
  const schema = url !== undefined && URL.canParse(url) ? new URL(url).searchParams.get("schema") : null;
  if (schema === null || schema === "public") return;
  throw new Failure(
    "refused",
    `DATABASE_URL has schema=${JSON.stringify(schema)}, and optropic migrate knows migrations of public alone`,
  );
}

export async function serverVersion(session: ServerSession): Promise<string> {
  const [row] = await session.rows("select current_setting('server_version') as version");
  return z.object({ version: z.string() }).parse(row).version;
}

/** The lint with the version and the waivers of this call. */
export function linter(
  { waivers, migrations }: Context,
  version: string,
  signal: AbortSignal,
): (pending: readonly Migration[]) => Promise<Linted[]> {
  return (pending) => lint(pending, { version, waivers, folder: migrations, signal });
}
