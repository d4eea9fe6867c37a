import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { headSchema, type Manifest } from "./manifest.ts";
import { serverNames } from "./names.ts";
import { widenSearchPath } from "./rows.ts";

/** Reads how the server of a session was made, as far as a restored database depends on it. */
export async function readServer(session: Session): Promise<Manifest["server"]> {
  const [version] = await session.rows(
    "select current_setting('server_version_num')::int as version, exists (select from pg_settings where name = 'shared_preload_libraries') as settings",
  );
  const { version: number } = z.object({ version: z.int() }).parse(version);
  const [row] = await session.rows(serverQuery(number));
  await session.run(widenSearchPath);
  const [path] = await session.rows("select pg_catalog.current_schemas(false)::pg_catalog.text[] as path");
  await session.run(serverNames);
  return headSchema.shape.server.parse({
    ...z.looseObject({}).parse(row),
    searchPath: z.object({ path: z.array(z.string()) }).parse(path).path,
  });
}

/** Major version of a session's server. */
export async function serverMajor(session: Session): Promise<number> {
  const [row] = await session.rows("select current_setting('server_version_num')::int / 10000 as major");
  return z.object({ major: z.int() }).parse(row).major;
}

/** Locks that fit into a server's table. Source: max_locks_per_transaction in PostgreSQL's documentation. */
export const locksQuery = `
  current_setting('max_locks_per_transaction')::int
    * (current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int)`;

function serverQuery(version: number): string {
  const locale = version >= 170_000 ? "datlocale" : version >= 150_000 ? "daticulocale" : "null::text";
  const provider = version >= 150_000 ? "datlocprovider::text" : "'c'";
  return `
    select ${provider} as provider, datcollate::text as collate, datctype::text as ctype, ${locale}::text as locale,
           (select array_remove(string_to_array(replace(replace(setting, ' ', ''), '"', ''), ','), '')
              from pg_settings where name = 'shared_preload_libraries') as preload,
           ${locksQuery} as locks,
           array(select distinct t.spcname::text from pg_class c join pg_tablespace t on t.oid = c.reltablespace
                  where t.spcname <> 'pg_global' order by 1) as tablespaces
      from pg_database where datname = current_database()`;
}
