import { github, render } from "../../policies/model/tokens.ts";
import { type Fixture, without, withProps } from "./fixture.ts";
import type { Mutant } from "./mutants.ts";

const unchanged = (stack: Fixture[]) => stack;

/** Ways to declare more than a plan includes. */
export const planMutants: readonly Mutant[] = [
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

function denied(index: number) {
  return {
    name: `Path ${index}`,
    active: true,
    conditionGroups: [{ conditions: [{ type: "path", op: "eq", value: `/blocked-${index}` }] }],
    action: { action: "deny" },
  };
}
