import { R2Bucket } from "@pulumi/cloudflare/r2bucket.js";
import { R2BucketLifecycle } from "@pulumi/cloudflare/r2bucketLifecycle.js";
import { R2BucketLock } from "@pulumi/cloudflare/r2bucketLock.js";
import type * as pulumi from "@pulumi/pulumi";
import type { BackupStore } from "../../config/backup-store.ts";
import type { BackupsArgs } from "../backups.ts";
import { createR2Keys } from "./r2-keys.ts";
import type { Store } from "./store.ts";

const secondsInDay = 86_400;

/**
 * A bucket on R2 where an object can be neither deleted nor overwritten until it is `retentionDays` old, and
 * is deleted then (item 8.3). The lock is what holds against a stolen key, since R2 has no write-only one.
 */
export function createR2Store(
  parent: pulumi.ComponentResource,
  name: string,
  args: Pick<BackupsArgs, "accounts" | "backups">,
  place: BackupStore,
): Store {
  const account = args.accounts.cloudflare;
  const { jurisdiction, location, retentionDays } = args.backups;
  const keep = retentionDays * secondsInDay;

  const bucket = new R2Bucket(
    `${name}-bucket`,
    { accountId: account, name: place.bucket, jurisdiction, location },
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

  return {
    bucket: bucket.name,
    keys: createR2Keys(parent, name, { account, jurisdiction, bucketName: place.bucket, bucket }),
  };
}
