import { fault, policy, type Stack, select, some, type Verdict } from "./framework/index.ts";
import { type Bucket, judgeBackupBuckets, judgeBackupJobs } from "./model/backups.ts";
import {
  backupPrefix,
  deletionOf,
  type LifecycleRule,
  lifecycleRules,
  locksOf,
} from "./model/bucket-rules.ts";
import { apiTokens } from "./model/facts.ts";

// Item 8.3: backups are kept for thirty days, out of reach of whoever has the job's keys.

const minimumDays = {
  description: "Least days that each backup is kept.",
  default: 30,
  minimum: 30,
  maximum: 3650,
} as const;

export const backupRetention = policy({
  name: "backup-retention",
  items: ["8.3"],
  title:
    "Lifecycle rules must delete no backup before it is 30 days old, and every backup some time after that.",
  severity: "critical",
  productionOnly: true,
  fix: "Set deleteObjectsTransition of the cloudflare.R2BucketLifecycle to an Age of 2592000 seconds or more, for a prefix that all backups have.",
  url: "https://developers.cloudflare.com/r2/buckets/object-lifecycles/",
  thresholds: { minimumDays },
  check: (stack, threshold) =>
    judgeBackupBuckets(stack, (bucket) => judgeLifecycle(stack, bucket, threshold("minimumDays"))),
});

export const backupLock = policy({
  name: "backup-lock",
  items: ["8.3"],
  title: "A lock must keep every backup from being deleted or overwritten for 30 days.",
  severity: "critical",
  productionOnly: true,
  fix: "Declare a cloudflare.R2BucketLock with an enabled rule of type Age of 2592000 seconds or more. With S3, create the bucket with object lock, and set a default retention in mode COMPLIANCE or have the job lock each object for BACKUP_LOCK_DAYS.",
  url: "https://developers.cloudflare.com/r2/buckets/bucket-locks/",
  thresholds: { minimumDays },
  check: (stack, threshold) =>
    judgeBackupBuckets(stack, (bucket) => {
      const holds = some(
        locksOf(stack, bucket),
        ({ prefix, days }) => days >= threshold("minimumDays") && covers(prefix, stack, bucket),
      );
      return holds || `No lock keeps every backup in the bucket for ${threshold("minimumDays")} days.`;
    }),
});

/**
 * R2 has no permission to write objects without deleting them. A token can be kept from changing a bucket's
 * rules, so that the lock holds against it too. What keys that are given to the stack may do is not visible.
 */
export const backupKeys = policy({
  name: "backup-keys-scoped",
  items: ["8.3"],
  title:
    "The token that a backup job writes with must reach only the objects of named buckets, not the rules of a bucket.",
  severity: "high",
  fix: 'Limit resources of the cloudflare.AccountToken to {"com.cloudflare.edge.r2.bucket.ACCOUNT_JURISDICTION_BUCKET": "*"}: R2 cannot forbid deletion alone, so the bucket\'s lock has to, and the token must not reach it.',
  url: "https://developers.cloudflare.com/r2/api/tokens/",
  check: (stack) =>
    judgeBackupJobs(stack, (job) => {
      const tokens = apiTokens(stack).filter(({ resource }) => job.variables.sources.includes(resource));
      const isWide = some(tokens, (token) => token.isWide?.() === true);
      return !isWide || "The job's token reaches more than the objects of named buckets.";
    }),
});

function judgeLifecycle(stack: Stack, bucket: Bucket, days: number): Verdict {
  const rules = lifecycleRules(stack, bucket);
  const [early] = select(rules, (rule) => {
    const deletion = deletionOf(rule);
    return deletion !== undefined && deletion.days < days && meets(deletion.prefix, stack, bucket);
  });
  if (early !== undefined) {
    const age = deletionOf(early)?.days ?? 0;
    return age === 0
      ? fault(early, "A lifecycle rule deletes backups on a date, whatever their age.")
      : fault(
          early,
          `A lifecycle rule deletes backups after ${Number(age.toFixed(2))} days, before ${days}.`,
        );
  }
  const deletions = select(rules, (rule) => deletionOf(rule) !== undefined);
  const all = (rule: LifecycleRule) => covers(deletionOf(rule)?.prefix ?? "", stack, bucket);
  return (
    deletions.length === 0 ||
    some(deletions, all) ||
    "Lifecycle rules delete old backups only of some prefixes."
  );
}

/** Whether a rule for a prefix is for every backup. */
function covers(prefix: string, stack: Stack, bucket: Bucket): boolean {
  return prefix === "" || backupPrefix(stack, bucket).startsWith(prefix);
}

/** Whether a rule for a prefix is for any backup. */
function meets(prefix: string, stack: Stack, bucket: Bucket): boolean {
  return covers(prefix, stack, bucket) || prefix.startsWith(backupPrefix(stack, bucket));
}
