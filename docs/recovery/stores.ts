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
        lock: `A bucket lock keeps every object for ${retentionDays} days: until then nobody can delete or overwrite it, whatever key they have. After that a lifecycle rule deletes it. The rule also aborts unfinished uploads after one day.`,
        cannot: [
          "R2 has no key that can write but not delete. The job's token reaches only the objects of this bucket and no bucket's rules, so the lock also protects against the token. The token could delete objects whose lock has ended.",
          "An administrator of the Cloudflare account can remove the lock. Give that account its own second factor and a different owner than the database's.",
        ],
        keys: "an R2 API token for this bucket with Object Read & Write (Object Read is enough for a drill), created at Cloudflare under R2, Manage API tokens",
      }
    : {
        vendor: `the store at ${store.endpoint}`,
        lock: `The bucket has object lock and versioning. The job locks each object for ${retentionDays} days when it uploads it: until then nobody can delete that version, whatever key they have. After that a lifecycle rule hides it, and one day later it is deleted.`,
        cannot: [
          "The provider (`@pulumi/minio`) declares object lock but no default retention, so objects that anything other than the job uploads are not locked. Set a default retention by hand if the store supports one.",
          "It cannot declare that unfinished uploads are aborted. The job aborts its own; set a rule by hand for a job that is killed.",
          "S3 has no call that creates keys. You provide the job's keys: `optropic-secrets:backupsAccessKeyId` and `optropic-secrets:backupsSecretAccessKey`. Let them put, get and list objects, set their retention, and abort uploads (`s3:PutObject`, `s3:GetObject`, `s3:ListBucket`, `s3:PutObjectRetention`, `s3:AbortMultipartUpload`), and nothing else: no `s3:DeleteObjectVersion`, no `s3:BypassGovernanceRetention`.",
          "The keys for declaring the bucket come from the environment of the update: `MINIO_USER` and `MINIO_PASSWORD`.",
        ],
        keys: "a key for the store that may list, get and put objects (a drill does not put any)",
      };
}
