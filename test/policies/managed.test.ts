import { describe, expect, test } from "vitest";
import type { ManagedComponent } from "../../config/manage.ts";
import { evaluate } from "../../policies/framework/evaluate.ts";
import { registry } from "../../policies/registry.ts";
import { stackOf as recordedStackOf } from "../recording/judge.ts";
import { recordedStacks } from "../recording/recorded.ts";
import { recordPlatform } from "../recording/stacks.ts";
import { change, outcomeOf, production as productionContext } from "./fixture.ts";
import { componentOf, passingStack } from "./passing-stack.ts";

const existing = {
  webProject: "prj_0123456789",
  apiHost: "shop-api.onrender.com",
  apiService: "srv-0123456789",
  renderEnvironment: "evm-0123456789",
  databaseRef: "abcdefghijklmnopqrst",
  sentryDsn: `https://${"a1".repeat(16)}@o1.ingest.de.sentry.io/42`,
  backupCheckIn: "https://o1.ingest.de.sentry.io/api/42/cron/backup/key",
  pagerService: "shop",
  dashboardUrl: "https://shop.grafana.net/d/main",
  errorTrackingUrl: "https://shop.sentry.io/projects/shop",
};

/** Together each component is left out once. */
const left: readonly (readonly ManagedComponent[])[] = [
  ["web", "api", "database", "edge"],
  ["backups", "errorTracking", "observability", "onCall", "logs"],
];

describe.each(left.map((names) => ({ names })))("a platform without $names", ({ names }) => {
  const recorded = recordPlatform(
    "production",
    `manage=${JSON.stringify(Object.fromEntries(names.map((name) => [name, false])))}`,
    `existing=${JSON.stringify(existing)}`,
  );

  test("declares the rest under the same URNs, and nothing of what is left out", async () => {
    const { production } = await recordedStacks();
    const all = new Map(production.map((resource) => [resource.urn, resource]));
    const { resources } = await recorded;
    expect(resources.filter(({ urn }) => !all.has(urn))).toEqual([]);
    const declared = new Set(resources.map(({ urn }) => urn));
    const missing = production
      .filter(({ urn, type }) => !declared.has(urn) && !type.startsWith("pulumi:providers:"))
      .map(({ urn }) => componentOf(urn));
    expect(new Set(missing)).toEqual(new Set(names));
  });

  test("violates nothing, and passes nothing of what is left out", async () => {
    const { resources, context } = await recorded;
    const stack = recordedStackOf(resources, context.declared);
    const outcomes = registry.map((policy) => ({ policy, ...evaluate(policy, stack, context) }));
    const violated = outcomes.filter(({ status }) => status === "violated");
    expect(
      violated.map(({ policy, violations }) => [policy.name, violations.map(({ found }) => found)]),
    ).toEqual([]);
    const about = registry.filter(
      ({ scope, components }) =>
        scope !== "delivery" &&
        [...(components?.needs ?? []), ...(components?.reads ?? [])].some((one) => names.includes(one)),
    );
    const elsewhere = outcomes.filter(({ status }) => status === "elsewhere");
    expect(elsewhere.map(({ policy }) => policy.name)).toEqual(about.map(({ name }) => name));
    expect(elsewhere.length).toBeGreaterThan(20);
  });
});

describe("a policy about what is partly left out", () => {
  const [policy] = registry.filter(({ name }) => name === "node-env-production");
  if (policy === undefined) throw new Error("There is no such policy.");
  const unmanaged = new Set<ManagedComponent>(["api"]);

  test("refuses what is wrong in what is managed", () => {
    const broken = change(passingStack(), "web-NODE_ENV", (fixture) => ({
      ...fixture,
      props: { ...fixture.props, value: "development" },
    }));
    expect(outcomeOf(policy, broken, { ...productionContext, unmanaged }).status).toBe("violated");
  });

  test("passes nothing where that is right", () => {
    expect(outcomeOf(policy, passingStack(), { ...productionContext, unmanaged })).toEqual({
      status: "elsewhere",
      violations: [],
      elsewhere: ["api"],
    });
  });
});
