import * as z from "zod";
import type { Session } from "../../postgres/session.ts";

/** Modes of a lock on a table, from the weakest: https://www.postgresql.org/docs/17/explicit-locking.html */
export const lockModes = [
  "AccessShareLock",
  "RowShareLock",
  "RowExclusiveLock",
  "ShareUpdateExclusiveLock",
  "ShareLock",
  "ShareRowExclusiveLock",
  "ExclusiveLock",
  "AccessExclusiveLock",
] as const;

export type LockMode = (typeof lockModes)[number];

/** What others cannot do meanwhile. */
export function blocks(mode: LockMode): "nothing" | "writes" | "reads and writes" {
  if (mode === "AccessExclusiveLock") return "reads and writes";
  return lockModes.indexOf(mode) >= lockModes.indexOf("ShareLock") ? "writes" : "nothing";
}

/** The strongest lock of a session on each relation, by its number. */
export type Held = ReadonlyMap<number, LockMode>;

const rows = z.array(
  z.object({ relation: z.coerce.number(), mode: z.enum(lockModes), granted: z.boolean() }),
);

/**
 * Reads which locks on relations a session holds, itself by default.
 *
 * @param process of the session that is looked at
 */
export async function readLocks(session: Session, process?: number): Promise<Held> {
  const found = rows.parse(
    await session.rows(
      `select relation::bigint as relation, mode, granted from pg_catalog.pg_locks
       where locktype = 'relation' and pid = ${process ?? "pg_backend_pid()"}
         and database = (select oid from pg_catalog.pg_database where datname = current_database())`,
    ),
  );
  const held = new Map<number, LockMode>();
  for (const { relation, mode, granted } of found) if (granted) raise(held, relation, mode);
  return held;
}

/** Keeps the stronger of two modes. */
export function raise(held: Map<number, LockMode>, relation: number, mode: LockMode): void {
  const before = held.get(relation);
  if (before === undefined || lockModes.indexOf(mode) > lockModes.indexOf(before)) held.set(relation, mode);
}
