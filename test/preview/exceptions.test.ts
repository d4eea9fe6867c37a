import { describe, expect, test } from "vitest";
import type { PolicyOutcome } from "../../preview/document/document.ts";
import { exceptionsOf } from "../../preview/document/exceptions.ts";

const now = Date.parse("2026-11-28T12:00:00Z");

function policy(name: string, until?: string): PolicyOutcome {
  const waiver =
    until === undefined ? undefined : { until, approvedBy: "@optropic/leads", reason: "Load first" };
  return {
    pack: "optropic-checklist",
    name,
    description: name,
    enforcement: "mandatory",
    items: [],
    status: waiver ? "waived" : "passed",
    violations: waiver
      ? [
          {
            urn: "urn:pulumi:production::optropic::render:index/webService:WebService::api",
            message: "m",
            waiver,
          },
        ]
      : [],
  };
}

function linesOf(settings: Record<string, string>, ...policies: PolicyOutcome[]): string[] {
  const config = new Map(Object.entries(settings).map(([key, value]) => [`optropic:${key}`, value]));
  return exceptionsOf({ name: "optropic", stack: "eu", config }, policies, now);
}

describe("what asks less of a stack", () => {
  test("is also what was given beside its file, whose value is not shown", () => {
    const given = ["optropic:edge.minTlsVersion=1.0", "edge.minTlsVersion=1.1", "aws:region=eu"];
    expect(exceptionsOf({ name: "optropic", stack: "eu", config: new Map() }, [], now, given)).toEqual([
      "Given with --config: edge.minTlsVersion and aws:region.",
    ]);
  });

  test("is nothing in a production platform", () => {
    expect(linesOf({ stage: "production", scope: "platform" }, policy("render-autoscaling"))).toEqual([]);
  });

  test.each([
    [{ stage: "staging" }, "Stage staging: "],
    [{ scope: "delivery" }, "Scope delivery: "],
    [{ manage: '{"edge":false,"onCall":false}' }, "Not managed: edge and onCall."],
  ])("is said: %o", (settings, start) => {
    const [line = "", ...others] = linesOf(settings);
    expect(line.startsWith(start)).toBe(true);
    expect(others).toEqual([]);
  });

  test("names each waiver with the days that are left", () => {
    expect(
      linesOf({}, policy("render-autoscaling", "2026-11-28"), policy("cdn-enabled", "2026-12-31")),
    ).toEqual([
      "Waived: render-autoscaling for api, 0 days left, approved by @optropic/leads.",
      "Waived: cdn-enabled for api, 33 days left, approved by @optropic/leads.",
    ]);
  });

  test("names a waiver that nothing needs", () => {
    const waivers = JSON.stringify([{ policy: "cdn-enabled" }, { policy: "no-such-policy" }, 7]);
    expect(linesOf({ waivers }, policy("cdn-enabled"))).toEqual([
      "Waiver of cdn-enabled: nothing in this stack needs it; remove it.",
    ]);
  });
});
