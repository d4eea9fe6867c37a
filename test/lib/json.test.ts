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

  it("survives a line, in which no character turns the order of what is shown", () => {
    const turning = "\u061c\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069";
    expect(jsonLine(turning)).toMatch(/^[\x20-\x7e]+\n$/);
    expect(JSON.parse(jsonLine(turning))).toBe(turning);
  });

  it("survives a line, in which no runner finds a command", () => {
    const commands = "##[error]a ###[b] ##vso[task.complete]c ## [d]";
    expect(jsonLine(commands)).not.toMatch(/##(?:vso)?\[/);
    expect(JSON.parse(jsonLine(commands))).toBe(commands);
  });
});
