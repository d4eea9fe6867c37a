import { createHash } from "node:crypto";
import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import type { Description, Manifest } from "./manifest.ts";
import { objectQueries, sequencesQuery, tablesQuery } from "./objects.ts";

/**
 * Settings of a session that reads definitions: names with their schemas, constants in one format, no time
 * limit, and an error when row-level security would hide a row.
 */
const sessionSettings = `
  set search_path = pg_catalog;
  set datestyle = 'ISO, YMD';
  set intervalstyle = postgres;
  set timezone = 'UTC';
  set bytea_output = hex;
  set extra_float_digits = 1;
  set quote_all_identifiers = off;
  set row_security = off;
  set statement_timeout = 0;
  set idle_in_transaction_session_timeout = 0;
  set lock_timeout = '60s'`;

/** Applies the settings that reading a description needs. */
export async function prepareSession(session: Session): Promise<void> {
  await session.run(sessionSettings);
}

/** The schemas that a dump contains: the named ones, or all except those of the server and of extensions. */
export async function findSchemas(
  session: Session,
  names: readonly string[],
): Promise<{ name: string; owner: string }[]> {
  const rows = await session.rows(
    `select n.nspname as name, pg_get_userbyid(n.nspowner) as owner
       from pg_namespace n
      where case when cardinality($1::text[]) = 0
              then n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and not exists (select from pg_depend d where d.classid = 'pg_namespace'::regclass
                                  and d.objid = n.oid and d.deptype = 'e')
              else n.nspname = any($1) end
      order by n.nspname collate "C"`,
    names,
  );
  return z.array(z.object({ name: z.string(), owner: z.string() })).parse(rows);
}

/**
 * Describes the schemas as the session's transaction sees them: definitions, row counts, row-level security,
 * sequences. It reads every table once to count its rows.
 */
export async function describeDatabase(session: Session, schemas: readonly string[]): Promise<Description> {
  const objects = await readObjects(session, schemas);
  return {
    fingerprint: fingerprintOf(objects),
    objects,
    tables: await readTables(session, schemas),
    sequences: await readSequences(session, schemas),
    largeObjects: await countOf(session, "select count(*)::int as count from pg_largeobject_metadata"),
  };
}

/** Prepares a session and describes the schemas of a manifest in it. */
export async function describeSchemas(
  session: Session,
  { schemas }: Pick<Manifest, "schemas">,
): Promise<Description> {
  await prepareSession(session);
  return describeDatabase(
    session,
    schemas.map(({ name }) => name),
  );
}

/** Each object in the schemas, and the start of its definition's SHA-256. */
export async function readObjects(
  session: Session,
  schemas: readonly string[],
): Promise<Record<string, string>> {
  const found = new Map<string, string>();
  for (const query of objectQueries) {
    const rows = await session.rows(query, schemas);
    for (const { object, definition } of objectRows.parse(rows)) {
      found.set(object, createHash("sha256").update(definition).digest("hex").slice(0, 16));
    }
  }
  return Object.fromEntries([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
}

const objectRows = z.array(z.object({ object: z.string(), definition: z.string() }));

function fingerprintOf(objects: Readonly<Record<string, string>>): string {
  const hash = createHash("sha256");
  for (const [object, digest] of Object.entries(objects)) hash.update(`${object}\0${digest}\n`);
  return hash.digest("hex");
}

async function readTables(session: Session, schemas: readonly string[]): Promise<Description["tables"]> {
  const rows = await session.rows(tablesQuery, schemas);
  const tables: Description["tables"] = {};
  for (const { name, ...rls } of tableRows.parse(rows)) {
    // The server quotes the name. Partitions and child tables are counted on their own.
    tables[name] = { rows: await countOf(session, `select count(*) as count from only ${name}`), rls };
  }
  return tables;
}

const tableRows = z.array(
  z.object({ name: z.string(), enabled: z.boolean(), forced: z.boolean(), policies: z.int() }),
);

async function readSequences(
  session: Session,
  schemas: readonly string[],
): Promise<Description["sequences"]> {
  const rows = await session.rows(sequencesQuery, schemas);
  const sequences: Description["sequences"] = {};
  for (const { name, descending } of sequenceRows.parse(rows)) {
    const [state] = await session.rows(`select last_value::text as last, is_called as called from ${name}`);
    sequences[name] = { ...stateRow.parse(state), descending };
  }
  return sequences;
}

const sequenceRows = z.array(z.object({ name: z.string(), descending: z.boolean() }));
const stateRow = z.object({ last: z.string(), called: z.boolean() });

async function countOf(session: Session, query: string): Promise<number> {
  const [row] = await session.rows(query);
  return z.object({ count: z.coerce.number().int() }).parse(row).count;
}
