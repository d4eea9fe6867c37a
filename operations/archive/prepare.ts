import { escapeIdentifier } from "pg";
import type { Manifest, Role } from "./manifest.ts";

/** Statements that make roles of a backup, with what they may do and without passwords. */
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

/** A role that owns and is granted things, and can do nothing else. */
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
 * Statements that make the schemas of a backup, empty. The dump's own are left out of the restore, since
 * `public` is there already in some databases and not in others.
 */
export function schemaStatements({ schemas, whole }: Manifest, noOwner = false): string[] {
  return schemas.flatMap(({ name, owner }) => {
    const schema = escapeIdentifier(name);
    return [
      `drop schema if exists ${schema} cascade`,
      `create schema ${schema}${noOwner ? "" : ` authorization ${escapeIdentifier(owner)}`}`,
      // As initdb makes it: a dump says only what is otherwise. Where schemas were named, it says the comment.
      ...(name === "public" ? ["grant usage on schema public to public"] : []),
      ...(name === "public" && whole ? ["comment on schema public is 'standard public schema'"] : []),
    ];
  });
}

/** Statements that make an extension in the schema where it was, which is made too where there is none. */
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

/** The table of contents of a dump without its schemas, which are made before: `pg_restore --list`'s text. */
export function withoutSchemas(contents: string): string {
  return contents
    .split("\n")
    .filter((line) => !/^\d+; \d+ \d+ SCHEMA - /.test(line))
    .join("\n");
}
