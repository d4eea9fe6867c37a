import { describe, expect, test } from "vitest";
import { cloudflare, postgresql, vercel } from "../../policies/model/tokens.ts";
import { leastPrivilege, managedRules } from "../../policies/security-injection.ts";
import { overridden, projected, withWaf } from "./edge-edits.ts";
import { cloudflareManaged, owaspCore, ruleset } from "./edge-rules.ts";
import { type Fixture, outcomeOf, unknown, without, withProps } from "./fixture.ts";
import { passingStack } from "./passing-stack.ts";

const statusOf = (...[policy, stack]: Parameters<typeof outcomeOf>) => outcomeOf(policy, stack).status;

const skip = (expression: string, actionParameters: Record<string, unknown>) => ({
  action: "skip",
  expression,
  actionParameters,
});

describe("managed rules", () => {
  test.each([
    ["an action of one's own", [overridden({ action: "managed_challenge" }), owaspCore()]],
    [
      "categories that the platform does not use off",
      [overridden({ categories: [off("wordpress")] }), owaspCore()],
    ],
    ["one rule off", [overridden({ rules: [{ id: "0".repeat(32), enabled: false }] }), owaspCore()]],
    ["the lowest sensitivity", [cloudflareManaged, owaspCore({ action: "block", scoreThreshold: 60 })]],
    ["a condition that is always met", [{ ...cloudflareManaged, expression: "ssl or not ssl" }, owaspCore()]],
    [
      "an exception for another host",
      [skip('http.host eq "docs.optropic.example"', { ruleset: "current" }), cloudflareManaged, owaspCore()],
    ],
    [
      "an exception that comes too late to count",
      [cloudflareManaged, owaspCore(), skip("true", { ruleset: "current" })],
    ],
    [
      "an exception for single rules",
      [
        skip("true", { rules: { [owaspCore().actionParameters.id]: ["0".repeat(32)] } }),
        cloudflareManaged,
        owaspCore(),
      ],
    ],
  ])("may have %s", (_, rules) => {
    expect(statusOf(managedRules, withWaf(passingStack(), rules))).toBe("passed");
  });

  test.each([
    ["the base of OWASP is off", [cloudflareManaged, leveled(1)]],
    [
      "a rule skips one of the two",
      [skip("true", { rulesets: [owaspCore().actionParameters.id] }), cloudflareManaged, owaspCore()],
    ],
    [
      "they run for one address alone",
      [{ ...cloudflareManaged, expression: "ip.src eq 192.0.2.1" }, owaspCore()],
    ],
    [
      "another ruleset runs in their place",
      [{ ...cloudflareManaged, actionParameters: { id: "0".repeat(32) } }],
    ],
    [
      "the rule that acts on their score is skipped",
      [
        skip("true", { rules: { [owaspCore().actionParameters.id]: ["6179ae15870a4bb7b2d480d4843b323c"] } }),
        cloudflareManaged,
        owaspCore(),
      ],
    ],
    ["their rules are named and not run", [{ ...cloudflareManaged, action: "log" }, owaspCore()]],
  ])("do not count where %s", (_, rules) => {
    expect(statusOf(managedRules, withWaf(passingStack(), rules))).toBe("violated");
  });

  test("of the account count for its zones", () => {
    const account: Fixture = {
      type: cloudflare.ruleset,
      name: "account-waf",
      props: {
        accountId: "0123456789abcdef0123456789abcdef",
        kind: "root",
        phase: "http_request_firewall_managed",
        rules: [cloudflareManaged, owaspCore()].map((rule) => ({
          ...rule,
          expression: 'cf.zone.plan eq "ENT"',
        })),
      },
    };
    expect(statusOf(managedRules, [...without(passingStack(), "edge-waf-managed"), account])).toBe("passed");
  });

  test("are unknown where what they run is", () => {
    const rules = [{ ...cloudflareManaged, actionParameters: { id: unknown } }, owaspCore()];
    expect(statusOf(managedRules, withWaf(passingStack(), rules))).toBe("unknown");
  });

  test("say what is wrong, at which host", () => {
    const { violations } = outcomeOf(managedRules, withWaf(passingStack(), [cloudflareManaged]));
    // Vercel's own rules stand in for the zone's at the web host.
    expect(violations.map(({ found }) => found)).toEqual([
      expect.stringContaining("api.optropic.example: the OWASP Core Ruleset does not run."),
    ]);
  });

  test("may be Vercel's where no zone stands in front", () => {
    const deny = { active: true, action: "deny" };
    const bare = (owasp: Record<string, unknown>, props: Record<string, unknown> = {}): Fixture[] => [
      { type: vercel.project, name: "web-project", props: {} },
      projected(vercel.domain, "web-domain", { domain: "optropic.example" }),
      projected(vercel.firewall, "web-firewall", { managedRulesets: { owasp }, ...props }),
    ];
    expect(statusOf(managedRules, bare({ sqli: deny, xss: deny }))).toBe("passed");
    expect(statusOf(managedRules, bare({ xss: deny }))).toBe("violated");
    expect(statusOf(managedRules, bare({ sqli: { ...deny, active: false }, xss: deny }))).toBe("violated");
    expect(statusOf(managedRules, bare({ sqli: { ...deny, action: "log" }, xss: deny }))).toBe("violated");
    expect(statusOf(managedRules, bare({ sqli: deny, xss: deny }, { enabled: false }))).toBe("violated");
  });

  test("are not proved where a field decides that the policy cannot read", () => {
    const [address, country] = ["ip.src eq 192.0.2.1", 'ip.src.country eq "DE"'];
    const custom = ruleset("edge-waf-custom", "http_request_firewall_custom", [
      skip("true", { phases: ["http_ratelimit"] }),
      skip(country, { phases: ["http_request_firewall_managed"] }),
    ]);
    const managed = [skip(address, { ruleset: "current" }), cloudflareManaged, owaspCore()];
    for (const stack of [[...passingStack(), custom], withWaf(passingStack(), managed)]) {
      expect(outcomeOf(managedRules, stack).violations).toMatchObject([
        {
          kind: "unproved",
          found: expect.stringContaining("ip.src"),
          fix: expect.stringContaining("http.host"),
        },
      ]);
    }
  });
});

