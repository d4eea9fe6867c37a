import * as pulumi from "@pulumi/pulumi";
import { Component } from "./component.ts";
import { createAccess } from "./database/access.ts";
import type { DatabaseArgs, RoleName } from "./database/args.ts";
import { applicationUrl, databaseName, migrationUrl, sessionUrl } from "./database/connection.ts";
import { configurePooler, createProject, enableRecovery, findPooler } from "./database/project.ts";
import { createSettings } from "./database/settings.ts";
import { Scope } from "./scope.ts";

export type { DatabaseArgs } from "./database/args.ts";

/**
 * The database on Supabase: a project, its settings, point-in-time recovery, the pooler, the roles and their
 * grants, and the connection strings (items 3.1 and 3.3 to 3.5).
 *
 * Supabase keeps point-in-time recovery for 28 days at most and takes no daily backups while it is on, so the
 * off-site bucket provides the 30 days of item 8.3. Recovery needs the Pro plan and compute size small or
 * larger.
 */
export class Database extends Component {
  /** Reference of the Supabase project: 20 lowercase letters. */
  readonly projectRef: pulumi.Output<string>;
  /** Address of the project's own APIs, `https://<ref>.supabase.co`. */
  readonly apiUrl: pulumi.Output<string>;
  /** Host of the pooler. */
  readonly poolerHost: pulumi.Output<string>;
  /** Name of the database in the server. */
  readonly databaseName: pulumi.Output<string>;
  /** Names in Postgres of the roles that log in. */
  readonly roleNames: pulumi.Output<Record<RoleName, string>>;
  /** Connection string of the application, through the pooler, in Prisma's form. Secret. */
  readonly applicationUrl: pulumi.Output<string>;
  /** Connection string of the migrations, in session mode, in Prisma's form. Secret. */
  readonly migrationUrl: pulumi.Output<string>;
  /** Connection string for pg_dump, in session mode, for a role that reads every row and writes none. Secret. */
  readonly backupUrl: pulumi.Output<string>;
  /** Connection string of the read-only role, in session mode, in libpq's form. Secret. */
  readonly probeUrl: pulumi.Output<string>;

  constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Database", name, opts);
    const scope = new Scope(name, { parent: this }, args);

    const project = createProject(scope, args);
    const settings = createSettings(scope, args, project);
    const recovery = enableRecovery(scope, args, project, settings);
    const pooler = configurePooler(scope, args, project, settings);
    const host = findPooler(scope, project);
    // The owner can connect once its network is allowed and the restarts are over.
    const ready = scope.with({ dependsOn: [settings, ...recovery, ...pooler] });
    const { roleNames, connect } = createAccess(scope, args, { project, host, ready });

    this.projectRef = project.id;
    this.apiUrl = pulumi.interpolate`https://${project.id}.supabase.co`;
    this.poolerHost = host;
    this.databaseName = pulumi.output(databaseName);
    this.roleNames = roleNames;
    this.applicationUrl = connect("application", (to) => applicationUrl(to, args.database.pool));
    this.migrationUrl = connect("migration", migrationUrl);
    this.backupUrl = connect("backup", sessionUrl);
    this.probeUrl = connect("probe", sessionUrl);
    this.publish(scope);
  }
}
