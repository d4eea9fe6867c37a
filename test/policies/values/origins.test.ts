import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judgeOrigins, originFault, splitOrigins } from "../../../policies/values/origins.ts";

const origin = fc
  .tuple(fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/), fc.constantFrom("", ":8443"))
  .map(([label, port]) => `https://${label}.example${port}`);

describe("judgeOrigins", () => {
  test("finds nothing in a list of https origins, however it is parted", () => {
    const separator = fc.constantFrom(",", ", ", " ", "\n");
    fc.assert(
      fc.property(fc.array(origin, { minLength: 1, maxLength: 8 }), separator, (origins, comma) => {
        expect(judgeOrigins(origins.join(comma))).toEqual([]);
        expect(judgeOrigins(JSON.stringify(origins))).toEqual([]);
      }),
    );
  });

  test("finds the one that is wrong among those that are right", () => {
    const wrong = fc.constantFrom(
      "*",
      "null",
      "http://app.example",
      "https://*.example",
      "https://app.example/",
    );
    fc.assert(
      fc.property(fc.array(origin, { maxLength: 5 }), wrong, fc.nat(5), (origins, entry, place) => {
        const list = [...origins.slice(0, place), entry, ...origins.slice(place)];
        expect(judgeOrigins(list.join(",")).map((fault) => fault.entry)).toEqual([entry]);
      }),
    );
  });

  test.each(["", "  ", ",", "[]"])("asks for at least one origin in %j", (list) => {
    expect(judgeOrigins(list)).toEqual([{ entry: "", message: "no origin is listed" }]);
  });

  test("takes any text, and accepts nothing that a browser would not send as it is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl()), (text) => {
        for (const entry of splitOrigins(text)) {
          if (originFault(entry) === undefined) {
            expect(new URL(entry).origin).toBe(entry);
            expect(entry).toMatch(/^https:\/\//);
          }
        }
      }),
    );
  });
});

describe("originFault", () => {
  test.each([
    ["*", "any site may call"],
    ["https://*.example.com", "a wildcard stands for sites that nobody listed"],
    ["null", "any sandboxed page has the origin null"],
    ["http://app.example.com", "plain http"],
    ["http://localhost:3000", "plain http"],
    ["ftp://app.example.com", "not an https origin"],
    ["app.example.com", "not an origin"],
    ["https://app.example.com/", "not an exact origin, which would be https://app.example.com"],
    ["https://app.example.com:443", "not an exact origin, which would be https://app.example.com"],
    ["https://APP.example.com", "not an exact origin, which would be https://app.example.com"],
    ["https://user@app.example.com", "not an exact origin, which would be https://app.example.com"],
    ["https://app.example.com", undefined],
    ["https://app.example.com:8443", undefined],
  ])("%s", (entry, fault) => {
    expect(originFault(entry)).toBe(fault);
  });
});
