import { fault, judge, known, policy, type Stack, type Verdict } from "./framework/index.ts";
import { type Bucket, backupBuckets, bucketName } from "./model/backups.ts";
import { cloudflare } from "./model/tokens.ts";

export const backupsPrivate = policy({
  name: "backups-private",
  items: ["2.9", "3.2"],
  title: "No bucket of backups may be reached from the Internet without a credential.",
  severity: "critical",
  fix: "Remove the bucket's r2.dev domain, its custom domain or its public ACL.",
  url: "https://developers.cloudflare.com/r2/buckets/public-buckets/",
  check: (stack) =>
    (known(() => backupBuckets(stack)) ?? []).map((bucket) =>
      judge(bucket, () => judgeBucket(stack, bucket)),
    ),
});

function judgeBucket(stack: Stack, bucket: Bucket): Verdict {
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
