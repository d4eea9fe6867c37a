import { github } from "../../policies/model/tokens.ts";
import { withPlan } from "./edge-edits.ts";
import { apiExpression, headerRule, limitRule, loginExpression, ruleset } from "./edge-rules.ts";
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

function withoutPlan(stack: Fixture[]): Fixture[] {
  return without(stack, "edge-subscription");
}

function blocks(count: number) {
  return Array.from({ length: count }, (_, index) => block(index));
}

function block(index: number) {
  return { action: "block", enabled: true, expression: `http.request.uri.path eq "/blocked-${index}"` };
}
