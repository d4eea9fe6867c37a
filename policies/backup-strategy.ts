import { judge, judgeEach, policy, type Resource, some, type Value, violation } from "./framework/index.ts";
import { backupBuckets, backupJobs, bucketName, judgeBackupJobs } from "./model/backups.ts";
import { databases } from "./model/databases.ts";
import { databasesBehind } from "./model/databases-behind.ts";
import { declaredVariables } from "./model/variables.ts";
import { holdsPublicKey, identityForm } from "./values/age.ts";

// Item 8.1: that the parts make a whole. Point-in-time recovery is item 3.3's, in database.ts.

export const backupStrategy = policy({
  name: "backup-strategy",
  items: ["8.1"],
  title: "A scheduled job copies each database into a bucket of this stack.",
  severity: "critical",
  fix: "Make the connection in the backup job's envVars from the database's own outputs, and tell the job the bucket by a variable such as BACKUP_BUCKET.",
  url: "https://supabase.com/docs/guides/platform/backups",
  check: (stack) =>
    judgeEach(databases(stack), "No database is declared, so nothing is backed up.", (database) => {
      const jobs = backupJobs(stack).filter((job) => databasesBehind([job]).includes(database));
      if (jobs.length === 0) {
        return "No backup job connects to the database.";
      }
      const buckets = backupBuckets(stack);
      const filled = some(jobs, (job) => some(buckets, (bucket) => isTold(job, bucket)));
      return filled || "The database is backed up to no bucket of this stack.";
    }),
});

export const backupEncrypted = policy({
  name: "backup-encrypted",
  items: ["8.1"],
  title: "Every backup job has public keys that it encrypts backups to.",
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
  title: "The private key that opens backups is in no variable and in no setting.",
  severity: "critical",
  fix: "Take the text AGE-SECRET-KEY-… out, encrypt to a new pair, and keep its private key with its holder: a job needs public keys only.",
  check: (stack, _threshold, { isConfigured }) => [
    ...(isConfigured(identityForm) ? [violation("A private key of age is in the stack's settings.")] : []),
    ...declaredVariables(stack).map(({ resource, value }) =>
      judge(resource, () => {
        // What a provider is yet to give is no key of a person.
        const text = known(() => value.string()) ?? "";
        return !identityForm.test(text) || "A private key of age is in a variable.";
      }),
    ),
  ],
});

/** Values of a job's variables whose names match. Throws UnknownRead where the variables are unknown. */
function named(job: Resource, form: RegExp): Value[] {
  return job
    .at("envVars")
    .entries()
    .filter(([name]) => form.test(name))
    .map(([, variable]) => variable.at("value"));
}

/** Whether a job is told of the bucket, by a variable made from it or holding its name. Throws UnknownRead. */
function isTold(job: Resource, bucket: Resource): boolean {
  if (job.dependenciesOf("envVars").includes(bucket)) {
    return true;
  }
  const name = bucketName(bucket) ?? "";
  const places = named(job, /bucket|destination|target|remote|repository|url|path/i);
  return name !== "" && some(places, (value) => (value.string() ?? "").includes(name));
}
