import { IlmPolicy } from "@pulumi/minio/ilmPolicy.js";
import { Provider } from "@pulumi/minio/provider.js";
import { S3Bucket } from "@pulumi/minio/s3bucket.js";
import { S3BucketVersioning } from "@pulumi/minio/s3bucketVersioning.js";
import { RunError } from "@pulumi/pulumi";
import type { BackupStore } from "../../config/backup-store.ts";
import type { BackupsArgs, BackupsScope } from "./args.ts";
import type { Store } from "./store.ts";

/**
 * A bucket with object lock on any S3-compatible store, where an object is deleted at `retentionDays`
 * (item 8.3). The provider reads its own keys from the environment: MINIO_USER and MINIO_PASSWORD.
 *
 * The provider cannot declare a default retention, so the job locks each object when it uploads it. Nor can it
 * declare that incomplete uploads are aborted: the job aborts its own, but if it is killed, only a rule that
 * you create at the store removes the parts. Where the store has no object lock, creating the bucket fails.
 */
export function createS3Store(
  scope: BackupsScope,
  { backups: { retentionDays }, storeKeys }: Pick<BackupsArgs, "backups" | "storeKeys">,
  place: BackupStore,
): Store {
  if (storeKeys === undefined) {
    throw new RunError("Backups with provider s3 need storeKeys: the keys that the job uses at the store");
  }
  const provider = new Provider(
    ...scope.child("store", {
      minioServer: new URL(place.endpoint).host,
      minioRegion: place.region,
      minioSsl: true,
    }),
  );
  const stored = scope.with({ provider });
  const bucket = new S3Bucket(
    ...stored.named(
      "s3Bucket",
      "bucket",
      { bucket: place.bucket, acl: "private", objectLocking: true, forceDestroy: false },
      { protect: true },
    ),
  );
  new S3BucketVersioning(
    ...stored.child("versioning", {
      bucket: bucket.bucket,
      versioningConfiguration: { status: "Enabled" },
    }),
  );
  expireObjects(stored, bucket, retentionDays);
  return { bucket: bucket.bucket, keys: storeKeys, lockDays: retentionDays };
}

function expireObjects(scope: BackupsScope, { bucket }: S3Bucket, days: number): void {
  new IlmPolicy(
    ...scope.named("s3Lifecycle", "lifecycle", {
      bucket,
      rules: [
        // Without a filter, it holds for every object. Expiring an object only hides it; the hidden version is
        // deleted once its lock has ended.
        { id: "expire-backups", expiration: `${days}d`, noncurrentVersionExpirationDays: 1 },
      ],
    }),
  );
}
