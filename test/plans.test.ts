import { describe, expect, it } from "vitest";
import { readPlans } from "../config/plans.ts";
import { violated } from "./policies/fixture.ts";
import { judge, refusing } from "./recording/judge.ts";
import { recordDelivery, recordPlatform } from "./recording/stacks.ts";

// The settings of a stack state plans that are too small: what the pack says then, with the item and the plan.

describe("production", () => {
  it.each([
    [
      "plans.cloudflare=free",
      "plan-rate-limits",
      "4.4",
      "needs the plan Pro at Cloudflare; the plan is Free.",
    ],
    [
      "plans.cloudflare=free",
      "plan-firewall-rules",
      "4.7",
      "needs the plan Pro at Cloudflare; the plan is Free.",
    ],
    ["plans.vercel=pro", "plan-web-host", "4.7", "the plan Enterprise at Vercel; the plan is Pro."],
    [
      "plans.render=hobby",
      "plan-autoscaling",
      "7.4",
      "the plan Professional (Pro) at Render; the plan is Hobby.",
    ],
    ["plans.supabase=free", "plan-database", "3.3", "the plan Pro at Supabase; the plan is Free."],
    ["plans.grafana=free", "plan-health-checks", "5.7", "the plan Pro at Grafana Cloud; the plan is Free."],
    [
      "plans.sentry=developer",
      "plan-error-tracking",
      "5.1",
      "the plan Team at Sentry; the plan is Developer.",
    ],
    ["plans.sentry=team", "plan-error-tracking", "5.1", "the plan Business at Sentry; the plan is Team."],
    ["plans.pagerduty=free", "plan-on-call", "S6.4", "the plan Professional at PagerDuty; the plan is Free."],
  ])("with %s is refused by %s, which names item %s and the plan", async (setting, policy, item, said) => {
    const { resources, context } = await recordPlatform("production", setting);
    const found = refusing(judge(resources, context)).filter(({ policy: { name } }) => name === policy);
    expect(found.flatMap(({ policy: { items } }) => items)).toContain(item);
    const texts = found.flatMap(({ violations }) => violations.map((violation) => violation.found));
    expect(texts.join("\n")).toContain(said);
  });

  it.each(["free", "enterprise"])("with the plan %s buys none at Cloudflare", async (plan) => {
    const { resources } = await recordPlatform("production", `plans.cloudflare=${plan}`);
    expect(resources.filter(({ type }) => type.includes("ubscription"))).toEqual([]);
  });

  it("on the plan Business buys it, and what needs it waits", async () => {
    const { resources, context } = await recordPlatform("production", "plans.cloudflare=business");
    const bought = resources.find(({ name }) => name === "edge-subscription");
    expect(bought?.inputs).toMatchObject({ frequency: "monthly", ratePlan: { id: "business" } });
    for (const name of ["edge-waf-managed", "edge-rate-limits"]) {
      expect(resources.find((resource) => resource.name === name)?.dependencies).toContain(bought?.urn);
    }
    expect(refusing(judge(resources, context))).toEqual([]);
  });

  it("passes with a plan that was bought already", async () => {
    const { resources, context } = await recordPlatform("production", "plans.subscribe=false");
    expect(resources.filter(({ type }) => type.includes("ubscription"))).toEqual([]);
    expect(refusing(judge(resources, context))).toEqual([]);
  });

  it("with no setting for a vendor's plan is refused as unproved", async () => {
    const { resources, context } = await recordPlatform();
    const refused = refusing(judge(resources, { ...context, plans: {} }));
    expect(refused.map(({ policy }) => policy.name).sort()).toEqual([
      "plan-autoscaling",
      "plan-database",
      "plan-error-tracking",
      "plan-health-checks",
      "plan-on-call",
      "plan-web-host",
    ]);
  });
});

describe("the delivery", () => {
  it.each([
    ["plans.github=team", "plan-repository", "the plan Enterprise at GitHub; the plan is Team."],
    ["plans.pulumiCloud=free", "plan-pulumi-cloud", "at Pulumi Cloud; the plan is Free."],
  ])("with %s is refused by %s", async (setting, policy, said) => {
    const { resources, context } = await recordDelivery(setting);
    const refused = refusing(judge(resources, context));
    expect(refused.map(({ policy: { name } }) => name)).toEqual([policy]);
    expect(refused.flatMap(({ violations }) => violations.map(({ found }) => found)).join("\n")).toContain(
      said,
    );
  });

  it("of a public repository needs no plan at GitHub", async () => {
    const { resources, context } = await recordDelivery("plans.github=free", "repository.visibility=public");
    const refused = refusing(judge(resources, context)).map(({ policy: { name } }) => name);
    expect(refused).not.toContain("plan-repository");
  });
});

describe("staging", () => {
  it("with no setting for a vendor's plan is advised, and with a plan too small refused", async () => {
    const { resources, context } = await recordPlatform("staging");
    expect(refusing(judge(resources, { ...context, plans: {} }))).toEqual([]);
    const small = { ...context, plans: { ...context.plans, render: "hobby" } };
    expect(refusing(judge(resources, small)).map(({ policy }) => policy.name)).toEqual(["plan-autoscaling"]);
  });
});

describe("the setting plans, as a pack reads it", () => {
  it.each([
    [undefined, {}],
    ["", {}],
    ["pro", {}],
    ["[]", {}],
    ['{"vercel":"pro","heroku":"basic"}', { vercel: "pro" }],
    ['{"vercel":null,"render":7}', { render: "7" }],
    [`{"sentry":"${"x".repeat(100)}"}`, { sentry: "x".repeat(40) }],
    ['{"__proto__":"pro","constructor":"pro"}', {}],
  ])("%j states %j", (text, plans) => {
    expect(readPlans(text)).toEqual(plans);
  });
});

describe("a stranger's program without the setting", () => {
  it("is refused where it declares what needs a plan, and only there", () => {
    const service = { type: "render:index/webService:WebService", name: "api" };
    const plain = [{ ...service, props: { plan: "starter" } }];
    const scaled = [
      { ...service, props: { plan: "starter", autoscaling: { enabled: true, min: 2, max: 4 } } },
    ];
    const context = {
      stage: "production",
      scope: "platform",
      backend: "pulumi-cloud",
      waivers: { policies: [], probes: [], problems: [] },
      plans: {},
      now: 0,
      isSupplied: () => false,
      isConfigured: () => false,
    } as const;
    expect(violated(plain, context)).not.toContain("plan-autoscaling");
    expect(violated(scaled, context)).toContain("plan-autoscaling");
  });
});
