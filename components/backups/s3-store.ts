import { IlmPolicy } from "@pulumi/minio/ilmPolicy.js";
import { Provider } from "@pulumi/minio/provider.js";
import { S3Bucket } from "@pulumi/minio/s3bucket.js";
import { S3BucketVersioning } from "@pulumi/minio/s3bucketVersioning.js";
import type * as pulumi from "@pulumi/pulumi";
import type { BackupStore } from "../../config/backup-store.ts";
import type { BackupsArgs } from "../backups.ts";
import type { Store } from "./store.ts";

/**
 * A bucket with object lock on any store that speaks S3, where an object is deleted at `retentionDays`
 * (item 8.3). The keys that declare it come from the environment: MINIO_USER and MINIO_PASSWORD.
 *
 * The provider declares object lock, but no default retention for it: the job locks each object as it uploads
 * it. Nor does it declare that unfinished uploads are given up: the job does that with its own, and for one
 * that is killed the store needs a rule of its own. Where the store has no object lock, creating the bucket
 * fails.
 */
export function createS3Store(
  parent: pulumi.ComponentResource,
  name: string,
  args: Pick<BackupsArgs, "backups" | "storeKeys">,
  place: BackupStore,
): Store {
  const { retentionDays } = args.backups;
  const keys = args.storeKeys;
  if (keys === undefined) throw new Error("Backups on a store of provider s3 need storeKeys");

  const provider = new Provider(
    `${name}-store`,
    { minioServer: new URL(place.endpoint).host, minioRegion: place.region, minioSsl: true },
    { parent },
  );
  const options = { parent, provider };
  const bucket = new S3Bucket(
    `${name}-bucket`,
    { bucket: place.bucket, acl: "private", objectLocking: true, forceDestroy: false },
    { ...options, protect: true },
  );
  new S3BucketVersioning(
    `${name}-versioning`,
    { bucket: bucket.bucket, versioningConfiguration: { status: "Enabled" } },
    options,
  );
  new IlmPolicy(
    `${name}-lifecycle`,
    {
      bucket: bucket.bucket,
      rules: [
        // No filter: every object. Deleting one only hides it; what is hidden goes once its lock has ended.
        { id: "expire-backups", expiration: `${retentionDays}d`, noncurrentVersionExpirationDays: 1 },
      ],
    },
    options,
  );
  return { bucket: bucket.bucket, keys, lockDays: retentionDays };
}
