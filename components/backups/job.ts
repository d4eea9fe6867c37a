import * as pulumi from "@pulumi/pulumi";
import { CronJob } from "@pulumi/render";
import type { BackupsArgs } from "../backups.ts";
import { vendorName } from "../naming.ts";
import { connectionVariables } from "./connection.ts";
import type { Credentials } from "./credentials.ts";
import type { Store } from "./store.ts";

export interface JobArgs
  extends Pick<
    BackupsArgs,
    | "stage"
    | "project"
    | "backups"
    | "region"
    | "environmentId"
    | "databaseUrl"
    | "schemas"
    | "plan"
    | "checkInUrl"
  > {
  store: Store;
  credentials: Credentials;
  /** Prefix of the names of the backups, with its slash. */
  prefix: string;
}

const folder = "operations/backup";

/**
 * The job that backs up on schedule, built from operations/backup (item 8.2). A run that fails notifies.
 * Its settings and secrets reach it as variables of its environment, and never as arguments.
 */
export function scheduleJob(parent: pulumi.ComponentResource, name: string, args: JobArgs): CronJob {
  const connection = pulumi.secret(args.databaseUrl).apply(connectionVariables);
  const { store, credentials } = args;
  return new CronJob(
    `${name}-job`,
    {
      name: vendorName(args.project, args.stage, "backup"),
      environmentId: args.environmentId,
      region: args.region,
      plan: args.plan ?? "starter",
      schedule: args.backups.schedule,
      runtimeSource: {
        docker: {
          repoUrl: `https://github.com/${args.project.repository}`,
          branch: args.project.branch,
          context: `./${folder}`,
          dockerfilePath: `./${folder}/Dockerfile`,
          buildFilter: { paths: [`${folder}/**`] },
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
        BACKUP_SCHEMAS: { value: (args.schemas ?? ["public"]).join(" ") },
        BACKUP_DESTINATION: { value: `store:${store.bucketName}/${args.prefix}` },
        ...(args.checkInUrl === undefined ? {} : { BACKUP_CHECK_IN_URL: { value: args.checkInUrl } }),
        // rclone's remote `store`: https://rclone.org/docs/#config-file
        RCLONE_CONFIG_STORE_TYPE: { value: "s3" },
        RCLONE_CONFIG_STORE_PROVIDER: { value: "Cloudflare" },
        RCLONE_CONFIG_STORE_ENDPOINT: { value: store.endpoint },
        RCLONE_CONFIG_STORE_REGION: { value: "auto" },
        // The token cannot see buckets, only their objects.
        RCLONE_CONFIG_STORE_NO_CHECK_BUCKET: { value: "true" },
        RCLONE_CONFIG_STORE_ACCESS_KEY_ID: { value: credentials.accessKeyId },
        RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY: { value: credentials.secretAccessKey },
      },
      notificationOverride: { notificationsToSend: "failure" },
    },
    { parent },
  );
}
