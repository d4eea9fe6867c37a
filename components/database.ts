import * as pulumi from "@pulumi/pulumi";
import { AddOn, getPoolerOutput, PoolerConfig, Project } from "@pulumi/supabase";
import { vendorName } from "../config/naming.ts";
import type { Settings, Stage } from "../config/settings.ts";
import {
  applicationUrl,
  type Connection,
  databaseName,
  migrationUrl,
  poolerHost,
  sessionUrl,
} from "./database/connection.ts";
import { grantPrivileges } from "./database/grants.ts";
import { connectAsOwner, createRoles, type Roles, type StatementTimeouts } from "./database/roles.ts";
import { createSettings } from "./database/settings.ts";

export interface DatabaseArgs {
  /** Slug of the Supabase organisation that pays for the project. */
  organization: Settings["accounts"]["supabaseOrganization"];
  stage: Stage;
  /** The name from which the Supabase project and the roles are named. */
  project: Settings["project"];
  /** Region, size, recovery, pool, TLS and networks (items 3.1 and 3.3 to 3.5). */
  database: Settings["database"];
  /** Public URL of the application, to which Supabase Auth sends people back. */
  siteUrl: string;
  /** One password for each role; `owner` is `postgres`. */
  passwords: Record<"owner" | keyof Roles, pulumi.Input<string>>;
  /**
   * Schemas that Supabase's Data API serves to browsers. Each table in one needs row-level security.
   * Default: none, which turns the Data API off, since the application reaches its tables by Prisma.
   */
  apiSchemas?: readonly string[];
  /** Rows that one answer of the Data API holds at most. Default: 1000. */
  apiMaxRows?: number;
  /** Whether people may sign up at Supabase Auth. Default: false, since the application has its own login. */
  signup?: boolean;
  /** How long a statement of each role may run. */
  statementTimeouts?: StatementTimeouts;
}

/**
 * The database on Supabase: a project, its settings, point-in-time recovery, the pooler, the roles and
 * their grants, and the connection strings (items 3.1 and 3.3 to 3.5).
 *
 * Supabase keeps point-in-time recovery for 28 days at most and makes no daily backups while it is on, so
 * the 30 days of item 8.3 are the off-site bucket's. It needs the Pro plan and compute size small or larger.
 */
export class Database extends pulumi.ComponentResource {
  /** Reference of the Supabase project: 20 lower-case letters. */
  readonly projectRef: pulumi.Output<string>;
  /** Address of the project's own APIs, `https://<ref>.supabase.co`. */
  readonly apiUrl: pulumi.Output<string>;
  /** Host of the pooler. */
  readonly poolerHost: pulumi.Output<string>;
  /** Name of the database in the server. */
  readonly databaseName: pulumi.Output<string>;
  /** Names in Postgres of the roles that log in. */
  readonly roleNames: pulumi.Output<Record<keyof Roles, string>>;
  /** Connection string of the application, through the pooler, as Prisma takes it. Secret. */
  readonly applicationUrl: pulumi.Output<string>;
  /** Connection string of the migrations, in session mode, as Prisma takes it. Secret. */
  readonly migrationUrl: pulumi.Output<string>;
  /** Connection string for pg_dump, in session mode, by a role that reads every row and writes none. Secret. */
  readonly backupUrl: pulumi.Output<string>;
  /** Connection string of the read-only role, in session mode, as libpq takes it. Secret. */
  readonly probeUrl: pulumi.Output<string>;

  constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("optropic:index:Database", name, {}, opts);

    const project = createProject(this, name, args);
    const settings = hardenProject(this, name, args, project);
    const recovery = enableRecovery(this, name, args, project, settings);
    const pooler = configurePooler(this, name, args, project, settings);
    const host = findPooler(this, project);
    const { roles, granted } = createAccess(this, name, args, project, host, [
      settings,
      ...recovery,
      ...pooler,
    ]);
    const connect = connections(args, project, host, roles, granted);

