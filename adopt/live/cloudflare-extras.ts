import {
  type Cloudflare,
  type CloudflareZone,
  type R2Jurisdiction,
  r2Jurisdictions,
} from "../../vendors/cloudflare.ts";
import { orAbsent, VendorProblem } from "../../vendors/problem.ts";
import { forEachPart, type Reading } from "./reading.ts";
import { snakeKeys } from "./snake-keys.ts";

/** What a zone has beside its records, settings and rules. */
export const extrasOfZone = [
  ...["page_rule", "workers_route", "workers_custom_domain", "zone_lockdown", "access_rule"],
  "managed_transforms",
].map((kind) => `cloudflare_${kind}`);

/** What an account has of object storage. */
export const storageTypes = [
  ...["r2_bucket", "r2_bucket_lifecycle", "r2_bucket_lock", "r2_bucket_cors", "r2_managed_domain"],
  "r2_custom_domain",
].map((kind) => `cloudflare_${kind}`);

type Add = (type: string, name: string, id: string, attributes: object) => void;

/** Reads page rules, workers in front of hosts, lockdowns, rules by address and managed headers of a zone. */
export async function readZoneExtras(
  reading: Reading,
  api: Cloudflare,
  { id: zone_id, name, account }: CloudflareZone,
  add: Add,
): Promise<void> {
  const read = <Answer>(kind: string, what: string, ask: () => Promise<readonly Answer[]>) =>
    reading
      .read({ types: [`cloudflare_${kind}`], what: `${what} of ${name}`, attributes: { zone_id } }, ask)
      .then((answers) => answers ?? []);
  await Promise.all([
    read("page_rule", "page rules", () => api.pageRules(zone_id)).then((rules) => {
      for (const { id, targets, actions, status, priority } of rules)
        add("page_rule", `${name} page rule ${id}`, id, {
          ...{ target: targets[0]?.constraint?.value, status, priority },
          // Some are switched on by being there.
          actions: Object.fromEntries(
            actions.flatMap(({ id: key, value = true }) => (key === undefined ? [] : [[key, value]])),
          ),
        });
    }),
    read("workers_route", "routes of workers", () => api.workersRoutes(zone_id)).then((routes) => {
      for (const { id, pattern, script } of routes) add("workers_route", pattern, id, { pattern, script });
    }),
    read("workers_custom_domain", "domains of workers", () => api.workersDomains(account.id, zone_id)).then(
      (domains) => {
        for (const { id, hostname, service } of domains)
          add("workers_custom_domain", hostname, id, { account_id: account.id, hostname, service });
      },
    ),
    read("zone_lockdown", "lockdowns", () => api.lockdowns(zone_id)).then((lockdowns) => {
      for (const { id, urls, configurations, paused } of lockdowns)
        add("zone_lockdown", `${name} lockdown ${id}`, id, { urls, configurations, paused });
    }),
    read("access_rule", "rules by address", () => api.accessRules(zone_id)).then((rules) => {
      for (const { id, mode, configuration } of rules)
        add("access_rule", `${name} access rule ${id}`, id, { mode, configuration });
    }),
    read("managed_transforms", "managed headers", async () => [await api.managedTransforms(zone_id)]).then(
      ([transforms]) => {
        if (transforms !== undefined) add("managed_transforms", name, zone_id, transforms);
      },
    ),
  ]);
}

/** Reads the buckets of an account, with what deletes, locks and publishes their objects. */
export async function readBuckets(reading: Reading, api: Cloudflare, account_id: string): Promise<void> {
  const of = { types: storageTypes, what: "buckets", attributes: { account_id } };
  const lists = await Promise.all(
    r2Jurisdictions.map(async (jurisdiction) => {
      const asked = { ...of, what: jurisdiction === "default" ? of.what : `buckets in ${jurisdiction}` };
      // Few accounts may have any in FedRAMP; the others are told that it is none of theirs.
      const read = () => orNone(api.buckets(account_id, jurisdiction), jurisdiction);
      const buckets = (await reading.read(asked, read)) ?? [];
      return buckets.map((bucket) => ({ ...bucket, jurisdiction }));
    }),
  );
  await forEachPart(
    lists.flat(),
    async ({ name, location, jurisdiction }) => {
      const own = { account_id, bucket_name: name, jurisdiction };
      reading.add({
        ...{ type: "cloudflare_r2_bucket", name, id: name },
        attributes: { account_id, name, location, jurisdiction },
      });
      const read = async (kind: string, what: string, part: string): Promise<void> => {
        const types = [`cloudflare_${kind}`];
        const asked = { types, what: `${what} of the bucket ${name}`, attributes: own };
        const answer = await reading.read(asked, () => orAbsent(api.bucketPart(account_id, own, part)));
        const parts = kind === "r2_custom_domain" ? domainsIn(answer) : answer === undefined ? [] : [answer];
        for (const [index, attributes] of parts.entries())
          reading.add({
            ...{ type: `cloudflare_${kind}`, name: `${name} ${what} ${index + 1}`, id: name },
            attributes: { ...own, ...Object(snakeKeys(attributes)) },
          });
      };
      await Promise.all([
        read("r2_bucket_lifecycle", "lifecycle", "lifecycle"),
        read("r2_bucket_lock", "locks", "lock"),
        read("r2_bucket_cors", "CORS", "cors"),
        read("r2_managed_domain", "public address", "domains/managed"),
        read("r2_custom_domain", "domains", "domains/custom"),
      ]);
    },
    (count) => reading.leave({ ...of, what: `${count} more buckets`, why: "there are too many" }),
  );
}

function domainsIn(answer: unknown): unknown[] {
  const domains: unknown =
    typeof answer === "object" && answer !== null && "domains" in answer && answer.domains;
  return Array.isArray(domains) ? domains : [];
}

/** An account that never used object storage has none, nor one that may not use a jurisdiction. */
async function orNone<Item>(asked: Promise<Item[]>, jurisdiction: R2Jurisdiction): Promise<Item[]> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof VendorProblem && /enable R2/i.test(error.message)) return [];
    if (error instanceof VendorProblem && jurisdiction === "fedramp" && isRefusal(error)) return [];
    throw error;
  }
}

/** What the vendor answers to a request for what an account does not have, in place of a right that a token lacks. */
function isRefusal({ status }: VendorProblem): boolean {
  return status === 400 || status === 404;
}
