import * as z from "zod";
import type { Session } from "../../postgres/session.ts";

/**
 * Lets names mean what the server's own catalog says: those of the database's search path can be anybody's, and would
 * run with the rights of the session.
 */
export const serverNames = "set search_path = pg_catalog";

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
  set statement_timeout = 0;
  set idle_in_transaction_session_timeout = 0;
  set default_transaction_read_only = off;
  set default_transaction_deferrable = off;
  set default_transaction_isolation = 'read committed';
  set array_nulls = on;
  set transform_null_equals = off;
  set backslash_quote = safe_encoding;
  set standard_conforming_strings = on;
  do $do$ declare one text[]; begin
    -- Those of newer servers, and one that only a superuser may set.
    foreach one slice 1 in array '{{session_replication_role,origin},{idle_session_timeout,0},{transaction_timeout,0}}'::pg_catalog.text[][] loop
      begin
        if pg_catalog.current_setting(one[1], true) operator(pg_catalog.<>) one[2] then
          perform pg_catalog.set_config(one[1], one[2], false);
        end if;
      exception when others then null;
      end;
    end loop; end $do$`;
