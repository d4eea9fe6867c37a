import { policy, type Resource, type Stack, select, some, type Value } from "./framework/index.ts";
import { judgeBackupBuckets, judgeBackupJobs } from "./model/backups.ts";
import { backupPrefix, deletionOf, lifecycleRules, locksOf } from "./model/bucket-rules.ts";
import { cloudflareTokens } from "./model/tokens.ts";

// Item 8.3: kept for thirty days, and out of reach of whoever has the job's keys.

const minimumDays = {
  description: "Days that each backup is kept at least.",
  default: 30,
  minimum: 30,
  maximum: 3650,
} as const;

export const backupRetention = policy({
  name: "backup-retention",
  items: ["8.3"],
  title: "No lifecycle rule deletes a backup before it is 30 days old, and one deletes all of them later.",
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
  title: "A lock keeps every backup from being deleted or overwritten for 30 days.",
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
 * R2 has no permission to write objects without deleting them: what a token cannot do is change a bucket's
 * rules, so that the lock holds against it too. Keys that are given to the stack say nothing of themselves.
 */
export const backupKeys = policy({
  name: "backup-keys-scoped",
  items: ["8.3"],
  title:
    "The token that a backup job writes with reaches the objects of named buckets, and no bucket's rules.",
  severity: "high",
  fix: 'Limit resources of the cloudflare.AccountToken to {"com.cloudflare.edge.r2.bucket.<account>_<jurisdiction>_<bucket>": "*"}: R2 cannot forbid deletion alone, so the bucket\'s lock has to, and the token must not reach it.',
  url: "https://developers.cloudflare.com/r2/api/tokens/",
  check: (stack) =>
    judgeBackupJobs(stack, (job) => {
      const tokens = job.dependenciesOf("envVars").filter(({ type }) => cloudflareTokens.includes(type));
      const policies = tokens.flatMap((token) => token.at("policies").items());
      const wide = some(policies, (rule) => rule.at("effect").string() === "allow" && !isScoped(rule));
      return !wide || "The job's token reaches more than the objects of named buckets.";
    }),
});

function judgeLifecycle(stack: Stack, bucket: Resource, days: number): true | string {
  const rules = lifecycleRules(stack, bucket);
  const [early] = select(rules, (rule) => {
    const deletion = deletionOf(rule);
    return deletion !== undefined && deletion.days < days && meets(deletion.prefix, stack, bucket);
  });
  if (early !== undefined) {
    const age = deletionOf(early)?.days ?? 0;
    return age === 0
      ? "A lifecycle rule deletes backups at a date, whatever their age."
      : `A lifecycle rule deletes backups after ${Number(age.toFixed(2))} days, ${days} are asked for.`;
  }
  const deletions = select(rules, (rule) => deletionOf(rule) !== undefined);
  const all = (rule: Value) => covers(deletionOf(rule)?.prefix ?? "", stack, bucket);
  return (
    deletions.length === 0 ||
    some(deletions, all) ||
    "Lifecycle rules delete old backups of some prefixes only."
  );
}

/** Whether a rule for a prefix is for every backup. */
function covers(prefix: string, stack: Stack, bucket: Resource): boolean {
  return prefix === "" || backupPrefix(stack, bucket).startsWith(prefix);
}

/** Whether a rule for a prefix is for any backup. */
function meets(prefix: string, stack: Stack, bucket: Resource): boolean {
  return covers(prefix, stack, bucket) || prefix.startsWith(backupPrefix(stack, bucket));
}

/** Resources are JSON in a text, in older versions a map. A permission on an account reaches its buckets' rules. */
function isScoped(rule: Value): boolean {
  const resources = rule.at("resources");
  const entries = resources.string() === undefined ? resources.entries() : resources.json().entries();
  return (
    entries.length > 0 && entries.every(([name]) => /^com\.cloudflare\.edge\.r2\.bucket\.[^*]+$/.test(name))
  );
}
