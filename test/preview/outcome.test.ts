import { describe, expect, it } from "vitest";
import { coverageOf } from "../../checklist/coverage.ts";
import { elsewhereText, violationText, type WritableViolation } from "../../checklist/wire.ts";
import { previewResults } from "../../evidence/preview-results.ts";
import { previewDocument, type Verdict } from "../../preview/document/outcome.ts";
import { Secrets } from "../../preview/document/secrets.ts";
import { bareResource } from "../../preview/engine/resource.ts";
import { secret, unknown } from "../../preview/engine/values.ts";
import type { Diagnostic } from "../../preview/packs/analysis.ts";
import type { EnforcementLevel, PolicyInfo } from "../../preview/packs/pack-config.ts";
import { Places } from "../../project/places.ts";
import { type Project, readProject } from "../../project/project.ts";
import { Sources } from "../../project/sources.ts";
import { program } from "./harness.ts";

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
const waiver = { until: "2099-01-01", approvedBy: "owner@shop.example", reason: "reason" };
const violation: WritableViolation = {
  policy: "p",
  items: ["1.1"],
  resource: "urn:r",
  property: "size",
  kind: "violated",
  found: "It is wrong.",
  expected: "Holds.",
  fix: "Mend it.",
};
const waived = diagnostic(violationText({ ...violation, waiver }), "advisory");
const unproved = diagnostic(violationText({ ...violation, kind: "unproved" }));

function documentOf(
  verdict: Partial<Verdict>,
  level: EnforcementLevel = "mandatory",
  places?: Places,
  secrets = new Secrets(),
) {
  const pack = { name: "pack", policies: [policy(level)], printed: "", log: [] };
  return previewDocument({
    project,
    source: "program",
    resources: [],
    verdicts: [{ pack, diagnostics: [], remediations: [], applied: new Set(["p"]), ...verdict }],
    ...(places && { places }),
    secrets,
    log: [],
    printed: "",
    timings: { programMs: 1, packsLoadedMs: 2 },
    durationMs: 3.4,
  });
}

describe("what a policy says is judged elsewhere", () => {
  const reason = elsewhereText(["edge"]);
  const elsewhere = new Map([["p", reason]]);

  it("is counted, says why, and has not passed", () => {
    const { policies, summary, findings } = documentOf({ applied: new Set(), elsewhere });
    expect(policies).toMatchObject([{ status: "elsewhere", violations: [{ urn: "", message: reason }] }]);
    expect(summary).toMatchObject({ passed: 0, notApplicable: 0, elsewhere: 1 });
    expect(findings).toEqual([]);
    expect(previewResults(policies, new Date(0))).toMatchObject([{ state: "unknown", summary: reason }]);
    expect(coverageOf(policies)).toMatchObject({ passed: [], elsewhere: ["1.1"] });
  });

  it.each<[string, Diagnostic[], string]>([
    ["does not hide what is wrong", [diagnostic("wrong")], "violated"],
    ["stands before a value that is unknown", [cannotRun], "elsewhere"],
    ["stands before what is waived", [waived], "elsewhere"],
  ])("%s", (_, diagnostics, status) => {
    expect(documentOf({ diagnostics, elsewhere }).policies).toMatchObject([{ status }]);
  });
});

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
    ["is violated where something is not proved", [unproved], "mandatory", "violated", "mandatory"],
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
      [{ ...waived, level: "mandatory" }],
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

describe("a violation", () => {
  const shown = (diagnostics: Diagnostic[], places?: Places) =>
    documentOf({ diagnostics }, "mandatory", places).policies[0]?.violations;

  it("is shown part by part, without what the policy says already", () => {
    expect(shown([diagnostic(violationText(violation))])).toEqual([
      { urn: "urn:r", message: "It is wrong.", property: "size", fix: "Mend it." },
    ]);
    expect(shown([waived, diagnostic("wrong")])?.[0]).toEqual({
      ...{
        urn: "urn:r",
        message: "It is wrong.",
        property: "size",
        fix: "Mend it.",
        status: "waived",
        waiver,
      },
    });
    expect(shown([diagnostic(violationText({ ...violation, kind: "unproved", expected: "More." }))])).toEqual(
      [
        {
          ...{ urn: "urn:r", message: "It is wrong.", property: "size", fix: "Mend it." },
          ...{ status: "unproved", expected: "More." },
        },
      ],
    );
  });

  it("of an unknown value is about the resource that the value is in", () => {
    const text = violationText({ ...violation, kind: "unknown", found: "It is not known." });
    const message = `can't run policy 'p' from policy pack 'pack@v1' during preview: ${text}`;
    expect(shown([{ policy: "p", level: "advisory", urn: "urn:root", message }])).toMatchObject([
      { urn: "urn:r", message: "It is not known.", property: "size" },
    ]);
  });

  it("is at the setting that it is about", () => {
    const placed = readProject({ cwd: program("placed"), stack: "dev" });
    const places = new Places(placed, new Sources(placed.root));
    const text = violationText({ ...violation, setting: "waivers[0].policy" });
    expect(shown([diagnostic(text), diagnostic("wrong")], places)).toMatchObject([
      { setting: "waivers[0].policy", source: { line: 4, column: 7 } },
      { source: { line: 1, column: 1 } },
    ]);
  });

  it("hides what is a secret anywhere in what is logged and printed, and shows what is declared in plain", () => {
    const secrets = new Secrets();
    secrets.hear({ password: secret("hunter2hunter2"), copy: "hunter2hunter2" });
    const pack = {
      ...{ name: "pack", policies: [policy("mandatory")], printed: "printed hunter2hunter2" },
      log: [{ severity: "info" as const, message: "logged hunter2hunter2", urn: "" }],
    };
    const document = documentOf(
      { pack, diagnostics: [diagnostic("is hunter2hunter2")] },
      "mandatory",
      undefined,
      secrets,
    );
    expect(document.messages.map(({ message }) => message)).toEqual(["logged [secret]", "printed [secret]"]);
    expect(document.policies).toMatchObject([{ violations: [{ message: "is hunter2hunter2" }] }]);
  });

  it("shows no secret, however the pack's text escaped it", () => {
    const secrets = new Secrets();
    secrets.add("back\\slash and\nline");
    const text = violationText({ ...violation, found: "It is back\\slash and\nline." });
    const [only] = documentOf({ diagnostics: [diagnostic(text)] }, "mandatory", undefined, secrets).policies;
    expect(only?.violations[0]?.message).toBe("It is [secret].");
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
