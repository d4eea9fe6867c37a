import { judge, policy } from "./framework/index.ts";
import { apiTokens } from "./model/facts.ts";
import { bucketsOf } from "./model/token-buckets.ts";

// Items 3.2 and 8.2: what stores backups, and what reports, does so with a credential that lets it.

export const apiTokensAllow = policy({
  name: "api-tokens-allow",
  items: ["3.2", "8.2"],
  title: "Every API token that the stack makes must be valid and allow what it is made for.",
  severity: "high",
  fix: "Give a cloudflare.AccountToken a policy with the effect allow, a permission group and the bucket as its resource, and a Grafana access policy its scopes and realms; leave out an end that has passed.",
  url: "https://developers.cloudflare.com/fundamentals/api/how-to/create-via-api/",
  check: (stack, _threshold, { now }) => {
    return apiTokens(stack).flatMap((token) => [
      judge(token.resource, () => token.isGood(now)),
      ...bucketsOf(stack, token).map((bucket) => judge(token.resource, () => token.opens?.(bucket) ?? true)),
    ]);
  },
});
