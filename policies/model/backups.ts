import { type Finding, judge, type Resource, type Stack, select, type Verdict } from "../framework/index.ts";
import { known } from "./known.ts";
import { aws, cloudflare, minio, render } from "./tokens.ts";

/** Judges each bucket that backups go to; where there is none, the stack is violated. */
export function judgeBackupBuckets(stack: Stack, test: (bucket: Resource) => Verdict): Finding[] {
  const buckets = allBuckets(stack);
  return [
    judge(undefined, () => backupBuckets(stack).length > 0 || "No bucket for backups is declared."),
    ...buckets.map((bucket) => judge(bucket, () => !isForBackups(stack, bucket) || test(bucket))),
  ];
}

/** Judges each scheduled job that backs up; where there is none, the stack is violated. */
export function judgeBackupJobs(stack: Stack, test: (job: Resource) => Verdict): Finding[] {
  const absent = "No scheduled job that backs up the database is declared.";
  return [
    judge(undefined, () => backupJobs(stack).length > 0 || absent),
    ...scheduledJobs(stack).map((job) => judge(job, () => !isBackupJob(job) || test(job))),
  ];
}

/** Throws UnknownRead where there is none and one that is unknown could be it. */
export function backupJobs(stack: Stack): Resource[] {
  return select(scheduledJobs(stack), isBackupJob);
}

/** Throws UnknownRead where there is none and one that is unknown could be it. */
export function backupBuckets(stack: Stack): Resource[] {
  return select(allBuckets(stack), (bucket) => isForBackups(stack, bucket));
}

/** Backup jobs that are told of the bucket: one of their variables is made from it, or is known and names it. */
export function jobsOf(stack: Stack, bucket: Resource): Resource[] {
  return scheduledJobs(stack).filter(
    (job) => known(() => isBackupJob(job)) === true && known(() => fills(job, bucket)) === true,
  );
}

/** Name of a bucket at its vendor. Throws UnknownRead. */
export function bucketName(bucket: Resource): string | undefined {
  return bucket.at(bucket.type === cloudflare.r2Bucket ? "name" : "bucket").string();
}

/** The cron texts of a job. Throws UnknownRead. */
export function schedulesOf(job: Resource): string[] {
  const schedules =
    job.type === cloudflare.cronTrigger
      ? job
          .at("schedules")
          .items()
          .map((schedule) => schedule.at("cron"))
      : [job.at("schedule")];
  return schedules.map((schedule) => schedule.string() ?? "");
}

function allBuckets(stack: Stack): Resource[] {
  return stack.ofType(cloudflare.r2Bucket, minio.bucket, ...aws.bucket);
}

function scheduledJobs(stack: Stack): Resource[] {
  return stack.ofType(render.cronJob, cloudflare.cronTrigger);
}

function isForBackups(stack: Stack, bucket: Resource): boolean {
  return saysBackup(bucket.name) || jobsOf(stack, bucket).length > 0 || saysBackup(bucketName(bucket));
}

/** By what it is called or runs. */
function isBackupJob(job: Resource): boolean {
  const source = job.at("runtimeSource");
  const texts = [
    job.at("name"),
    job.at("startCommand"),
    job.at("scriptName"),
    source.at("docker", "context"),
    source.at("docker", "dockerfilePath"),
    source.at("image", "imageUrl"),
  ];
  return select(texts, (text) => saysBackup(job.name, text.string())).length > 0;
}

function fills(job: Resource, bucket: Resource): boolean {
  if (job.dependenciesOf("envVars").includes(bucket)) {
    return true;
  }
  const name = bucketName(bucket);
  const texts = job
    .at("envVars")
    .entries()
    .map(([, variable]) => known(() => variable.at("value").string()));
  return name !== undefined && texts.some((text) => text?.includes(name));
}

const saysBackup = (...texts: readonly (string | undefined)[]): boolean =>
  texts.some((text) => text !== undefined && /back-?_?up|(pg|db|database)[-_]?dump/i.test(text));
