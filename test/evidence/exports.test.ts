import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { envelopeSchema, payloadOf, signedBy } from "../../evidence/envelope.ts";
import { generateKeys, readSigningKey } from "../../evidence/keys.ts";
import type { ReportDocument } from "../../evidence/report/document.ts";
import { junitReport } from "../../evidence/report/junit.ts";
import { oscalReport } from "../../evidence/report/oscal.ts";
import { sarifReport } from "../../evidence/report/sarif.ts";
import { summaryAttestation } from "../../evidence/report/summary.ts";
import { readSarif } from "../preview/report/sarif-schema.ts";
import { busyAt, busyCommit, busyReport } from "./busy.ts";
import { hostile, spoiled } from "./hostile.ts";

const busy = busyReport();

/** The same document, whose every text that the evidence says is hostile. */
const attacked: ReportDocument = spoiled(busy);

/** Characters that turn the order of a text or do not show, and commands of a terminal. */
const unseen = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

describe("SARIF", () => {
  it("is as its schema says: what blocks is an error, and a waiver is a suppression", () => {
    const { results = [], invocations = [], tool } = readSarif(sarifReport(busy));
    expect(tool.driver.rules).toHaveLength(175);
    expect(invocations).toMatchObject([{ exitCode: 1, executionSuccessful: true }]);
    const levels = Map.groupBy(results, ({ level }) => level);
    expect(levels.get("error")).toHaveLength(busy.items.filter(({ blocks }) => blocks).length);
    const waived = results.filter(({ suppressions }) => suppressions !== undefined);
    expect(waived).toHaveLength(busy.totals.waived);
    expect(waived[0]).toMatchObject({
      level: "note",
      suppressions: [{ status: "accepted", justification: expect.stringMatching(/until 2026-12-31/) }],
    });
    for (const { locations = [] } of results) expect(locations).toHaveLength(1);
  });

  it("has no link that a text of the evidence made", () => {
    const text = sarifReport(attacked);
    for (const { message } of readSarif(text).results ?? []) {
      expect(message.text).not.toMatch(/(?<!\\)\]\(/);
      expect(message.text).toContain("alert(1)");
      expect(message.text).not.toMatch(unseen);
    }
  });
});

describe("JUnit XML", () => {
  it("has nothing that turns the order of a text or does not show", () => {
    expect(junitReport(attacked)).toContain("alert(1)");
    expect(junitReport(attacked)).not.toMatch(unseen);
  });
});

describe("OSCAL", () => {
  const schema = JSON.parse(
    readFileSync(join(import.meta.dirname, "../fixtures/oscal/assessment-results-1.2.1.json"), "utf8"),
  );
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);

  it.each([
    ["a busy release", busy],
    ["hostile evidence", attacked],
  ])("is as NIST's schema says, of %s", (_, document) => {
    const text = oscalReport(document);
    expect(validate(JSON.parse(text)), ajv.errorsText(validate.errors)).toBe(true);
    expect(oscalReport(document)).toBe(text);
  });

  it("calls satisfied what holds alone, and names the record that shows it", () => {
    const [{ findings, observations }] = JSON.parse(oscalReport(busy))["assessment-results"].results;
    const states = findings.map(
      (finding: { target: { status: { state: string } } }) => finding.target.status.state,
    );
    expect(states.filter((state: string) => state === "satisfied")).toHaveLength(busy.totals.holds);
    expect(states).toHaveLength(175 - busy.totals["not-due"] - busy.totals["not-applicable"]);
    expect(observations[0]["relevant-evidence"][0].href).toMatch(/^#[0-9a-f-]{36}$/);
  });

  it("keeps a text of the evidence from being more than text", () => {
    const [{ findings }] = JSON.parse(oscalReport(attacked))["assessment-results"].results;
    for (const { description } of findings) {
      expect(description).toContain("alert(1)");
      expect(description).not.toMatch(/(?<!\\)[<[\]`]/);
    }
  });
});

describe("a verification summary of SLSA", () => {
  const key = readSigningKey(generateKeys().privateKey);
  const statementOf = (text: string) =>
    JSON.parse(Buffer.from(payloadOf(envelopeSchema.parse(JSON.parse(text)))).toString());

  it("says in a signed envelope which commit failed, and from which records", () => {
    const text = summaryAttestation(busy, key);
    expect(signedBy(envelopeSchema.parse(JSON.parse(text)), [key])).toEqual({
      state: "signed",
      keyIds: [key.id],
    });
    const statement = statementOf(text);
    expect(statement).toMatchObject({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ name: "optropic/production", digest: { gitCommit: busyCommit } }],
      predicateType: "https://slsa.dev/verification_summary/v1",
      predicate: {
        timeVerified: busyAt.toISOString(),
        verificationResult: "FAILED",
        verifiedLevels: ["FAILED"],
        resourceUri: `git+https://github.com/optropic/platform@${busyCommit}`,
        policy: { digest: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } },
      },
    });
    expect(statement.predicate.inputAttestations.length).toBeGreaterThan(10);
  });

  it("names another policy for other settings", () => {
    const policyOf = (document: typeof busy) =>
      statementOf(summaryAttestation(document, key)).predicate.policy.digest.sha256;
    expect(policyOf({ ...busy, settings: { optropic: "0".repeat(64) } })).not.toBe(policyOf(busy));
    expect(policyOf({ ...busy, phase: "deploy" })).not.toBe(policyOf(busy));
    expect(policyOf({ ...busy, at: "2026-11-28T19:00:00.000Z" })).toBe(policyOf(busy));
  });

  it("says that it passed only with a go", () => {
    expect(statementOf(summaryAttestation({ ...busy, decision: "go" }, key)).predicate).toMatchObject({
      verificationResult: "PASSED",
      verifiedLevels: ["OPTROPIC_GO_LIVE_BEFORE"],
    });
  });

  it("is about one commit", () => {
    const { commit: _, ...document } = busy;
    expect(() => summaryAttestation(document, key)).toThrow(/about one commit/);
  });
});

it("the hostile text has what each format could obey", () => {
  expect(hostile).toMatch(/<script>.*\[a\]\(.*`x`.*\|/s);
});
