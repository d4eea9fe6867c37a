import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { getItem, itemsWithControl } from "../../checklist/items.ts";
import { evaluate } from "../../policies/framework/evaluate.ts";
import { type Policy, Stack } from "../../policies/framework/index.ts";
import { registry, waivable } from "../../policies/registry.ts";
import {
  allUnknown,
  type Fixture,
  outcomeOf,
  production,
  stackOf,
  unknownFor,
  violated,
  withProps,
} from "./fixture.ts";
import { passingStack } from "./passing-stack.ts";
import { differencesOfPassing } from "./reads.ts";

/** Policies that only refuse something wrong in what exists; that it exists is for others of the same item. */
const notOfPresence = new Set([
  "alert-values",
  "api-tokens-allow",
  "caa-permits-hosts",
  "certificate-challenges-answered",
  "dns-records-arrive",
  "providers-arrive",
  "variables-arrive",
  "database-grants-reach",
  "database-roles-connect",
  "drift-schedules-run",
  "error-tracking-values",
  "log-fields-without-credentials",
  "monitoring-values",
  "monitors-watch-platform",
  "production-code-own",
  "ruleset-values",
  "variable-names",
  "on-call-values",
  "backup-bucket-rules-meet",
  "backup-identity-absent",
  "backup-job-configured",
  "backups-private",
  "cors-header-restricted",
  "cors-origins-exact",
  "commands-keep-secrets",
  "csp-restricts-base-and-plugins",
  "database-grant-values",
  "database-role-least-privilege",
  "domain-redirect-status",
  "deployment-environments-limited",
  "error-tracking-scrubs",
  "generated-passwords-strong",
  "log-drain-every-host",
  "log-without-statements",
  "no-literal-secrets",
  "dns-record-ttl",
  "firewall-values",
  "plan-zone-settings",
  "health-check-method",
  "plan-autoscaling",
  "plan-database",
  "plan-edge-rules",
  "plan-error-tracking",
  "plan-firewall-rules",
  "plan-health-checks",
  "plan-on-call",
  "plan-pulumi-cloud",
  "plan-rate-limits",
  "plan-repository",
  "plan-web-host",
  "production-access",
  "rate-limit-periods",
  "render-environment",
  "repository-files-reviewed",
  "repository-writers",
  "resource-types-judged",
  "secrets-encrypted",
  "service-autoscaling",
  "service-custom-domain",
  "service-health-check",
  "supabase-exposed-schemas",
  "supabase-sign-in",
  "texts-exact",
  "token-resources",
  "variables-not-in-files",
  "waivers-valid",
  "webhooks-verified",
  "zone-setting-values",
  "zone-settings-safe",
]);

/** Files beside the sections: the pack itself, and what is done with it. */
const besides = new Set([
  "pack.ts",
  "registry.ts",
  "managed.ts",
  "sections.ts",
  "describe.ts",
  "bundle.ts",
  "publish.ts",
]);

const folder = new URL("../../policies/", import.meta.url);

