import type { Settings } from "../../config/settings.ts";
import type { EdgeArgs, EdgeScope, ZoneId } from "./args.ts";
import type { Expression } from "./expressions.ts";
import { apiRequests, loginRequests } from "./requests.ts";
import { createRuleset, type Rule } from "./ruleset.ts";

type Limit = Settings["edge"]["rateLimits"]["api"];

/**
 * Limits on requests from one address (item 4.4). Over the limit, the edge answers 429. There are two rules:
 * the Pro plan has two, with periods up to 60 s and blocks up to an hour; Business has five, with 600 s and a
 * day; the Free plan has one rule with a period of 10 s. Cloudflare counts in each data center separately.
 * Source: https://developers.cloudflare.com/waf/rate-limiting-rules/
 */
export function createRateLimits(
  scope: EdgeScope,
  zoneId: ZoneId,
  args: Pick<EdgeArgs, "domains" | "edge" | "loginPath" | "further">,
): void {
  const { edge, loginPath } = args;
  const { rateLimits, extraRules } = edge;
  const rules = [
    limitRule("login", "Sign-in attempts from one address", loginRequests(loginPath), rateLimits.login),
    limitRule("api", "API requests from one address", apiRequests(args), rateLimits.api),
  ];
  createRuleset(scope, zoneId, "rateLimits", { rules, extra: extraRules });
}

function limitRule(ref: string, description: string, when: Expression, limit: Limit): Rule {
  return {
    ref,
    description,
    when,
    action: "block",
    ratelimit: {
      characteristics: ["cf.colo.id", "ip.src"],
      period: limit.periodSeconds,
      requestsPerPeriod: limit.requests,
      mitigationTimeout: limit.blockSeconds,
      requestsToOrigin: false,
    },
  };
}
