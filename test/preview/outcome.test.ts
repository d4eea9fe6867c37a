import { describe, expect, it } from "vitest";
import { previewDocument, type Verdict } from "../../preview/document/outcome.ts";
import { Secrets } from "../../preview/document/secrets.ts";
import { bareResource } from "../../preview/engine/resource.ts";
import { secret, unknown } from "../../preview/engine/values.ts";
import type { Diagnostic } from "../../preview/packs/analysis.ts";
import type { EnforcementLevel, PolicyInfo } from "../../preview/packs/pack-config.ts";
import type { Project } from "../../project/project.ts";

const project: Project = {
  name: "shop",
  stack: "dev",
  organization: "acme",
  root: "/",
  files: { project: "/Pulumi.yaml", stack: undefined },
  programDirectory: "/",
  entryPoint: ".",
  typescript: false,
  tsconfig: undefined,
  tags: {},
  nodeArgs: [],
  config: new Map(),
  secretKeys: new Set(),
  givenSecrets: [],
  warnings: [],
};

function policy(level: EnforcementLevel): PolicyInfo {
  return {
    name: "p",
    description: "Holds.",
    level,
    kind: "stack",
    items: ["1.1"],
    remediationSteps: "",
    schema: undefined,
  };
}

function diagnostic(message: string, level: EnforcementLevel = "mandatory"): Diagnostic {
  return { policy: "p", message, level, urn: "urn:r" };
}

const cannotRun = diagnostic(
  "can't run policy 'p' from policy pack 'pack@v1' during preview: string value at .x can't be known",
  "advisory",
);
const cannotRemediate = diagnostic(
  "can't run remediation 'p' from policy pack 'pack@v1' during preview: string value at .x can't be known",
  "advisory",
);
const waived = diagnostic("Waived until 2099-01-01: reason", "advisory");

function documentOf(verdict: Partial<Verdict>, level: EnforcementLevel = "mandatory") {
  const pack = { name: "pack", policies: [policy(level)], printed: "", log: [] };
  return previewDocument({
    project,
    source: "program",
    resources: [],
    verdicts: [{ pack, diagnostics: [], remediations: [], applied: new Set(["p"]), ...verdict }],
    secrets: new Secrets(),
    log: [],
    printed: "",
    timings: { programMs: 1, packsLoadedMs: 2 },
    durationMs: 3.4,
  });
}

describe("a policy's status and level", () => {
  it.each<[string, Diagnostic[], EnforcementLevel, string, string]>([
    ["passes where it says nothing", [], "mandatory", "passed", "mandatory"],
    ["is violated", [diagnostic("wrong")], "mandatory", "violated", "mandatory"],
    ["is as its violation's level", [diagnostic("wrong", "advisory")], "mandatory", "violated", "advisory"],
    [
      "is as the strictest of its violations",
      [diagnostic("wrong", "advisory"), diagnostic("worse")],
      "advisory",
      "violated",
      "mandatory",
    ],
    ["is mandatory where it mends", [diagnostic("left", "remediate")], "remediate", "violated", "mandatory"],
    ["passes as mandatory where it mended", [], "remediate", "passed", "mandatory"],
    ["is unknown where a value is", [cannotRun], "mandatory", "unknown", "mandatory"],
    ["is unknown where a remediation is", [cannotRemediate], "remediate", "unknown", "mandatory"],
    [
      "is violated though a value is unknown",
      [cannotRun, diagnostic("wrong")],
      "mandatory",
      "violated",
      "mandatory",
    ],
    ["is waived where all its violations are", [waived, waived], "mandatory", "waived", "mandatory"],
    ["is unknown though some are waived", [waived, cannotRun], "mandatory", "unknown", "mandatory"],
    [
      "is violated though some are waived",
      [waived, diagnostic("wrong")],
      "mandatory",
      "violated",
      "mandatory",
    ],
    [
      "is not waived by words alone",
      [diagnostic("Waived until 2099-01-01: reason")],
      "mandatory",
      "violated",
      "mandatory",
    ],
  ])("%s", (_, diagnostics, level, status, enforcement) => {
    const [outcome] = documentOf({ diagnostics }, level).policies;
    expect(outcome).toMatchObject({ status, enforcement, items: ["1.1"] });
    expect(outcome?.violations).toHaveLength(diagnostics.length);
  });

  it("is not applicable where it judged nothing", () => {
    const { policies, summary } = documentOf({ applied: new Set() });
    expect(policies[0]).toMatchObject({ status: "not-applicable" });
    expect(summary).toMatchObject({ notApplicable: 1, passed: 0 });
  });

  it("is counted once, by its level", () => {
    expect(documentOf({ diagnostics: [diagnostic("a"), diagnostic("b")] }).summary).toMatchObject({
      violated: 1,
      mandatory: 1,
      advisory: 0,
      durationMs: 3,
    });
    expect(documentOf({ diagnostics: [diagnostic("a", "advisory")] }).summary).toMatchObject({
      violated: 1,
      mandatory: 0,
      advisory: 1,
    });
  });
});

describe("a message", () => {
  it("is shown without the words that the library puts before it", () => {
    const diagnostics = [diagnostic("Holds.\nnot here"), cannotRun, cannotRemediate, diagnostic("plain")];
    const messages = documentOf({ diagnostics }).policies[0]?.violations.map(({ message }) => message);
    expect(messages).toEqual([
      "not here",
      "string value at .x can't be known",
      "string value at .x can't be known",
      "plain",
    ]);
  });
});

describe("a resource", () => {
  it("is shown with what an update would do, its unknowns and its secrets as such", () => {
    const resource = bareResource({
      urn: "urn:pulumi:dev::shop::a:b:C::c",
      type: "a:b:C",
      name: "c",
      custom: true,
      inputs: { unknown, secret: secret("hidden"), __internal: 1, "[secret]": "plain" },
    });
    const run = {
      project,
      verdicts: [],
      secrets: new Secrets(),
      log: [],
      printed: "",
      timings: { programMs: 0, packsLoadedMs: 0 },
      durationMs: 0,
    };
    const shown = (source: "program" | "state", external: boolean) =>
      previewDocument({ ...run, source, resources: [{ ...resource, external }] }).resources[0];
    expect(shown("program", false)).toEqual({
      urn: "urn:pulumi:dev::shop::a:b:C::c",
      type: "a:b:C",
      name: "c",
      parent: "",
      custom: true,
      protect: false,
      operation: "create",
      inputs: { unknown: { unknown: true }, secret: "[secret]", "[secret]": "plain" },
    });
    expect(shown("state", false)?.operation).toBe("same");
    expect(shown("state", true)?.operation).toBe("read");
    expect(shown("program", true)?.operation).toBe("read");
  });
});
