import { type AnyValue, type Fault, fault, known, type Stack } from "../framework/index.ts";
import { type Bucket, type Job, jobsOf } from "./backups.ts";
import { databases } from "./databases.ts";
import { aws, cloudflare, minio, supabase } from "./tokens.ts";

/** What is wrong with where a backup job stores, as far as its variables say it. */
export function destinationFault(stack: Stack, job: Job): Fault | undefined {
  const buckets: Bucket[] = stack.ofType(cloudflare.r2Bucket, minio.bucket, ...aws.bucket);
  for (const [name, value, text] of knownVariables(job)) {
    if (/(?:^|_)ENDPOINT(?:_URL)?$/i.test(name) && buckets.length > 0) {
      const isStore = buckets.some((bucket) => bucket.type !== cloudflare.r2Bucket || isR2Of(bucket, text));
      const [only, ...further] = buckets.filter((bucket) =>
        jobsOf(stack, bucket).some((one) => one.resource === job.resource),
      );
      const place =
        only === undefined || further.length > 0 ? undefined : jurisdictionFault(only, value, text);
      if (isStore && place !== undefined) return place;
      if (!isStore || !/^https:\/\//.test(text)) {
        return fault(
          value,
          `${job.resource.name} stores backups at ${JSON.stringify(text)}, which is not the bucket's store by https.`,
        );
      }
    }
  }
  return undefined;
}

function isR2Of(bucket: Bucket, endpoint: string): boolean {
  const account = bucket.is(cloudflare.r2Bucket) ? known(() => bucket.at("accountId").string()) : undefined;
  const [, owner] =
    /^https:\/\/([0-9a-f]+)(?:\.\w+)?\.r2\.cloudflarestorage\.com(?:\/|$)/i.exec(endpoint) ?? [];
  return owner !== undefined && (account === undefined || owner === account);
}

/** Each jurisdiction has an endpoint of its own, which alone reaches its buckets: https://developers.cloudflare.com/r2/reference/data-location/ */
function jurisdictionFault(bucket: Bucket, at: AnyValue, endpoint: string): Fault | undefined {
  if (!bucket.is(cloudflare.r2Bucket)) return undefined;
  const own = known(() => bucket.at("jurisdiction").string() ?? "default");
  const [, asked = "default"] =
    /^https:\/\/[0-9a-f]+(?:\.(\w+))?\.r2\.cloudflarestorage\.com(?:\/|$)/i.exec(endpoint) ?? [];
  return own === undefined || own.toLowerCase() === asked.toLowerCase()
    ? undefined
    : fault(
        at,
        `${at.resource.name} stores backups at ${JSON.stringify(endpoint)}, the endpoint of the jurisdiction ${asked}, and the bucket is in the jurisdiction ${own}.`,
        "Take the endpoint of the bucket's jurisdiction, such as https://<account>.eu.r2.cloudflarestorage.com.",
      );
}

/**
 * What is wrong with the database that a backup job reads: a host of Supabase has the project's reference in its
 * name, or is a pooler. A host that is written out before the project exists is another one's.
 */
export function connectionFault(stack: Stack, job: Job): Fault | undefined {
  const declared = databases(stack);
  if (declared.length === 0 || !declared.every(({ resource }) => resource.is(supabase.project))) {
    return undefined;
  }
  const ids = declared.flatMap(({ resource }) => resource.id ?? []);
  const host = knownVariables(job).find(([name]) => /^(?:PG|DB_|DATABASE_|POSTGRES_)HOST$/i.test(name));
  if (host === undefined) {
    return undefined;
  }
  const [, value, text] = host;
  const isOwn =
    /^aws-\d+-[a-z0-9-]+\.pooler\.supabase\.com$/i.test(text) || ids.some((id) => text.includes(id));
  return isOwn
    ? undefined
    : fault(
        value,
        `${job.resource.name} backs up ${JSON.stringify(text)}, which is not a database of this stack.`,
      );
}

function knownVariables(job: Job): [name: string, value: AnyValue, text: string][] {
  return (known(() => job.variables.entries()) ?? []).flatMap(([name, value]) => {
    const text = known(() => value.string());
    return text === undefined ? [] : [[name, value, text]];
  });
}
