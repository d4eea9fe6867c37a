import { inOrder, type Session } from "../../postgres/session.ts";

/**
 * Rows of a query whose parts are joined by hashing or sorting, never by looking through one part for each row of another.
 * The planner cannot tell how many rows the parts of a query of the catalogs have: it takes those of thousands of tables
 * for a few, also with fresh statistics, and the time then grows with their square.
 */
export async function joinedRows(
  session: Session,
  query: string,
  value?: readonly string[],
): Promise<unknown[]> {
  const [, rows] = await inOrder(
    session.run("set enable_nestloop = off"),
    session.rows(query, value),
    session.run("reset enable_nestloop"),
  );
  return rows;
}
