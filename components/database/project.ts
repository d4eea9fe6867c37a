import type { Output, Resource } from "@pulumi/pulumi";
import { AddOn, getPoolerOutput, PoolerConfig, Project } from "@pulumi/supabase";
import { vendorName } from "../../config/naming.ts";
import type { DatabaseArgs, DatabaseScope } from "./args.ts";
import { poolerHost } from "./connection.ts";

/** The Supabase project. Deleting it would delete the database, so it is protected, and kept even then. */
export function createProject(
  scope: DatabaseScope,
  args: Pick<DatabaseArgs, "organization" | "project" | "stage" | "database" | "passwords">,
): Project {
  return new Project(
    ...scope.child(
      "project",
      {
        organizationId: args.organization,
        name: vendorName(args.project, args.stage, "database"),
        region: args.database.region,
        instanceSize: args.database.computeSize,
        databasePassword: args.passwords.owner,
      },
      {
        protect: true,
        retainOnDelete: true,
        // The provider plans changes of these two as updates, and fails to apply them. As replacements of a
        // protected resource, Pulumi refuses them in the preview.
        replaceOnChanges: ["organizationId", "region"],
      },
    ),
  );
}

/** Supabase sells recovery as an add-on, which its provider has no resource for. 0 days turn it off. */
export function enableRecovery(
  scope: DatabaseScope,
  { database: { pitrDays } }: Pick<DatabaseArgs, "database">,
  project: Project,
  settings: Resource,
): Resource[] {
  if (pitrDays === 0) return [];
  const addOn = { projectRef: project.id, type: "pitr", variant: `pitr_${pitrDays}` } as const;
  // After the settings, since each of the two restarts the database.
  return [new AddOn(...scope.child("pitr", addOn, { dependsOn: settings }))];
}

export function configurePooler(
  scope: DatabaseScope,
  { database: { pool } }: Pick<DatabaseArgs, "database">,
  project: Project,
  settings: Resource,
): Resource[] {
  if (!pool.enabled) return [];
  const config = { projectRef: project.id, poolMode: pool.mode, defaultPoolSize: pool.size };
  return [new PoolerConfig(...scope.child("pooler", config, { dependsOn: settings }))];
}

/** Host of the project's pooler. */
export function findPooler({ options }: DatabaseScope, project: Project): Output<string> {
  return getPoolerOutput({ projectRef: project.id }, options).apply(({ url }) => poolerHost(url));
}
