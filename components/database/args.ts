import type { DefaultPrivilegesArgs } from "@pulumi/postgresql/defaultPrivileges.js";
import type { GrantArgs } from "@pulumi/postgresql/grant.js";
import type { ProviderArgs } from "@pulumi/postgresql/provider.js";
import type { RoleArgs } from "@pulumi/postgresql/role.js";
import type * as pulumi from "@pulumi/pulumi";
import type { AddOnArgs, PoolerConfigArgs, ProjectArgs, SettingsArgs } from "@pulumi/supabase";
import type { Settings, Stage } from "../../config/settings.ts";
import type { ComponentArgs, Scope } from "../scope.ts";

/**
 * @example
 * new Database("database", {
 *   organization: settings.accounts.supabaseOrganization,
 *   stage: settings.stage,
 *   project: settings.project,
 *   database: settings.database,
 *   siteUrl: "https://optropic.example",
 *   passwords: {
 *     owner: secrets.ownerPassword,
 *     application: secrets.applicationPassword,
 *     migration: secrets.migrationPassword,
 *     backup: secrets.backupPassword,
 *     probe: secrets.probePassword,
 *   },
 *   transform: {
 *     role: (args, _options, name) => {
 *       if (name === "database-probe-role") args.connectionLimit = 5;
 *     },
 *   },
 * });
 */
export interface DatabaseArgs extends ComponentArgs<DatabaseChildren> {
  /** Slug of the Supabase organization that pays for the project. */
  organization: Settings["accounts"]["supabaseOrganization"];
  stage: Stage;
  /** The name from which the Supabase project and the roles are named. */
  project: Settings["project"];
  /** Region, size, recovery, pool, TLS, and networks (items 3.1 and 3.3 to 3.5). */
  database: Settings["database"];
  /** Public URL of the application, to which Supabase Auth sends people back. */
  siteUrl: string;
  /** A password for each role; `owner` is `postgres`. */
  passwords: Record<"owner" | RoleName, pulumi.Input<string>>;
  /**
   * Schemas that Supabase's Data API serves to browsers. Each table in them needs row-level security.
   * Default: no schemas, which turns the Data API off, since the application reaches its tables through Prisma.
   */
  apiSchemas?: readonly string[];
  /** Maximum number of rows in one answer of the Data API. Default: 1000. */
  apiMaxRows?: number;
  /** Whether people may sign up at Supabase Auth. Default: false, since the application has its own login. */
  signup?: boolean;
  /** How long a statement of each role may run. */
  statementTimeouts?: StatementTimeouts;
}

/**
 * The roles that log in: `application` reads and writes rows, `migration` creates and owns the tables,
 * `backup` reads every row, and `probe` reads rows and statistics.
 */
export type RoleName = "application" | "migration" | "backup" | "probe";

/** How long a statement of a role may run, in milliseconds. */
export interface StatementTimeouts {
  /** Default: 30 seconds. */
  application?: number;
  /** Default: 30 minutes. Supabase's own limit of 2 minutes is too short to index a large table. */
  migration?: number;
  /** Default: 15 seconds. */
  probe?: number;
}

/** The resources of a `Database`. */
export interface DatabaseChildren {
  project: ProjectArgs;
  /** The security settings of the project. */
  settings: SettingsArgs;
  /** The add-on for point-in-time recovery. */
  pitr: AddOnArgs;
  pooler: PoolerConfigArgs;
  /** The connection by which roles and grants are created. */
  postgresql: ProviderArgs;
  /** Each role that logs in. */
  role: RoleArgs;
  /** Each grant on what exists. */
  grant: GrantArgs;
  /** Each grant on what later migrations create. */
  defaultPrivileges: DefaultPrivilegesArgs;
}

export type DatabaseScope = Scope<DatabaseChildren>;
