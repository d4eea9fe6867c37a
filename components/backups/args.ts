import type { AccountTokenArgs } from "@pulumi/cloudflare/accountToken.js";
import type { R2BucketArgs } from "@pulumi/cloudflare/r2bucket.js";
import type { R2BucketLifecycleArgs } from "@pulumi/cloudflare/r2bucketLifecycle.js";
import type { R2BucketLockArgs } from "@pulumi/cloudflare/r2bucketLock.js";
import type { IlmPolicyArgs } from "@pulumi/minio/ilmPolicy.js";
import type { ProviderArgs } from "@pulumi/minio/provider.js";
import type { S3BucketArgs } from "@pulumi/minio/s3bucket.js";
import type { S3BucketVersioningArgs } from "@pulumi/minio/s3bucketVersioning.js";
import type * as pulumi from "@pulumi/pulumi";
import type { CronJobArgs } from "@pulumi/render";
import type { Settings, Stage } from "../../config/settings.ts";
import type { ComponentArgs, Scope } from "../scope.ts";
import type { StoreKeys } from "./store.ts";

/**
 * @example
 * new Backups("backups", {
 *   accounts: settings.accounts,
 *   stage: settings.stage,
 *   project: settings.project,
 *   backups: settings.backups,
 *   region: settings.api.region,
 *   environmentId: api.environmentId,
 *   databaseUrl: database.backupUrl,
 *   checkInUrl: errors.backupCheckInUrl,
 *   transform: { job: { plan: "standard" } },
 * });
 */
export interface BackupsArgs extends ComponentArgs<BackupsChildren> {
  /** Accounts at the vendors; the bucket of provider r2 is in the Cloudflare account. */
  accounts: Settings["accounts"];
  stage: Stage;
  /** Name, and the GitHub repository and branch that the job is built from. */
  project: Settings["project"];
  backups: Settings["backups"];
  /** Render region of the job. Use the API's, so that the dump does not travel far. */
  region: Settings["api"]["region"];
  /** Render project environment of the job, `evm-…`. */
  environmentId?: pulumi.Input<string> | undefined;
  /**
   * `postgresql://user:password@host:port/database?sslmode=…` of a role that reads every row of the schemas.
   * Direct, or through a pooler in session mode: pg_dump needs one session, which transaction mode does not
   * give. Render reaches IPv4 addresses only. Always treated as a secret.
   */
  databaseUrl: pulumi.Input<string>;
  /**
   * Keys that the job uses at the store of provider s3, which requires them: S3 has no call that creates keys.
   * Let them write and read objects, but neither delete versions nor change the bucket. For R2 the stack
   * creates its own.
   */
  storeKeys?: StoreKeys;
  /**
   * Keys of the stores in `backups.copies`, as JSON by their names; required when there are any. Always treated as
   * a secret.
   */
  copyKeys?: pulumi.Input<string>;
  /** Private key that signs backups. Default: they are unsigned. Always treated as a secret. */
  signingKey?: pulumi.Input<string>;
  /** Public keys that drills and restores trust: the job fails where its own key is not among them. Default: none. */
  publicKeys?: readonly string[];
  /** Render instance type of the job. Default: `starter`. */
  plan?: string;
  /** URL of the cron monitor that the job checks in at. Default: the job does not check in. */
  checkInUrl?: pulumi.Input<string>;
}

/** The resources of a `Backups`: those of one store, and the job. */
export interface BackupsChildren {
  /** The bucket of provider r2. */
  r2Bucket: R2BucketArgs;
  /** Keeps every object of the bucket on R2 until its retention ends. */
  lock: R2BucketLockArgs;
  /** Deletes objects on R2 once their retention ends. */
  r2Lifecycle: R2BucketLifecycleArgs;
  /** The API token whose id and value are the job's keys for R2. */
  token: AccountTokenArgs;
  /** The connection to the store of provider s3. */
  store: ProviderArgs;
  /** The bucket of provider s3. */
  s3Bucket: S3BucketArgs;
  versioning: S3BucketVersioningArgs;
  /** Deletes objects at the store of provider s3 once their retention ends. */
  s3Lifecycle: IlmPolicyArgs;
  /** The cron job at Render. */
  job: CronJobArgs;
}

export type BackupsScope = Scope<BackupsChildren>;
