import { expect, test } from "vitest";
import { findingsOf } from "../../preview/document/findings.ts";
import { policy } from "./documents.ts";

const wrong = { urn: "urn:pulumi:dev::shop::a:b:C::it", message: "It is off.", property: "enabled" };

test("a finding is listed once, with every policy and item that it concerns and the strictest level", () => {
  const [first, second, waived] = [
    policy("one", { status: "violated", enforcement: "advisory", items: ["4.1"], violations: [wrong] }),
    policy("two", {
      status: "violated",
      items: ["4.1", "4.2"],
      violations: [wrong, { ...wrong, property: "mode" }],
    }),
    policy("three", {
      status: "waived",
      items: ["4.3"],
      violations: [
        { ...wrong, waiver: { until: "2027-01-01", approvedBy: "it@shop.example", reason: "Moved." } },
      ],
    }),
  ];
  expect(findingsOf([first, second, waived])).toEqual([
    { ...wrong, enforcement: "mandatory", policies: ["one", "two"], items: ["4.1", "4.2"] },
    { ...wrong, property: "mode", enforcement: "mandatory", policies: ["two"], items: ["4.1", "4.2"] },
  ]);
});

test("findings that differ in the setting or in what was found stay apart", () => {
  const violations = [wrong, { ...wrong, setting: "a" }, { ...wrong, message: "It is slow." }];
  expect(findingsOf([policy("one", { status: "violated", violations })])).toHaveLength(3);
});
