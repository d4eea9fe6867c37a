import * as pulumi from "@pulumi/pulumi";
import { CronJob } from "@pulumi/render";
import { type BackupStore, backupCopies } from "../../config/backup-store.ts";
import { vendorName } from "../../config/naming.ts";
import { connectionVariables } from "../../postgres/url.ts";
import type { BackupsArgs, BackupsScope } from "./args.ts";
import type { Store } from "./store.ts";

/** What the job's image is built from: the command and what it loads. */
const sources = [
  "operations",
  "cli",
  "checklist",
  "components",
  "config",
  "evidence",
  "lib",
  "metrics",
  "postgres",
  "preview",
  "project",
].map((folder) => `${folder}/**`);

/**
 * The job that backs up on schedule, built from the repository (item 8.2). Render notifies when a run fails.
 * The job gets its settings and secrets as environment variables, never as arguments. It has public keys only,
 * so it can encrypt a backup but not decrypt one.
 */
export function scheduleJob(
  scope: BackupsScope,
  args: BackupsArgs,
  place: BackupStore,
  store: Store,
): CronJob {
  return new CronJob(
    ...scope.child("job", {
      name: vendorName(args.project, args.stage, "backup"),
      ...(args.environmentId !== undefined && { environmentId: args.environmentId }),
      region: args.region,
      plan: args.plan ?? "starter",
      schedule: args.backups.schedule,
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
      envVars: { ...databaseVariables(args), ...backupVariables(args, place, store) },
      notificationOverride: { notificationsToSend: "failure" },
    }),
  );
}

function databaseVariables({ databaseUrl }: BackupsArgs) {
  const connection = pulumi.secret(databaseUrl).apply(connectionVariables);
  return {
    PGHOST: { value: connection.PGHOST },
    PGPORT: { value: connection.PGPORT },
    PGDATABASE: { value: connection.PGDATABASE },
    PGUSER: { value: connection.PGUSER },
    PGPASSWORD: { value: connection.PGPASSWORD },
    PGSSLMODE: { value: connection.PGSSLMODE },
  };
}

function backupVariables(
  { backups, checkInUrl, copyKeys, publicKeys = [], signingKey }: BackupsArgs,
  place: BackupStore,
  store: Store,
) {
  return {
    BACKUP_STACK: { value: pulumi.getStack() },
    BACKUP_ENDPOINT: { value: place.endpoint },
    BACKUP_REGION: { value: place.region },
    BACKUP_BUCKET: { value: place.bucket },
    BACKUP_PREFIX: { value: place.prefix },
    BACKUP_RECIPIENTS: { value: JSON.stringify(backups.recipients) },
    BACKUP_SCHEMAS: { value: JSON.stringify(backups.schemas) },
    ...(backups.jobs > 1 && { BACKUP_JOBS: { value: String(backups.jobs) } }),
    ...(store.lockDays !== undefined && { BACKUP_LOCK_DAYS: { value: String(store.lockDays) } }),
    ...(backups.copies.length > 0 && { BACKUP_COPIES: { value: JSON.stringify(backupCopies(backups)) } }),
    ...(copyKeys !== undefined && { BACKUP_COPY_KEYS: { value: pulumi.secret(copyKeys) } }),
    ...(publicKeys.length > 0 && { EVIDENCE_PUBLIC_KEY: { value: publicKeys.join(" ") } }),
    ...(signingKey !== undefined && { EVIDENCE_SIGNING_KEY: { value: pulumi.secret(signingKey) } }),
    ...(checkInUrl !== undefined && { BACKUP_CHECK_IN_URL: { value: checkInUrl } }),
    AWS_ACCESS_KEY_ID: { value: store.keys.accessKeyId },
    AWS_SECRET_ACCESS_KEY: { value: pulumi.secret(store.keys.secretAccessKey) },
  };
}
