import { escapeIdentifier } from "pg";
import type { Session } from "../../postgres/session.ts";
import type { Manifest, Role } from "./manifest.ts";
import { namesOf } from "./surroundings.ts";

/**
 * Statements that create the missing roles of a backup, with their attributes and memberships but without
 * passwords.
 */
export function roleStatements(roles: readonly Role[], existing: ReadonlySet<string>): string[] {
  const missing = roles.filter(({ name }) => !existing.has(name));
  return [
    ...missing.map((role) => `create role ${escapeIdentifier(role.name)} with ${attributes(role)}`),
    ...missing.flatMap(({ name, memberOf }) =>
      memberOf.map((group) => `grant ${escapeIdentifier(group)} to ${escapeIdentifier(name)}`),
    ),
  ];
}

function attributes(role: Role): string {
  const words: [string, boolean][] = [
    ["superuser", role.superuser],
    ["inherit", role.inherit],
    ["createrole", role.createRole],
    ["createdb", role.createDatabase],
    ["login", role.login],
    ["replication", role.replication],
    ["bypassrls", role.bypassRls],
  ];
  return words.map(([word, is]) => (is ? word : `no${word}`)).join(" ");
}

/** The same role without any right of its own: it can own objects and be granted privileges. */
export function powerless({ name }: Role): Role {
  return {
    name,
    superuser: false,
    inherit: true,
    createRole: false,
    createDatabase: false,
    login: false,
    replication: false,
    bypassRls: false,
    memberOf: [],
  };
}

/**
 * Statements that create the schemas of a backup, empty. They replace those in the dump, because `public`
 * already exists in some databases and not in others.
 */
export function schemaStatements({ schemas, whole }: Manifest, noOwner = false): string[] {
  return schemas.flatMap(({ name, owner }) => {
    const schema = escapeIdentifier(name);
    return [
      `drop schema if exists ${schema} cascade`,
      `create schema ${schema}${noOwner ? "" : ` authorization ${escapeIdentifier(owner)}`}`,
      // As initdb creates it, since a dump has only what differs. One of named schemas has the comment.
      ...(name === "public" ? ["grant usage on schema public to public"] : []),
      ...(name === "public" && whole ? ["comment on schema public is 'standard public schema'"] : []),
    ];
  });
}

/** Statements that create an extension in the schema where it was, and that schema if it is missing. */
export function extensionStatements(
  { name, schema }: Manifest["extensions"][number],
  schemas: ReadonlySet<string>,
): string[] {
  const place = escapeIdentifier(schema);
  return [
    ...(schemas.has(schema) ? [] : [`create schema if not exists ${place}`]),
    `create extension if not exists ${escapeIdentifier(name)} schema ${place}`,
  ];
}

/**
 * Creates the extensions of a backup.
 *
 * @param run runs one statement
 * @returns the names of those that are not available on the server
 */
export async function createExtensions(
  session: Session,
  { extensions }: Manifest,
  run: (statement: string) => Promise<void> = (statement) => session.run(statement),
): Promise<string[]> {
  const available = await namesOf(session, "select name::text as name from pg_available_extensions");
  const schemas = await namesOf(session, "select nspname::text as name from pg_namespace");
  for (const extension of extensions.filter(({ name }) => available.has(name))) {
    for (const statement of extensionStatements(extension, schemas)) await run(statement);
  }
  return extensions.map(({ name }) => name).filter((name) => !available.has(name));
}

/**
 * Removes the schemas, which are created before, from a table of contents as `pg_restore --list` prints it.
 */
export function withoutSchemas(contents: string): string {
  return contents
    .split("\n")
    .filter((line) => !/^\d+; \d+ \d+ SCHEMA - /.test(line))
    .join("\n");
}
