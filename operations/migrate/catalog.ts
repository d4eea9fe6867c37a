import * as z from "zod";
import type { Session } from "../../postgres/session.ts";

/** A table of the database: its file, its size by the statistics, and its columns by name. */
export interface Table {
  id: number;
  name: string;
  /** File with its rows; another one means that they were all written again. */
  file: number;
  bytes: number;
  columns: ReadonlySet<string>;
  /** Row-level security: whether it is on, whether it holds for the owner, and its policies. */
  rls: { enabled: boolean; forced: boolean; policies: string };
  /** Index, such as one that a table's lock comes with. */
  index: boolean;
}

/** Tables, views and indexes by their numbers. */
export type Catalog = ReadonlyMap<number, Table>;

const rows = z.array(
  z.object({
    id: z.coerce.number(),
    name: z.string(),
    file: z.coerce.number(),
    bytes: z.coerce.number(),
    columns: z.array(z.string()),
    enabled: z.boolean(),
    forced: z.boolean(),
    policies: z.string(),
    index: z.boolean(),
  }),
);

/** Relations outside the system's schemas, besides Prisma's own table. */
export async function readCatalog(session: Session): Promise<Catalog> {
  const found = rows.parse(
    await session.rows(
      `select c.oid::bigint as id, n.nspname::text || '.' || c.relname::text as name, coalesce(pg_relation_filenode(c.oid), 0)::bigint as file,
         case when c.relkind in ('r', 'm', 'i') then pg_relation_size(c.oid) else 0 end::bigint as bytes,
         case when c.relkind in ('i', 'I') then '{}' else array(select attname::text from pg_catalog.pg_attribute a
           where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) end as columns,
         c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
         coalesce((select string_agg(polname::text || ' ' || polcmd::text || ' ' || polpermissive::text || ' ' || polroles::text || ' '
           || coalesce(pg_get_expr(polqual, polrelid), '') || ' ' || coalesce(pg_get_expr(polwithcheck, polrelid), ''), E'\\n' order by polname)
           from pg_catalog.pg_policy p where p.polrelid = c.oid), '') as policies,
         c.relkind in ('i', 'I') as index
       from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p', 'm', 'v', 'f', 'i', 'I') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
         and c.relname not in ('_prisma_migrations', '_prisma_migrations_pkey')`,
    ),
  );
  return new Map(
    found.map(({ id, name, file, bytes, columns, enabled, forced, policies, index }) => [
      id,
      { id, name, file, bytes, columns: new Set(columns), rls: { enabled, forced, policies }, index },
    ]),
  );
}

/** What of a database is gone or has another name afterwards: tables as `public.t`, columns as `public.t.c`. */
export function removedBetween(before: Catalog, after: Catalog): string[] {
  return [...before.values()].flatMap(({ id, name, columns, index }) => {
    if (index) return [];
    const now = after.get(id) ?? [...after.values()].find((each) => each.name === name);
    if (now === undefined || now.name !== name) return [name];
    return [...columns].filter((column) => !now.columns.has(column)).map((column) => `${name}.${column}`);
  });
}

/** A change of a table's row-level security. */
export interface SecurityChange {
  /** One sentence, which begins with the table's name. */
  text: string;
  /** Whether it protects less than before; other policies may protect as much. */
  isWeaker: boolean;
}

/** Tables whose row-level security is weaker or other than before. */
export function securityChanges(before: Catalog, after: Catalog): SecurityChange[] {
  return [...after.values()].flatMap(({ id, name, rls }) => {
    const was = before.get(id)?.rls;
    if (was === undefined) return [];
    const weaker = (what: string): SecurityChange[] => [{ text: `${name}: ${what}`, isWeaker: true }];
    if (was.enabled && !rls.enabled) return weaker("row-level security was turned off");
    if (was.forced && !rls.forced) return weaker("row-level security no longer holds for the owner");
    if (was.policies === rls.policies) return [];
    return [{ text: `${name}: its policies changed`, isWeaker: false }];
  });
}
