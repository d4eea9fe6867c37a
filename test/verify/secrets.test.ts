import { describe, expect, it } from "vitest";
import { fingerprintOf } from "../../config/fingerprint.ts";
import { generatedSecretNames } from "../../config/generated-secrets.ts";
import type { Outputs } from "../../verify/outputs.ts";
import { accept, writtenSettings } from "../config/stack.ts";
import { verified } from "../target/verified.ts";

const settings = accept(writtenSettings("production"));

function outputsOf(stack: string, shared: Readonly<Record<string, string>> = {}): Outputs {
  return {
    secretFingerprints: Object.fromEntries(
      generatedSecretNames.map((name) => [name, fingerprintOf(shared[name] ?? `${name} of ${stack}`)]),
    ),
  };
}

async function compared(outputs: Outputs, others?: Record<string, Outputs | undefined>) {
  const { probes, items } = await verified({
    ...{ settings, outputs, targets: {}, only: ["2.10"] },
    ...(others !== undefined && { otherOutputs: new Map(Object.entries(others)) }),
  });
  expect(items).toMatchObject([{ id: "2.10", probes: ["secrets-differ"], state: probes[0]?.state }]);
  return probes[0];
}

const own = outputsOf("production");

describe("the secrets of a stack", () => {
  it("hold where no other stack has one of them", async () => {
    const found = await compared(own, { staging: outputsOf("staging"), preview: outputsOf("preview") });
    expect(found).toMatchObject({ state: "holds", digest: expect.stringMatching(/^sha256:/) });
    expect(found?.checks).toHaveLength(2 * generatedSecretNames.length);
  });

  it.each([
    ["the same name", { jwtSecret: "jwtSecret of production" }, "jwtSecret"],
    ["another name", { secretKey: "jwtSecret of production" }, "secretKey"],
  ])("do not hold where another stack has one under %s", async (_, shared, name) => {
    const found = await compared(own, { staging: outputsOf("staging", shared) });
    expect(found?.state).toBe("does-not-hold");
    expect(found?.checks.filter(({ state }) => state !== "holds")).toMatchObject([
      { subject: "jwtSecret and the secrets of staging", measured: `the same as ${name}` },
    ]);
  });

  it.each<[string, Outputs, Record<string, Outputs | undefined> | undefined]>([
    ["the stack has no fingerprints", {}, { staging: outputsOf("staging") }],
    ["one of them is missing", without("metricsToken"), { staging: outputsOf("staging") }],
    ["nobody asked for other stacks", own, undefined],
    ["there is no other stack", own, {}],
    ["the other stack's outputs are not known", own, { staging: undefined }],
    ["the other stack has none", own, { staging: {} }],
    ["the other stack has empty ones", own, { staging: { secretFingerprints: { jwtSecret: "" } } }],
    ["the other stack has another form", own, { staging: { secretFingerprints: { x: "[secret]" } } }],
  ])("are unknown where %s", async (_, outputs, others) => {
    expect(await compared(outputs, others)).toMatchObject({ state: "unknown", reason: "no-data" });
  });

  it("have fingerprints that tell nothing but whether they are the same", () => {
    expect(fingerprintOf("a secret")).toMatch(/^[0-9a-f]{32}$/);
    expect(fingerprintOf("a secret")).toBe(fingerprintOf("a secret"));
    expect(fingerprintOf("a secret")).not.toBe(fingerprintOf("A secret"));
  });
});

function without(name: string): Outputs {
  const { [name]: _, ...rest } = own.secretFingerprints ?? {};
  return { secretFingerprints: rest };
}
