import * as z from "zod";
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
 * Schemas that the API exposes: those that PostgREST is told to serve, else every schema that `anon` may use
 * besides those of the system and of Supabase, else `public`.
 */
export async function exposedSchemas(database: Pick<Reader, "rows">): Promise<Exposed> {
  const told = await database.rows(
    "select split_part(setting, '=', 2) as schemas from pg_catalog.pg_db_role_setting, unnest(setconfig) setting where setting like 'pgrst.db\\_schemas=%'",
    z.object({ schemas: z.string().max(10_000) }),
  );
  const [first] = told;
  if (first !== undefined) {
    return {
      schemas: first.schemas
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== ""),
      how: "pgrst.db_schemas",
    };
  }
  const usable = await database.rows(
    `select nspname as schema from pg_catalog.pg_namespace
     where exists (select from pg_catalog.pg_roles where rolname = 'anon')
       and has_schema_privilege('anon', oid, 'usage')
       and nspname !~ '^pg_' and nspname <> 'information_schema'
       and nspname <> all(array['${ofOthers.join("', '")}']) order by 1`,
    z.object({ schema: z.string().max(100) }),
  );
  if (usable.length > 0)
    return { schemas: usable.map(({ schema }) => schema), how: "schemas that anon may use" };
  return { schemas: ["public"], how: "no role anon" };
}

/** The schemas as a list for SQL. */
export function listOf({ schemas }: Exposed): string {
  return `array[${schemas.map((name) => `'${name.replaceAll("'", "''")}'`).join(", ")}]::name[]`;
}
