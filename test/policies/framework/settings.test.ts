import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { readContext } from "../../../policies/framework/settings.ts";

async function contextOf(config: Record<string, string | undefined>, stack = "dev") {
  const noResources = { newResource: () => ({ id: "", state: {} }), call: () => ({}) };
  await pulumi.runtime.setMocks(noResources, "optropic", stack, true);
  const set = Object.entries(config).flatMap(([key, value]) =>
    value === undefined ? [] : [[`optropic:${key}`, value] as const],
  );
  pulumi.runtime.setAllConfig(Object.fromEntries(set));
  return readContext(new Set(["p"]), new Date("2026-01-05"));
}

describe("the settings that a pack reads", () => {
  test.each([
    [undefined, "platform"],
    ["platform", "platform"],
    ["delivery", "delivery"],
    ["all", "all"],
    ["", "all"],
    ["Delivery", "all"],
    ["nothing", "all"],
  ] as const)("ask by the scope %s what is %s", async (scope, expected) => {
    expect((await contextOf({ scope })).scope).toBe(expected);
  });

  test.each([
    [undefined, "pulumi-cloud"],
    ["pulumi-cloud", "pulumi-cloud"],
    ["self-managed", "self-managed"],
    ["s3", "pulumi-cloud"],
  ] as const)("take the backend %s for %s", async (backend, expected) => {
    expect((await contextOf({ backend })).backend).toBe(expected);
  });

  test.each([
    [undefined, "production"],
    ["staging", "staging"],
    ["Staging", "production"],
  ] as const)("are strict at any stage but staging: %s", async (stage, expected) => {
    expect((await contextOf({ stage })).stage).toBe(expected);
  });

  test.each([
    [undefined, []],
    ['["Octo-Owner"]', ["octo-owner"]],
    ['["octo-owner", "two words"]', []],
    ["octo-owner", []],
  ] as const)("name the organization's owners %s as %s", async (organizationOwners, expected) => {
    expect([...((await contextOf({ organizationOwners })).declared?.organizationOwners ?? [])]).toEqual(
      expected,
    );
  });

  test.each([
    [undefined, []],
    ['{"existing":["jwtSecret"],"length":64}', ["jwtSecret"]],
    ['{"existing":["jwtSecret","another"]}', []],
    ['{"length":64}', []],
  ] as const)("name the secrets %s that a person gives as %s", async (secrets, expected) => {
    expect([...((await contextOf({ secrets })).declared?.existingSecrets ?? [])]).toEqual(expected);
  });

  test.each(["production", "prod", "eu-prod", "live", "Production"])(
    "are strict for a stack that is called %s, whatever stage it gives itself",
    async (stack) => {
      expect((await contextOf({ stage: "staging" }, stack)).stage).toBe("production");
    },
  );

  test.each(["staging", "deliver", "reproduction"])("take a stack called %s at its word", async (stack) => {
    expect((await contextOf({ stage: "staging" }, stack)).stage).toBe("staging");
  });

  test.each([
    [undefined, "2026-04-05", 1],
    [undefined, "2026-04-06", 0],
    ["30", "2026-02-04", 1],
    ["30", "2026-02-05", 0],
    ["180", "2026-07-04", 1],
    ["3650", "2026-07-04", 0],
    ["soon", "2026-04-05", 1],
  ] as const)(
    "allow waivers for %s days, and one until %s is one of %s",
    async (waiverDays, until, count) => {
      const waiver = {
        policy: "p",
        resource: "*",
        reason: "A plain test reason",
        approvedBy: "a@b.example",
        until,
      };
      const waivers = JSON.stringify([waiver]);
      expect((await contextOf({ waiverDays, waivers })).waivers.policies).toHaveLength(count);
    },
  );
});
