import { escapeLiteral } from "pg";
import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { throwShortage } from "./lock-holders.ts";
import { serverNames } from "./names.ts";

/** Tables that one query counts. */
const tablesAtOnce = 100;

/**
 * Counts the rows of tables, each without its partitions and children. The planner may run functions of an
 * index or a check, which find their names only in the search path of the database; a table whose functions
 * fail even then is left out. So is one that was truncated or rewritten since the transaction's snapshot, in which its
 * rows may be gone.
 *
 * @param session in a transaction
 * @param tables names, quoted and with their schemas
 * @throws when the server has no room for the locks of a table: it is no property of that table
 */
export async function countRows(
  session: Session,
  tables: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (let start = 0; start < tables.length; start += tablesAtOnce) {
    const some = tables.slice(start, start + tablesAtOnce);
    await session.run(widenSearchPath);
    // All at once may need more locks than there is room for.
    if (!(await countAll(session, some, found, () => undefined))) {
      for (const table of some) await countAll(session, [table], found, throwShortage);
    }
    await session.run(serverNames);
  }
  return found;
}

/** @returns whether they could be counted */
async function countAll(
  session: Session,
  tables: readonly string[],
  found: Map<string, number>,
  failed: (error: unknown) => void,
): Promise<boolean> {
  const counts = tables.map(
    (table) =>
      `select ${escapeLiteral(table)} as name, pg_catalog.count(*)::pg_catalog.text as count, ${isSame(table)} as same from only ${table}`,
  );
  const rows = await session.attempt(counts.join(" union all "), failed);
  if (rows === undefined) return false;
  for (const { name, count, same } of countsShape.parse(rows)) if (same === true) found.set(name, count);
  return true;
}

const countsShape = z.array(
  z.object({ name: z.string(), count: z.coerce.number().int(), same: z.boolean().nullable() }),
);

/** Whether the file of a table, which the server knows as it is now, is the one in the snapshot. */
function isSame(table: string): string {
  return `(select c.relfilenode operator(pg_catalog.=) coalesce(pg_catalog.pg_relation_filenode(c.oid), '0'::pg_catalog.oid)
     from pg_catalog.pg_class c where c.oid operator(pg_catalog.=) ${escapeLiteral(table)}::pg_catalog.regclass::pg_catalog.oid)`;
}

/**
 * Sets the search path to that of the database, and after it every schema that the session may use. Only names with
 * their schemas are safe until it is set back: a database can have a `quote_ident(name)` or a `count` of its own, which
 * would run with the rights of the session.
 */
export const widenSearchPath = `
  ${serverNames};
  select set_config('search_path', reset_val, false) from pg_settings where name = 'search_path';
  select pg_catalog.set_config('optropic.search_path', pg_catalog.current_schemas(false)::pg_catalog.text, false);
  ${serverNames};
  select set_config('search_path',
    array_to_string(array(select quote_ident(name) from (
      select name, min(place) as place from (
        select name::text, ordinality as place
          from unnest(current_setting('optropic.search_path')::text[]) with ordinality path(name, ordinality)
        union all
        select nspname::text, 1000 from pg_namespace
         where nspname !~ '^pg_' and nspname <> 'information_schema' and has_schema_privilege(oid, 'usage')
      ) names group by name) ordered order by place, name), ', '), false)`;
