import * as pulumi from "@pulumi/pulumi";
import { backupStore } from "../config/backup-store.ts";
import type { Settings, Stage } from "../config/settings.ts";
import { scheduleJob } from "./backups/job.ts";
import { createR2Store } from "./backups/r2-store.ts";
import { createS3Store } from "./backups/s3-store.ts";
import type { StoreKeys } from "./backups/store.ts";

export interface BackupsArgs {
  /** Whose Cloudflare account the bucket of provider r2 is in. */
  accounts: Settings["accounts"];
  stage: Stage;
  /** Name, and the GitHub repository and branch that have the job. */
  project: Settings["project"];
  backups: Settings["backups"];
  /** Render region of the job: the API's, so that the dump does not travel far. */
  region: Settings["api"]["region"];
  /** Render project environment of the job, `evm-…`. */
  environmentId: pulumi.Input<string>;
  /**
   * `postgresql://user:password@host:port/database?sslmode=…` of a role that reads every row of the schemas.
   * Direct, or through a pooler in session mode: pg_dump needs one session, which transaction mode does not
   * give. Render reaches IPv4 addresses only. Always treated as a secret.
   */
  databaseUrl: pulumi.Input<string>;
  /**
   * Keys of the job at the store of provider s3, which needs them: S3 has no call that makes keys. They
   * should write and read objects, and neither delete versions nor change the bucket. For R2 the stack makes
   * its own.
   */
  storeKeys?: StoreKeys;
  /** Render instance type of the job. Default: `starter`. */
  plan?: string;
  /** URL of a cron monitor that the job checks in at. Default: none. */
  checkInUrl?: pulumi.Input<string>;
}

/**
 * Off-site backups of the database: a bucket that keeps each object and lets none go early, and a job that
 * fills it (items 3.2, 8.1 to 8.3).
 *
 * The bucket is at another vendor than the database, and the 30 days of item 8.3 are its: Supabase keeps
 * point-in-time recovery 28 days at most, and takes no daily backups while that is on.
 */
export class Backups extends pulumi.ComponentResource {
  /** Name of the bucket. */
  readonly bucket: pulumi.Output<string>;
  /** S3 endpoint of the bucket. */
  readonly endpoint: pulumi.Output<string>;
  /** Region that requests to the bucket are signed for. */
  readonly storeRegion: pulumi.Output<string>;
  /** Prefix of the names of the backups, such as `postgres/`; after it they sort by time. */
  readonly prefix: pulumi.Output<string>;
  /** Render's id of the job, `crn-…`. */
  readonly jobId: pulumi.Output<string>;
  /** When the job runs: five cron fields, UTC. */
  readonly schedule: pulumi.Output<string>;
  /** Days that a backup is kept. */
  readonly retentionDays: pulumi.Output<number>;

  constructor(name: string, args: BackupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("optropic:index:Backups", name, {}, opts);

    const place = backupStore(args);
    const { provider } = args.backups;
    const store =
      provider === "r2" ? createR2Store(this, name, args, place) : createS3Store(this, name, args, place);
    const job = scheduleJob(this, name, args, place, store);

    this.bucket = store.bucket;
    this.endpoint = pulumi.output(place.endpoint);
    this.storeRegion = pulumi.output(place.region);
    this.prefix = pulumi.output(place.prefix);
    this.jobId = job.id;
    this.schedule = pulumi.output(args.backups.schedule);
    this.retentionDays = pulumi.output(args.backups.retentionDays);
    this.registerOutputs({
      bucket: this.bucket,
      endpoint: this.endpoint,
      storeRegion: this.storeRegion,
      prefix: this.prefix,
      jobId: this.jobId,
      schedule: this.schedule,
      retentionDays: this.retentionDays,
    });
  }
}
