import * as pulumi from "@pulumi/pulumi";
import { CronJob } from "@pulumi/render";
import type { BackupStore } from "../../config/backup-store.ts";
import { vendorName } from "../../config/naming.ts";
import { connectionVariables } from "../../postgres/url.ts";
import type { BackupsArgs } from "../backups.ts";
import type { Store } from "./store.ts";

/** What the job's image is built from: the command, and what it loads. */
const sources = [
  "operations",
  "cli",
  "checklist",
  "components",
  "config",
  "lib",
  "postgres",
  "preview",
  "project",
].map((folder) => `${folder}/**`);

/**
 * The job that backs up on schedule, built from the repository (item 8.2). A run that fails notifies. Its
 * settings and secrets reach it as variables of its environment, and never as arguments; it has public keys
 * only, so that it can seal a backup and not open one.
 */
export function scheduleJob(
  parent: pulumi.ComponentResource,
  name: string,
  args: BackupsArgs,
  place: BackupStore,
  store: Store,
): CronJob {
  const connection = pulumi.secret(args.databaseUrl).apply(connectionVariables);
  const { recipients, schemas, schedule } = args.backups;
  return new CronJob(
    `${name}-job`,
    {
      name: vendorName(args.project, args.stage, "backup"),
      environmentId: args.environmentId,
      region: args.region,
      plan: args.plan ?? "starter",
      schedule,
      runtimeSource: {
        docker: {
          repoUrl: `https://github.com/${args.project.repository}`,
          branch: args.project.branch,
          context: ".",
          dockerfilePath: "./operations/backup/Dockerfile",
          buildFilter: { paths: [...sources, "package.json", "package-lock.json"] },
          autoDeploy: true,
          autoDeployTrigger: "checksPass",
        },
      },
      envVars: {
        PGHOST: { value: connection.PGHOST },
        PGPORT: { value: connection.PGPORT },
        PGDATABASE: { value: connection.PGDATABASE },
        PGUSER: { value: connection.PGUSER },
        PGPASSWORD: { value: connection.PGPASSWORD },
        PGSSLMODE: { value: connection.PGSSLMODE },
        BACKUP_STACK: { value: pulumi.getStack() },
        BACKUP_ENDPOINT: { value: place.endpoint },
        BACKUP_REGION: { value: place.region },
        BACKUP_BUCKET: { value: place.bucket },
        BACKUP_PREFIX: { value: place.prefix },
        BACKUP_RECIPIENTS: { value: JSON.stringify(recipients) },
        BACKUP_SCHEMAS: { value: JSON.stringify(schemas) },
        ...(store.lockDays === undefined ? {} : { BACKUP_LOCK_DAYS: { value: String(store.lockDays) } }),
        ...(args.checkInUrl === undefined ? {} : { BACKUP_CHECK_IN_URL: { value: args.checkInUrl } }),
        AWS_ACCESS_KEY_ID: { value: store.keys.accessKeyId },
        AWS_SECRET_ACCESS_KEY: { value: pulumi.secret(store.keys.secretAccessKey) },
      },
      notificationOverride: { notificationsToSend: "failure" },
    },
    { parent },
  );
}
