import {
  type AnyValue,
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
import { all } from "./facts.ts";
import type { Job } from "./job.ts";
import { aws, cloudflare, minio } from "./tokens.ts";

/** A bucket at any store that the pack knows. */
export type Bucket = ResourceOf<
  PropertiesOf<typeof cloudflare.r2Bucket | typeof minio.bucket | (typeof aws.bucket)[number]>
>;

export type { Job } from "./job.ts";

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
  return [judgeStack(() => backupJobs(stack).length > 0 || absent), ...judgePresentJobs(stack, test)];
}

/** Judges each scheduled job that backs up, if there is one: that one is there is for others to judge. */
export function judgePresentJobs(stack: Stack, test: (job: Job) => Verdict): Finding[] {
  return scheduledJobs(stack).map((job) => judge(job.resource, () => !isBackupJob(job) || test(job)));
}

/** Jobs that surely do something else. */
export function otherJobs(stack: Stack): Job[] {
  return scheduledJobs(stack).filter((job) => known(() => isBackupJob(job)) === false);
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

function allBuckets(stack: Stack): Bucket[] {
  return stack.ofType(cloudflare.r2Bucket, minio.bucket, ...aws.bucket);
}

export const scheduledJobs = all(({ jobs: part }) => part);

function isForBackups(stack: Stack, bucket: Bucket): boolean {
  return saysBackup(bucket.name) || jobsOf(stack, bucket).length > 0 || saysBackup(bucketName(bucket));
}

/** By what it is called or runs. */
function isBackupJob({ resource, labels }: Job): boolean {
  return saysBackup(resource.name) || select(labels, (text) => saysBackup(text.string())).length > 0;
}

/** Whether what the job runs without a command of its own says that it makes a backup. Throws UnknownRead. */
export function runsOnlyBackups({ programs }: Job): boolean {
  return select(programs, (place) => saysBackup(place.string())).length > 0;
}

/** The variable that names a bucket decides; without one, the job may be told of it in any other way. */
function fills({ variables }: Job, bucket: Bucket): boolean {
  const name = known(() => bucketName(bucket));
  const texts = variables
    .entries()
    .map(([key, value]) => ({ key, text: known(() => value.string())?.trim() }));
  const named = texts.filter(({ key, text }) => /(?:^|_)BUCKET(?:_NAME)?$/i.test(key) && text !== undefined);
  if (name !== undefined && named.length > 0) {
    return named.some(({ text }) => text === name);
  }
  return variables.sources.some((source) => source === bucket) || isNamed(texts, bucketName(bucket));
}

const isNamed = (texts: readonly { text: string | undefined }[], name: string | undefined): boolean =>
  name !== undefined && texts.some(({ text }) => text?.split(/[^\w.-]+/).includes(name));

/** The value of a variable of the job. Throws UnknownRead. */
export function variableOf({ variables }: Job, name: string): AnyValue | undefined {
  return variables.entries().find(([key]) => key === name)?.[1];
}

const saysBackup = (...texts: readonly (string | undefined)[]): boolean =>
  texts.some((text) => text !== undefined && /back-?_?up|(pg|db|database)[-_]?dump/i.test(text));