describe("the registry", () => {
  test("has every policy that a section file declares, once", async () => {
    const files = readdirSync(folder).filter((file) => file.endsWith(".ts"));
    const sections = files.filter((file) => !besides.has(file));
    const declared = new Set<Policy["check"]>();
    for (const file of sections) {
      const exported: Record<string, Policy> = await import(new URL(file, folder).href);
      for (const { check } of Object.values(exported)) declared.add(check);
    }
    expect(new Set(registry.map(({ check }) => check))).toEqual(declared);
    expect(new Set(registry.map(({ name }) => name)).size).toBe(registry.length);
  });

  test.each(registry)("describes $name for people and machines", (policy) => {
    expect(policy.name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    expect(policy.title).toMatch(/^[A-Z].*\.$/);
    expect(policy.fix).toMatch(/^[A-Z].*\.$/s);
    expect(new Set(policy.items).size).toBe(policy.items.length);
    if (policy.url !== undefined) {
      expect(new URL(policy.url).protocol).toBe("https:");
    }
    for (const { default: standard, minimum = standard, maximum = standard } of Object.values(
      policy.thresholds,
    )) {
      expect(standard).toBeGreaterThanOrEqual(minimum);
      expect(standard).toBeLessThanOrEqual(maximum);
    }
  });

  test("covers exactly the items that a policy can cover", () => {
    const covered = new Set(registry.flatMap(({ items }) => items));
    const wanted = itemsWithControl("policy").map(({ id }) => id);
    expect(wanted.filter((id) => !covered.has(id))).toEqual([]);
    for (const id of covered) {
      expect(getItem(id).controls, id).toContain("policy");
    }
  });

  test("lets every policy be waived but the one about waivers", () => {
    expect(registry.filter(({ name }) => !waivable.has(name)).map(({ name }) => name)).toEqual([
      "waivers-valid",
    ]);
  });
});

describe("the empty stack", () => {
  test.each(registry.filter(({ name }) => !notOfPresence.has(name)))("violates $name", (policy) => {
    const { status, violations } = outcomeOf(policy, []);
    expect(status).toBe("violated");
    expect(violations.every(({ resource }) => resource === undefined)).toBe(true);
  });

  test("violates every item", () => {
    const objecting = registry.filter((policy) => outcomeOf(policy, []).status === "violated");
    const items = new Set(objecting.flatMap((policy) => policy.items));
    expect(registry.flatMap((policy) => policy.items).filter((id) => !items.has(id))).toEqual([]);
  });

  test.each(registry.filter(({ name }) => notOfPresence.has(name)))(
    "has nothing for $name to judge",
    (policy) => {
      expect(outcomeOf(policy, []).status).toBe("passed");
    },
  );
});

describe("a stack of unknown values", () => {
  const whole = stackOf(allUnknown(passingStack()));

  test.each(registry)("is never a violation of $name", (policy) => {
    const { status, violations } = evaluate(policy, whole, production);
    expect(violations).toEqual([]);
    expect(["passed", "unknown"]).toContain(status);
  });

  const inputs = passingStack().flatMap(({ name, props }) =>
    Object.entries(props).map(([key, value]) => ({ name, key, value })),
  );

  test("violates nothing, whichever input is unknown", () => {
    const hidden = inputs.map(({ name, key, value }) => [name, key, [unknownFor(value)]] as const);
    for (const changes of rounds(hidden, 40)) violatesNothing(changes);
  });

  test("violates nothing, whichever value inside an input is unknown", () => {
    const hidden = inputs.map(({ name, key, value }) => [name, key, [...insides(value)]] as const);
    for (const changes of rounds(hidden, 40)) violatesNothing(changes);
  });
});

describe("a stack without recorded inputs", () => {
  test("is judged by its outputs, as an exported state is", () => {
    const stack = stackOf(passingStack(), "state");
    expect(registry.filter((policy) => evaluate(policy, stack, production).status === "violated")).toEqual(
      [],
    );
    const empty = new Stack([]);
    const objecting = (policy: Policy) => evaluate(policy, empty, production).status === "violated";
    expect(registry.filter(objecting)).toHaveLength(registry.length - notOfPresence.size);
  });
});

describe("resources that the pack does not know", () => {
  test("change nothing", () => {
    const strangers: Fixture[] = [
      { type: "aws:s3/bucket:Bucket", name: "bucket", props: { tags: { owner: "devops" } } },
      { type: "pulumi:pulumi:Stack", name: "optropic-production", props: {} },
      { type: "pulumi:providers:vercel", name: "default", props: { version: "5.4.1" } },
    ];
    expect(violated([...strangers, ...passingStack()])).toEqual([]);
  });
});

/** One input with another value. */
type Change = readonly [name: string, key: string, value: unknown];

/**
 * Each value of each input once, some of different inputs at a time: one at a time takes minutes.
 *
 * @param least how many rounds there are at the least; there are more for an input with more values
 */
function rounds(
  inputs: readonly (readonly [string, string, readonly unknown[]])[],
  least: number,
): Change[][] {
  const count = Math.max(least, ...inputs.map(([, , values]) => values.length));
  const all = Array.from({ length: count }, (): Change[] => []);
  for (const [position, [name, key, values]] of inputs.entries()) {
    // Where an input has one value, the next input's is in the next round.
    for (const [index, value] of values.entries()) all[(position + index) % count]?.push([name, key, value]);
  }
  return all;
}

const differences = differencesOfPassing();

/** Names the change alone that makes a violation, where one does. */
function violatesNothing(changes: readonly Change[]): void {
  const violatedWith = (some: readonly Change[]) =>
    differences.objecting(
      some.reduce((stack, [name, key, value]) => withProps(stack, name, { [key]: value }), passingStack()),
    );
  if (violatedWith(changes).length === 0) return;
  for (const change of changes) expect(violatedWith([change]), `${change[0]}.${change[1]}`).toEqual([]);
  expect(violatedWith(changes), changes.map(([name, key]) => `${name}.${key}`).join(", ")).toEqual([]);
}

/** The value with each of its parts unknown, one at a time. */
function* insides(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      for (const part of [unknownFor(item), ...insides(item)]) {
        yield value.with(index, part);
      }
    }
  } else if (
    typeof value === "object" &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype
  ) {
    for (const [key, child] of Object.entries(value)) {
      for (const part of [unknownFor(child), ...insides(child)]) {
        yield { ...value, [key]: part };
      }
    }
  }
}
