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
 * Makes superusers of owners that are none, since the server would not give them what they have. It is done within the
 * session's transaction, so that nobody else sees it.
 *
 * @returns a function that undoes it
 */
export async function raiseOwners(
  session: Session,
  contents: Contents,
): Promise<(() => Promise<void>) | undefined> {
  const lines = restsOf(contents);
  if (lines.length === 0) return undefined;
  const roles = await namesOf(session, rolesQuery);
  const owners = [...roles].filter((role) => lines.some((rest) => rest.endsWith(` ${oneLine(role)}`)));
  const raised: string[] = [];
  for (const owner of owners) {
    if ((await attempt(session, [raising(owner)])) === undefined) raised.push(owner);
  }
  return async () => {
    for (const owner of raised) await session.run(lowering(owner));
  };
}

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
    const give = `alter ${object} owner to ${escapeIdentifier(owner)}`;
    const reason = await attempt(session, [raising(owner), give, lowering(owner)]);
    if (reason === undefined) given.push(refusal(`permission denied to change owner of ${said} "${name}"`));
  }
  return given;
}

function restsOf(contents: Contents): string[] {
  const rests: string[] = [];
  for (const { rest } of contents.lines()) if (fitting.test(rest)) rests.push(rest);
  return rests;
}

function raising(role: string): string {
  return `alter role ${escapeIdentifier(role)} superuser`;
}

function lowering(role: string): string {
  return `alter role ${escapeIdentifier(role)} nosuperuser`;
}
