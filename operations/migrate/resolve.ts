import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import type { ServerSession } from "../../postgres/session.ts";
import type { Migration } from "./folder.ts";
import { readHistory } from "./history.ts";

/** A way on from a migration, and what it loses. */
export interface Way {
  name: "rolled-back" | "forward-fix" | "down-script" | "restore";
  /** Whether it is open here. */
  possible: boolean;
  /** What to do, or why it is not possible. */
  how: string;
  loses: string;
}

export interface Resolution {
  state: "failed" | "applied" | "pending";
  ways: Way[];
}

/**
 * The ways on from a migration. `prisma migrate resolve --rolled-back` only marks a failed migration in Prisma's
 * table: it takes nothing back, and refuses one that was applied.
 *
 * @throws {Failure} `refused`, when neither the database nor the folder knows the migration
 */
export async function waysOn(
  session: ServerSession,
  migrations: readonly Migration[],
  name: string,
): Promise<Resolution> {
  const history = await readHistory(session, migrations);
  const migration = migrations.find((each) => each.name === name);
  const hasFailed = history.failed.some((each) => each.name === name);
  const isApplied = history.applied.includes(name);
  if (migration === undefined && !hasFailed && !isApplied) {
    throw new Failure("refused", `Neither the database nor the folder has a migration ${name}`);
  }
  const state = hasFailed ? "failed" : isApplied ? "applied" : "pending";
  return {
    state,
    ways: [rolledBack(name, state), forwardFix(state), downScript(migration, state), restore()],
  };
}

function rolledBack(name: string, state: Resolution["state"]): Way {
  const loses =
    "Nothing, and it takes nothing back either: it marks the migration so that it is applied again.";
  return state === "failed"
    ? {
        ...{ name: "rolled-back", possible: true, loses },
        how: `Take back by hand what is left of it, correct migration.sql, then run optropic migrate resolve ${name} --rolled-back (or prisma migrate resolve --rolled-back ${name}).`,
      }
    : {
        ...{ name: "rolled-back", possible: false, loses },
        how: `Only a failed migration can be marked as rolled back, and ${name} is ${state}.`,
      };
}

function forwardFix(state: Resolution["state"]): Way {
  return {
    name: "forward-fix",
    possible: state !== "pending",
    how: "Write a new migration that puts right what this one did, rehearse it, and apply it.",
    loses: "No row. What the migration dropped does not come back.",
  };
}

function downScript(migration: Migration | undefined, state: Resolution["state"]): Way {
  const possible = migration?.down !== undefined && state === "applied";
  return {
    name: "down-script",
    possible,
    how: possible
      ? "Run the rehearsed down.sql with psql --single-transaction, then delete the migration's row from _prisma_migrations."
      : migration?.down === undefined
        ? "The migration has no down.sql beside it."
        : `A down script takes back what was applied, and the migration is ${state}.`,
    loses: "What was written since into columns and tables that the migration added.",
  };
}

function restore(): Way {
  return {
    name: "restore",
    possible: true,
    how: "Restore to a moment before the migration: optropic restore, or the vendor's recovery to a point in time.",
    loses: "Every row that was written since that moment, in every table.",
  };
}

/**
 * Marks a failed migration as rolled back, as Prisma does.
 *
 * @throws {Failure} `refused`, for one that did not fail
 */
export async function markRolledBack(session: ServerSession, name: string): Promise<void> {
  const rows = z
    .array(z.object({ id: z.string().regex(/^[\w-]{1,36}$/) }))
    .parse(
      await session.rows(
        "select id from _prisma_migrations where migration_name = any($1) and finished_at is null and rolled_back_at is null",
        [name],
      ),
    );
  if (rows.length === 0) {
    throw new Failure(
      "refused",
      `Only a failed migration can be marked as rolled back, and ${name} did not fail`,
    );
  }
  for (const { id } of rows) {
    await session.run(`update _prisma_migrations set rolled_back_at = now() where id = '${id}'`);
  }
}
