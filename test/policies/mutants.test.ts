import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../policies/framework/evaluate.ts";
import type { Policy } from "../../policies/framework/index.ts";
import { registry } from "../../policies/registry.ts";
import { type Fixture, production, stackOf, violated } from "./fixture.ts";
import type { Mutant } from "./mutants.ts";
import { alertMutants } from "./mutants-alerts.ts";
import { apiValueMutants } from "./mutants-api-values.ts";
import { backupMutants } from "./mutants-backups.ts";
import { databaseMutants } from "./mutants-database.ts";
import { deliveryMutants } from "./mutants-delivery.ts";
import { environmentMutants } from "./mutants-environment.ts";
import { errorTrackingMutants } from "./mutants-error-tracking.ts";
import { hostMutants } from "./mutants-hosts.ts";
import { cdnMutants, contactMutants, monitoringMutants } from "./mutants-monitoring.ts";
import { watchingValueMutants } from "./mutants-monitoring-values.ts";
import { notificationMutants, onCallMutants } from "./mutants-notifications.ts";
import { planMutants } from "./mutants-plans.ts";
import { platformMutants } from "./mutants-platform.ts";
import { securityMutants } from "./mutants-security.ts";
import { trafficMutants } from "./mutants-traffic.ts";
import { vendorValueMutants } from "./mutants-vendor-values.ts";
import { zonePlanMutants } from "./mutants-zone-plans.ts";
import { componentOf, passingStack } from "./passing-stack.ts";
import { differencesOfPassing } from "./reads.ts";

const mutants: readonly Mutant[] = [
  ...environmentMutants,
  ...databaseMutants,
  ...backupMutants,
  ...securityMutants,
  ...platformMutants,
  ...hostMutants,
  ...planMutants,
  ...zonePlanMutants,
  ...errorTrackingMutants,
  ...alertMutants,
  ...apiValueMutants,
  ...notificationMutants,
  ...onCallMutants,
  ...monitoringMutants,
  ...watchingValueMutants,
  ...cdnMutants,
  ...contactMutants,
  ...deliveryMutants,
  ...trafficMutants,
  ...vendorValueMutants,
];

/** Policies on the connection strings, which a first preview does not know. */
const decidedLater = new Set(["application-uses-pooler", "connections-encrypted"]);

/** Policies whose every violation is one of others as well: what they ask for is what those stand on. */
const askedByOthersToo = new Set([
  "cdn-cache-rules",
  "database-declared",
  "error-tracking-project",
  "hosting-platform",
  "render-service",
  "sentry-dsn",
  "vercel-project",
]);

/** What is wrong with a message by its form alone. */
function messageFaults({ title, fix: own }: Policy, found: string, fix = own): string[] {
  const rules: readonly (readonly [string, boolean])[] = [
    ["does not end as a sentence", !/[.?!]$/.test(found)],
    ["shows what no person wrote", /\bundefined\b|\[object|\bNaN\b|04da6b54/.test(found)],
    ["is put together wrongly", / {2}| ,|\.\.$|\bhas [\w-]+ has\b|\b(is|the|a|to|of) \1\b/.test(found)],
    ["is too long to be read", found.length > 400],
    ["repeats the title", found === title],
    ["says of no way to mend it", fix.trim() === "" || !/[.`]$/.test(fix)],
  ];
  return rules.flatMap(([fault, is]) => (is ? [fault] : []));
}

const isSame = (one: Fixture, other: Fixture | undefined): boolean =>
  one === other || isDeepStrictEqual(one, other);

describe("the stack that passes", () => {
  const whole = stackOf(passingStack());

  test.each(registry)("is not objected to by $name", (policy) => {
    const { status, violations } = evaluate(policy, whole, production);
    expect(violations).toEqual([]);
    expect(status).toBe(decidedLater.has(policy.name) ? "unknown" : "passed");
  });
});

describe("a stack with one thing broken", () => {
  const differences = differencesOfPassing();

  test.each(mutants)("$policy objects when $what", ({ policy, break: mutate, plans, takesMore }) => {
    const broken = mutate(passingStack());
    const objecting =
      plans === undefined
        ? differences.objecting(broken)
        : violated(broken, { ...production, plans: { ...production.plans, ...plans } });
    if (takesMore) {
      expect(objecting).toContain(policy);
    } else {
      expect(objecting).toEqual([policy]);
    }
  });

  test.each(mutants.filter(({ plans }, index) => plans === undefined && index % 40 === 0))(
    "is objected to by no policy that is not asked: $policy, $what",
    ({ break: mutate }) => {
      const broken = mutate(passingStack());
      expect(differences.objecting(broken)).toEqual(violated(broken));
    },
  );

  test("is told so that a person can act on it", () => {
    const wrong = mutants.flatMap(({ policy: name, what, break: mutate, plans }) => {
      const policy = registry.find((one) => one.name === name);
      if (policy === undefined) return [`${name} is no policy`];
      const context = { ...production, plans: { ...production.plans, ...plans } };
      const { violations } = evaluate(policy, stackOf(mutate(passingStack())), context);
      const told = violations.map(({ found, resource }) => `${resource} ${found}`);
      return [
        ...violations.flatMap(({ found, fix }) =>
          messageFaults(policy, found, fix).map((fault) => `${name}, ${what}: ${fault}: ${found}`),
        ),
        ...(new Set(told).size < told.length ? [`${name}, ${what}: says the same twice: ${told[0]}`] : []),
      ];
    });
    expect(wrong).toEqual([]);
  });

  const policies = registry.filter(({ items }) => items.length > 0).map(({ name }) => name);

  test("is there for every policy on a stack's resources", () => {
    const broken = new Set(mutants.map(({ policy }) => policy));
    expect(policies.filter((name) => !broken.has(name))).toEqual([]);
    expect([...broken].filter((name) => !policies.includes(name))).toEqual([]);
  });

  test("is objected to by a policy that is about its component", () => {
    const passing = passingStack();
    const before = new Map(passing.map((fixture) => [fixture.urn, fixture]));
    const wrong = mutants.flatMap(({ policy: name, what, break: mutate }) => {
      const broken = mutate(passing);
      const kept = new Set(broken.map(({ urn }) => urn));
      const touched = [
        ...broken.filter((fixture) => !isSame(fixture, before.get(fixture.urn))),
        ...passing.filter(({ urn }) => !kept.has(urn)),
      ].flatMap(({ urn = "" }) => componentOf(urn) ?? []);
      const { needs, reads } = registry.find((policy) => policy.name === name)?.components ?? {};
      const missing = touched.filter((one) => !needs?.includes(one) && !reads?.includes(one));
      return missing.length === 0 ? [] : [[name, what, ...new Set(missing)]];
    });
    expect(wrong).toEqual([]);
  });

  test("is objected to by one policy alone, where no other asks for what is broken", () => {
    const own = new Set(mutants.filter(({ takesMore }) => !takesMore).map(({ policy }) => policy));
    expect(new Set(policies.filter((name) => !own.has(name)))).toEqual(askedByOthersToo);
  });
});
