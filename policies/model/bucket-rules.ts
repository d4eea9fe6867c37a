import type { types as cf } from "@pulumi/cloudflare";
import type { types as s3 } from "@pulumi/minio";
import type { Input } from "@pulumi/pulumi";
import {
  type AnyValue,
  fault,
  type Key,
  known,
  type ResourceOf,
  type Stack,
  select,
  type Value,
  type Verdict,
} from "../framework/index.ts";
import { type Bucket, backupJobs, bucketName, jobsOf, variableOf } from "./backups.ts";
import { belongsTo, candidatesBy } from "./links.ts";
import type { AwsBucketLifecycleRule, AwsRetention } from "./other-args.ts";
import { perStack } from "./per-stack.ts";
import { aws, cloudflare, minio } from "./tokens.ts";

/** What a rule of a bucket does to the objects whose names begin with the prefix. */
export interface BucketRule {
  readonly prefix: string;
  /** Age in days; 0 where it goes by a date, and so may meet an object of any age. */
  readonly days: number;
}

/** A rule of a bucket's lifecycle at any store. */
export type LifecycleRule = Value<
  cf.input.R2BucketLifecycleRule | s3.input.IlmPolicyRule | AwsBucketLifecycleRule
>;

/**
 * Rules of a bucket's lifecycle, each to be read by `deletionOf`. R2 and MinIO have them in a resource, S3 has
 * them in a resource or in the bucket. Throws UnknownRead.
 */
export function lifecycleRules(stack: Stack, bucket: Bucket): LifecycleRule[] {
  const inBucket = bucket.at("lifecycleRules").items();
  const inR2 = owned(stack, bucket, r2Lifecycles, "bucketName").flatMap((it) => it.at("rules").items());
  const inS3 = owned(stack, bucket, s3Lifecycles, "bucket").flatMap((it) => it.at("rules").items());
  return [
    ...inBucket.map((rule): LifecycleRule => rule.as()),
    ...inR2.map((rule): LifecycleRule => rule.as()),
    ...inS3.map((rule): LifecycleRule => rule.as()),
  ];
}

/** What an enabled rule of a lifecycle deletes; undefined where it deletes no object. Throws UnknownRead. */
export function deletionOf(rule: LifecycleRule): BucketRule | undefined {
  // MinIO's provider enables each of its rules, and says so only afterwards.
  const enabled = rule.at("enabled").boolean() ?? (rule.at("status").string() ?? "Enabled") === "Enabled";
  const days = enabled ? (r2Deletion(rule) ?? s3Deletion(rule)) : undefined;
  return days === undefined ? undefined : { prefix: lifecyclePrefix(rule), days };
}

/** Locks of a bucket that nobody can take from an object. Throws UnknownRead. */
export function locksOf(stack: Stack, bucket: Bucket): BucketRule[] {
  if (bucket.type === cloudflare.r2Bucket) {
    const rules = owned(stack, bucket, r2Locks, "bucketName").flatMap((lock) => lock.at("rules").items());
    return select(rules, (rule) => rule.at("enabled").boolean() === true).map((rule) => ({
      prefix: rule.at("prefix").string() ?? "",
      days: r2LockDays(rule.at("condition")),
    }));
  }
  const retentions = [
    bucket.at("objectLockConfiguration", "rule", "defaultRetention"),
    ...owned(stack, bucket, s3Locks, "bucket").map((lock) => lock.at("rule", "defaultRetention")),
  ];
  return [
    // Governance mode yields to whoever has the permission to bypass it.
    ...retentions.filter((retention) => retention.at("mode").string() === "COMPLIANCE").map(retentionDays),
    ...locksByJobs(stack, bucket),
  ].map((days) => ({ prefix: "", days }));
}

/** Prefix of the backups in a bucket, as a job that fills it is told; without one, empty. Throws UnknownRead. */
export function backupPrefix(stack: Stack, bucket: Bucket): string {
  const [job] = jobsOf(stack, bucket);
  return (job && variableOf(job, "BACKUP_PREFIX")?.string()) ?? "";
}

const r2Lifecycles = perStack((stack) => candidatesBy(stack.ofType(cloudflare.r2Lifecycle), "bucketName"));
const r2Locks = perStack((stack) => candidatesBy(stack.ofType(cloudflare.r2Lock), "bucketName"));
const s3Lifecycles = perStack((stack) =>
  candidatesBy(stack.ofType(minio.lifecycle, ...aws.lifecycle), "bucket"),
);
const s3Locks = perStack((stack) => candidatesBy(stack.ofType(...aws.objectLock), "bucket"));

