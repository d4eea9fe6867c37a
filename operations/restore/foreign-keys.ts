import { escapeLiteral } from "pg";
import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { attempt } from "../archive/attempt.ts";

/** Foreign keys that were dropped for the time of a restore. */
export interface ForeignKeys {
  /** Their names in a description, such as `constraint orders_fk of public.orders`. */
  names: ReadonlySet<string>;
  /** Makes those again that are not there, which checks every row. */
  putBack: () => Promise<void>;
}

/**
 * Drops foreign keys within the session's transaction.
 *
 * @param condition on `k`, their rows in the catalog, with the value `$1`
 */
export async function putKeysAside(
  session: Session,
  condition: string,
  value: readonly string[],
): Promise<ForeignKeys> {
  const keys = keyRows.parse(await session.rows(keysQuery(condition), value));
  for (const { table, name } of keys) {
    // One of a table that another role owns goes with what it refers to.
    await attempt(session, [`alter table ${table} drop constraint ${name}`]);
  }
  return {
    names: new Set(keys.map(({ object }) => object)),
    putBack: async () => {
      for (const key of keys) {
        const [row] = await session.rows(existsQuery, [key.table, key.plain]);
        if (z.object({ found: z.boolean() }).parse(row).found) continue;
        await session.run(`alter table ${key.table} add constraint ${key.name} ${key.definition}`);
        if (key.comment !== null) {
          await session.run(
            `comment on constraint ${key.name} on ${key.table} is ${escapeLiteral(key.comment)}`,
          );
        }
      }
    },
  };
}

const keyRows = z.array(
  z.object({
    table: z.string(),
    name: z.string(),
    plain: z.string(),
    object: z.string(),
    definition: z.string(),
    comment: z.string().nullable(),
  }),
);

function keysQuery(condition: string): string {
  return `
    select k.conrelid::regclass::text as table, quote_ident(k.conname) as name, k.conname::text as plain,
           format('constraint %I of %s', k.conname, k.conrelid::regclass) as object,
           pg_get_constraintdef(k.oid) as definition, obj_description(k.oid, 'pg_constraint') as comment
      from pg_constraint k
     where k.contype = 'f' and k.conparentid = 0 and (${condition})
     order by k.oid`;
}

const existsQuery = `
  select exists (select from pg_constraint where conrelid = to_regclass(($1::text[])[1]) and conname = ($1::text[])[2])
      or to_regclass(($1::text[])[1]) is null as found`;
