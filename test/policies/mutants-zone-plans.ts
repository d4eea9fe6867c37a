import { withPlan } from "./edge-edits.ts";
import {
  apiExpression,
  headerRule,
  immutableRule,
  limitRule,
  loginExpression,
  neverRule,
  ruleset,
  zoneSetting,
} from "./edge-rules.ts";
import { change, type Fixture, without, withProps } from "./fixture.ts";
import type { Mutant } from "./mutants.ts";

/** Ways to declare more at Cloudflare than the plan of a zone includes. */
export const zonePlanMutants: readonly Mutant[] = [
  {
    policy: "plan-rate-limits",
    what: "there is a third rate limit on the plan Pro",
    break: (stack) => withLimits(stack, limitRule('http.host eq "optropic.example"', 1000)),
  },
  {
    policy: "plan-rate-limits",
    what: "a rate limit on the plan Pro counts for two minutes",
    break: (stack) =>
      withProps(stack, "edge-rate-limits", {
        rules: [longer(limitRule(loginExpression, 10)), limitRule(apiExpression, 300)],
      }),
  },
  {
    policy: "plan-rate-limits",
    what: "a rate limit on the plan Pro also reads the method",
    break: (stack) =>
      withProps(stack, "edge-rate-limits", {
        rules: [
          limitRule(loginExpression, 10),
          limitRule(`${apiExpression} or http.request.method eq "TRACE"`, 300),
        ],
      }),
  },
  {
    policy: "plan-rate-limits",
    what: "the program buys a smaller plan than the settings state",
    plans: { cloudflare: "enterprise" },
    break: (stack) => withLimits(stack, limitRule('http.host eq "optropic.example"', 1000)),
  },
  {
    policy: "plan-rate-limits",
    what: "the program buys the plan Free",
    break: (stack) => withPlan(stack, "free"),
    takesMore: true,
  },
  {
    policy: "plan-rate-limits",
    what: "the program buys no plan, and the settings state Free",
    plans: { cloudflare: "free" },
    break: withoutPlan,
    takesMore: true,
  },
  {
    policy: "plan-rate-limits",
    what: "a rate limit on the plan Pro challenges for a time",
    break: (stack) =>
      withProps(stack, "edge-rate-limits", {
        rules: [
          { ...limitRule(loginExpression, 10), action: "managed_challenge" },
          limitRule(apiExpression, 300),
        ],
      }),
    takesMore: true,
  },
  {
    policy: "plan-firewall-rules",
    what: "the program buys no plan, and the settings state none",
    plans: { cloudflare: undefined },
    break: withoutPlan,
    takesMore: true,
  },
  {
    policy: "plan-firewall-rules",
    what: "the program buys a plan that Cloudflare does not have",
    break: (stack) => withPlan(stack, "ultra"),
    takesMore: true,
  },
  {
    policy: "plan-firewall-rules",
    what: "the managed rules do not wait for the plan",
    break: (stack) => change(stack, "edge-waf-managed", (fixture) => ({ ...fixture, dependsOn: [] })),
  },
  {
    policy: "plan-firewall-rules",
    what: "there are more custom rules than the plan Pro has",
    break: (stack) => [...stack, ruleset("edge-waf-custom", "http_request_firewall_custom", blocks(21))],
  },
  {
    policy: "plan-firewall-rules",
    what: "a custom rule on the plan Pro has a regular expression",
    break: (stack) => [
      ...stack,
      ruleset("edge-waf-custom", "http_request_firewall_custom", [
        { ...block(0), expression: 'http.request.uri.path matches "^/x[0-9]"' },
      ]),
    ],
  },
  {
    policy: "plan-firewall-rules",
    what: "a custom rule on the plan Pro only logs",
    break: (stack) => withCustomRule(stack, { ...block(0), action: "log" }),
  },
  {
    policy: "plan-firewall-rules",
    what: "a custom rule on the plan Pro reads the class of the attack score",
    break: (stack) => withCustomRule(stack, { ...block(0), expression: 'cf.waf.score.class eq "attack"' }),
  },
  ...["cf.bot_management.score lt 30", "cf.waf.score lt 20", "ip.src in $cf.botnetcc"].map((expression) => ({
    policy: "plan-firewall-rules",
    what: `a custom rule on the plan Business reads ${expression}`,
    break: (stack: Fixture[]) => withCustomRule(withPlan(stack, "business"), { ...block(0), expression }),
  })),
  {
    policy: "plan-firewall-rules",
    what: "responses are searched for sensitive data on the plan Pro",
    break: (stack) => [
      ...stack,
      ruleset("edge-sensitive", "http_response_firewall_managed", [
        {
          action: "execute",
          enabled: true,
          expression: "true",
          actionParameters: { id: "e22d83c647c64a3eae91b71b499d988e" },
        },
      ]),
    ],
  },
  {
    policy: "plan-edge-rules",
    what: "an answer is kept at the edge for half an hour on the plan Pro",
    break: (stack) => withCacheRule(stack, { edgeTtl: { mode: "override_origin", default: 1800 } }),
  },
  {
    policy: "plan-edge-rules",
    what: "the cache tells answers apart by a cookie on the plan Pro",
    break: (stack) => withCacheRule(stack, { cacheKey: { customKey: { cookie: { includes: ["theme"] } } } }),
  },
  {
    policy: "plan-zone-settings",
    what: "the zone asks only over TLS, which the plan Pro has not",
    break: (stack) => withProps(stack, "edge-ssl", { value: "origin_pull" }),
    takesMore: true,
  },
  {
    policy: "plan-zone-settings",
    what: "query strings are sorted on the plan Pro",
    break: (stack) => [...stack, zoneSetting("sort_query_string_for_cache", "on")],
  },
  {
    policy: "plan-edge-rules",
    what: "there are more rules for headers than the plan Pro has",
    break: (stack) => [
      ...stack,
      ruleset(
        "edge-more-headers",
        "http_response_headers_transform",
        Array.from({ length: 25 }, (_, index) =>
          headerRule({ "X-Part": String(index) }, `http.request.uri.path eq "/part-${index}"`),
        ),
      ),
    ],
  },
];

function withLimits(stack: Fixture[], ...more: ReturnType<typeof limitRule>[]): Fixture[] {
  return withProps(stack, "edge-rate-limits", {
    rules: [limitRule(loginExpression, 10), limitRule(apiExpression, 300), ...more],
  });
}

function longer(rule: ReturnType<typeof limitRule>) {
  return { ...rule, ratelimit: { ...rule.ratelimit, period: 120, requestsPerPeriod: 20 } };
}

function withCustomRule(stack: Fixture[], rule: Readonly<Record<string, unknown>>): Fixture[] {
  return [...stack, ruleset("edge-waf-more", "http_request_firewall_custom", [rule])];
}

/** A further rule of the cache, for files of fonts. */
function withCacheRule(stack: Fixture[], parameters: Readonly<Record<string, unknown>>): Fixture[] {
  return withProps(stack, "edge-cache", {
    rules: [
      {
        action: "set_cache_settings",
        enabled: true,
        expression: 'starts_with(http.request.uri.path, "/fonts/")',
        actionParameters: { cache: true, ...parameters },
      },
      immutableRule,
      neverRule,
    ],
  });
}

function withoutPlan(stack: Fixture[]): Fixture[] {
  return without(stack, "edge-subscription");
}

function blocks(count: number) {
  return Array.from({ length: count }, (_, index) => block(index));
}

function block(index: number) {
  return { action: "block", enabled: true, expression: `http.request.uri.path eq "/blocked-${index}"` };
}
