import { escapeIdentifier } from "pg";
import type { Manifest, Role } from "./manifest.ts";

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
export function schemaStatements({ schemas, companions }: Manifest): string[] {
  return [...schemas, ...companions].flatMap(({ name, owner }) => {
    const schema = escapeIdentifier(name);
    return [
      `drop schema if exists ${schema} cascade`,
      `create schema ${schema} authorization ${escapeIdentifier(owner)}`,
      ...asInitialized(name),
    ];
  });
}

/** Statements that make a new schema as initdb makes it, since a dump has only what differs from that. */
export function asInitialized(schema: string): string[] {
  if (schema !== "public") return [];
  return ["grant usage on schema public to public", "comment on schema public is 'standard public schema'"];
}
