import { type Resource, type Stack, select, type Value } from "../framework/index.ts";
import { backupJobs, bucketName, jobsOf } from "./backups.ts";
import { belongsTo, candidatesBy } from "./links.ts";
import { perStack } from "./per-stack.ts";
import { aws, cloudflare, minio } from "./tokens.ts";

/** What a rule of a bucket does to the objects whose names begin with the prefix. */
export interface BucketRule {
  readonly prefix: string;
  /** Age in days; 0 where it goes by a date, and so may meet an object of any age. */
  readonly days: number;
}

/**
 * Rules of a bucket's lifecycle, each to be read by `deletionOf`. R2 and MinIO have them in a resource, S3 has
 * them in a resource or in the bucket. Throws UnknownRead.
 */
export function lifecycleRules(stack: Stack, bucket: Resource): Value[] {
  return [
    ...bucket.at("lifecycleRules").items(),
    ...rulesIn(stack, bucket, r2Lifecycles, "bucketName"),
    ...rulesIn(stack, bucket, s3Lifecycles, "bucket"),
  ];
}

/** What an enabled rule of a lifecycle deletes; undefined where it deletes no object. Throws UnknownRead. */
export function deletionOf(rule: Value): BucketRule | undefined {
  // MinIO's provider enables each of its rules, and says so only afterwards.
  const enabled = rule.at("enabled").boolean() ?? (rule.at("status").string() ?? "Enabled") === "Enabled";
  const days = enabled ? (r2Deletion(rule) ?? s3Deletion(rule)) : undefined;
  return days === undefined ? undefined : { prefix: lifecyclePrefix(rule), days };
}

/** Locks of a bucket that nobody can take from an object. Throws UnknownRead. */
export function locksOf(stack: Stack, bucket: Resource): BucketRule[] {
  if (bucket.type === cloudflare.r2Bucket) {
    return select(
      rulesIn(stack, bucket, r2Locks, "bucketName"),
      (rule) => rule.at("enabled").boolean() === true,
    ).map((rule) => ({ prefix: rule.at("prefix").string() ?? "", days: r2LockDays(rule.at("condition")) }));
  }
  const settings = [
    bucket.at("objectLockConfiguration"),
    ...owned(stack, bucket, s3Locks, "bucket").map((lock) => lock.at()),
  ];
  const retentions = settings.map((setting) => setting.at("rule", "defaultRetention"));
  return [
    // Governance mode yields to whoever has the permission to bypass it.
    ...retentions.filter((retention) => retention.at("mode").string() === "COMPLIANCE").map(retentionDays),
    ...locksByJobs(stack, bucket),
  ].map((days) => ({ prefix: "", days }));
}

/** Prefix of the backups in a bucket, as a job that fills it is told; all of it otherwise. Throws UnknownRead. */
export function backupPrefix(stack: Stack, bucket: Resource): string {
  const [job] = jobsOf(stack, bucket);
  return job?.at("envVars", "BACKUP_PREFIX", "value").string() ?? "";
}

const r2Lifecycles = perStack((stack) => candidatesBy(stack.ofType(cloudflare.r2Lifecycle), "bucketName"));
const r2Locks = perStack((stack) => candidatesBy(stack.ofType(cloudflare.r2Lock), "bucketName"));
const s3Lifecycles = perStack((stack) =>
  candidatesBy(stack.ofType(minio.lifecycle, ...aws.lifecycle), "bucket"),
);
const s3Locks = perStack((stack) => candidatesBy(stack.ofType(...aws.objectLock), "bucket"));

type Index = (stack: Stack) => (bucket: Resource) => readonly Resource[];

function rulesIn(stack: Stack, bucket: Resource, index: Index, property: string): Value[] {
  return owned(stack, bucket, index, property).flatMap((resource) => resource.at("rules").items());
}

function owned(stack: Stack, bucket: Resource, index: Index, property: string): Resource[] {
  return select(index(stack)(bucket), (resource) => isOf(resource, property, bucket));
}

/** A bucket is known by its name as well as by its id. */
function isOf(resource: Resource, property: string, bucket: Resource): boolean {
  if (belongsTo(resource, property, bucket)) {
    return true;
  }
  const name = bucketName(bucket);
  return resource.dependenciesOf(property).length === 0 && resource.at(property).string() === name;
}

const secondsInDay = 86_400;

function r2Deletion(rule: Value): number | undefined {
  const transition = rule.at("deleteObjectsTransition");
  return transition.exists ? (transition.at("condition", "maxAge").number() ?? 0) / secondsInDay : undefined;
}

/** S3 says `expiration`, in an older form `expirations`; MinIO says it in a text, such as `30d`. */
function s3Deletion(rule: Value): number | undefined {
  const expirations = [rule.at("expiration"), ...rule.at("expirations").items()];
  const days = expirations.flatMap((expiration) => expirationDays(expiration) ?? []);
  return days.length === 0 ? undefined : Math.min(...days);
}

function expirationDays(expiration: Value): number | undefined {
  const text = expiration.string();
  if (text !== undefined) {
    const age = /^(\d{1,6})d$/.exec(text)?.[1];
    // What is left is a date, but for the marks that deleted objects leave.
    return text === "" || text === "DeleteMarker" ? undefined : Number(age ?? 0);
  }
  const byDate = expiration.at("date").exists ? 0 : undefined;
  return expiration.at("days").number() ?? byDate;
}

function lifecyclePrefix(rule: Value): string {
  const filter = rule.at("filter");
  const places = [
    rule.at("conditions", "prefix"),
    filter,
    filter.at("prefix"),
    filter.at("and", "prefix"),
    rule.at("prefix"),
  ];
  return places.flatMap((place) => place.string() ?? [])[0] ?? "";
}

function r2LockDays(condition: Value): number {
  if (condition.at("type").string() === "Indefinite") {
    return Number.POSITIVE_INFINITY;
  }
  return (condition.at("maxAgeSeconds").number() ?? 0) / secondsInDay;
}

function retentionDays(retention: Value): number {
  return (retention.at("days").number() ?? 0) + 365 * (retention.at("years").number() ?? 0);
}

/** Days that jobs lock each object for, where the bucket allows it. */
function locksByJobs(stack: Stack, bucket: Resource): number[] {
  const allows = ["objectLocking", "objectLockEnabled"].some((key) => bucket.at(key).boolean() === true);
  if (!allows) {
    return [];
  }
  const jobs = jobsOf(stack, bucket);
  // A job of which nothing is known yet may be the one: to ask for its variables is to ask for the unknown.
  const asked = jobs.length > 0 ? jobs : backupJobs(stack).filter((job) => job.at("envVars").isUnknown);
  const days = asked.map((job) => job.at("envVars", "BACKUP_LOCK_DAYS", "value").string() ?? "");
  return days.flatMap((text) => (/^\d{1,6}$/.test(text) ? [Number(text)] : []));
}
