import { expect, it } from "vitest";
import { annotations } from "../../pull-requests/annotations.ts";
import { documentOf } from "../../pull-requests/stack-result.ts";
import { told } from "./documents.ts";

it("say what is violated at its line, and nothing of it is a command", () => {
  const hostile = "100%\n::set-output name=x::y\r\n##[error]z";
  const file = told({
    refused: hostile,
    change: (document) => ({
      ...document,
      policies: document.policies.map((each) => ({
        ...each,
        name: "a,b:c",
        violations: Array(30).fill({ urn: "", message: hostile, source: { path: "a:b,c\n.yaml", line: 7 } }),
      })),
    }),
  });
  const document = documentOf(Buffer.from(file));
  const lines = document === undefined ? [] : annotations(document);
  expect(lines).toHaveLength(10);
  expect(lines[0]).toBe(
    "::error file=a%3Ab%2Cc·.yaml,line=7,title=a%2Cb%3Ac::100%25·::set-output name=x::y··##·[error]z%0AExpected: The edge must refuse TLS below 1.2%0AFix: Set the minimum to 1.2",
  );
});

it("are of nothing that passes", () => {
  expect(annotations(documentOf(Buffer.from(told())) ?? { policies: [] })).toEqual([]);
});
