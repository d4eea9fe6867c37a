import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sarifReport } from "../../../preview/report/sarif.ts";
import { failed, hostileReport, judged, policy, stackUrn } from "../documents.ts";
import { readSarif } from "./sarif-schema.ts";

const edge = "urn:pulumi:dev::shop::cloudflare:index/zone:Zone::edge";

describe("SARIF", () => {
  it("is as its schema says, whatever others wrote", () => {
    fc.assert(
      fc.property(hostileReport, (report) => {
        const text = sarifReport(report);
        expect(() => readSarif(text)).not.toThrow();
        expect(text.trimEnd()).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  it("has its schema refuse what is wrong", () => {
    expect(() => readSarif(sarifReport(judged({})).replace('"2.1.0"', '"2.1"'))).toThrow(/version/);
  });

  it("points at the setting that is to change, and beside it at the line that declares the resource", () => {
    const setting = { path: "Pulumi.dev.yaml", line: 88, column: 5 };
    const declared = { path: "edge.ts", line: 14, column: 3 };
    const violation = {
      ...{ urn: edge, message: "wrong", setting: "edge.minTlsVersion" },
      ...{ source: setting, declared },
    };
    const { results } = readSarif(
      sarifReport(judged({ policies: [policy("refuses", { status: "violated", violations: [violation] })] })),
    );
    expect(results?.[0]?.locations?.[0]?.physicalLocation).toMatchObject({
      artifactLocation: { uri: "Pulumi.dev.yaml" },
      region: { startLine: 88, startColumn: 5 },
    });
    expect(results?.[0]?.relatedLocations?.[0]?.physicalLocation).toMatchObject({
      artifactLocation: { uri: "edge.ts" },
      region: { startLine: 14 },
    });
  });

  it("has a rule for each policy and a result for each violation, at the line that declares it", () => {
    const source = { path: "components/der Rand/edge#1.ts", line: 7, column: 3 };
    const run = readSarif(
      sarifReport(
        judged({
          policies: [
            policy("passes", { items: ["1.1"], fix: "Do nothing." }),
            policy("refuses", { status: "violated", violations: [{ urn: edge, message: "wrong", source }] }),
            policy("advises", {
              ...{ status: "violated", enforcement: "advisory" },
              violations: [{ urn: "", message: "better" }],
            }),
          ],
        }),
      ),
    );
    expect(
      run.tool.driver.rules?.map(({ id, defaultConfiguration }) => [id, defaultConfiguration?.level]),
    ).toEqual([
      ["pack/passes", "error"],
      ["pack/refuses", "error"],
      ["pack/advises", "warning"],
    ]);
    expect(run.tool.driver.rules?.[0]).toMatchObject({
      shortDescription: { text: "passes holds." },
      help: { text: "Do nothing." },
      properties: { tags: ["1.1"] },
    });
    expect(run.results).toEqual([
      {
        ...{ ruleId: "pack/refuses", ruleIndex: 1, level: "error", message: { text: "wrong" } },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: "components/der%20Rand/edge%231.ts", uriBaseId: "%SRCROOT%" },
              region: { startLine: 7, startColumn: 3 },
            },
            logicalLocations: [{ fullyQualifiedName: edge, name: "edge", kind: "resource" }],
          },
        ],
        partialFingerprints: { "policyAndResource/v1": expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
      expect.objectContaining({
        ruleId: "pack/advises",
        level: "warning",
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: "Pulumi.yaml", uriBaseId: "%SRCROOT%" },
              region: { startLine: 1, startColumn: 1 },
            },
          },
        ],
      }),
    ]);
    expect(run.invocations).toEqual([{ executionSuccessful: true, exitCode: 1 }]);
    expect(run.automationDetails).toEqual({ id: "optropic-preview/shop/dev/" });
  });

  it("suppresses what is waived and leaves open what is unknown, within a violated policy too", () => {
    const waiver = { until: "2099-12-31", approvedBy: "owner@shop.example", reason: "It is known." };
    const justification = "Waived until 2099-12-31, approved by owner@shop.example: It is known.";
    const results = readSarif(
      sarifReport(
        judged({
          policies: [
            policy("waived", { status: "waived", violations: [{ urn: edge, message: "wrong", waiver }] }),
            policy("unknown", { status: "unknown", violations: [{ urn: stackUrn, message: "not known" }] }),
            policy("both", {
              status: "violated",
              violations: [
                { urn: edge, message: "wrong", status: "waived", waiver },
                { urn: edge, message: "wrong" },
              ],
            }),
          ],
        }),
      ),
    ).results;
    expect(
      results?.map(({ kind, level, suppressions }) => [kind, level, suppressions?.[0]?.justification]),
    ).toEqual([
      [undefined, "note", justification],
      ["open", "none", undefined],
      [undefined, "note", justification],
      [undefined, "error", undefined],
    ]);
  });

  it("says what was found, what was expected and how to fix it, and which property and setting it is about", () => {
    const violation = {
      ...{ urn: edge, message: "TLS 1.0 is accepted.", expected: "TLS 1.2 must be the least." },
      ...{ property: "value", setting: "edge.minTlsVersion" },
    };
    const [own, other] =
      readSarif(
        sarifReport(
          judged({
            policies: [
              policy("tls", {
                status: "violated",
                fix: "Set it.",
                violations: [violation, { ...violation, status: "unproved", fix: "Write 1.2." }],
              }),
            ],
          }),
        ),
      ).results ?? [];
    expect(own).toMatchObject({
      message: { text: "TLS 1.0 is accepted. Expected: TLS 1.2 must be the least. Fix: Set it." },
      properties: { property: "value", setting: "edge.minTlsVersion" },
    });
    expect(other?.message.text).toMatch(/ Fix: Write 1\.2\.$/);
  });

  it("has fingerprints that tell violations apart and do not change with place or words", () => {
    const fingerprints = (message: string, line: number) =>
      readSarif(
        sarifReport(
          judged({
            policies: ["one", "other"].map((name) =>
              policy(name, {
                status: "violated",
                violations: [edge, edge, stackUrn].map((urn) => ({
                  ...{ urn, message },
                  source: { path: "index.ts", line, column: 1 },
                })),
              }),
            ),
          }),
        ),
      ).results?.map((result) => result.partialFingerprints?.["policyAndResource/v1"]);
    expect(new Set(fingerprints("a", 1)).size).toBe(6);
    expect(fingerprints("b", 2)).toEqual(fingerprints("a", 1));
  });

  it("has no more results than GitHub takes, and keeps what is refused", () => {
    const violations = Array.from({ length: 20_000 }, () => ({ urn: "", message: "wrong" }));
    const { results, invocations } = readSarif(
      sarifReport(
        judged({
          policies: [
            policy("advises", { status: "violated", enforcement: "advisory", violations }),
            policy("refuses", { status: "violated", violations }),
          ],
        }),
      ),
    );
    expect(results).toHaveLength(25_000);
    expect(results?.filter(({ level }) => level === "error")).toHaveLength(20_000);
    expect(invocations?.[0]?.toolExecutionNotifications?.[0]?.message.text).toMatch(
      /^15000 results are left out/,
    );
  });

  it("has no links and placeholders that others wrote", () => {
    const message = "see [here](https://evil.example) {0} {a}";
    const [result] =
      readSarif(
        sarifReport(
          judged({ policies: [policy("p", { status: "violated", violations: [{ urn: "", message }] })] }),
        ),
      ).results ?? [];
    expect(result?.message.text).toBe("see \\[here\\](https://evil.example) {{0}} {a}");
  });

  it("says of a preview that could not tell why, with a result at each line that is known to be wrong", () => {
    const run = readSarif(
      sarifReport(
        failed({
          message: "refused",
          problems: [{ message: "shop:a: wrong", source: { path: "Pulumi.dev.yaml", line: 3, column: 5 } }],
        }),
      ),
    );
    const locations = [
      {
        physicalLocation: {
          artifactLocation: { uri: "Pulumi.dev.yaml", uriBaseId: "%SRCROOT%" },
          region: { startLine: 3, startColumn: 5 },
        },
      },
    ];
    expect(run.invocations).toEqual([
      {
        executionSuccessful: false,
        exitCode: 2,
        toolExecutionNotifications: [
          {
            level: "error",
            message: { text: "refused" },
            descriptor: { id: "preview/could-not-tell" },
            properties: { failure: "program" },
            locations,
          },
        ],
      },
    ]);
    expect(run.results).toEqual([
      {
        ...{ ruleId: "preview/could-not-tell", ruleIndex: 0, level: "error" },
        message: { text: "shop:a: wrong" },
        locations,
      },
    ]);
  });
});
