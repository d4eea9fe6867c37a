import * as z from "zod";
import type { Connection } from "../../postgres/connection.ts";
import { noTimeLimits, type Session } from "../../postgres/session.ts";

/**
 * Lets names mean what the server's own catalog says: those of the database's search path can be anybody's, and would
 * run with the rights of the session.
 */
export const serverNames = "set search_path = pg_catalog";

/**
 * Lets the server say in English what is wrong, which is how it is read here. Only a superuser may choose it; what is
 * read of other sessions does not depend on the language.
 */
export const readableMessages = `
  select pg_catalog.set_config('lc_messages', 'C', false)
   where pg_catalog.current_setting('is_superuser') operator(pg_catalog.=) 'on'`;

/**
 * A connection for programs, to whose sessions the server speaks English, too. An option of a session is asked for only
 * where the server has another language and the role may choose: some poolers refuse it.
 */
export async function inEnglish(session: Session, connection: Connection): Promise<Connection> {
  const foreign = await namesOf(
    session,
    `select s.name from pg_catalog.pg_settings s
      where s.name = 'lc_messages' and s.reset_val !~ '^(C|POSIX|en|)([_.]|$)' and current_setting('is_superuser') = 'on'`,
  );
  return foreign.size === 0 ? connection : withSetting(connection, "lc_messages=C");
}

/** Lets a session write whose database or role says that sessions only read. */
export const writable = "set default_transaction_read_only = off";

/** A connection for programs, whose sessions may write although the database or the role says that they only read. */
export async function inWritable(session: Session, connection: Connection): Promise<Connection> {
  const reading = await namesOf(
    session,
    "select name from pg_catalog.pg_settings where name = 'default_transaction_read_only' and reset_val = 'on'",
  );
  return reading.size === 0 ? connection : withSetting(connection, "default_transaction_read_only=off");
}

function withSetting(connection: Connection, setting: string): Connection {
  return { ...connection, PGOPTIONS: `${connection.PGOPTIONS ?? ""} -c ${setting}`.trim() };
}

/** Reads the column `name` of a query. */
export async function namesOf(
  session: Session,
  query: string,
  value?: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await session.rows(query, value);
  return new Set(
    z
      .array(z.object({ name: z.string() }))
      .parse(rows)
      .map(({ name }) => name),
  );
}

/**
 * Undoes what the settings of a database or a role change of how statements are read and run: time limits, isolation,
 * triggers, the input of arrays and comparisons with NULL. What the data means, such as `lc_monetary`, stays.
 */
export const neutralSettings = `
  ${noTimeLimits};
  ${writable};
  set default_transaction_deferrable = off;
  set default_transaction_isolation = 'read committed';
  set array_nulls = on;
  set transform_null_equals = off;
  set backslash_quote = safe_encoding;
  set standard_conforming_strings = on;
  ${readableMessages};
  -- Few may set it. A database need not have a language for blocks.
  select pg_catalog.set_config(s.name, 'origin', false)
    from pg_catalog.pg_settings s
   where s.name operator(pg_catalog.=) 'session_replication_role' and s.setting operator(pg_catalog.<>) 'origin'
     and (s.context operator(pg_catalog.=) 'user' or pg_catalog.has_parameter_privilege(s.name, 'set'))`;

/**
 * Makes the language of the blocks that a restore runs, where a database does not have it.
 *
 * @returns whether it was missing
 */
export async function makeBlocks(session: Session): Promise<boolean> {
  const had = await namesOf(
    session,
    "select lanname::text as name from pg_language where lanname = 'plpgsql'",
  );
  if (had.size > 0) return false;
  await session.run("create extension plpgsql");
  return true;
}
