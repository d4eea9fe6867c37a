import { Provider } from "@pulumi/postgresql/provider.js";
import { Role, type RoleArgs } from "@pulumi/postgresql/role.js";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/settings.ts";
import type { DatabaseArgs, DatabaseScope, RoleName, StatementTimeouts } from "./args.ts";
import { databaseName, pooledUser, sessionPort } from "./connection.ts";

/** The role that Supabase gives its customers. It owns the database and creates roles, but is not a superuser. */
const owner = "postgres";

const second = 1000;
const minute = 60 * second;

export interface OwnerArgs {
  projectRef: pulumi.Input<string>;
  poolerHost: pulumi.Input<string>;
  password: pulumi.Input<string>;
  sslMode: Settings["database"]["sslMode"];
}

/**
 * The connection by which roles and grants are created: the owner, in the pooler's session mode. The database
 * host, `db.<ref>.supabase.co`, has only an IPv6 address, which many runners cannot reach; the add-on that
 * gives it an IPv4 address costs extra.
 */
export function connectAsOwner(scope: DatabaseScope, args: OwnerArgs): Provider {
  return new Provider(
    ...scope.child("postgresql", {
      host: args.poolerHost,
      port: sessionPort,
      database: databaseName,
      username: pulumi.output(args.projectRef).apply((ref) => pooledUser(owner, ref)),
      // Postgres's name for the user that the pooler knows as `postgres.<ref>`.
      databaseUsername: owner,
      password: args.password,
      sslmode: args.sslMode,
      superuser: false,
      // Each connection takes a session of the owner's pool, which people and Supabase's migrations share.
      maxConnections: 4,
    }),
  );
}

export type Roles = Readonly<Record<RoleName, Role>>;

/**
 * The roles that log in. None has power over the server, and each has bounds on what it can use up.
 * Memberships are in `roles`, not in GrantRole resources: a Role revokes those that it does not list.
 */
export function createRoles(
  scope: DatabaseScope,
  args: Pick<DatabaseArgs, "project" | "database" | "passwords" | "statementTimeouts">,
): Roles {
  const prefix = args.project.name.replaceAll("-", "_");
  const create = (role: RoleName, limits: Partial<RoleArgs>) =>
    new Role(
      ...scope.named("role", `${role}-role`, {
        ...powerless,
        name: `${prefix}_${role}`,
        password: args.passwords[role],
        ...limits,
      }),
    );
  const limits = roleLimits(args.database.pool.size, args.statementTimeouts ?? {});
  return {
    application: create("application", limits.application),
    migration: create("migration", limits.migration),
    backup: create("backup", limits.backup),
    probe: create("probe", limits.probe),
  };
}

function roleLimits(poolSize: number, timeouts: StatementTimeouts): Record<RoleName, Partial<RoleArgs>> {
  return {
    application: {
      // A pool that is drained and the one that takes over from it.
      connectionLimit: 2 * poolSize,
      statementTimeout: timeouts.application ?? 30 * second,
      idleInTransactionSessionTimeout: minute,
    },
    migration: {
      // A migration and the lock that Prisma holds beside it, each with one to spare.
      connectionLimit: 4,
      statementTimeout: timeouts.migration ?? 30 * minute,
      idleInTransactionSessionTimeout: 5 * minute,
    },
    backup: {
      // Reads past row-level security, or a dump would leave rows out.
      roles: ["pg_read_all_data"],
      bypassRowLevelSecurity: true,
      connectionLimit: 3,
      // No timeouts: pg_dump turns them off for its session.
    },
    probe: {
      // Reads the statistics of all roles (item 3.8).
      roles: ["pg_monitor"],
      connectionLimit: 3,
      statementTimeout: timeouts.probe ?? 15 * second,
      idleInTransactionSessionTimeout: minute,
    },
  };
}

const powerless = {
  login: true,
  superuser: false,
  bypassRowLevelSecurity: false,
  createDatabase: false,
  createRole: false,
  replication: false,
};
