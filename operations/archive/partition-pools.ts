import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import type { Description } from "./manifest.ts";

/** Partitions by their names, each with the table at the top whose rows may be in any of them. */
export type Pools = ReadonlyMap<string, string>;

/**
 * Reads which partitions may have other rows after a restore: the hash of an enum's value depends on the number that the
 * server gave it, so pg_dump has the rows of such a table distributed again.
 */
export async function readPools(session: Session, schemas: readonly string[]): Promise<Pools> {
  const rows = poolRows.parse(await session.rows(poolsQuery, schemas));
  return new Map(rows.map(({ name, top }) => [name, top]));
}

/** A description whose tables have the rows of their partitions, where these are pooled. */
export function pooled(description: Description, pools: Pools): Description {
  if (pools.size === 0) return description;
  const tables = { ...description.tables };
  for (const [name, top] of pools) {
    const partition = Object.hasOwn(tables, name) ? tables[name] : undefined;
    const whole = Object.hasOwn(tables, top) ? tables[top] : undefined;
    if (partition === undefined || whole === undefined) continue;
    const rows = whole.rows === null || partition.rows === null ? null : whole.rows + partition.rows;
    tables[top] = { ...whole, rows };
    tables[name] = { ...partition, rows: null };
  }
  return { ...description, tables };
}

const poolRows = z.array(z.object({ name: z.string(), top: z.string() }));

/** Partitions below tables that are partitioned by the hash of an enum; the topmost of these counts. */
const poolsQuery = `
  with recursive below(oid, top) as (
    select i.inhrelid, p.partrelid
      from pg_partitioned_table p
      join pg_class c on c.oid = p.partrelid
      join pg_namespace n on n.oid = c.relnamespace
      join pg_inherits i on i.inhparent = p.partrelid
     where n.nspname = any($1) and p.partstrat = 'h' and exists (
       select from unnest(p.partclass) class(oid) join pg_opclass o on o.oid = class.oid
        where o.opcname = 'enum_ops' and o.opcnamespace = 'pg_catalog'::regnamespace)
    union all
    select i.inhrelid, b.top from below b join pg_inherits i on i.inhparent = b.oid
  )
  select distinct on (b.oid) b.oid::regclass::text as name, b.top::regclass::text as top
    from below b
   order by b.oid, (select count(*) from pg_partition_ancestors(b.top))`;
