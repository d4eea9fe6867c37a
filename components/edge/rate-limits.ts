import type { Settings } from "../../config/settings.ts";
import { and, contains, type Expression, equals, or, startsWith } from "./expressions.ts";
import { createRuleset, type Rule } from "./ruleset.ts";
import type { EdgeScope } from "./scope.ts";

type RateLimits = Settings["edge"]["rateLimits"];

/**
 * Limits on requests from one address (item 4.4); over the limit the edge answers 429. Two rules: the Pro
 * plan has two, periods up to 60 s and blocks up to an hour, Business five, 600 s and a day; the Free plan
 * has one rule of 10 s. Cloudflare counts in each data centre apart.
 * Source: https://developers.cloudflare.com/waf/rate-limiting-rules/
 */
export function createRateLimits(
  scope: EdgeScope,
  limits: RateLimits,
  args: { readonly apiHost: string; readonly loginPath: string },
): void {
  createRuleset(scope, "rate-limits", "http_ratelimit", [
    limitRule("login", "Sign-in attempts from one address", loginRequests(args.loginPath), limits.login),
    limitRule("api", "API requests from one address", apiRequests(args.apiHost), limits.api),
  ]);
}

function limitRule(ref: string, description: string, when: Expression, limit: RateLimits["api"]): Rule {
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

/** What goes to the API: its own host, and `/api/` on every host, where a framework serves functions. */
export function apiRequests(apiHost: string): Expression {
  return or(equals("http.host", apiHost), startsWith("http.request.uri.path", "/api/"));
}

/**
 * Requests to the login path on any host, however spelled, below it, and in a batch: tRPC puts several
 * procedures into one path, parted by commas (`/api/trpc/session,login`). A batch counts as one request.
 */
export function loginRequests(loginPath: string): Expression {
  const login = normalizedPath(loginPath);
  const path = "lower(http.request.uri.path)";
  const parent = login.slice(0, login.lastIndexOf("/") + 1);
  const procedure = login.slice(parent.length);
  if (procedure === "") return equals(path, login);
  return or(
    equals(path, login),
    startsWith(path, `${login}/`),
    startsWith(path, `${login},`),
    startsWith(path, `${login}%2c`),
    and(startsWith(path, parent), or(contains(path, `,${procedure}`), contains(path, `%2c${procedure}`))),
  );
}

/** The path as a browser sends it and the edge normalises it, in lower case, without a trailing slash. */
function normalizedPath(path: string): string {
  const { pathname } = new URL(`https://edge.invalid${path}`);
  return pathname
    .replace(/\/+/g, "/")
    .replace(/(.)\/$/, "$1")
    .toLowerCase();
}
