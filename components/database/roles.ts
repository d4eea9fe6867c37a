import { Provider } from "@pulumi/postgresql/provider.js";
import { Role } from "@pulumi/postgresql/role.js";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/settings.ts";
import { databaseName, pooledUser, sessionPort } from "./connection.ts";

/** The role that Supabase gives its customers: it owns the database and makes roles, and is no superuser. */
const owner = "postgres";

const second = 1000;
const minute = 60 * second;

/** How long a statement of a role may run, in milliseconds. */
export interface StatementTimeouts {
  /** Default: 30 seconds. */
  application?: number;
  /** Default: 30 minutes; Supabase's own limit of 2 minutes is short for an index on a large table. */
  migration?: number;
  /** Default: 15 seconds. */
  probe?: number;
}

export interface OwnerArgs {
  projectRef: pulumi.Input<string>;
  poolerHost: pulumi.Input<string>;
  password: pulumi.Input<string>;
  sslMode: Settings["database"]["sslMode"];
}

/**
 * The connection by which roles and grants are made: the owner, in the pooler's session mode. The database
 * host, `db.<ref>.supabase.co`, has an IPv6 address only, which many runners cannot reach; the add-on that
 * gives it an IPv4 one is sold apart.
 */
export function connectAsOwner(name: string, args: OwnerArgs, opts: pulumi.ResourceOptions): Provider {
  return new Provider(
    name,
    {
      host: args.poolerHost,
      port: sessionPort,
      database: databaseName,
      username: pulumi.output(args.projectRef).apply((ref) => pooledUser(owner, ref)),
      // What Postgres calls the user that the pooler knows as `postgres.<ref>`.
      databaseUsername: owner,
      password: args.password,
      sslmode: args.sslMode,
      superuser: false,
      // Each takes a session from the owner's pool, which people and migrations of Supabase share.
      maxConnections: 4,
    },
    opts,
  );
}

export interface RolesArgs {
  /** Start of each role's name: letters, digits and underscores. */
  prefix: string;
  passwords: Record<keyof Roles, pulumi.Input<string>>;
  /** Server connections that the pooler keeps for a role at most. */
  poolSize: number;
  statementTimeouts: StatementTimeouts;
}

export interface Roles {
  /** Reads and writes rows. */
  application: Role;
  /** Makes and owns the tables. */
  migration: Role;
  /** Reads every row, past row-level security, or a dump would leave rows out; writes none. */
  backup: Role;
  /** Reads rows, as far as row-level security lets it, and statistics. */
  probe: Role;
}

/**
 * The roles that log in. None has a power over the server, and each has bounds on what it can use up.
 * Memberships are in `roles`, not GrantRole resources: a Role takes away those that it does not list.
 */
export function createRoles(name: string, args: RolesArgs, opts: pulumi.CustomResourceOptions): Roles {
  const { prefix, passwords, statementTimeouts } = args;
  return {
    application: new Role(
      `${name}-application-role`,
      {
        ...powerless,
        name: `${prefix}_application`,
        password: passwords.application,
        // A pool that is drained and the one that takes over from it.
        connectionLimit: 2 * args.poolSize,
        statementTimeout: statementTimeouts.application ?? 30 * second,
        idleInTransactionSessionTimeout: minute,
      },
      opts,
    ),
    migration: new Role(
      `${name}-migration-role`,
      {
        ...powerless,
        name: `${prefix}_migration`,
        password: passwords.migration,
        // A migration and the lock that Prisma holds beside it, each with one to spare.
        connectionLimit: 4,
        statementTimeout: statementTimeouts.migration ?? 30 * minute,
        idleInTransactionSessionTimeout: 5 * minute,
      },
      opts,
    ),
    backup: new Role(
      `${name}-backup-role`,
      {
        ...powerless,
        name: `${prefix}_backup`,
        password: passwords.backup,
        roles: ["pg_read_all_data"],
        bypassRowLevelSecurity: true,
        connectionLimit: 3,
        // No timeouts: pg_dump turns them off for its session.
      },
      opts,
    ),
    probe: new Role(
      `${name}-probe-role`,
      {
        ...powerless,
        name: `${prefix}_probe`,
        password: passwords.probe,
        // The statistics of all roles (item 3.8).
        roles: ["pg_monitor"],
        connectionLimit: 3,
        statementTimeout: statementTimeouts.probe ?? 15 * second,
        idleInTransactionSessionTimeout: minute,
      },
      opts,
    ),
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
