import { DefaultPrivileges } from "@pulumi/postgresql/defaultPrivileges.js";
import { Grant } from "@pulumi/postgresql/grant.js";
import type * as pulumi from "@pulumi/pulumi";
import type { DatabaseScope, RoleName } from "./args.ts";
import { databaseName } from "./connection.ts";
import type { Roles } from "./roles.ts";

/** The schema of the application's tables, Prisma's default. */
const schema = "public";

interface Privileges {
  role: RoleName;
  objectType: "schema" | "table" | "sequence";
  privileges: string[];
}

/**
 * What each role may do. Privileges on tables and sequences hold for those that exist, and as default
 * privileges for those that a later migration creates. Supabase's own roles for the Data API get nothing: its
 * default privileges apply to what `postgres` creates, not to what the migration role creates.
 */
const matrix: readonly Privileges[] = [
  { role: "migration", objectType: "schema", privileges: ["CREATE", "USAGE"] },
  { role: "application", objectType: "schema", privileges: ["USAGE"] },
  { role: "probe", objectType: "schema", privileges: ["USAGE"] },
  { role: "application", objectType: "table", privileges: ["DELETE", "INSERT", "SELECT", "UPDATE"] },
  { role: "application", objectType: "sequence", privileges: ["SELECT", "USAGE"] },
  { role: "probe", objectType: "table", privileges: ["SELECT"] },
];

/**
 * Grants the privileges of each role and returns the last resource, so that whoever depends on it finds all of
 * them in place.
 *
 * They are granted one after the other, since Postgres rejects concurrent changes to one access list with
 * `tuple concurrently updated` (https://github.com/cyrilgdn/terraform-provider-postgresql/issues/178).
 */
export function grantPrivileges(scope: DatabaseScope, roles: Roles): pulumi.CustomResource {
  let last: pulumi.CustomResource = roles.migration;
  for (const { role, objectType, privileges } of matrix) {
    const common = { database: databaseName, schema, role: roles[role].name, objectType, privileges };
    const part = `${role}-${objectType}`;
    last = new Grant(...scope.named("grant", `${part}-grant`, common, { dependsOn: last }));
    if (objectType === "schema") continue;
    const future = { ...common, owner: roles.migration.name };
    last = new DefaultPrivileges(
      ...scope.named("defaultPrivileges", `${part}-defaults`, future, { dependsOn: last }),
    );
  }
  return last;
}
