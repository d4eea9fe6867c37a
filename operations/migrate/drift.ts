import { Failure } from "../../lib/failure.ts";
import type { Connection } from "../../postgres/connection.ts";
import { type ServerSession, withSession } from "../../postgres/session.ts";
import { objectsIn } from "./definitions.ts";
import { driftBetween } from "./drifted.ts";
import type { Migration } from "./folder.ts";
import { readHistory } from "./history.ts";
import { observe } from "./observe.ts";
import { parseScript } from "./parse.ts";
import { resetSession } from "./run-migration.ts";
import { wrappingOf } from "./transaction.ts";

export interface DriftOptions {
  /** The database that is compared; it is only read. */
  connection: Connection;
  /** An empty database on another server. */
  empty: Connection;
  migrations: readonly Migration[];
  signal: AbortSignal;
}

/**
 * Compares a database with what the migrations that it has make of an empty one.
 *
 * @returns differences, one sentence each
 * @throws {Failure} `refused`, where the migrations do not run on an empty database
 */
export async function findDrift({ connection, empty, migrations, signal }: DriftOptions): Promise<string[]> {
  return withSession(
    connection,
    "optropic migrate",
    async (source) => {
      const { applied } = await readHistory(source, migrations);
      const done = migrations.filter(({ name }) => applied.includes(name));
      const owner = await ownerOf(source);
      await withSession(empty, "optropic migrate", (session) => copyRoles(source, session, owner), signal);
      // Who owns a table is part of its definition.
      const connection = { ...empty, PGUSER: owner };
      const expected = await withSession(
        connection,
        "optropic migrate",
        (session) => make(session, done, connection),
        signal,
      );
      const schemas = new Set(expected.schemas);
      return driftBetween(expected.objects, await objectsIn(source, schemas));
    },
    signal,
  );
}

async function make(session: ServerSession, migrations: readonly Migration[], connection: Connection) {
  await withSession(connection, "optropic migrate: witness", async (witness) => {
    for (const migration of migrations) {
      const statements = await parseScript(`${migration.name}/migration.sql`, migration.sql);
      const { failure } = await observe({ subject: session, witness }, statements, wrappingOf(statements));
      await resetSession(session);
      if (failure !== undefined) {
        throw new Failure(
          "refused",
          `Cannot tell whether the database drifted: ${migration.name} does not run on an empty server, at ${failure}`,
        );
      }
    }
  });
  const schemas = await schemasOf(session);
  return { objects: await objectsIn(session, new Set(schemas)), schemas };
}

/** Who owns Prisma's table: the role that migrates. */
async function ownerOf(source: ServerSession): Promise<string> {
  const [[owner] = []] = await source.lists(
    "select coalesce((select pg_get_userbyid(relowner) from pg_catalog.pg_class where oid = to_regclass('_prisma_migrations')), current_user)",
  );
  return String(owner);
}

/** Migrations name roles, which belong to the server. */
async function copyRoles(source: ServerSession, session: ServerSession, owner: string): Promise<void> {
  const names = await source.lists(
    "select quote_ident(rolname), rolname from pg_catalog.pg_roles where rolname !~ '^pg_' order by 1 limit 10000",
  );
  for (const [quoted, name] of names) {
    await session.run(`create role ${String(quoted)} ${name === owner ? "superuser login" : "nologin"}`);
  }
}

async function schemasOf(session: ServerSession): Promise<string[]> {
  const rows = await session.lists(
    "select nspname from pg_catalog.pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' order by 1",
  );
  return rows.map(([name]) => String(name));
}
