import * as pulumi from "@pulumi/pulumi";
import { backupStore } from "../config/backup-store.ts";
import type { BackupsArgs } from "./backups/args.ts";
import { scheduleJob } from "./backups/job.ts";
import { createR2Store } from "./backups/r2-store.ts";
import { createS3Store } from "./backups/s3-store.ts";
import { Component } from "./component.ts";
import { Scope } from "./scope.ts";

export type { BackupsArgs } from "./backups/args.ts";

/**
 * Off-site backups of the database: a bucket that keeps every object until its retention ends, and a job that
 * fills it (items 3.2, 8.1 to 8.3).
 *
 * The bucket is at another vendor than the database, and it provides the 30 days of item 8.3: Supabase keeps
 * point-in-time recovery for 28 days at most, and takes no daily backups while that is on.
 */
export class Backups extends Component {
  /** Name of the bucket. */
  readonly bucket: pulumi.Output<string>;
  /** S3 endpoint of the bucket. */
  readonly endpoint: pulumi.Output<string>;
  /** Region that requests to the bucket are signed for. */
  readonly storeRegion: pulumi.Output<string>;
  /** Prefix of the object names, such as `postgres/`; after it, names sort by time. */
  readonly prefix: pulumi.Output<string>;
  /** Render's id of the job, `crn-…`. */
  readonly jobId: pulumi.Output<string>;
  /** When the job runs: five cron fields, UTC. */
  readonly schedule: pulumi.Output<string>;
  /** How many days a backup is kept. */
  readonly retentionDays: pulumi.Output<number>;

  constructor(name: string, args: BackupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Backups", name, opts);
    const scope = new Scope(name, { parent: this }, args);

    const place = backupStore(args);
    const createStore = args.backups.provider === "r2" ? createR2Store : createS3Store;
    const store = createStore(scope, args, place);
    const job = scheduleJob(scope, args, place, store);

    this.bucket = store.bucket;
    this.endpoint = pulumi.output(place.endpoint);
    this.storeRegion = pulumi.output(place.region);
    this.prefix = pulumi.output(place.prefix);
    this.jobId = job.id;
    this.schedule = pulumi.output(args.backups.schedule);
    this.retentionDays = pulumi.output(args.backups.retentionDays);
    this.publish(scope);
  }
}
