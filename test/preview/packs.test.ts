import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PackConfig, PreviewDocument, PreviewOptions } from "../../preview/index.ts";
import { failureOf, pack, previewOf } from "./harness.ts";

function policies(document: PreviewDocument, name: string) {
  return Object.fromEntries(
    document.policies.filter((policy) => policy.pack === name).map((policy) => [policy.name, policy]),
  );
}

function inputsOf(document: PreviewDocument, name: string): unknown {
  return document.resources.find((resource) => resource.name === name)?.inputs;
}

/** What packs are given without a program, where it is the pack that matters. */
const state = join(import.meta.dirname, "..", "fixtures", "states", "encrypted.json");

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "packs-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("a remediating pack", () => {
  let document: PreviewDocument;

  beforeAll(async () => {
    document = await previewOf("small", ["remediating", "echo"]);
  });

  it("changes inputs before anything else sees them: the document, another pack and the program", () => {
    expect(inputsOf(document, "pet")).toEqual({ length: 1, prefix: "as remediated" });
    expect(inputsOf(document, "password")).toEqual({ length: 64, keepers: { pet: "as remediated" } });
    const echoes = policies(document, "echo")["echo-resource"]?.violations.map(({ message }) => message);
    expect(echoes?.join("\n")).toContain('"prefix":"as remediated"');
    expect(echoes?.join("\n")).not.toContain("as declared");
  });

  it("has what it changed said, property by property", () => {
    expect(document.remediations).toContainEqual({
      pack: "remediating",
      policy: "longer-passwords",
      urn: expect.stringContaining("::password"),
      applied: true,
      properties: [{ path: "length", change: "changed", before: expect.any(Number), after: 64 }],
    });
    expect(new Set(document.remediations.map(({ policy }) => policy))).toEqual(
      new Set(["longer-passwords", "no-prefix-as-declared"]),
    );
  });

  it("has nothing left to object to, or its objection is mandatory", () => {
    const outcomes = policies(document, "remediating");
    expect(outcomes["longer-passwords"]).toMatchObject({ status: "passed", violations: [] });
    expect(outcomes["no-prefix-as-declared"]).toMatchObject({ status: "not-applicable" });
    expect(outcomes["mends-nothing"]).toMatchObject({
      status: "violated",
      enforcement: "mandatory",
      violations: [{ message: "still wrong" }],
    });
    expect(document.summary.mandatory).toBe(1);
  });

  it("that cannot read a value is unknown", async () => {
    const everything = await previewOf("everything", ["remediating"]);
    expect(policies(everything, "remediating")["needs-unknown"]).toMatchObject({
      status: "unknown",
      violations: [{ message: expect.stringContaining("at .unknown can't be known during preview") }],
    });
  });
});

describe("a pack's configuration", () => {
  const configured = async (config?: PackConfig, options: Partial<PreviewOptions> = {}) =>
    policies(
      await previewOf("small", ["configured"], {
        state,
        ...options,
        policyPackConfigs: config === undefined ? [] : [config],
      }),
      "configured",
    );

  it("is by default the schema's, then the pack's own", async () => {
    const outcomes = await configured();
    expect(outcomes["as-it-is"]).toMatchObject({
      enforcement: "mandatory",
      status: "violated",
      violations: [
        { message: '{"days":7,"list":["a"]}', urn: expect.stringContaining("pulumi:pulumi:Stack") },
      ],
    });
    expect(outcomes.initially).toMatchObject({
      enforcement: "disabled",
      status: "not-applicable",
      items: ["1.1", "2.2"],
      violations: [],
    });
    expect(outcomes["without-level"]).toMatchObject({ enforcement: "advisory", status: "violated" });
    expect(outcomes["only-elsewhere"]).toMatchObject({ status: "not-applicable" });
    expect(outcomes["own-level"]).toMatchObject({
      enforcement: "mandatory",
      status: "waived",
      violations: [
        {
          message: "It is wrong.",
          expected: "It must be right.",
          waiver: { until: "2099-01-01", approvedBy: "owner@shop.example", reason: "for a reason" },
        },
      ],
    });
  });

  it("is the user's where there is one: `all` for levels, and what a policy is given by name", async () => {
    const outcomes = await configured({
      all: "advisory",
      "as-it-is": { enforcementLevel: "mandatory", days: 14 },
      initially: { free: "text" },
      "without-level": "disabled",
    });
    expect(outcomes["as-it-is"]).toMatchObject({
      enforcement: "mandatory",
      violations: [{ message: '{"days":14,"list":["a"]}' }],
    });
    expect(outcomes.initially).toMatchObject({
      enforcement: "advisory",
      violations: [{ message: '{"days":30,"free":"text","list":["a"]}' }],
    });
    expect(outcomes["without-level"]).toMatchObject({ enforcement: "disabled", violations: [] });
  });

  it("is refused where it does not fit, every problem at once", async () => {
    const refused = configured({
      "as-it-is": { days: 0 },
      initially: { list: "a" },
      "no-such-policy": "advisory",
    });
    const { failure, message } = await failureOf(refused);
    expect(failure).toBe("policy-pack");
    expect(message).toContain("the configuration of policy pack configured does not fit:");
    expect(message).toMatch(/as-it-is\.days: .*1/);
    expect(message).toMatch(/initially\.list: .*array/);
    expect(message).toContain("no-such-policy: the pack has no such policy");
  });

  it("is refused where there is no pack for it", async () => {
    const refused = previewOf("small", [], { policyPackConfigs: [{ all: "disabled" }] });
    expect(await failureOf(refused)).toMatchObject({
      failure: "policy-pack",
      message: /^1 configuration for 0 policy packs: /,
    });
  });

  it("with all disabled leaves nothing to judge", async () => {
    const outcomes = await configured({ all: "disabled" });
    expect(new Set(Object.values(outcomes).map(({ status }) => status))).toEqual(new Set(["not-applicable"]));
  });
});

