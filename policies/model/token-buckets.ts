import { known, type Stack } from "../framework/index.ts";
import type { ApiToken, TokenBucket } from "./api-token.ts";
import { backupBuckets, bucketName, jobsOf } from "./backups.ts";
import { cloudflare } from "./tokens.ts";

/** Buckets to which jobs store with the token. */
export function bucketsOf(stack: Stack, { resource, opens }: ApiToken): TokenBucket[] {
  if (opens === undefined) return [];
  return (known(() => backupBuckets(stack)) ?? []).flatMap((bucket) =>
    bucket.is(cloudflare.r2Bucket) &&
    jobsOf(stack, bucket).some(({ variables }) => variables.sources.includes(resource))
      ? [
          {
            resource: bucket,
            account: () => bucket.at("accountId").string(),
            jurisdiction: () => bucket.at("jurisdiction").string() ?? "default",
            name: () => bucketName(bucket),
          },
        ]
      : [],
  );
}
