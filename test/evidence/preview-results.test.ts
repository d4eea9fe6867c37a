import { describe, expect, it } from "vitest";
import { type JudgedPolicy, previewResults } from "../../evidence/preview-results.ts";
import { resultSchema } from "../../evidence/statement.ts";

const at = new Date("2026-11-28T12:00:00Z");

const policy: JudgedPolicy = {
  name: "https-always",
  description: "HTTPS must be enforced.",
  enforcement: "mandatory",
  items: ["4.2"],
  status: "passed",
  violations: [],
};

function resultOf(changes: Partial<JudgedPolicy>) {
  const [result] = previewResults([{ ...policy, ...changes }], at);
  return result === undefined ? undefined : resultSchema.parse(result);
}

describe("a preview as evidence", () => {
  it.each<[string, Partial<JudgedPolicy>, object]>([
    ["passed", {}, { state: "holds", summary: "HTTPS must be enforced." }],
    [
      "violated",
      {
        status: "violated",
        violations: [
          { message: "It is off.", fix: "Turn it on.", source: { path: "a.yaml", line: 3, column: 1 } },
          { message: "x" },
        ],
      },
      {
        state: "does-not-hold",
        summary: "It is off. (and 1 more violation)",
        fix: "Turn it on.",
        place: { path: "a.yaml", line: 3 },
      },
    ],
    [
      "advisory",
      { status: "violated", enforcement: "advisory", violations: [{ message: "It is off." }] },
      { state: "does-not-hold", advisory: true },
    ],
    [
      "unproved",
      { status: "violated", violations: [{ message: "It cannot be read.", status: "unproved" }] },
      { state: "unknown" },
    ],
    [
      "unknown",
      { status: "unknown", violations: [{ message: "id is known after the update.", status: "unknown" }] },
      { state: "unknown", deferred: true },
    ],
    [
      "waived",
      {
        status: "waived",
        violations: [
          {
            message: "It is off.",
            status: "waived",
            waiver: { until: "2026-12-01", approvedBy: "lead@optropic.example", reason: "Moves next week" },
          },
        ],
      },
      {
        state: "waived",
        waiver: { until: "2026-12-01", approver: "lead@optropic.example", reason: "Moves next week" },
      },
    ],
    ["not-applicable", { status: "not-applicable" }, { state: "not-applicable" }],
  ])("is %s", (_, changes, expected) => {
    expect(resultOf(changes)).toMatchObject(expected);
  });

  it("leaves out what covers no item, and what is disabled", () => {
    expect(resultOf({ items: ["CIS-1"] })).toBeUndefined();
    expect(resultOf({ enforcement: "disabled" })).toBeUndefined();
  });

  it("bounds a hostile message", () => {
    const result = resultOf({
      status: "violated",
      violations: [{ message: `\u001b[2J${"x".repeat(100_000)}` }],
    });
    expect(result?.summary.length).toBeLessThan(1000);
    expect(result?.summary).not.toContain("\u001b");
  });
});
