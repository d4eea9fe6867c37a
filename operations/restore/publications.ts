import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import type { Manifest } from "../archive/manifest.ts";
import { NameSet } from "../archive/name-set.ts";
import { writeLines } from "./lines-file.ts";

const membership = z.object({ member: z.string().nullable(), statement: z.string() });
const memberships = z.array(membership);

/** First version with column lists, row filters and schemas in publications. */
const selective = 150_000;

/**
 * Remembers which tables and schemas are in publications, such as that of Supabase Realtime. Replacing them
 * removes them from the publications, and a dump of schemas does not contain publications.
 *
 * @param file to create, for what is remembered: every publication may name every table
 * @returns a function that adds them again after the restore, and describes what could not be added, one
 * sentence each
 */
export async function watchPublications(
  session: Session,
  manifest: Manifest,
  file: string,
): Promise<() => Promise<string[]>> {
  const schemas = manifest.schemas.map(({ name }) => name);
  const before = await writeLines(file, readMemberships(session, schemas));
  return async () => {
    const lost: string[] = [];
    const now = new NameSet();
    for await (const { statement } of readMemberships(session, schemas)) now.add(statement);
    for (const line of before()) {
      const { member, statement } = membership.parse(line);
      if (now.has(statement)) continue;
      if (member === null || (await isThere(session, member))) await session.run(statement);
      else lost.push(`${member} was removed from its publication, because the backup does not contain it.`);
    }
    return lost;
  };
}

async function isThere(session: Session, table: string): Promise<boolean> {
  const [row] = await session.rows("select to_regclass(($1)[1]) is not null as found", [table]);
  return z.object({ found: z.boolean() }).parse(row).found;
}

async function* readMemberships(
  session: Session,
  schemas: readonly string[],
): AsyncGenerator<z.infer<typeof membership>> {
  const [row] = await session.rows("select current_setting('server_version_num')::int as version");
  const isSelective = z.object({ version: z.int() }).parse(row).version >= selective;
  const part = isSelective
    ? `|| coalesce((select ' (' || string_agg(quote_ident(a.attname), ', ' order by a.attnum) || ')'
         from pg_attribute a where a.attrelid = m.prrelid and a.attnum = any(m.prattrs)), '')
       || coalesce(' where (' || pg_get_expr(m.prqual, m.prrelid) || ')', '')`
    : "";
  const tables = session.batches(
    `select c.oid::regclass::text as member,
            format('alter publication %I add table only %s', p.pubname, c.oid::regclass) ${part} as statement
       from pg_publication_rel m
       join pg_publication p on p.oid = m.prpubid
       join pg_class c on c.oid = m.prrelid
       join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any($1)`,
    schemas,
  );
  for await (const rows of tables) yield* memberships.parse(rows);
  if (!isSelective) return;
  const whole = await session.rows(
    `select null as member, format('alter publication %I add tables in schema %I', p.pubname, n.nspname) as statement
       from pg_publication_namespace m
       join pg_publication p on p.oid = m.pnpubid
       join pg_namespace n on n.oid = m.pnnspid
      where n.nspname = any($1)`,
    schemas,
  );
  yield* memberships.parse(whole);
}
