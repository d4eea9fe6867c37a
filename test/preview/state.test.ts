import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Failure } from "../../lib/failure.ts";
import { readState } from "../../preview/document/state.ts";
import { secret, unknown } from "../../preview/engine/values.ts";
import { failureOf, previewOf } from "./harness.ts";

const encrypted = join(import.meta.dirname, "..", "fixtures", "states", "encrypted.json");
const root = "urn:pulumi:dev::small";
const petUrn = `${root}::random:index/randomPet:RandomPet::pet`;
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "state-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function file(content: string): string {
  const path = join(folder, "state.json");
  writeFileSync(path, content);
  return path;
}

function stateOf(...resources: unknown[]): string {
  return file(JSON.stringify({ version: 3, deployment: { resources } }));
}

function read(path: string) {
  return new Map(readState(path).resources.map((resource) => [resource.name, resource]));
}

describe("a state", () => {
  const pet = { urn: petUrn, type: "random:index/randomPet:RandomPet", custom: true, id: "x" };

  it("may be the checkpoint of a backend of one's own, or of a stack that has nothing yet", () => {
    const latest = { manifest: {}, resources: [pet] };
    const checkpoint = file(JSON.stringify({ version: 3, checkpoint: { stack: "s", latest } }));
    expect([...read(checkpoint).keys()]).toEqual(["pet"]);
    for (const nothing of [null, {}, { resources: null }]) {
      expect(read(file(JSON.stringify({ version: 4, deployment: nothing }))).size).toBe(0);
    }
  });

  it("leaves out what was deleted to be made anew, and says what was interrupted", () => {
    const path = file(
      JSON.stringify({
        version: 3,
        deployment: {
          resources: [{ ...pet, pendingReplacement: true }],
          pending_operations: [{ type: "creating", resource: pet }],
        },
      }),
    );
    const { resources, warnings } = readState(path);
    expect(resources).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining("creating pet")]);
  });

  it("has the resources that are deployed, without those that wait for their deletion", () => {
    expect([...read(encrypted).keys()]).toEqual(["small-dev", "default_4_21_2", "pet", "password", "read"]);
    expect(read(encrypted).get("pet")).toMatchObject({
      urn: petUrn,
      type: "random:index/randomPet:RandomPet",
      parent: `${root}::pulumi:pulumi:Stack::small-dev`,
      provider: `${root}::pulumi:providers:random::default_4_21_2`,
      custom: true,
      external: false,
      protect: true,
      inputs: { __defaults: ["separator"], length: 1, prefix: "deployed" },
      ignoreChanges: ["separator"],
      timeouts: { create: 600, update: 0, delete: 0 },
    });
    expect(read(encrypted).get("read")).toMatchObject({ external: true });
    expect(read(encrypted).get("password")).toMatchObject({
      dependencies: [petUrn],
      propertyDependencies: new Map([
        ["keepers", [petUrn]],
        ["length", []],
      ]),
      additionalSecretOutputs: ["bcryptHash", "result"],
    });
  });

  it("has unknown secrets where they are encrypted, and known ones where they are not", () => {
    expect(read(encrypted).get("password")?.inputs.keepers).toEqual(secret(unknown));
    const plaintext = { [signature]: secretSignature, plaintext: '{"a":"hidden"}' };
    const state = stateOf({ urn: petUrn, type: "", custom: true, inputs: { deep: [plaintext] } });
    expect(read(state).get("pet")?.inputs).toEqual({ deep: [secret({ a: "hidden" })] });
  });

  it("has the type and the name of a URN, whatever the file says", () => {
    expect(read(stateOf({ urn: petUrn, type: "a:b:C" })).get("pet")?.type).toBe(
      "random:index/randomPet:RandomPet",
    );
  });
});

