import { describe, expect, test } from "vitest";
import type { SampleRequest } from "../../../policies/values/sample-request.ts";
import { type VercelCondition, vercelRuleActsOn } from "../../../policies/values/vercel-condition.ts";

const request: SampleRequest = {
  host: "app.example.com",
  path: "/api/orders",
  method: "GET",
  scheme: "https",
};

function condition(type: string, op: string, ...values: string[]): VercelCondition {
  return { type, op, neg: false, values };
}

describe("vercelRuleActsOn", () => {
  test.each([
    condition("path", "pre", "/api"),
    condition("path", "eq", "/api/orders"),
    condition("path", "suf", "orders"),
    condition("path", "sub", "/orders"),
    condition("path", "re", "^/api/[a-z]+$"),
    condition("path", "inc", "/login", "/api/orders"),
    condition("path", "neq", "/login"),
    condition("path", "ninc", "/login"),
    condition("host", "eq", "app.example.com"),
    condition("method", "inc", "GET", "HEAD"),
    condition("scheme", "eq", "https"),
    condition("environment", "eq", "production"),
    condition("path", "ex"),
  ])("a rule with %j acts", (only) => {
    expect(vercelRuleActsOn([[only]], request)).toBe(true);
    expect(vercelRuleActsOn([[{ ...only, neg: true }]], request)).toBe(false);
  });

  test("a group needs all of its conditions, a rule one of its groups", () => {
    const yes = condition("path", "pre", "/api");
    const no = condition("path", "pre", "/login");
    expect(vercelRuleActsOn([[yes, no]], request)).toBe(false);
    expect(vercelRuleActsOn([[no], [yes]], request)).toBe(true);
    expect(vercelRuleActsOn([], request)).toBe(false);
  });

  test.each<[VercelCondition, boolean | undefined]>([
    [condition("user_agent", "nex"), false],
    [condition("user_agent", "ex"), true],
    [{ ...condition("header", "nex"), key: "User-Agent" }, false],
    [{ ...condition("header", "nex"), key: "X-Client" }, true],
    [condition("user_agent", "sub", "curl"), false],
    [{ ...condition("user_agent", "sub", "Mozilla"), neg: true }, true],
    [condition("ip_address", "neq", "203.0.113.7"), true],
  ])("of a stranger %j says %j", (only, acts) => {
    expect(vercelRuleActsOn([[only]], { ...request, stranger: "any" })).toBe(acts);
    expect(vercelRuleActsOn([[only]], request)).toBeUndefined();
  });

  test("cannot tell what a sample does not say", () => {
    const country = condition("geo_country", "eq", "DE");
    const no = condition("path", "pre", "/login");
    expect(vercelRuleActsOn([[country]], request)).toBeUndefined();
    expect(vercelRuleActsOn([[country, no]], request)).toBe(false);
    expect(vercelRuleActsOn([[country], [condition("host", "ex")]], request)).toBe(true);
    expect(vercelRuleActsOn([[condition("path", "gt", "1")]], request)).toBeUndefined();
    expect(vercelRuleActsOn([[condition("path", "re", "(")]], request)).toBeUndefined();
  });
});
