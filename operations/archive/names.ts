import * as z from "zod";
import type { Session } from "../../postgres/session.ts";

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
