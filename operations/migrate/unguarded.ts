import * as z from "zod";
import type { Session } from "../../postgres/session.ts";

/** New tables that the API's anonymous role may reach and that have no row-level security. */
export async function unguardedTables(session: Session, before: ReadonlySet<number>): Promise<string[]> {
  const rows = z.array(z.object({ id: z.coerce.number(), name: z.string() }));
  const found = rows.parse(
    await session.rows(
      `select c.oid::bigint as id, c.oid::regclass::text as name from pg_catalog.pg_class c
       where c.relkind in ('r', 'p') and not c.relrowsecurity and not c.relispartition and c.relname <> '_prisma_migrations'
         and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema$)'
         and exists (select from pg_catalog.pg_roles r where r.rolname = 'anon' and has_schema_privilege(r.oid, c.relnamespace, 'usage')
           and has_table_privilege(r.oid, c.oid, 'select, insert, update, delete'))
       order by 2`,
    ),
  );
  return found
    .filter(({ id }) => !before.has(id))
    .map(({ name }) => `The new table ${name} has no row-level security, and anon may reach it`);
}
