import { R2Bucket } from "@pulumi/cloudflare/r2bucket.js";
import { R2BucketLifecycle } from "@pulumi/cloudflare/r2bucketLifecycle.js";
import { R2BucketLock } from "@pulumi/cloudflare/r2bucketLock.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/settings.ts";

export interface StoreArgs {
  /** Cloudflare account id. */
  account: string;
  /** Name of the bucket. */
  bucket: string;
  backups: Settings["backups"];
}

export interface Store {
  bucket: R2Bucket;
  /** Name of the bucket, known before it exists. */
  bucketName: string;
  account: string;
  jurisdiction: Settings["backups"]["jurisdiction"];
  /** S3 endpoint: https://developers.cloudflare.com/r2/reference/data-location/ */
  endpoint: string;
}

const secondsInDay = 86_400;

/**
 * A bucket where an object can be neither deleted nor overwritten until it is `retentionDays` old, and is
 * deleted then (item 8.3). The lock is what holds against a stolen key, since R2 has no write-only one.
 */
export function createStore(parent: pulumi.ComponentResource, name: string, args: StoreArgs): Store {
  const { account, bucket: bucketName } = args;
  const { jurisdiction, location, retentionDays } = args.backups;
  const keep = retentionDays * secondsInDay;

  const bucket = new R2Bucket(
    `${name}-bucket`,
    { accountId: account, name: bucketName, jurisdiction, location },
    { parent, protect: true },
  );
  const rulesOf = { accountId: account, bucketName: bucket.name, jurisdiction };
  new R2BucketLock(
    `${name}-lock`,
    {
      ...rulesOf,
      // No prefix: every object.
      rules: [{ id: "keep-backups", enabled: true, condition: { type: "Age", maxAgeSeconds: keep } }],
    },
    { parent, protect: true },
  );
  new R2BucketLifecycle(
    `${name}-lifecycle`,
    {
      ...rulesOf,
      rules: [
        {
          id: "expire-backups",
          enabled: true,
          conditions: { prefix: "" },
          deleteObjectsTransition: { condition: { type: "Age", maxAge: keep } },
          // What an interrupted upload leaves.
          abortMultipartUploadsTransition: { condition: { type: "Age", maxAge: secondsInDay } },
        },
      ],
    },
    { parent },
  );

  const host = jurisdiction === "default" ? account : `${account}.${jurisdiction}`;
  return { bucket, bucketName, account, jurisdiction, endpoint: `https://${host}.r2.cloudflarestorage.com` };
}
