import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { locksQuery } from "./server.ts";

/** Locks that other sessions and the restore's own queries hold, at the most. */
const reserve = 500;

/** Relations and large objects, each of which a transaction that drops or creates it locks. */
export async function lockableObjects(session: Session, schemas: readonly string[]): Promise<number> {
  const rows = await session.rows(
    `select (select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = any($1))::int
          + (select count(*) * 2 from pg_class c join pg_namespace n on n.oid = c.relnamespace
              where n.nspname = any($1) and c.reltoastrelid <> 0)::int
          + (select count(*) from pg_largeobject_metadata)::int as count`,
    schemas,
  );
  return z.object({ count: z.int() }).parse(rows[0]).count;
}

/** Locks that fit into the table of a server. */
export async function lockCapacity(session: Session): Promise<number> {
  const [row] = await session.rows(`select ${locksQuery} as locks`);
  return z.object({ locks: z.int() }).parse(row).locks;
}

/** Why one transaction cannot lock so many objects on a server; undefined when it can. */
export function locksProblem(needed: number, capacity: number): string | undefined {
  if (needed === 0 || needed + reserve <= capacity) return undefined;
  return `a restore in one transaction locks about ${needed} tables, indexes and large objects, and the server has room for ${capacity} locks`;
}
