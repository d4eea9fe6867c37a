import {
  type Finding,
  judge,
  judgeStack,
  known,
  type PropertiesOf,
  type ResourceOf,
  type Stack,
  select,
  type Verdict,
} from "../framework/index.ts";
import { aws, cloudflare, minio, render } from "./tokens.ts";

/** A bucket at any store that the pack knows. */
export type Bucket = ResourceOf<
  PropertiesOf<typeof cloudflare.r2Bucket | typeof minio.bucket | (typeof aws.bucket)[number]>
>;

/** A job that runs on a schedule. */
export type Job = ResourceOf<PropertiesOf<typeof render.cronJob | typeof cloudflare.cronTrigger>>;

/** Judges each bucket that backups go to; a stack without any violates the requirement. */
export function judgeBackupBuckets(stack: Stack, test: (bucket: Bucket) => Verdict): Finding[] {
  const buckets = allBuckets(stack);
  return [
    judgeStack(() => backupBuckets(stack).length > 0 || "No bucket for backups is declared."),
    ...buckets.map((bucket) => judge(bucket, () => !isForBackups(stack, bucket) || test(bucket))),
  ];
}

/** Judges each scheduled job that backs up; a stack without any violates the requirement. */
export function judgeBackupJobs(stack: Stack, test: (job: Job) => Verdict): Finding[] {
  const absent = "No scheduled job that backs up the database is declared.";
  return [
    judgeStack(() => backupJobs(stack).length > 0 || absent),
    ...scheduledJobs(stack).map((job) => judge(job, () => !isBackupJob(job) || test(job))),
  ];
}

/** Throws UnknownRead where no job surely backs up and one that is unknown could. */
export function backupJobs(stack: Stack): Job[] {
  return select(scheduledJobs(stack), isBackupJob);
}

/** Throws UnknownRead where no bucket is surely for backups and one that is unknown could be. */
export function backupBuckets(stack: Stack): Bucket[] {
  return select(allBuckets(stack), (bucket) => isForBackups(stack, bucket));
}

/** Backup jobs that are told of the bucket: one of their variables is made from it, or is known and names it. */
export function jobsOf(stack: Stack, bucket: Bucket): Job[] {
  return scheduledJobs(stack).filter(
    (job) => known(() => isBackupJob(job)) === true && known(() => fills(job, bucket)) === true,
  );
}

/** Name of a bucket at its vendor. Throws UnknownRead. */
export function bucketName(bucket: Bucket): string | undefined {
  return bucket.at(bucket.type === cloudflare.r2Bucket ? "name" : "bucket").string();
}

/** The cron texts of a job. Throws UnknownRead. */
export function schedulesOf(job: Job): string[] {
  const schedules =
    job.type === cloudflare.cronTrigger
      ? job
          .at("schedules")
          .items()
          .map((schedule) => schedule.at("cron"))
      : [job.at("schedule")];
  return schedules.map((schedule) => schedule.string() ?? "");
}

function allBuckets(stack: Stack): Bucket[] {
  return stack.ofType(cloudflare.r2Bucket, minio.bucket, ...aws.bucket);
}

function scheduledJobs(stack: Stack): Job[] {
  return stack.ofType(render.cronJob, cloudflare.cronTrigger);
}

function isForBackups(stack: Stack, bucket: Bucket): boolean {
  return saysBackup(bucket.name) || jobsOf(stack, bucket).length > 0 || saysBackup(bucketName(bucket));
}

/** By what it is called or runs. */
function isBackupJob(job: Job): boolean {
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

/** Whether what the job runs without a command of its own says that it makes a backup. Throws UnknownRead. */
export function runsOnlyBackups(job: Job): boolean {
  const source = job.at("runtimeSource");
  const places = [
    source.at("docker", "dockerfilePath"),
    source.at("docker", "context"),
    source.at("image", "imageUrl"),
  ];
  return select(places, (place) => saysBackup(place.string())).length > 0;
}

function fills(job: Job, bucket: Bucket): boolean {
  if (job.dependenciesOf("envVars").some((source) => source === bucket)) {
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
