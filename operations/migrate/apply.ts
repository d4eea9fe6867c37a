import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { counted } from "../../lib/text.ts";
import { type Connection, describeConnection } from "../../postgres/connection.ts";
import { refuseKnownPooler, refuseTransactionPooler } from "../../postgres/pooler.ts";
import { type ServerSession, withSession } from "../../postgres/session.ts";
import type { Head } from "../archive/manifest.ts";
import { readCatalog, securityChanges } from "./catalog.ts";
import type { Migration } from "./folder.ts";
import { type History, readHistory, refuseUnclear } from "./history.ts";
import { dangersIn, type Linted } from "./lint.ts";
import { createTable } from "./record-applied.ts";
import { type Patience, runMigration } from "./run-migration.ts";
import { unguardedTables } from "./unguarded.ts";

export interface ApplyOptions extends Patience {
  connection: Connection;
  migrations: readonly Migration[];
  lint: (pending: readonly Migration[]) => Promise<Linted[]>;
  /** Production refuses what is dangerous and what was not rehearsed. */
  strict: boolean;
  /** Why what is pending is not shown to have been rehearsed; undefined where it is. */
  missingRehearsal: (history: History) => Promise<string | undefined>;
  /** Verifies a backup, or refuses. */
  backup: (session: ServerSession) => Promise<Head | undefined>;
}

export interface Applied {
  /** What the database had before. */
  before: string[];
  /** What was applied now, and how often it was tried. */
  applied: { migration: Linted; attempts: number }[];
  backup: Head | undefined;
  /** What does not hold afterwards, one sentence each. */
  problems: string[];
  /** What changed of row-level security. */
  notes: string[];
}

/**
 * Applies what is pending. Before: nothing failed or changed, no unwaived danger, a rehearsal of exactly this, a
 * verified backup. After: nothing pending or invalid, and row-level security not weaker.
 *
 * @throws {Failure} `refused` before anything is changed, `failed` when a migration fails
 */
export function applyMigrations(options: ApplyOptions): Promise<Applied> {
  const { connection, signal } = options;
  refuseKnownPooler(connection);
  const work = async (session: ServerSession): Promise<Applied> => {
    await refuseTransactionPooler(session, connection);
    await lockOut(session, options);
    return apply(session, options);
  };
  return withSession(connection, "optropic migrate", work, signal);
}

async function apply(session: ServerSession, options: ApplyOptions): Promise<Applied> {
  const { migrations, strict, progress } = options;
  const history = await readHistory(session, migrations);
  refuseUnclear(history);
  await refuseUnknown(session, history);
  progress?.("the backup");
  const backup = await options.backup(session);
  const nothing = { before: history.applied, applied: [], backup, problems: [], notes: [] };
  if (history.pending.length === 0) return nothing;
  progress?.("the lint and the rehearsal");
  const linted = await options.lint(history.pending);
  if (strict) await refuseDangers(linted, history, options);
  await createTable(session).catch((error: unknown) => {
    throw new Failure("refused", `This role cannot migrate: ${reasonOf(error)}`);
  });
  const before = await readCatalog(session);
  const applied: Applied["applied"] = [];
  for (const migration of linted) {
    progress?.(migration.migration.name);
    applied.push({ migration, attempts: await runMigration(session, migration, options) });
  }
  progress?.("the database afterwards");
  const after = await readCatalog(session);
  const changes = securityChanges(before, after);
  const left = await readHistory(session, migrations);
  return {
    ...{ before: history.applied, applied, backup },
    problems: [
      ...left.pending.map(({ name }) => `${name} is still pending`),
      ...(await invalidIndexes(session)),
      ...changes.filter(({ isWeaker }) => isWeaker).map(({ text }) => text),
      ...(await unguardedTables(session, new Set(before.keys()))),
    ],
    notes: changes.filter(({ isWeaker }) => !isWeaker).map(({ text }) => text),
  };
}

/** A database that has tables and no record of what made them, which Prisma refuses as P3005. */
async function refuseUnknown(session: ServerSession, { exists, pending }: History): Promise<void> {
  const [first] = pending;
  if (exists || first === undefined) return;
  const tables = z.array(z.object({ name: z.string() })).parse(
    // Those of an extension came with it.
    await session.rows(
      `select 'public.' || c.relname::text as name from pg_catalog.pg_class c
       where c.relnamespace = to_regnamespace('public') and c.relkind in ('r', 'p', 'm', 'v', 'f') and c.relname <> '_prisma_migrations'
         and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e') order by 1`,
    ),
  );
  if (tables.length === 0) return;
  throw new Failure(
    "refused",
    `The database has ${counted(tables.length, "table")} in public, such as ${tables[0]?.name}, and nothing says which migrations made them: for each that it has, run npx prisma migrate resolve --applied NAME, beginning with ${first.name}`,
  );
}

async function refuseDangers(
  linted: readonly Linted[],
  history: History,
  options: ApplyOptions,
): Promise<void> {
  const [danger, ...more] = dangersIn(linted);
  if (danger !== undefined) {
    const others = more.length === 0 ? "" : ` (and ${more.length} more; see optropic migrate lint)`;
    throw new Failure(
      "refused",
      `${danger.migration}:${danger.line} ${danger.rule}: ${danger.message} ${danger.help ?? ""}${others}`.trim(),
    );
  }
  const missing = await options.missingRehearsal(history);
  if (missing !== undefined) {
    throw new Failure("refused", `${missing}. Run optropic migrate rehearse on the newest backup first`);
  }
}

/** The key of the lock that Prisma takes, so that neither runs beside the other. */
const prismaLock = 72_707_369;

async function lockOut(session: ServerSession, options: ApplyOptions): Promise<void> {
  const {
    connection,
    attempts,
    wait = (ms, signal) => pause(ms, undefined, { signal }),
    signal,
    progress,
  } = options;
  const rows = z.tuple([z.object({ taken: z.boolean() })]);
  for (let attempt = 1; ; attempt += 1) {
    const [{ taken }] = rows.parse(await session.rows(`select pg_try_advisory_lock(${prismaLock}) as taken`));
    if (taken) return;
    if (attempt >= attempts) {
      throw new Failure(
        "refused",
        `Somebody else is migrating ${describeConnection(connection)}: Prisma's advisory lock is taken. Wait for them, and run it again`,
      );
    }
    progress?.("waiting for another migration to end");
    await wait(1000, signal);
  }
}

async function invalidIndexes(session: ServerSession): Promise<string[]> {
  const rows = z.array(z.object({ name: z.string() }));
  const found = rows.parse(
    await session.rows(
      "select indexrelid::regclass::text as name from pg_catalog.pg_index where not indisvalid order by 1 limit 100",
    ),
  );
  return found.map(
    ({ name }) => `The index ${name} is invalid: drop it with DROP INDEX CONCURRENTLY, and create it again`,
  );
}
