import { describe, expect, test } from "vitest";
import { evaluate } from "../../policies/framework/evaluate.ts";
import { registry } from "../../policies/registry.ts";
import { deployedStack } from "./deployed-stack.ts";
import { type Fixture, outcomeOf, production, secret, stackOf, unknown, withProps } from "./fixture.ts";

describe("a stack that is deployed", () => {
  test("has nothing unknown", () => {
    expect(JSON.stringify(deployedStack())).not.toContain(unknown);
  });

  const whole = stackOf(deployedStack());

  test.each(registry)("passes $name", (policy) => {
    const { status, violations } = evaluate(policy, whole, production);
    expect(violations).toEqual([]);
    expect(status).toBe("passed");
  });

  test.each([
    ["a short JWT_SECRET", "JWT_SECRET", "j".repeat(63), "jwt-secret-length"],
    ["one secret for two uses", "SECRET_KEY", "secretsjwtsecret".padEnd(64, "x"), "secrets-distinct"],
    [
      "another database",
      "DATABASE_URL",
      "postgresql://app.otherotherotherothe:setting-x@aws-1-eu-central-1.pooler.supabase.com:6543/postgres?sslmode=require",
      "database-url-own",
    ],
    ["another stack's secret", "SECRET_KEY", "s".repeat(64), "secrets-generated"],
  ])("is refused for %s in a map of variables, where its value tells", (_, name, value, policy) => {
    const group = deployedStack().find((fixture) => fixture.name === "api-variables");
    const envVars = { ...(group?.props.envVars ?? {}), [name]: { value: secret(value) } };
    const stack: Fixture[] = withProps(deployedStack(), "api-variables", { envVars });
    const objecting = registry.filter((candidate) => outcomeOf(candidate, stack).status === "violated");
    expect(objecting.map((candidate) => candidate.name)).toContain(policy);
  });
});
