import { R2Bucket } from "@pulumi/cloudflare/r2bucket.js";
import { R2BucketLifecycle } from "@pulumi/cloudflare/r2bucketLifecycle.js";
import { R2BucketLock } from "@pulumi/cloudflare/r2bucketLock.js";
import type { BackupStore } from "../../config/backup-store.ts";
import type { BackupsArgs, BackupsScope } from "./args.ts";
import { createR2Keys } from "./r2-keys.ts";
import type { Store } from "./store.ts";

const secondsInDay = 86_400;

/**
 * A bucket on R2 where an object can be neither deleted nor overwritten until it is `retentionDays` old, and
 * is deleted then (item 8.3). The lock protects the backups against a stolen key: R2 has no write-only keys.
 */
export function createR2Store(
  scope: BackupsScope,
  args: Pick<BackupsArgs, "accounts" | "backups">,
  place: BackupStore,
): Store {
  const account = args.accounts.cloudflare;
  const { jurisdiction, location, retentionDays } = args.backups;
  const retentionSeconds = retentionDays * secondsInDay;

  const bucket = new R2Bucket(
    ...scope.named(
      "r2Bucket",
      "bucket",
      {
        accountId: account,
        name: place.bucket,
        jurisdiction,
        // The API returns it in upper case.
        location: location.toUpperCase(),
      },
      // The location is a hint that R2 honors at most once, so the bucket may be elsewhere for good.
      { protect: true, ignoreChanges: ["location"] },
    ),
  );
  const rulesOf = { accountId: account, bucketName: bucket.name, jurisdiction };
  lockObjects(scope, rulesOf, retentionSeconds);
  expireObjects(scope, rulesOf, retentionSeconds);

  return {
    bucket: bucket.name,
    keys: createR2Keys(scope, { account, jurisdiction, bucketName: place.bucket, bucket }),
  };
}

type RulesOf = Pick<
  ConstructorParameters<typeof R2BucketLock>[1],
  "accountId" | "bucketName" | "jurisdiction"
>;

function lockObjects(scope: BackupsScope, rulesOf: RulesOf, seconds: number): void {
  new R2BucketLock(
    ...scope.child(
      "lock",
      {
        ...rulesOf,
        rules: [
          {
            id: "keep-backups",
            enabled: true,
            // Every object. The API returns the empty prefix where it is left out.
            prefix: "",
            condition: { type: "Age", maxAgeSeconds: seconds },
          },
        ],
      },
      { protect: true },
    ),
  );
}

function expireObjects(scope: BackupsScope, rulesOf: RulesOf, seconds: number): void {
  new R2BucketLifecycle(
    ...scope.named("r2Lifecycle", "lifecycle", {
      ...rulesOf,
      rules: [
        {
          id: "expire-backups",
          enabled: true,
          conditions: { prefix: "" },
          deleteObjectsTransition: { condition: { type: "Age", maxAge: seconds } },
          // Removes the parts that an interrupted upload leaves.
          abortMultipartUploadsTransition: { condition: { type: "Age", maxAge: secondsInDay } },
          // The API returns the empty list where it is left out.
          storageClassTransitions: [],
        },
      ],
    }),
  );
}
