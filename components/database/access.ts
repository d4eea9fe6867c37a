import * as pulumi from "@pulumi/pulumi";
import type { Project } from "@pulumi/supabase";
import type { DatabaseArgs, DatabaseScope, RoleName } from "./args.ts";
import type { Connection } from "./connection.ts";
import { grantPrivileges } from "./grants.ts";
import { connectAsOwner, createRoles } from "./roles.ts";

/** Who may use the database, and how each role connects. */
export interface Access {
  /** Names in Postgres of the roles that log in. */
  readonly roleNames: pulumi.Output<Record<RoleName, string>>;
  /** Connection string of a role, known once the role exists and has its privileges. Secret. */
  readonly connect: (role: RoleName, url: (connection: Connection) => string) => pulumi.Output<string>;
}

export interface Server {
  readonly project: Project;
  /** Host of the pooler. */
  readonly host: pulumi.Output<string>;
  /** The scope of what waits until the owner can connect. */
  readonly ready: DatabaseScope;
}

/** Creates the roles and their grants. */
export function createAccess(
  scope: DatabaseScope,
  args: Pick<DatabaseArgs, "project" | "database" | "passwords" | "statementTimeouts">,
  { project, host, ready }: Server,
): Access {
  const { sslMode } = args.database;
  const provider = connectAsOwner(ready, {
    projectRef: project.id,
    poolerHost: host,
    password: args.passwords.owner,
    sslMode,
  });
  const owned = scope.with({ provider });
  const roles = createRoles(owned, args);
  const granted = grantPrivileges(owned, roles);
  const { application, migration, backup, probe } = roles;
  return {
    roleNames: pulumi.output({
      application: application.name,
      migration: migration.name,
      backup: backup.name,
      probe: probe.name,
    }),
    connect: (role, url) =>
      pulumi.secret(
        pulumi
          .all([project.id, host, roles[role].name, args.passwords[role], granted.id])
          .apply(([ref, poolerHost, name, password]) =>
            url({ ref, poolerHost, role: name, password, sslMode }),
          ),
      ),
  };
}
