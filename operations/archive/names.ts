import * as z from "zod";
import type { Session } from "../../postgres/session.ts";

/**
 * Lets names mean what the server's own catalog says: those of the database's search path can be anybody's, and would
 * run with the rights of the session.
 */
export const serverNames = "set search_path = pg_catalog";

/** Reads the column `name` of a query. */
export async function namesOf(
  session: Session,
  query: string,
  value?: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await session.rows(query, value);
  return new Set(
    z
      .array(z.object({ name: z.string() }))
      .parse(rows)
      .map(({ name }) => name),
  );
}
