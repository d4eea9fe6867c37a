import { judge, known, policy } from "./framework/index.ts";
import { backupBuckets } from "./model/backups.ts";
import { judgePrivacy } from "./model/bucket-rules.ts";

export const backupsPrivate = policy({
  name: "backups-private",
  items: ["2.9", "3.2"],
  title: "No bucket of backups may be reached from the Internet without a credential.",
  severity: "critical",
  fix: "Remove the bucket's r2.dev domain, its custom domain or its public ACL.",
  url: "https://developers.cloudflare.com/r2/buckets/public-buckets/",
  check: (stack) =>
    (known(() => backupBuckets(stack)) ?? []).map((bucket) =>
      judge(bucket, () => judgePrivacy(stack, bucket)),
    ),
});
