import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { readContext } from "../../../policies/framework/settings.ts";

async function contextOf(config: Record<string, string | undefined>) {
  const noResources = { newResource: () => ({ id: "", state: {} }), call: () => ({}) };
  await pulumi.runtime.setMocks(noResources, "optropic", "production", true);
  const set = Object.entries(config).flatMap(([key, value]) =>
    value === undefined ? [] : [[`optropic:${key}`, value] as const],
  );
  pulumi.runtime.setAllConfig(Object.fromEntries(set));
  return readContext(new Set(), new Date("2026-01-05"));
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
});
