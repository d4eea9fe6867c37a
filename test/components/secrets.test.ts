import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { Secrets, type SecretsArgs } from "../../components/secrets.ts";
import { record, settled } from "./recorder.ts";

const passwordType = "random:index/randomPassword:RandomPassword";

function declare(args?: SecretsArgs) {
  return record((opts) => new Secrets("secrets", args, opts), {
    outputs: { [passwordType]: { result: "canary" } },
  });
}

describe("with no options given", () => {
  test("each secret is a resource of its own", async () => {
    const { resources } = await declare();
    expect(resources.map(({ name }) => name)).toEqual([
      "secrets-jwt-secret",
      "secrets-secret-key",
      "secrets-metrics-token",
      "secrets-database-owner",
      "secrets-database-application",
      "secrets-database-migration",
      "secrets-database-backup",
      "secrets-database-probe",
    ]);
    expect(new Set(resources.map(({ type }) => type))).toEqual(new Set([passwordType]));
  });

  test("each has 64 letters and digits, is protected and belongs to the component", async () => {
    const { component, resources } = await declare();
    for (const { inputs, options } of resources) {
      expect(inputs).toMatchObject({ length: 64, special: false, keepers: { rotation: "1" } });
      expect(options).toMatchObject({ protect: true, parent: component });
    }
  });
});

test("a secret that is in use is given, and nothing is generated for it", async () => {
  const inUse = pulumi.secret("in-use");
  const { component, resources } = await declare({ given: { jwtSecret: inUse } });
  expect(resources.map(({ name }) => name)).not.toContain("secrets-jwt-secret");
  expect(resources).toHaveLength(7);
  expect(component.jwtSecret).toBe(inUse);
});

test("each output is secret", async () => {
  const { component } = await declare();
  const outputs = [
    component.jwtSecret,
    component.secretKey,
    component.metricsToken,
    component.ownerPassword,
    component.applicationPassword,
    component.migrationPassword,
    component.backupPassword,
    component.probePassword,
  ];
  for (const output of outputs) {
    expect(await pulumi.isSecret(output)).toBe(true);
    expect(await settled(output)).toBe("canary");
  }
});

test("the length is the setting's, a short one too, which the policies refuse", async () => {
  const { resources } = await declare({ length: 32 });
  expect(resources.map(({ inputs }) => inputs.length)).toEqual(Array(8).fill(32));
});

test("another word rotates every secret and nothing else of them", async () => {
  const [before, after] = [await declare({ rotation: "2026-11" }), await declare({ rotation: "2026-12" })];
  for (const { name, inputs } of after.resources) {
    expect(inputs).toEqual({ ...before.named(name).inputs, keepers: { rotation: "2026-12" } });
  }
});

test("the protection can be lifted for a rotation", async () => {
  const { resources } = await declare({ protect: false });
  expect(resources.map(({ options }) => options.protect)).toEqual(Array(8).fill(false));
});
