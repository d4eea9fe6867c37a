import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonLine, parseJson } from "../../lib/json.ts";

describe("JSON", () => {
  it("is undefined where a text holds none", () => {
    expect(parseJson("{")).toBeUndefined();
    expect(parseJson("")).toBeUndefined();
    expect(parseJson("null")).toBeNull();
  });

  it("survives a line, on which a terminal finds nothing to obey", () => {
    const hostile = fc.string({
      unit: fc.constantFrom("a", "\u001b", "\u007f", "\u0085", "\u009b", "\n", '"'),
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          hostile.map((text) => JSON.stringify({ [text]: text })),
        ),
        (text) => {
          const line = jsonLine(JSON.parse(text));
          expect(parseJson(line)).toEqual(JSON.parse(text));
          expect(line).toMatch(/^[^\p{Cc}]*\n$/u);
        },
      ),
    );
  });
});