describe("a pack that goes wrong", () => {
  const misbehave = (mode: string, options?: Partial<PreviewOptions>): Promise<PreviewDocument> =>
    previewOf("small", ["misbehaving"], { state, config: [`pack:mode=${mode}`], ...options });

  it.each([
    ["throws-on-load", /did not load:[\s\S]*the pack threw as it was loaded/],
    ["exits-on-load", /did not load:\nit ended with status 0 and printed nothing/],
    ["throws", /policy pack misbehaving failed: [\s\S]*'misbehaves'[\s\S]*the policy threw/],
    ["throws-in-the-end", /policy pack misbehaving failed: [\s\S]*the stack policy threw/],
    ["remediation-throws", /policy pack misbehaving failed: [\s\S]*the remediation threw/],
    ["exits", /misbehaving ended early:\nthe policy's last words$/],
  ])("when it %s is an error that says why, and never the port", async (mode, message) => {
    const found = await failureOf(misbehave(mode));
    expect(found).toEqual({ failure: "policy-pack", message: expect.stringMatching(message) });
    expect(found.message).not.toMatch(/^\d{4,5}$/m);
  });

  it("as it loads ends the preview whatever the program does", async () => {
    const config = ["mode=never-end", "pack:mode=throws-on-load"];
    expect(await failureOf(previewOf("misbehaving", ["misbehaving"], { config }))).toEqual({
      failure: "policy-pack",
      message: expect.stringContaining("the pack threw as it was loaded"),
    });
  });

  it("as the program runs is the reason, not what the program makes of it", async () => {
    for (const mode of ["throws", "remediation-throws"]) {
      const failed = previewOf("small", ["misbehaving"], { config: [`pack:mode=${mode}`] });
      expect(await failureOf(failed)).toMatchObject({ failure: "policy-pack" });
    }
  });

  // Both wait for the time to be up.
  it.concurrent("by never serving is named when the time is up", async () => {
    expect(await failureOf(misbehave("never-serves", { timeoutMs: 2000 }))).toEqual({
      failure: "limit",
      message: expect.stringMatching(/^stopped after 2 s waiting for policy pack .*misbehaving to load/),
    });
  });

  it.concurrent("by judging for ever is stopped when the time is up", async () => {
    expect(await failureOf(misbehave("hangs", { timeoutMs: 4000 }))).toEqual({
      failure: "limit",
      message: expect.stringMatching(/^stopped after 4 s waiting for the policies|to load/),
    });
  });

  it("by flooding its output is stopped", async () => {
    expect(await failureOf(misbehave("floods", { outputBytes: 64 * 1024 }))).toEqual({
      failure: "limit",
      message: expect.stringMatching(/^policy pack .*misbehaving wrote more than 64 KiB and was stopped$/),
    });
  });

  it.each([
    ["prints-before", "said before it serves"],
    ["prints-a-number", "1"],
  ])("not when it %s, which is shown without the port", async (mode, message) => {
    const { messages } = await misbehave(mode);
    expect(messages).toEqual([{ severity: "printed", message, urn: "" }]);
  });
});

describe("a pack that is not there", () => {
  const started = (...packs: string[]) => failureOf(previewOf("small", [], { policyPacks: packs }));

  it("is named", async () => {
    expect(await started(join(folder, "nowhere"))).toEqual({
      failure: "policy-pack",
      message: expect.stringMatching(/^no policy pack in .*nowhere: PulumiPolicy\.yaml is missing$/),
    });
  });

  it("is named where others are fine, none of which survives", async () => {
    expect(await started(pack("echo"), join(folder, "nowhere"))).toMatchObject({ failure: "policy-pack" });
  });

  it("for lack of its dependencies says so", async () => {
    const alone = join(folder, "alone");
    cpSync(pack("echo"), alone, { recursive: true });
    expect(await started(alone)).toEqual({
      failure: "project",
      message: `@pulumi/pulumi is not installed for ${alone}: run npm install there`,
    });
  });

  it("for Node.js is refused by its runtime", async () => {
    const python = join(folder, "python");
    mkdirSync(python);
    writeFileSync(join(python, "PulumiPolicy.yaml"), "runtime: python\n");
    expect(await started(python)).toEqual({
      failure: "unsupported",
      message: expect.stringContaining("runtime python cannot be run offline"),
    });
  });

  it("in YAML is refused by place", async () => {
    const broken = join(folder, "broken");
    mkdirSync(broken);
    writeFileSync(join(broken, "PulumiPolicy.yaml"), "runtime: [nodejs\n");
    expect(await started(broken)).toEqual({
      failure: "policy-pack",
      message: expect.stringMatching(/PulumiPolicy\.yaml is not YAML: .* at line 2, column 1/),
    });
  });
});
