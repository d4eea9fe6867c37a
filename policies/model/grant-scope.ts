import type { GrantArgs } from "@pulumi/postgresql";
import {
  type Finding,
  fault,
  judge,
  known,
  type ResourceOf,
  type Stack,
  type Verdict,
} from "../framework/index.ts";
import { databases } from "./databases.ts";
import { perStack } from "./per-stack.ts";
import { postgresql } from "./tokens.ts";

export type Grant = ResourceOf<GrantArgs>;

/** Kinds of objects that a grant without a schema does not reach. */
const inside: ReadonlySet<string> = new Set(["table", "column", "sequence", "schema"]);

/** Whom a database has before the stack gives it any role: PostgreSQL's own, then those of vendors. */
const given =
  /^(?:public|postgres|anon|authenticated|authenticator|service_role|dashboard_user|pgbouncer|doadmin|cloudsql\w+|pg_\w+|supabase_\w+|rds\w*|rdsadmin|neon_superuser|neondb_owner)$/i;

export const isGivenRole = (name: string): boolean => given.test(name);

/**
 * Judges what a grant is of and for whom: objects that are there, in the database that the stack has, for a role of
 * it. Throws UnknownRead.
 */
export function judgeScope(stack: Stack, grant: Grant, isSupplied: (text: string) => boolean): Verdict {
  const kind = grant.at("objectType").string() ?? "";
  const schema = grant.at("schema");
  if (inside.has(kind) && !schema.isUnknown && (schema.string() ?? "").trim() === "") {
    return fault(schema, `${grant.name} names no schema, so it grants nothing on any ${kind}.`);
  }
  return judgeGrantee(stack, grant, isSupplied) ?? judgeDatabase(stack, grant, isSupplied) ?? true;
}

function judgeGrantee(stack: Stack, grant: Grant, isSupplied: (text: string) => boolean) {
  const role = grant.at("role");
  const privileges = grant.at("privileges");
  const name = role.isUnknown ? undefined : (role.string() ?? "");
  if (privileges.items().length === 0 && name?.toLowerCase() !== "public") {
    return fault(privileges, `${grant.name} names no privilege, so it takes away what the role had.`);
  }
  const roles = stack.ofType(postgresql.role);
  if (name === undefined || roles.length === 0 || grant.dependenciesOf("role").length > 0) return undefined;
  const isDeclared = roles.some((one) => one.id === name || known(() => one.at("name").string()) === name);
  return isDeclared || given.test(name) || isSupplied(name)
    ? undefined
    : fault(
        role,
        `${grant.name} is for the role ${JSON.stringify(name)}, which this stack does not declare.`,
      );
}

function judgeDatabase(stack: Stack, grant: Grant, isSupplied: (text: string) => boolean) {
  const database = grant.at("database");
  const name = database.isUnknown ? undefined : database.string();
  if (name === undefined || grant.dependenciesOf("database").length > 0) return undefined;
  const names = databaseNames(stack);
  return names === undefined || names.has(name) || isSupplied(name)
    ? undefined
    : fault(
        database,
        `${grant.name} is of the database ${JSON.stringify(name)}, and the stack has no such one.`,
      );
}

/** Names of the databases on the servers of the stack; undefined where one of them is not known. */
const databaseNames = perStack((stack): ReadonlySet<string> | undefined => {
  const names = new Set(["postgres"]);
  const declared = stack.ofType(postgresql.database);
  const connected = stack.ofType(postgresql.provider).map((provider) => provider.at("database"));
  for (const value of [...declared.map((one) => one.at("name")), ...connected]) {
    if (value.isUnknown) return undefined;
    const name = value.string();
    if (name !== undefined) names.add(name);
  }
  // What the servers are created with, such as dbName at Amazon.
  for (const { resource } of databases(stack)) {
    for (const text of resource.outputTexts()) names.add(text);
  }
  return names;
});

/**
 * Judges that a role reaches the tables that it is granted: the schema of each may be used, and sequences are those
 * of the same schemas. Throws UnknownRead.
 */
export function judgeReach(stack: Stack, grant: Grant): Verdict {
  const schema = grant.at("schema").string() ?? "";
  const own = stack.ofType(postgresql.grant).filter((other) => isSameRole(other, grant));
  const schemasOf = (kind: string) =>
    new Set(
      own
        .filter((other) => other.at("objectType").string() === kind)
        .map((other) => other.at("schema").string() ?? ""),
    );
  const usable = schemasOf("schema");
  switch (grant.at("objectType").string()) {
    case "table":
      // A grant of no schema is judged by its scope.
      if (schema.trim() === "") return true;
      // Every role may use the schema public, unless a grant to PUBLIC takes that away.
      return (
        schema === "public" ||
        usable.size === 0 ||
        usable.has(schema) ||
        fault(
          grant.at("schema"),
          `${grant.name} is of tables in ${schema}, a schema that the role may not use.`,
        )
      );
    case "sequence": {
      const tables = schemasOf("table");
      return (
        tables.size === 0 ||
        tables.has(schema) ||
        fault(grant.at("schema"), `${grant.name} is of sequences in ${schema}, where the role has no tables.`)
      );
    }
    default:
      return true;
  }
}

function isSameRole(one: Grant, other: Grant): boolean {
  const [mine] = one.dependenciesOf("role");
  const [theirs] = other.dependenciesOf("role");
  if (mine !== undefined || theirs !== undefined) return mine === theirs;
  return known(() => one.at("role").string()) === known(() => other.at("role").string());
}

/** Whether each grant is of what the stack has, and reaches what it is made for. */
export const judgeGrants = (stack: Stack, isSupplied: (text: string) => boolean): Finding[] =>
  stack
    .ofType(postgresql.grant)
    .flatMap((grant) => [
      judge(grant, () => judgeScope(stack, grant, isSupplied)),
      judge(grant, () => judgeReach(stack, grant)),
    ]);
