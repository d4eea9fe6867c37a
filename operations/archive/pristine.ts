import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { namesOf } from "./names.ts";

/** Numbers of the objects that initdb made are below this. Source: FirstNormalObjectId in PostgreSQL's transam.h. */
export const firstNormal = 16_384;

/** Number of the role that initdb made, which owns what the server brings. Source: pg_authid.dat. */
export const firstRole = 10;

/**
 * Reads the last transaction in which initdb changed the catalogs of a database: what a later one wrote of the server's
 * own objects, somebody changed. Its last steps are to fill the tables of `information_schema` in one transaction each,
 * to create plpgsql in the next, and to copy `template0`. Neither alone is sure, since these can be changed, too.
 *
 * Source: initialize_data_directory in PostgreSQL's initdb.c
 */
export async function lastOfInitdb(session: Session): Promise<number> {
  const tables = await readableTables(session);
  const filled = tables.has("sql_features")
    ? await session.rows(
        "select (mode() within group (order by xmin::text::bigint) + 1)::text as last from information_schema.sql_features",
      )
    : [];
  const copied = await session.rows("select xmin::text as last from pg_database where datname = 'template0'");
  const known = lastRows
    .parse([...filled, ...copied])
    .flatMap(({ last }) => (last === null ? [] : [Number(last)]));
  // Without any, only what its first transaction made is known to be initdb's.
  return Math.min(...known, known.length === 0 ? 1 : Number.POSITIVE_INFINITY);
}

/** Names of the tables of `information_schema` that are there and that the session may read. */
export function readableTables(session: Session): Promise<ReadonlySet<string>> {
  return namesOf(
    session,
    `select c.relname::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'information_schema' and c.relkind = 'r' and c.oid < ${firstNormal}
        and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')`,
  );
}

const lastRows = z.array(z.object({ last: z.string().nullable() }));
