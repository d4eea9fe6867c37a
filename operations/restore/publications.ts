import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import type { Manifest } from "../archive/manifest.ts";

const memberships = z.array(z.object({ member: z.string().nullable(), statement: z.string() }));

/** Version since which a publication may take some columns and rows of a table, and all tables of a schema. */
const selective = 150_000;

/**
 * What of the schemas is in publications, such as that of Supabase Realtime. It leaves them when it is
 * replaced, and a dump of schemas does not say that it was there.
 *
 * @returns what puts it back when the schemas are there again, and answers what is not there any more, a
 * sentence each
 */
export async function watchPublications(
  session: Session,
  manifest: Manifest,
): Promise<() => Promise<string[]>> {
  // A dump of the whole database has its publications in it.
  if (manifest.whole) return async () => [];
  const schemas = manifest.schemas.map(({ name }) => name);
  const before = await readMemberships(session, schemas);
  return async () => {
    const lost: string[] = [];
    for (const { member, statement } of before) {
      if (member === null || (await isThere(session, member))) await session.run(statement);
      else lost.push(`${member} is in no publication any more, since the backup does not have it.`);
    }
    return lost;
  };
}

async function isThere(session: Session, table: string): Promise<boolean> {
  const [row] = await session.rows("select to_regclass(($1)[1]) is not null as found", [table]);
  return z.object({ found: z.boolean() }).parse(row).found;
}

async function readMemberships(session: Session, schemas: readonly string[]) {
  const [row] = await session.rows("select current_setting('server_version_num')::int as version");
  const isSelective = z.object({ version: z.int() }).parse(row).version >= selective;
  const part = isSelective
    ? `|| coalesce((select ' (' || string_agg(quote_ident(a.attname), ', ' order by a.attnum) || ')'
         from pg_attribute a where a.attrelid = m.prrelid and a.attnum = any(m.prattrs)), '')
       || coalesce(' where (' || pg_get_expr(m.prqual, m.prrelid) || ')', '')`
    : "";
  const tables = await session.rows(
    `select c.oid::regclass::text as member,
            format('alter publication %I add table only %s', p.pubname, c.oid::regclass) ${part} as statement
       from pg_publication_rel m
       join pg_publication p on p.oid = m.prpubid
       join pg_class c on c.oid = m.prrelid
       join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any($1)`,
    schemas,
  );
  if (!isSelective) return memberships.parse(tables);
  const whole = await session.rows(
    `select null as member, format('alter publication %I add tables in schema %I', p.pubname, n.nspname) as statement
       from pg_publication_namespace m
       join pg_publication p on p.oid = m.pnpubid
       join pg_namespace n on n.oid = m.pnnspid
      where n.nspname = any($1)`,
    schemas,
  );
  return memberships.parse([...tables, ...whole]);
}
