import { DefaultPrivileges } from "@pulumi/postgresql/defaultPrivileges.js";
import { Grant } from "@pulumi/postgresql/grant.js";
import type * as pulumi from "@pulumi/pulumi";
import { databaseName } from "./connection.ts";
import type { Roles } from "./roles.ts";

/** The schema of the application's tables, where Prisma puts them unless it is told otherwise. */
const schema = "public";

interface Privileges {
  role: keyof Roles;
  objectType: "schema" | "table" | "sequence";
  privileges: string[];
}

/**
 * What each role may do. Privileges on tables and sequences hold for those that exist, and by default
 * privileges for those that a migration makes later. Supabase's own roles for the Data API get nothing: its
 * default privileges are for what `postgres` makes, not for what the migration role does.
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
 * Grants the privileges of each role and answers with the last resource: whoever depends on it finds them
 * all in place.
 *
 * They are made one after the other, since Postgres refuses two changes of one access list at a time with
 * `tuple concurrently updated` (https://github.com/cyrilgdn/terraform-provider-postgresql/issues/178).
 */
export function grantPrivileges(
  name: string,
  roles: Roles,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  let last: pulumi.CustomResource = roles.migration;
  for (const { role, objectType, privileges } of matrix) {
    const common = { database: databaseName, schema, role: roles[role].name, objectType, privileges };
    const child = `${name}-${role}`;
    last = new Grant(`${child}-${objectType}-grant`, common, { ...opts, dependsOn: last });
    if (objectType === "schema") continue;
    last = new DefaultPrivileges(
      `${child}-${objectType}-defaults`,
      { ...common, owner: roles.migration.name },
      { ...opts, dependsOn: last },
    );
  }
  return last;
}