describe("database roles", () => {
  const role = (props: Record<string, unknown>): Fixture => ({
    type: postgresql.role,
    name: "role",
    props: { name: "app", login: true, ...props },
  });

  test.each([
    {},
    { login: false, superuser: true },
    { roles: ["pg_monitor", "pg_read_all_data", "readers"] },
    { name: "nightly_backup", bypassRowLevelSecurity: true },
    { createDatabase: unknown },
  ])("may be %j", (props) => {
    expect(statusOf(leastPrivilege, [role(props)])).not.toBe("violated");
  });

  test.each([
    ["superuser", { superuser: true }],
    ["createRole", { createRole: true }],
    ["createDatabase", { createDatabase: true }],
    ["replication", { replication: true }],
    ["bypassRowLevelSecurity", { bypassRowLevelSecurity: true }],
    ["createRole", { name: "nightly_backup", createRole: true, bypassRowLevelSecurity: true }],
    ["pg_read_server_files", { roles: ["pg_monitor", "pg_read_server_files"] }],
    ["service_role", { roles: ["service_role"] }],
  ])("may not have %s: %j", (what, props) => {
    const { violations } = outcomeOf(leastPrivilege, [role(props)]);
    expect(violations.map(({ found }) => found)).toEqual([expect.stringContaining(what)]);
  });

  test("may be granted a group that rules nothing", () => {
    const grant = (grantRole: unknown): Fixture => ({
      type: postgresql.grantRole,
      name: "grant",
      props: { role: "app", grantRole },
    });
    expect(statusOf(leastPrivilege, [grant("readers")])).toBe("passed");
    expect(statusOf(leastPrivilege, [grant(unknown)])).toBe("unknown");
    expect(statusOf(leastPrivilege, [grant("rds_superuser")])).toBe("violated");
  });

  test("are judged one by one, whatever is unknown beside them", () => {
    const stack = withProps(passingStack(), "database-probe-role", { superuser: unknown });
    expect(statusOf(leastPrivilege, stack)).toBe("unknown");
    expect(statusOf(leastPrivilege, [...stack, role({ superuser: true })])).toBe("violated");
  });
});

function off(category: string) {
  return { category, enabled: false };
}

/** The OWASP rule set with its rules from a level on switched off. */
function leveled(level: number) {
  const rule = owaspCore();
  const categories = [1, 2, 3, 4].filter((it) => it >= level).map((it) => off(`paranoia-level-${it}`));
  return {
    ...rule,
    actionParameters: {
      ...rule.actionParameters,
      overrides: { ...rule.actionParameters.overrides, categories },
    },
  };
}
