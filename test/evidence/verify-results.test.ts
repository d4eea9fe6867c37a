import { describe, expect, it } from "vitest";
import { resultSchema } from "../../evidence/statement.ts";
import { driftOfRows, type MeasuredProbe, verifyResults } from "../../evidence/verify-results.ts";

const probe: MeasuredProbe = {
  name: "https-redirect",
  title: "Every host must redirect http to https.",
  items: ["4.2"],
  state: "holds",
  checks: [{ subject: "optropic.example", state: "holds", expected: "308", measured: "308" }],
  declared: { path: "Pulumi.production.yaml", line: 88, column: 5 },
  at: "2026-11-28T12:00:00.000Z",
  durationMs: 12.5,
  digest: "a".repeat(64),
};

function resultOf(changes: Partial<MeasuredProbe>) {
  const [result] = verifyResults([{ ...probe, ...changes }]);
  return resultSchema.parse(result);
}

describe("a verification as evidence", () => {
  it("says what was measured, what was expected, and where that is declared", () => {
    expect(resultOf({})).toMatchObject({
      state: "holds",
      measured: "308",
      expected: "308",
      place: { path: "Pulumi.production.yaml", line: 88 },
      raw: "a".repeat(64),
    });
  });

  it("is unknown where it looked at nothing", () => {
    expect(resultOf({ checks: [] })).toMatchObject({ state: "unknown", summary: "It looked at nothing" });
  });

  it("shows the check that decides it", () => {
    const wrong = {
      subject: "api.optropic.example",
      state: "does-not-hold",
      expected: "308",
      measured: "200",
    } as const;
    expect(resultOf({ state: "does-not-hold", checks: [...probe.checks, wrong, wrong] })).toMatchObject({
      state: "does-not-hold",
      summary: "api.optropic.example: 200, not 308 (and 1 more)",
    });
  });

  it.each(["unknown", "error"] as const)("takes %s for unknown, with its reason", (state) => {
    expect(resultOf({ state, checks: [], message: "METRICS_TOKEN is not set" })).toMatchObject({
      state: "unknown",
      summary: "METRICS_TOKEN is not set",
    });
  });

  it("bounds what a hostile target said", () => {
    const hostile = `\u001b[2J${"x".repeat(1_000_000)}`;
    const result = resultOf({
      state: "does-not-hold",
      checks: [{ subject: hostile, state: "does-not-hold", expected: hostile, measured: hostile }],
    });
    expect(JSON.stringify(result).length).toBeLessThan(10_000);
    expect(result.summary).not.toContain("\u001b");
  });
});

it("the drift of a verification keeps what differs before what nothing could tell", () => {
  const row = { vendor: "cloudflare", subject: "TLS", declared: "1.2", atVendor: "1.2" };
  const drift = driftOfRows([
    { ...row, state: "as-declared" },
    { ...row, state: "unknown" },
    {
      ...row,
      atVendor: "1.0",
      state: "drift",
      declaredIn: { path: "Pulumi.production.yaml", line: 3, column: 1 },
    },
  ]);
  expect(drift).toEqual({
    compared: 3,
    rows: [
      { ...row, atVendor: "1.0", state: "drift", place: { path: "Pulumi.production.yaml", line: 3 } },
      { ...row, state: "unknown" },
    ],
  });
});
