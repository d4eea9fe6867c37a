import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { junitReport } from "../../../preview/report/junit.ts";
import type { Report } from "../../../preview/report/report.ts";
import { failed, hostileReport, judged, policy, stackUrn } from "../documents.ts";
import { junitProblems } from "./junit-schema.ts";
import { type Element, readXml } from "./xml.ts";

function casesOf(report: Report): Element[] {
  return readXml(junitReport(report)).children.flatMap(({ children }) => children);
}

const edge = "urn:pulumi:dev::shop::cloudflare:index/zone:Zone::edge";

describe("JUnit XML", () => {
  it("is well formed and has a case for each policy, whatever others wrote", () => {
    fc.assert(
      fc.property(hostileReport, (report) => {
        const cases = casesOf(report);
        const expected = "document" in report.result ? report.result.document.policies.length : 1;
        expect(cases).toHaveLength(expected);
      }),
    );
  });

  it("is as its schema says, whatever others wrote", async () => {
    const reports = [...fc.sample(hostileReport, 30), failed({})];
    expect(await junitProblems(reports.map(junitReport))).toEqual([]);
  });

  it("keeps a text as it is, but for characters that XML does not have", () => {
    const message = '<a href="x">&amp;]]></a>\r\n\tit\'s \u0000\u001b[1m\ud800 😀';
    const [only] = casesOf(
      judged({ policies: [policy("p", { status: "violated", violations: [{ urn: "", message }] })] }),
    );
    expect(only?.children[0]?.text).toBe('<a href="x">&amp;]]></a>\n\tit\'s \ufffd\ufffd[1m\ufffd 😀');
  });

  it("has a suite for each pack, and counts", () => {
    const report = judged({
      policies: [
        policy("passes", {}),
        policy("refuses", { status: "violated" }),
        policy("other", { pack: "other pack", status: "unknown" }),
      ],
    });
    const root = readXml(junitReport(report));
    expect(root.attributes).toEqual({
      ...{ name: "optropic preview shop/dev", time: "1.234" },
      ...{ tests: "3", failures: "1", errors: "0", skipped: "1" },
    });
    expect(root.children.map(({ attributes }) => attributes)).toEqual([
      { name: "pack", tests: "2", failures: "1", errors: "0", skipped: "0" },
      { name: "other pack", tests: "1", failures: "0", errors: "0", skipped: "1" },
    ]);
  });

  it("fails for what is refused, at its place", () => {
    const source = { path: "index.ts", line: 3, column: 1 };
    const [only] = casesOf(
      judged({
        policies: [
          policy("p", {
            ...{ status: "violated", items: ["4.1"] },
            violations: [
              { urn: edge, message: "wrong", source },
              { urn: stackUrn, message: "absent" },
            ],
          }),
        ],
      }),
    );
    expect(only?.attributes).toEqual({ classname: "pack", name: "p", file: "index.ts", line: "3" });
    expect(only?.children).toEqual([
      {
        ...{ name: "failure", children: [] },
        attributes: { message: "p holds. (4.1)", type: "mandatory" },
        text: "cloudflare:index:Zone (edge) at index.ts:3: wrong\nabsent",
      },
    ]);
  });

  it.each([
    ["not-applicable", [], "does not apply to this stack"],
    ["unknown", ["not known"], "decided at deployment: not known"],
    [
      "waived",
      ["wrong"],
      "waived: wrong\nWaived until 2099-12-31, approved by owner@shop.example: It is known.",
    ],
  ] as const)("skips what is %s", (status, messages, message) => {
    const waiver = { until: "2099-12-31", approvedBy: "owner@shop.example", reason: "It is known." };
    const violations = messages.map((text) => ({
      ...{ urn: "", message: text },
      ...(status === "waived" && { waiver }),
    }));
    const [only] = casesOf(judged({ policies: [policy("p", { status, violations })] }));
    expect(only?.children).toEqual([{ name: "skipped", attributes: { message }, children: [], text: "" }]);
  });

  it("passes what is advisory, and says what was found", () => {
    const violations = [{ urn: "", message: "better" }];
    const [only] = casesOf(
      judged({ policies: [policy("p", { status: "violated", enforcement: "advisory", violations })] }),
    );
    expect(only?.children).toEqual([{ name: "system-out", attributes: {}, children: [], text: "better" }]);
  });

  it("has one case in error for a preview that could not tell", () => {
    const [only] = casesOf(failed({ message: "first\nsecond" }));
    expect(only).toMatchObject({
      attributes: { classname: "shop/dev", name: "preview" },
      children: [{ name: "error", attributes: { message: "first", type: "program" }, text: "first\nsecond" }],
    });
  });
});
