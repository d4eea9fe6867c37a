import { randomUUID } from "node:crypto";
import type { Session } from "../../postgres/session.ts";
import type { Migration } from "./folder.ts";

/** Prisma's own table, as Prisma creates it. */
const table = `create table if not exists _prisma_migrations (
  id varchar(36) primary key not null,
  checksum varchar(64) not null,
  finished_at timestamptz,
  migration_name varchar(255) not null,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz not null default now(),
  applied_steps_count integer not null default 0)`;

/** Takes back what a script may have left in its session. */
export const resetting = "reset session authorization; reset role; reset all";

/** Creates Prisma's table where it is missing. */
export async function createTable(session: Session): Promise<void> {
  await session.run(table);
}

/** Writes that a migration begins, before it does. @returns the id of its row */
export async function begin(session: Session, { name, checksum }: Migration): Promise<string> {
  const id = randomUUID();
  await session.run(
    `insert into _prisma_migrations (id, checksum, migration_name) values ('${id}', '${checksum}', ${literal(name)})`,
  );
  return id;
}

/** Writes that a migration is applied. */
export async function finish(session: Session, id: string): Promise<void> {
  await session.run(
    `update _prisma_migrations set finished_at = now(), applied_steps_count = 1 where id = '${id}'`,
  );
}

/**
 * A script with its row behind it, to be sent in one message and so to be one transaction. The script may end in a
 * comment, and may leave the session with another role or search path.
 */
export function withRow({ name, checksum }: Migration, sql: string): string {
  const row = `'${randomUUID()}', '${checksum}', ${literal(name)}, clock_timestamp(), 1`;
  return `${sql}\n;${resetting};insert into _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) values (${row})`;
}

/** Writes why a migration failed; it stays unfinished until somebody resolves it. */
export async function fail(session: Session, id: string, log: string): Promise<void> {
  await session.run(`update _prisma_migrations set logs = ${literal(log.slice(0, 8000))} where id = '${id}'`);
}

/** Writes a migration that was run by other means. */
export async function record(session: Session, migration: Migration): Promise<void> {
  await createTable(session);
  await finish(session, await begin(session, migration));
}

function literal(text: string): string {
  // A script may have left the session with another meaning of backslashes.
  return `E'${text.replaceAll("\0", "").replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}
