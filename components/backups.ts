import * as pulumi from "@pulumi/pulumi";
import type { Settings, Stage } from "../config/settings.ts";
import { createCredentials } from "./backups/credentials.ts";
import { scheduleJob } from "./backups/job.ts";
import { createStore } from "./backups/store.ts";
import { vendorName } from "./naming.ts";

export interface BackupsArgs {
  /** Cloudflare account id that owns the bucket. */
  account: Settings["accounts"]["cloudflare"];
  stage: Stage;
  /** Name, and the GitHub repository and branch that have operations/backup. */
  project: Settings["project"];
  backups: Settings["backups"];
  /** Render region of the job: the API's, so that the dump does not travel far. */
  region: Settings["api"]["region"];
  /** Render project environment of the job, `evm-…`. */
  environmentId: pulumi.Input<string>;
  /**
   * `postgresql://user:password@host:port/database?sslmode=…` of a role that reads every row of `schemas`.
   * Direct, or through a pooler in session mode: pg_dump needs one session, which transaction mode does not
   * give. Render reaches IPv4 addresses only. Always treated as a secret.
   */
  databaseUrl: pulumi.Input<string>;
  /**
   * The application's schemas. Default: `public`. A Supabase project brings its own beside them (auth,
   * storage), which belong to the vendor's roles.
   */
  schemas?: readonly string[];
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
  /** Name of the R2 bucket. */
  readonly bucket: pulumi.Output<string>;
  /** S3 endpoint of the bucket, of its jurisdiction. */
  readonly endpoint: pulumi.Output<string>;
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

    const prefix = "postgres/";
    const store = createStore(this, name, {
      account: args.account,
      bucket: vendorName(args.project, args.stage, "backups"),
      backups: args.backups,
    });
    const credentials = createCredentials(this, name, store);
    const job = scheduleJob(this, name, { ...args, store, credentials, prefix });

    this.bucket = store.bucket.name;
    this.endpoint = pulumi.output(store.endpoint);
    this.prefix = pulumi.output(prefix);
    this.jobId = job.id;
    this.schedule = pulumi.output(args.backups.schedule);
    this.retentionDays = pulumi.output(args.backups.retentionDays);
    this.registerOutputs({
      bucket: this.bucket,
      endpoint: this.endpoint,
      prefix: this.prefix,
      jobId: this.jobId,
      schedule: this.schedule,
      retentionDays: this.retentionDays,
    });
  }
}
