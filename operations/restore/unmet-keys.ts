import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import type { Manifest } from "../archive/manifest.ts";

/**
 * Says which tables of other schemas lack rows that restored rows refer to: a backup has them, and a restore puts them
 * into empty tables only. The server then makes the key for new rows alone.
 *
 * @param differences sentences on what differs from the backup
 */
export async function unmetKeys(
  session: Session,
  { companionRows }: Pick<Manifest, "companionRows">,
  differences: readonly string[],
): Promise<string[]> {
  const keys = keyRows.parse(await session.rows(keysQuery, Object.keys(companionRows)));
  return keys.flatMap(({ name, schema, table }) =>
    differences.some((sentence) => sentence.startsWith(`${name} `))
      ? [
          `The schema ${schema} is not part of the backup, which has the rows of ${table} that the ${name} needs, and the target lacks some: a restore puts them into an empty table only. Restore the backup into a new database with --jobs, copy the missing rows of ${table} from there, and restore again.`,
        ]
      : [],
  );
}

const keyRows = z.array(z.object({ name: z.string(), schema: z.string(), table: z.string() }));

const keysQuery = `
  select format('constraint %I of %s', k.conname, k.conrelid::regclass) as name, n.nspname::text as schema,
         k.confrelid::regclass::text as table
    from pg_constraint k
    join pg_class c on c.oid = k.confrelid
    join pg_namespace n on n.oid = c.relnamespace
   where k.contype = 'f' and not k.convalidated and k.conparentid = 0 and c.oid::regclass::text = any($1)
   order by 1`;
