import type { AccountTokenArgs } from "@pulumi/cloudflare";
import { parseJson } from "../../lib/json.ts";
import {
  type Child,
  fault,
  type Item,
  type ResourceOf,
  type Stack,
  some,
  type Value,
  type Verdict,
} from "../framework/index.ts";
import type { ApiToken, TokenBucket } from "../model/api-token.ts";
import { cloudflareTokens } from "../model/tokens.ts";
import { isTokenResources } from "../values/api-values.ts";

type Token = ResourceOf<Omit<AccountTokenArgs, "accountId"> & Partial<Pick<AccountTokenArgs, "accountId">>>;
type Rule = Value<Item<Child<AccountTokenArgs, "policies">>>;

/** Tokens of Cloudflare's API, of an account and of a user. */
export function apiTokens(stack: Stack): ApiToken[] {
  return stack.ofType(...cloudflareTokens).map((token) => ({
    resource: token,
    isWide: () => some(token.at("policies").items(), (rule) => isAllowing(rule) && !isScoped(rule)),
    isGood: (now) => judgeValidity(token, now),
    opens: (bucket) => judgeBucket(token, bucket),
  }));
}

function judgeValidity(token: Token, now: number): Verdict {
  const status = token.at("status");
  if (status.exists && status.string() !== "active") {
    return fault(status, `The token ${token.name} is ${status.string()}, so Cloudflare does not accept it.`);
  }
  const end = token.at("expiresOn");
  if (Date.parse(end.string() ?? "") <= now) {
    return fault(end, `The token ${token.name} expired at ${end.string()}.`);
  }
  const start = token.at("notBefore");
  if (Date.parse(start.string() ?? "") > now) {
    return fault(start, `The token ${token.name} is not valid before ${start.string()}.`);
  }
  const closed = token
    .at("condition", "requestIp", "notIns")
    .items()
    .find((network) => /^(?:0\.0\.0\.0|::)\/0$/.test(network.string() ?? ""));
  if (closed !== undefined) {
    return fault(closed, `The token ${token.name} is valid from no address.`);
  }
  const addresses = token.at("condition", "requestIp", "ins");
  const [only, ...more] = addresses.items();
  if (
    only !== undefined &&
    more.length === 0 &&
    isSingle(only.string() ?? "") &&
    token.dependenciesOf("condition").length === 0
  ) {
    return fault(
      addresses,
      `The token ${token.name} is valid only from ${only.string()}, and no host of the stack has that address.`,
    );
  }
  const rules = token.at("policies").items();
  const other = rules.find((rule) => !["allow", "deny"].includes(rule.at("effect").string() ?? ""));
  if (other !== undefined) {
    return fault(
      other.at("effect"),
      `A policy of the token ${token.name} has the effect ${JSON.stringify(other.at("effect").string() ?? "")}, not allow or deny.`,
    );
  }
  const bare = rules.find((rule) => permissions(rule) === 0);
  if (bare !== undefined) {
    return fault(bare.at("permissionGroups"), `A policy of the token ${token.name} names no permission.`);
  }
  return (
    some(rules, isAllowing) || fault(token.at("policies"), `The token ${token.name} allows nothing at all.`)
  );
}

/** One address: hosts that share addresses leave through several. */
const isSingle = (network: string): boolean => /^[\d.]+(?:\/32)?$|^[\da-f:]+(?:\/128)?$/i.test(network);

const isAllowing = (rule: Rule): boolean => rule.at("effect").string() === "allow";

/** How many permissions a policy names; one that is not known yet counts. */
const permissions = (rule: Rule): number =>
  rule
    .at("permissionGroups")
    .items()
    .filter((group) => group.at("id").isUnknown || isPermission(group.at("id").string() ?? "")).length;

const isPermission = (id: string): boolean => /^[\w-]+$/.test(id);

/** Permissions on objects by which nothing is written. Source: https://developers.cloudflare.com/r2/api/tokens/ */
const reading: ReadonlySet<string> = new Set([
  "6a018a9f2fc74eb6b293b0c548f38b39",
  "b4992e1108244f5d8bfbd5744320c2e1",
]);

function judgeBucket(token: Token, bucket: TokenBucket): Verdict {
  const account = token.at("accountId");
  const owner = account.string();
  const bucketOwner = bucket.account();
  if (owner !== undefined && bucketOwner !== undefined && owner !== bucketOwner) {
    return fault(
      account,
      `The token ${token.name} is of the account ${owner}, and the bucket of ${bucketOwner}.`,
    );
  }
  const rules = token.at("policies").items().filter(isAllowing);
  const opening = rules.filter((rule) => reaches(rule, bucket));
  if (opening.length === 0) {
    return fault(
      rules[0]?.at("resources") ?? token.at("policies"),
      `The token ${token.name} does not reach ${bucket.resource.name}, where what has it stores.`,
    );
  }
  const writes = opening.some((rule) =>
    rule
      .at("permissionGroups")
      .items()
      .some((group) => group.at("id").isUnknown || !reading.has(group.at("id").string() ?? "")),
  );
  return (
    writes ||
    fault(
      token.at("policies"),
      `The token ${token.name} may only read ${bucket.resource.name}, where what has it stores.`,
    )
  );
}

function reaches(rule: Rule, bucket: TokenBucket): boolean {
  const resources = rule.at("resources");
  const text = resources.string();
  const document = parseJson(text ?? "");
  // What is no such object is for another policy.
  if (!resources.exists || (text !== undefined && !isTokenResources(document))) return true;
  const named = text === undefined ? resources.entries().map(([key]) => key) : Object.keys(Object(document));
  const own = `com.cloudflare.edge.r2.bucket.${bucket.account()}_${bucket.jurisdiction()}_${bucket.name()}`;
  return named.some(
    (key) => key === own || key.includes("*") || !key.startsWith("com.cloudflare.edge.r2.bucket."),
  );
}

/** Resources are JSON in a text, in older versions a map. A permission on an account reaches its buckets' rules. */
function isScoped(rule: Rule): boolean {
  const resources = rule.at("resources");
  const entries = resources.string() === undefined ? resources.entries() : resources.json().entries();
  return (
    entries.length > 0 && entries.every(([name]) => /^com\.cloudflare\.edge\.r2\.bucket\.[^*]+$/.test(name))
  );
}