type Index<P> = (stack: Stack) => (bucket: Bucket) => readonly ResourceOf<P>[];

function owned<P>(stack: Stack, bucket: Bucket, index: Index<P>, property: Key<P>): ResourceOf<P>[] {
  return select(index(stack)(bucket), (resource) => isOf(resource, property, bucket));
}

/** A bucket is known by its name as well as by its id. */
function isOf<P>(resource: ResourceOf<P>, property: Key<P>, bucket: Bucket): boolean {
  if (belongsTo(resource, property, bucket)) {
    return true;
  }
  const name = bucketName(bucket);
  return resource.dependenciesOf(property).length === 0 && resource.at(property).string() === name;
}

const secondsInDay = 86_400;

function r2Deletion(rule: LifecycleRule): number | undefined {
  const transition = rule.at("deleteObjectsTransition");
  return transition.exists ? (transition.at("condition", "maxAge").number() ?? 0) / secondsInDay : undefined;
}

/** S3 says `expiration`, in an older form `expirations`; MinIO says it in a text, such as `30d`. */
function s3Deletion(rule: LifecycleRule): number | undefined {
  const expirations = [
    rule.at("expiration").as<Expiration>(),
    ...rule
      .at("expirations")
      .items()
      .map((one) => one.as<Expiration>()),
  ];
  const days = expirations.flatMap((expiration) => expirationDays(expiration) ?? []);
  return days.length === 0 ? undefined : Math.min(...days);
}

type Expiration = string | { days?: Input<number>; date?: Input<string> };

function expirationDays(expiration: Value<Expiration>): number | undefined {
  const text = expiration.string();
  if (text !== undefined) {
    const age = /^(\d{1,6})d$/.exec(text)?.[1];
    // What is left is a date, but for the marks that deleted objects leave.
    return text === "" || text === "DeleteMarker" ? undefined : Number(age ?? 0);
  }
  const byDate = expiration.at("date").exists ? 0 : undefined;
  return expiration.at("days").number() ?? byDate;
}

function lifecyclePrefix(rule: LifecycleRule): string {
  const filter = rule.at("filter");
  const places: AnyValue[] = [
    rule.at("conditions", "prefix"),
    filter,
    filter.at("prefix"),
    filter.at("and", "prefix"),
    rule.at("prefix"),
  ];
  return places.flatMap((place) => place.string() ?? [])[0] ?? "";
}

function r2LockDays(condition: Value<cf.input.R2BucketLockRuleCondition>): number {
  if (condition.at("type").string() === "Indefinite") {
    return Number.POSITIVE_INFINITY;
  }
  return (condition.at("maxAgeSeconds").number() ?? 0) / secondsInDay;
}

function retentionDays(retention: Value<AwsRetention>): number {
  return (retention.at("days").number() ?? 0) + 365 * (retention.at("years").number() ?? 0);
}

/** Days that jobs lock each object for, where the bucket allows it. */
function locksByJobs(stack: Stack, bucket: Bucket): number[] {
  const allows = (["objectLocking", "objectLockEnabled"] as const).some(
    (key) => bucket.at(key).boolean() === true,
  );
  if (!allows) {
    return [];
  }
  const jobs = jobsOf(stack, bucket);
  // A job of which nothing is known yet may be the one: to ask for its variables is to ask for the unknown.
  const asked = jobs.length > 0 ? jobs : backupJobs(stack).filter((job) => job.variables.at.isUnknown);
  const days = asked.map((job) => variableOf(job, "BACKUP_LOCK_DAYS")?.string() ?? "");
  return days.flatMap((text) => (/^\d{1,6}$/.test(text) ? [Number(text)] : []));
}

/** Whether nobody reaches a bucket from the Internet without a credential. Throws UnknownRead. */
export function judgePrivacy(stack: Stack, bucket: Bucket): Verdict {
  const acl = bucket.at("acl");
  if (/^public|^authenticated-read$/.test(acl.string() ?? "")) {
    return fault(acl, `${bucket.name} has the ACL ${acl.string()}.`);
  }
  const name = known(() => bucketName(bucket));
  const domain = stack
    .ofType(cloudflare.r2ManagedDomain, cloudflare.r2CustomDomain)
    .find(
      (candidate) =>
        candidate.at("enabled").boolean() !== false &&
        (candidate.dependenciesOf("bucketName").some((it) => it === bucket) ||
          (name !== undefined && known(() => candidate.at("bucketName").string()) === name)),
    );
  return domain === undefined || `${domain.name} serves ${bucket.name} to everybody.`;
}