describe("a hostile state is refused", () => {
  it.each([
    [
      "that is not there",
      () => join(folder, "nowhere.json"),
      /Cannot read the state .*: there is no such file/,
    ],
    ["that is a folder", () => folder, /Cannot read the state .*: it is a folder/],
    ["that is no JSON", () => file("{"), /Cannot read the state .*JSON/],
    [
      "that is a file of secrets",
      () => file("KEY=hunter2"),
      /Cannot read the state \S+: it is not valid JSON\. A state/,
    ],
    ["of another kind", () => file('{"resources":[]}'), /is not a state as pulumi stack export writes it/],
    ["of another version", () => file('{"version":9,"deployment":{}}'), /\n {2}version: expected/],
    [
      "with a URN that is none",
      () => stateOf({ urn: "x", type: "" }),
      /deployment\.resources\[0\]\.urn: .*a URN/,
    ],
    [
      "with a resource twice",
      () => stateOf({ urn: petUrn, type: "" }, { urn: petUrn, type: "" }),
      /holds urn.*::pet twice/,
    ],
    [
      "that nests without end",
      () => file(`{"version":3,"deployment":{"resources":[${"[".repeat(5000)}${"]".repeat(5000)}]}}`),
      /nests deeper than 1000 levels/,
    ],
  ])("%s", (_, path, message) => {
    expect(() => readState(path())).toThrow(Failure);
    expect(() => readState(path())).toThrow(message);
  });

  it("or read without harm, whatever JSON it holds", () => {
    const resource = fc.record(
      {
        urn: fc.oneof(fc.constant(petUrn), fc.string()),
        type: fc.string(),
        inputs: fc.dictionary(
          fc.oneof(fc.constant("__proto__"), fc.constant(signature), fc.string()),
          fc.jsonValue(),
        ),
        outputs: fc.jsonValue(),
        provider: fc.oneof(fc.string(), fc.jsonValue()),
        dependencies: fc.jsonValue(),
        propertyDependencies: fc.jsonValue(),
      },
      { requiredKeys: ["urn", "type"] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.array(resource)), (resources) => {
        try {
          readState(file(JSON.stringify({ version: 3, deployment: { resources } })));
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
        }
      }),
    );
  });
});

describe("a state that is judged", () => {
  const judged = (state: string, ...packs: string[]) => previewOf("small", packs, { state });

  it("shows resource policies inputs and stack policies outputs, with their providers", async () => {
    const { policies, resources, summary } = await judged(encrypted, "echo");
    const echo = (name: string) =>
      policies.find((policy) => policy.name === name)?.violations.map(({ message }) => JSON.parse(message)) ??
      [];
    const [inResourcePhase, inStackPhase] = [echo("echo-resource"), echo("echo-stack")];
    expect(inResourcePhase.map(({ name }) => name)).toEqual([
      "small-dev",
      "default_4_21_2",
      "pet",
      "password",
      "read",
    ]);
    expect(inStackPhase.map(({ name }) => name)).toEqual(inResourcePhase.map(({ name }) => name));
    expect(inResourcePhase[2]).toMatchObject({
      props: { length: 1, prefix: "deployed" },
      provider: { name: "default_4_21_2" },
      opts: { protect: true, customTimeouts: { createSeconds: 600 } },
    });
    expect(inStackPhase[2]).toMatchObject({ props: { id: "deployed-cat", separator: "-" } });
    expect(inStackPhase[3]).toMatchObject({
      props: { length: 12, result: unknown },
      dependencies: [petUrn],
      propertyDependencies: { keepers: [petUrn] },
    });
    expect(resources.map(({ operation }) => operation)).toEqual(["same", "same", "same", "same", "read"]);
    expect(summary.resources).toBe(5);
  });

  it("is not mended, and its secrets are not shown", async () => {
    const plaintext = { [signature]: secretSignature, plaintext: '"canary-of-a-state"' };
    const state = stateOf({
      urn: `${root}::random:index/randomPassword:RandomPassword::password`,
      type: "random:index/randomPassword:RandomPassword",
      custom: true,
      inputs: { length: 12, note: plaintext },
      outputs: { length: 12, result: plaintext },
    });
    const document = await judged(state, "remediating", "echo");
    expect(document.resources[0]?.inputs).toEqual({ length: 12, note: "[secret]" });
    expect(document.policies.find(({ name }) => name === "longer-passwords")).toMatchObject({
      status: "violated",
      enforcement: "mandatory",
    });
    expect(JSON.stringify(document)).not.toContain("canary-of-a-state");
  });

  it("that cannot be read ends the preview before anything starts to wait", async () => {
    expect(await failureOf(judged(join(folder, "nowhere.json"), "echo"))).toMatchObject({ failure: "state" });
  });
});
