import { describe, expect, test } from "vitest";
import { cloudflare, render } from "../../policies/model/tokens.ts";
import { fieldsUnlogged, logLevel, statementsUnlogged } from "../../policies/security-logs.ts";
import { withApiVariable } from "./edge-edits.ts";
import { type Fixture, outcomeOf, secret, unknown, withProps } from "./fixture.ts";
import { passingStack } from "./passing-stack.ts";

const statusOf = (...[policy, stack]: Parameters<typeof outcomeOf>) => outcomeOf(policy, stack).status;

const withLevel = (value: unknown) => withProps(passingStack(), "web-LOG_LEVEL", { value: secret(value) });

describe("the log level", () => {
  test.each(["info", "INFO", "error", "fatal", "silent"])("may be %j", (level) => {
    expect(statusOf(logLevel, withLevel(level))).toBe("passed");
  });

  test.each(["debug", "trace", "verbose", "silly", "all", "", "10"])("may not be %j", (level) => {
    expect(outcomeOf(logLevel, withLevel(level)).violations).toEqual([
      expect.objectContaining({
        resource: expect.stringContaining("web-project"),
        found: expect.stringContaining(`LOG_LEVEL is ${JSON.stringify(level)}.`),
      }),
    ]);
  });

  test("is unknown where it is", () => {
    expect(statusOf(logLevel, withLevel(unknown))).toBe("unknown");
    expect(statusOf(logLevel, withProps(passingStack(), "web-LOG_LEVEL", { key: unknown }))).toBe("unknown");
  });
});

describe("statements", () => {
  test.each(["DEBUG", "NODE_DEBUG", "LOG_QUERIES", "PRISMA_LOG_QUERIES"])("are printed by %s", (name) => {
    expect(statusOf(statementsUnlogged, withApiVariable(passingStack(), name, "1"))).toBe("violated");
    for (const off of ["", "0", "false", "off"]) {
      expect(statusOf(statementsUnlogged, withApiVariable(passingStack(), name, off))).toBe("passed");
    }
  });

  test("are not repeated in the message", () => {
    const stack = withApiVariable(passingStack(), "DEBUG", "canary");
    const { violations } = outcomeOf(statementsUnlogged, stack);
    expect(violations).toHaveLength(1);
    expect(JSON.stringify(violations)).not.toContain("canary");
  });

  test("are logged by the database, but for those that change the schema", () => {
    const database = (setting: unknown): Fixture => ({
      type: render.postgres,
      name: "database",
      props: { parameterOverrides: { log_statement: setting } },
    });
    expect(statusOf(statementsUnlogged, [database("ddl")])).toBe("passed");
    expect(statusOf(statementsUnlogged, [database(undefined)])).toBe("passed");
    expect(statusOf(statementsUnlogged, [database("mod")])).toBe("violated");
    expect(statusOf(statementsUnlogged, [database(unknown)])).toBe("unknown");
  });
});

test.each([[unknown], [[{ action: "log_custom_field", actionParameters: { cookieFields: unknown } }]]])(
  "what the edge logs is unknown where a list of it is",
  (rules) => {
    const ruleset: Fixture = {
      type: cloudflare.ruleset,
      name: "fields",
      props: { phase: "http_log_custom_fields", kind: "zone", rules },
    };
    expect(statusOf(fieldsUnlogged, [ruleset])).toBe("unknown");
  },
);
