import { escapeIdentifier } from "pg";
import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { attempt } from "./attempt.ts";
import type { Contents } from "./contents.ts";
import { namesOf } from "./names.ts";
import { oneLine } from "./qualified-names.ts";
import { refusal } from "./refused.ts";

/**
 * What the server gives to superusers only, by how a line of a dump's contents begins, how the server calls it when it
 * refuses another owner, and how SQL does. The owner may have been one when it was made.
 */
const kinds = [
  ["EVENT TRIGGER", "event trigger", "event trigger", "pg_event_trigger", "evt"],
  ["FOREIGN DATA WRAPPER", "foreign-data wrapper", "foreign data wrapper", "pg_foreign_data_wrapper", "fdw"],
  ["SUBSCRIPTION", "subscription", "subscription", "pg_subscription", "sub"],
] as const;

const fitting = new RegExp(`^(?:${kinds.map(([line]) => line).join("|")}) - `);

/** Roles that are no superusers, where the session's role is one, which can make them that. */
const rolesQuery =
  "select rolname::text as name from pg_roles where not rolsuper and rolname !~ '^pg_' and current_setting('is_superuser') = 'on'";

/** What of these kinds the session's role owns. */
const ownedQuery = kinds
  .map(
    ([line, said, word, catalog, prefix]) => `
  select '${line}' as line, '${said}' as said, ${prefix}name::text as name, format('${word} %I', ${prefix}name) as object
    from ${catalog} where pg_get_userbyid(${prefix}owner) = current_user${
      prefix === "sub"
        ? " and subdbid = (select oid from pg_database where datname = current_database())"
        : ""
    }`,
  )
  .join(" union all ");

const objectRows = z.array(
  z.object({ line: z.string(), said: z.string(), name: z.string(), object: z.string() }),
);

/**
 * Gives to owners who are no superusers what the session's role has in their place. Each is a superuser for that one
 * statement, in a transaction that nobody else sees.
 *
 * @param contents lines that were made, as far as the server did not refuse their owners
 * @returns the sentences on what the server refused that no longer hold
 */
export async function giveToOwners(session: Session, contents: Contents): Promise<string[]> {
  const lines = new Set(restsOf(contents));
  if (lines.size === 0) return [];
  const roles = [...(await namesOf(session, rolesQuery))];
  const given: string[] = [];
  for (const { line, said, name, object } of objectRows.parse(await session.rows(ownedQuery))) {
    const owner = roles.find((role) => lines.has(`${line} - ${oneLine(name)} ${oneLine(role)}`));
    if (owner === undefined) continue;
    const role = escapeIdentifier(owner);
    const reason = await attempt(session, [
      `alter role ${role} superuser`,
      `alter ${object} owner to ${role}`,
      `alter role ${role} nosuperuser`,
    ]);
    if (reason === undefined) given.push(refusal(`permission denied to change owner of ${said} "${name}"`));
  }
  return given;
}

function restsOf(contents: Contents): string[] {
  const rests: string[] = [];
  for (const { rest } of contents.lines()) if (fitting.test(rest)) rests.push(rest);
  return rests;
}
