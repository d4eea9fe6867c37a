import { judge, policy, type Resource, type Stack, select, some, type Value } from "./framework/index.ts";
import { known } from "./model/known.ts";
import { belongsTo, candidatesBy } from "./model/links.ts";
import { perStack } from "./model/per-stack.ts";
import { aws, cloudflare, render } from "./model/tokens.ts";
import { runsDaily } from "./values/schedule.ts";

// Item 3.2. How long backups are kept and locked is section 8's.

export const backupBucket = policy({
  name: "backup-bucket",
  items: ["3.2"],
  title: "Backups go to a bucket at another vendor than the database, and expire there.",
  severity: "critical",
  fix: "Declare a cloudflare.R2Bucket with backup in its name, and a cloudflare.R2BucketLifecycle for it with an enabled rule that deletes old backups.",
  url: "https://developers.cloudflare.com/r2/buckets/object-lifecycles/",
  check: (stack) => {
    const buckets = stack.ofType(cloudflare.r2Bucket, ...aws.bucket);
    const jobs = scheduledJobs(stack);
    const isForBackups = (bucket: Resource) =>
      saysBackup(bucket.name, bucketName(bucket)) || jobs.some((job) => fills(job, bucket));
    const absent = "No bucket for backups is declared.";
    return [
      judge(undefined, () => some(buckets, isForBackups) || absent),
      ...buckets.map((bucket) => judge(bucket, () => !isForBackups(bucket) || judgeLifecycle(stack, bucket))),
    ];
  },
});

export const backupJob = policy({
  name: "backup-job-daily",
  items: ["3.2"],
  title: "A scheduled job backs up the database at least once a day.",
  severity: "critical",
  fix: "Declare a render.CronJob with backup in its name and a schedule that runs every day, such as 15 2 * * *.",
  url: "https://render.com/docs/cronjobs",
  check: (stack) => {
    const jobs = scheduledJobs(stack);
    const absent = "No scheduled job that backs up the database is declared.";
    return [
      judge(undefined, () => some(jobs, isBackupJob) || absent),
      ...jobs.map((job) => judge(job, () => !isBackupJob(job) || judgeSchedule(job))),
    ];
  },
});

const r2Lifecycles = perStack((stack) => candidatesBy(stack.ofType(cloudflare.r2Lifecycle), "bucketName"));
const s3Lifecycles = perStack((stack) => candidatesBy(stack.ofType(...aws.lifecycle), "bucket"));

function judgeLifecycle(stack: Stack, bucket: Resource): true | string {
  const lifecycles = [
    ...select(r2Lifecycles(stack)(bucket), (lifecycle) => isOf(lifecycle, "bucketName", bucket)),
    ...select(s3Lifecycles(stack)(bucket), (lifecycle) => isOf(lifecycle, "bucket", bucket)),
  ];
  const rules = [
    ...bucket.at("lifecycleRules").items(),
    ...lifecycles.flatMap((lifecycle) => lifecycle.at("rules").items()),
  ];
  return some(rules, expires) || "No enabled lifecycle rule deletes old backups from the bucket.";
}

/** R2 says `deleteObjectsTransition`, S3 `expiration`; R2 and inline S3 `enabled`, S3's own resource `status`. */
function expires(rule: Value): boolean {
  const enabled = rule.at("enabled").boolean() ?? rule.at("status").string() === "Enabled";
  return enabled && (rule.at("deleteObjectsTransition").exists || rule.at("expiration").exists);
}

/** A bucket is known by its name as well as by its id. */
function isOf(lifecycle: Resource, property: string, bucket: Resource): boolean {
  if (belongsTo(lifecycle, property, bucket)) {
    return true;
  }
  const name = bucketName(bucket);
  return lifecycle.dependenciesOf(property).length === 0 && lifecycle.at(property).string() === name;
}

const bucketName = (bucket: Resource): string | undefined =>
  bucket.at(bucket.type === cloudflare.r2Bucket ? "name" : "bucket").string();

function scheduledJobs(stack: Stack): Resource[] {
  return stack.ofType(render.cronJob, cloudflare.cronTrigger);
}

/** By what it is called or runs. */
function isBackupJob(job: Resource): boolean {
  const source = job.at("runtimeSource");
  return some(
    [
      job.at("name"),
      job.at("startCommand"),
      job.at("scriptName"),
      source.at("docker", "context"),
      source.at("docker", "dockerfilePath"),
      source.at("image", "imageUrl"),
    ],
    (text) => saysBackup(job.name, text.string()),
  );
}

function judgeSchedule(job: Resource): true | string {
  const schedules =
    job.type === cloudflare.cronTrigger
      ? job
          .at("schedules")
          .items()
          .map((schedule) => schedule.at("cron"))
      : [job.at("schedule")];
  if (some(schedules, (schedule) => runsDaily(schedule.string() ?? "") === true)) {
    return true;
  }
  const texts = schedules.map((schedule) => JSON.stringify(schedule.string() ?? ""));
  return texts.length === 0
    ? "The job has no schedule."
    : `The job does not run every day: its schedule is ${texts.join(", ")}.`;
}

/** Whether a job is told of the bucket: one of its variables is made from it, or is known and names it. */
function fills(job: Resource, bucket: Resource): boolean {
  if (!isBackupJob(job)) {
    return false;
  }
  const name = bucketName(bucket);
  const texts = job
    .at("envVars")
    .entries()
    .map(([, variable]) => known(() => variable.at("value").string()));
  return (
    job.dependenciesOf("envVars").includes(bucket) ||
    (name !== undefined && texts.some((text) => text?.includes(name)))
  );
}

const saysBackup = (...texts: readonly (string | undefined)[]): boolean =>
  texts.some((text) => text !== undefined && /back-?_?up|(pg|db|database)[-_]?dump/i.test(text));
