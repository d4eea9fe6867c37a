import type { Connection } from "../../postgres/connection.ts";
import { type ServerSession, sqlStateOf, withPatientSession } from "../../postgres/session.ts";

/** Databases that a session may be opened in for what is of the server, such as to create another one. */
export const maintenance: readonly string[] = ["postgres", "template1"];

/** Source: https://www.postgresql.org/docs/17/errcodes-appendix.html */
const noSuchDatabase = "3D000";

/**
 * Codes of a database that lets the role in under no circumstances: it does not exist, the role lacks CONNECT, no line
 * of pg_hba.conf allows it, or the database accepts nobody.
 */
const closed: ReadonlySet<unknown> = new Set([noSuchDatabase, "42501", "28000", "55000"]);

/**
 * Runs work in the first of some databases that lets the role in.
 *
 * @throws what the work throws, or why the last database did not let the role in
 */
export async function inFirst<T>(
  target: Connection,
  databases: readonly string[],
  work: (session: ServerSession) => Promise<T>,
): Promise<T> {
  let reason: unknown;
  for (const PGDATABASE of databases) {
    let isOpen = false;
    try {
      return await withPatientSession({ ...target, PGDATABASE }, "optropic restore", (session) => {
        isOpen = true;
        return work(session);
      });
    } catch (error) {
      if (isOpen || !closed.has(sqlStateOf(error))) throw error;
      reason = error;
    }
  }
  throw reason;
}

/** Whether the server says that a database does not exist. */
export function isMissing(error: unknown): boolean {
  return sqlStateOf(error) === noSuchDatabase;
}