    this.projectRef = project.id;
    this.apiUrl = pulumi.interpolate`https://${project.id}.supabase.co`;
    this.poolerHost = host;
    this.databaseName = pulumi.output(databaseName);
    this.roleNames = pulumi.output({
      application: roles.application.name,
      migration: roles.migration.name,
      backup: roles.backup.name,
      probe: roles.probe.name,
    });
    this.applicationUrl = connect("application", (to) => applicationUrl(to, args.database.pool));
    this.migrationUrl = connect("migration", migrationUrl);
    this.backupUrl = connect("backup", sessionUrl);
    this.probeUrl = connect("probe", sessionUrl);
    this.registerOutputs({
      projectRef: this.projectRef,
      apiUrl: this.apiUrl,
      poolerHost: this.poolerHost,
      databaseName: this.databaseName,
      roleNames: this.roleNames,
      applicationUrl: this.applicationUrl,
      migrationUrl: this.migrationUrl,
      backupUrl: this.backupUrl,
      probeUrl: this.probeUrl,
    });
  }
}

function createProject(parent: Database, name: string, args: DatabaseArgs): Project {
  return new Project(
    `${name}-project`,
    {
      organizationId: args.organization,
      name: vendorName(args.project, args.stage, "database"),
      region: args.database.region,
      instanceSize: args.database.computeSize,
      databasePassword: args.passwords.owner,
    },
    {
      parent,
      protect: true,
      retainOnDelete: true,
      // The provider plans these two as updates and fails when it applies them. As replacements of a
      // protected resource they are refused in the preview.
      replaceOnChanges: ["organizationId", "region"],
    },
  );
}

function hardenProject(parent: Database, name: string, args: DatabaseArgs, project: Project) {
  return createSettings(
    `${name}-settings`,
    {
      projectRef: project.id,
      allowedNetworks: args.database.allowedNetworks,
      enforceSsl: args.database.enforceSsl,
      siteUrl: args.siteUrl,
      apiSchemas: args.apiSchemas ?? [],
      apiMaxRows: args.apiMaxRows ?? 1000,
      signup: args.signup ?? false,
    },
    { parent },
  );
}

/** Supabase sells recovery as an add-on, which its provider has no resource for; 0 days are none. */
function enableRecovery(
  parent: Database,
  name: string,
  { database }: DatabaseArgs,
  project: Project,
  settings: pulumi.Resource,
): pulumi.Resource[] {
  if (database.pitrDays === 0) return [];
  const variant = `pitr_${database.pitrDays}` as const;
  // After the settings: each of the two restarts the database.
  const opts = { parent, dependsOn: settings };
  return [new AddOn(`${name}-pitr`, { projectRef: project.id, type: "pitr", variant }, opts)];
}

function configurePooler(
  parent: Database,
  name: string,
  { database: { pool } }: DatabaseArgs,
  project: Project,
  settings: pulumi.Resource,
): pulumi.Resource[] {
  if (!pool.enabled) return [];
  const config = { projectRef: project.id, poolMode: pool.mode, defaultPoolSize: pool.size };
  return [new PoolerConfig(`${name}-pooler`, config, { parent, dependsOn: settings })];
}

function findPooler(parent: Database, project: Project): pulumi.Output<string> {
  return getPoolerOutput({ projectRef: project.id }, { parent }).apply(({ url }) => poolerHost(url));
}

function createAccess(
  parent: Database,
  name: string,
  args: DatabaseArgs,
  project: Project,
  host: pulumi.Output<string>,
  // The owner can connect once its network is let in and the restarts are over.
  ready: pulumi.Resource[],
): { roles: Roles; granted: pulumi.CustomResource } {
  const { owner, ...passwords } = args.passwords;
  const { sslMode, pool } = args.database;
  const provider = connectAsOwner(
    `${name}-postgresql`,
    { projectRef: project.id, poolerHost: host, password: owner, sslMode },
    { parent, dependsOn: ready },
  );
  const opts = { parent, provider };
  const roles = createRoles(
    name,
    {
      prefix: args.project.name.replaceAll("-", "_"),
      passwords,
      poolSize: pool.size,
      statementTimeouts: args.statementTimeouts ?? {},
    },
    opts,
  );
  return { roles, granted: grantPrivileges(name, roles, opts) };
}

/** Connection strings that are known once the role exists and has its privileges. */
function connections(
  args: DatabaseArgs,
  project: Project,
  host: pulumi.Output<string>,
  roles: Roles,
  granted: pulumi.CustomResource,
) {
  return (role: keyof Roles, url: (connection: Connection) => string): pulumi.Output<string> =>
    pulumi.secret(
      pulumi
        .all([project.id, host, roles[role].name, args.passwords[role], granted.id])
        .apply(([ref, poolerHost, name, password]) =>
          url({ ref, poolerHost, role: name, password, sslMode: args.database.sslMode }),
        ),
    );
}
