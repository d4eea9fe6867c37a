import * as z from "zod";
import type { Session } from "../../postgres/session.ts";

/** Numbers of the objects that initdb made are below this. Source: FirstNormalObjectId in PostgreSQL's transam.h. */
export const firstNormal = 16_384;

/** Number of the role that initdb made, which owns what the server brings. Source: pg_authid.dat. */
export const firstRole = 10;

/** Number of the schema that initdb calls `public`, which a dump contains. Source: pg_namespace.dat. */
export const publicSchema = 2200;

/** What tells the server's own and what somebody made in a database apart. */
export interface Pristine {
  /** Major version of the server. */
  major: number;
  /**
   * The last transaction in which initdb changed the catalogs of the database: what a later one wrote of the server's
   * own objects, somebody changed.
   */
  last: number;
  /** Names of the tables of `information_schema` that are there and that the session may read. */
  readable: ReadonlySet<string>;
  /** Whether the database has an extension that initdb did not make. */
  hasExtensions: boolean;
}

/**
 * Reads what initdb made of a database. Its last steps are to fill the tables of `information_schema` in one
 * transaction each, to create plpgsql in the next, and to copy `template0`. Neither alone is sure, since these can be
 * changed, too.
 *
 * Source: initialize_data_directory in PostgreSQL's initdb.c
 */
export async function readPristine(session: Session): Promise<Pristine> {
  const [{ copied, ...found }] = pristineRow.parse(await session.rows(pristineQuery));
  const filled = found.readable.has("sql_features")
    ? await session.rows(
        "select (mode() within group (order by xmin::text::bigint) + 1)::text as last from information_schema.sql_features",
      )
    : [];
  const known = [...lastRows.parse(filled).map(({ last }) => last), ...copied].flatMap((last) =>
    last === null ? [] : [Number(last)],
  );
  // Without any, only what its first transaction made is known to be initdb's.
  return { ...found, last: Math.min(...known, known.length === 0 ? 1 : Number.POSITIVE_INFINITY) };
}

const pristineQuery = `
  select current_setting('server_version_num')::int / 10000 as major,
         array(select xmin::text from pg_database where datname = 'template0') as copied,
         array(select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where n.nspname = 'information_schema' and c.relkind = 'r' and c.oid < ${firstNormal}
                  and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')) as readable,
         exists (select from pg_extension where oid >= ${firstNormal}) as "hasExtensions"`;

const pristineRow = z.tuple([
  z.object({
    major: z.int(),
    copied: z.array(z.string()),
    readable: z.array(z.string()).transform((names): ReadonlySet<string> => new Set(names)),
    hasExtensions: z.boolean(),
  }),
]);

const lastRows = z.array(z.object({ last: z.string().nullable() }));
