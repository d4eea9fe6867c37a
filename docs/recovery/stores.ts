import type { RecoveryFacts } from "./facts.ts";

/** What a page says of the kind of store that backups are kept in. */
export interface StoreText {
  readonly vendor: string;
  /** What holds against deletion, and what only person or job can do. */
  readonly lock: string;
  readonly cannot: readonly string[];
  /** How a person gets keys to read the backups. */
  readonly keys: string;
}

export function storeText({ settings, store }: RecoveryFacts): StoreText {
  const { retentionDays } = settings.backups;
  return settings.backups.provider === "r2"
    ? {
        vendor: "Cloudflare R2",
        lock: `A bucket lock keeps every object for ${retentionDays} days: until then nobody deletes or overwrites it, with whatever key. A lifecycle rule deletes it then, and gives up uploads that are a day old and unfinished.`,
        cannot: [
          "R2 has no key that writes and cannot delete. The job's token reaches the objects of this one bucket and no bucket's rules, so that the lock holds against it too; what is older than the lock it could delete.",
          "Whoever administers the Cloudflare account can take the lock off. That account needs its own second factor, and another owner than the database's.",
        ],
        keys: "an R2 API token for this bucket with Object Read & Write (Object Read is enough for a drill), made at Cloudflare under R2, Manage API tokens",
      }
    : {
        vendor: `the store at ${store.endpoint}`,
        lock: `The bucket has object lock and versions. The job locks each object for ${retentionDays} days as it uploads it: until then nobody deletes that version, with whatever key. A lifecycle rule hides it then, and a day later it is gone.`,
        cannot: [
          "The provider (`@pulumi/minio`) declares object lock but no default retention, so an object that something else than the job uploads is not locked. Set a default retention by hand where the store has one.",
          "It does not declare that unfinished uploads are given up. The job gives up its own; for one that is killed, set a rule by hand.",
          "S3 has no call that makes keys. The job's are given: `optropic-secrets:backupsAccessKeyId` and `optropic-secrets:backupsSecretAccessKey`. Let them put, get and list objects, set their retention, and end uploads (`s3:PutObject`, `s3:GetObject`, `s3:ListBucket`, `s3:PutObjectRetention`, `s3:AbortMultipartUpload`), and nothing else: no `s3:DeleteObjectVersion`, no `s3:BypassGovernanceRetention`.",
          "The keys that declare the bucket come from the environment of the update: `MINIO_USER` and `MINIO_PASSWORD`.",
        ],
        keys: "a key of the store that may list, get and put objects (a drill puts none)",
      };
}
