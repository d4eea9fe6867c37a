import { type AnyValue, fault, judge, known, policy, some, violation } from "./framework/index.ts";
import {
  type Bucket,
  backupBuckets,
  backupJobs,
  bucketName,
  type Job,
  judgeBackupJobs,
} from "./model/backups.ts";
import { judgeDatabases } from "./model/databases.ts";
import { databasesBehind } from "./model/databases-behind.ts";
import { declaredVariables } from "./model/variables.ts";
import { holdsPublicKey, identityForm } from "./values/age.ts";

// Item 8.1: that the parts of a backup fit together. Point-in-time recovery is item 3.3, in database.ts.

export const backupStrategy = policy({
  name: "backup-strategy",
  items: ["8.1"],
  title: "A scheduled job must copy each database into a bucket of this stack.",
  severity: "critical",
  fix: "Make the connection in the backup job's envVars from the database's own outputs, and tell the job the bucket by a variable such as BACKUP_BUCKET.",
  url: "https://supabase.com/docs/guides/platform/backups",
  check: (stack) =>
    judgeDatabases(stack, "No database is declared, so nothing is backed up.", (database) => {
      const jobs = backupJobs(stack).filter((job) =>
        databasesBehind([job.resource, ...job.variables.sources]).some(
          (source) => source === database.resource,
        ),
      );
      if (jobs.length === 0) {
        return "No backup job connects to the database.";
      }
      const buckets = backupBuckets(stack);
      const filled = some(jobs, (job) => some(buckets, (bucket) => isTold(job, bucket)));
      return filled || "No bucket of this stack receives the backups of the database.";
    }),
});

export const backupEncrypted = policy({
  name: "backup-encrypted",
  items: ["8.1"],
  title: "Every backup job must have public keys that it encrypts backups to.",
  severity: "critical",
  fix: 'Give the job the public keys of age of those who may restore, such as BACKUP_RECIPIENTS = ["age1…"].',
  url: "https://age-encryption.org/v1",
  check: (stack) =>
    judgeBackupJobs(
      stack,
      (job) =>
        some(named(job, /recipient|public_?key/i), (value) => holdsPublicKey(value.string() ?? "")) ||
        "The job has no public key to encrypt backups to.",
    ),
});

export const backupIdentity = policy({
  name: "backup-identity-absent",
  items: ["8.1"],
  title: "The private key that opens backups must not be in a variable or a setting.",
  severity: "critical",
  fix: "Take the text AGE-SECRET-KEY-… out, encrypt to a new key pair, and leave its private key with its holder: a job needs only public keys.",
  check: (stack, _threshold, { isConfigured }) => [
    ...(isConfigured(identityForm) ? [violation("A private key of age is in the stack's settings.")] : []),
    ...declaredVariables(stack).map(({ resource, value }) =>
      judge(resource, () => {
        // An output that a provider has yet to give is not a person's key.
        const text = known(() => value.string()) ?? "";
        return !identityForm.test(text) || fault(value, "A private key of age is in a variable.");
      }),
    ),
  ],
});

/** Values of a job's variables whose names match. Throws UnknownRead where the variables are unknown. */
function named(job: Job, form: RegExp): AnyValue[] {
  return job.variables
    .entries()
    .filter(([name]) => form.test(name))
    .map(([, value]) => value);
}

/** Whether a job is told of the bucket, by a variable made from it or holding its name. Throws UnknownRead. */
function isTold(job: Job, bucket: Bucket): boolean {
  // Where a variable is for the bucket, no other tells the job of one.
  const own = named(job, /bucket/i);
  const told = own.flatMap((value) => known(() => value.string()) ?? []);
  const declared = known(() => bucketName(bucket));
  if (declared !== undefined && told.length > 0) {
    return told.some((text) => text.split(/[^\w.-]+/).includes(declared));
  }
  if (job.variables.sources.some((source) => source === bucket)) {
    return true;
  }
  const name = bucketName(bucket) ?? "";
  const places = own.length > 0 ? own : named(job, /destination|target|remote|repository|url|path/i);
  return name !== "" && some(places, (value) => (value.string() ?? "").includes(name));
}
