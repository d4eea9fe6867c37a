import { describe, expect, test } from "vitest";
import { pulumiStack, vercel } from "../../policies/model/tokens.ts";
import { apiRateLimit, loginRateLimit } from "../../policies/security-rate-limits.ts";
import { projected, withLimits, withPlan } from "./edge-edits.ts";
import { apiExpression, limitRule, loginExpression, vercelLimit } from "./edge-rules.ts";
import { type Fixture, outcomeOf, unknown, violated, withProps } from "./fixture.ts";
import { passingStack } from "./passing-stack.ts";

const statusOf = (...[policy, stack]: Parameters<typeof outcomeOf>) => outcomeOf(policy, stack).status;

const api = 'http.host eq "api.optropic.example"';

/** The stack of a program that does not say which path login has, so that the rules themselves must tell. */
const unsaid = (): Fixture[] =>
  passingStack().map((fixture) => {
    const { loginPath: _, ...outputs } = fixture.outputs ?? {};
    return fixture.type === pulumiStack ? { ...fixture, outputs } : fixture;
  });

describe("the API's rule", () => {
  test.each([
    apiExpression,
    "true",
    api,
    'starts_with(http.request.uri.path, "/api")',
    'http.request.uri.path wildcard "/api/*"',
    'http.request.uri.path matches "^/api/"',
    `${api} and starts_with(http.request.uri.path, "/rest/")`,
    'http.host in {"api.optropic.example" "www.optropic.example"}',
  ])("may be for %s, on a plan that allows it", (expression) => {
    const stack = withLimits(unsaid(), [limitRule(loginExpression, 10), limitRule(expression, 300)]);
    expect(violated(withPlan(stack, "business"))).toEqual([]);
  });

  test.each([
    'http.request.uri.path eq "/api/health"',
    'starts_with(http.request.uri.path, "/api/search/")',
    `${api} and ip.src in $partners`,
    `${api} and http.request.method eq "POST"`,
    `${api} and not http.request.uri.query contains "key="`,
    `${api} and http.request.uri.path eq "/api/reports/year"`,
    "not readable",
  ])("is too narrow for %s", (expression) => {
    const stack = withLimits(passingStack(), [limitRule(loginExpression, 10), limitRule(expression, 300)]);
    expect(statusOf(apiRateLimit, stack)).toBe("violated");
  });

  test.each(["block", "challenge", "js_challenge", "managed_challenge"])("may %s", (action) => {
    const rule = { ...limitRule(apiExpression, 300), action };
    expect(statusOf(apiRateLimit, withLimits(passingStack(), [rule]))).toBe("passed");
  });

  test("is unknown where it is", () => {
    const rules = [limitRule(loginExpression, 10), { ...limitRule(apiExpression, 300), expression: unknown }];
    expect(statusOf(apiRateLimit, withLimits(passingStack(), rules))).toBe("unknown");
  });

  test("does not reach a host whose record is not proxied", () => {
    const { violations } = outcomeOf(apiRateLimit, withProps(passingStack(), "edge-api", { proxied: false }));
    expect(violations.map(({ found }) => found)).toEqual([
      expect.stringContaining("because its record edge-api is not proxied"),
    ]);
  });
});

describe("login's rule", () => {
  const withLogin = (rule: unknown) => withLimits(passingStack(), [rule, limitRule(apiExpression, 300)]);

  test.each([
    loginExpression,
    'http.request.uri.path eq "/api/v2/users/sign_in"',
    'http.request.uri.path matches "^/api/(auth/)?(login|signin)$"',
    'http.request.uri.path contains "/login" and http.request.method eq "POST"',
    'http.host eq "auth.optropic.example"',
    'http.host eq "optropic.example" and starts_with(http.request.uri.path, "/api/auth/")',
  ])("may be for %s, on a plan that allows it", (expression) => {
    const rules = [limitRule(expression, 10), limitRule(apiExpression, 300)];
    expect(statusOf(loginRateLimit, withLimits(unsaid(), rules))).toBe("passed");
  });

  test.each([
    "true",
    apiExpression,
    'starts_with(http.request.uri.path, "/api/orders/")',
    'http.request.uri.path eq "/api/login" and ip.src.country eq "DE"',
  ])("is not for login alone, or not surely, for %s", (expression) => {
    expect(statusOf(loginRateLimit, withLogin(limitRule(expression, 10)))).toBe("violated");
  });

  test("is compared by the second, whatever the periods", () => {
    const rule = (period: number, requestsPerPeriod: number) => ({
      ...limitRule(loginExpression, 0),
      ratelimit: { characteristics: ["ip.src"], period, requestsPerPeriod },
    });
    expect(statusOf(loginRateLimit, withLogin(rule(3600, 17_999)))).toBe("passed");
    expect(statusOf(loginRateLimit, withLogin(rule(10, 49)))).toBe("passed");
    const { violations } = outcomeOf(loginRateLimit, withLogin(rule(10, 50)));
    expect(violations.map(({ found }) => found)).toEqual([
      expect.stringContaining("not tighter than the API's: 300 against 300 requests per minute."),
    ]);
  });
});

describe("a stack at Vercel alone", () => {
  const vercelStack = (...rules: unknown[]): Fixture[] => [
    { type: vercel.project, name: "web-project", props: {} },
    projected(vercel.domain, "web-domain", { domain: "optropic.example" }),
    projected(vercel.firewall, "web-firewall", { enabled: true, rules: { rules } }),
  ];
  const statuses = (stack: Fixture[]) => [statusOf(apiRateLimit, stack), statusOf(loginRateLimit, stack)];

  test("is limited by its firewall", () => {
    expect(statuses(vercelStack(vercelLimit("/api/trpc/login", 10), vercelLimit("/api", 300)))).toEqual([
      "passed",
      "passed",
    ]);
    expect(statuses(vercelStack(vercelLimit("/api", 300)))).toEqual(["passed", "violated"]);
    expect(statuses(vercelStack(vercelLimit("/api/trpc/login", 10)))).toEqual(["violated", "passed"]);
    expect(statuses(vercelStack())).toEqual(["violated", "violated"]);
  });

  test("is not limited by a rule that is off or logs, or by a firewall that is off", () => {
    const limit = vercelLimit("/api", 300);
    const logs = {
      ...limit,
      action: { ...limit.action, rateLimit: { ...limit.action.rateLimit, action: "log" } },
    };
    expect(statusOf(apiRateLimit, vercelStack({ ...limit, active: false }))).toBe("violated");
    expect(statusOf(apiRateLimit, vercelStack(logs))).toBe("violated");
    const off = withProps(vercelStack(limit), "web-firewall", { enabled: false });
    expect(statusOf(apiRateLimit, off)).toBe("violated");
  });
});
