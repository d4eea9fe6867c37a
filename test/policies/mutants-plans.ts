import { github, render } from "../../policies/model/tokens.ts";
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

const unchanged = (stack: Fixture[]) => stack;

/** Ways to declare more than a plan includes. */
export const planMutants: readonly Mutant[] = [
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
  {
    policy: "plan-web-host",
    what: "the plan Pro at Vercel has no OWASP rules",
    plans: { vercel: "pro" },
    break: unchanged,
  },
  {
    policy: "plan-web-host",
    what: "the setting names a plan that Vercel does not have",
    plans: { vercel: "premium" },
    break: unchanged,
  },
  {
    policy: "plan-web-host",
    what: "a firewall has more rules than the plan Pro includes",
    plans: { vercel: "pro" },
    break: (stack) =>
      withProps(stack, "web-firewall", {
        managedRulesets: { botProtection: { active: true, action: "log" } },
        rules: { rules: Array.from({ length: 41 }, (_, index) => denied(index)) },
      }),
    takesMore: true,
  },
  {
    policy: "plan-autoscaling",
    what: "a workspace on Hobby has a second project",
    plans: { render: "hobby" },
    break: (stack) => [
      ...withProps(stack, "api-service", { autoscaling: undefined }),
      {
        type: render.project,
        name: "other-project",
        props: { name: "other", environments: { production: { name: "production" } } },
      },
    ],
    takesMore: true,
  },
  {
    policy: "plan-autoscaling",
    what: "the workspace at Render is Hobby",
    plans: { render: "hobby" },
    break: unchanged,
  },
  {
    policy: "plan-autoscaling",
    what: "no setting states the plan at Render",
    plans: { render: undefined },
    break: unchanged,
  },
  {
    policy: "plan-database",
    what: "the organization at Supabase is Free",
    plans: { supabase: "free" },
    break: unchanged,
  },
  ...[{ password_hibp_enabled: true }, { sessions_timebox: 24 }].map((auth) => ({
    policy: "plan-database",
    what: `sign-in has ${Object.keys(auth).join()} on the plan Free`,
    plans: { supabase: "free" },
    break: (stack: Fixture[]) =>
      withProps(
        withProps(without(stack, "database-pitr"), "database-project", { instanceSize: "nano" }),
        "database-settings",
        { auth: JSON.stringify(auth) },
      ),
    takesMore: true,
  })),
  {
    policy: "plan-database",
    what: "a paid organization at Supabase is to have the compute size nano",
    break: (stack) => withProps(stack, "database-project", { instanceSize: "nano" }),
    takesMore: true,
  },
  {
    policy: "plan-health-checks",
    what: "the synthetic checks are more than Grafana Cloud's Free plan includes",
    plans: { grafana: "free" },
    break: unchanged,
  },
  {
    policy: "plan-error-tracking",
    what: "the organization at Sentry is on the plan Developer",
    plans: { sentry: "developer" },
    break: unchanged,
  },
  {
    policy: "plan-error-tracking",
    what: "a key has a rate limit on the plan Team",
    plans: { sentry: "team" },
    break: unchanged,
  },
  {
    policy: "plan-on-call",
    what: "the account at PagerDuty is Free",
    plans: { pagerduty: "free" },
    break: unchanged,
  },
  {
    policy: "plan-repository",
    what: "the organization at GitHub is on the plan Team",
    plans: { github: "team" },
    break: (stack) =>
      stack.map((fixture) =>
        fixture.type === github.repository
          ? { ...fixture, props: { ...fixture.props, visibility: "private" } }
          : fixture,
      ),
  },
  {
    policy: "plan-pulumi-cloud",
    what: "the organization at Pulumi Cloud is on the edition Essentials",
    plans: { pulumiCloud: "essentials" },
    break: unchanged,
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

function denied(index: number) {
  return {
    name: `Path ${index}`,
    active: true,
    conditionGroups: [{ conditions: [{ type: "path", op: "eq", value: `/blocked-${index}` }] }],
    action: { action: "deny" },
  };
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
