import * as z from "zod";
import { listed } from "../../lib/text.ts";
import { Unknown } from "../unknown.ts";
import type { Reader } from "./session.ts";

/** A schema that clients of the API reach, and why that is known. */
export interface Exposed {
  schemas: readonly string[];
  how: string;
}

/** Schemas of Supabase and of extensions, whose owners look after them (as splinter leaves them out). */
const ofOthers = [
  ...["auth", "cron", "extensions", "graphql", "graphql_public", "net", "pgbouncer", "pgmq", "pgsodium"],
  ...["pgsodium_masks", "pgtle", "realtime", "repack", "storage", "supabase_functions"],
  ...["supabase_migrations", "tiger", "topology", "vault"],
];

/**
 * Schemas that the API exposes: all those that PostgREST is told to serve, whichever role it connects as, else every
 * schema that `anon` may use besides those of the system and of Supabase.
 *
 * @throws {Unknown} where neither can be told
 */
export async function exposedSchemas(database: Pick<Reader, "rows">): Promise<Exposed> {
  const told = await database.rows(
    `select distinct trim(schema) as schema, to_regnamespace(quote_ident(trim(schema))) is not null as exists
     from pg_catalog.pg_db_role_setting, unnest(setconfig) setting,
       unnest(string_to_array(substr(setting, strpos(setting, '=') + 1), ',')) schema
     where setting like 'pgrst.db\\_schemas=%' and trim(schema) <> ''
       and setdatabase in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
     order by 1`,
    z.object({ schema: z.string().max(100), exists: z.boolean() }),
  );
  const missing = told.filter(({ exists }) => !exists).map(({ schema }) => schema);
  if (missing.length > 0) {
    const message = `pgrst.db_schemas names ${listed(missing, "and")}, which the database does not have`;
    throw new Unknown("not-understood", message);
  }
  if (told.length > 0) return { schemas: told.map(({ schema }) => schema), how: "pgrst.db_schemas" };
  const usable = await database.rows(
    `select nspname as schema from pg_catalog.pg_namespace
     where exists (select from pg_catalog.pg_roles where rolname = 'anon' and has_schema_privilege(oid, pg_namespace.oid, 'usage'))
       and nspname !~ '^pg_' and nspname <> 'information_schema'
       and nspname <> all(array['${ofOthers.join("', '")}']) order by 1`,
    z.object({ schema: z.string().max(100) }),
  );
  if (usable.length > 0)
    return { schemas: usable.map(({ schema }) => schema), how: "schemas that anon may use" };
  throw new Unknown(
    "no-data",
    "Cannot tell which schemas the API exposes: nothing sets pgrst.db_schemas, and no role anon may use a schema",
  );
}

/** The schemas as a list for SQL. */
export function listOf({ schemas }: Exposed): string {
  return `array[${schemas.map((name) => `'${name.replaceAll("'", "''")}'`).join(", ")}]::name[]`;
}
