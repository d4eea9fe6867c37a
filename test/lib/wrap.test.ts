import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commaList, displayWidth, wrapped } from "../../lib/wrap.ts";

describe("the width of a text at a terminal", () => {
  it.each([
    ["plain", 5],
    ["\u001b[31mred\u001b[39m", 3],
    ["\u001b]8;;https://a.example/b\u001b\\link\u001b]8;;\u001b\\", 4],
    ["漢字", 4],
    ["e\u0301", 1],
    ["✗ │ ·", 5],
  ])("of %j is %i", (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe("a wrapped line", () => {
  it("begins as it is told to, and keeps a word that is too long whole", () => {
    expect(wrapped("one two aVeryLongWordIndeed three", 12, "- ", "  ")).toEqual([
      "- one two",
      "  aVeryLongWordIndeed",
      "  three",
    ]);
  });

  it("keeps a part of a list together, with ordinary spaces", () => {
    expect(wrapped(commaList(["edge 35", "backups 6", "logs 3"]), 17, "  ")).toEqual([
      "  edge 35,",
      "  backups 6,",
      "  logs 3",
    ]);
    expect(wrapped(commaList(["edge 35", "logs 3"]), 40)).toEqual(["edge 35, logs 3"]);
  });

  it("has the same words in the same order, and fits wherever its words do", () => {
    const words = fc.array(fc.stringMatching(/^[a-z漢✗]{1,9}$/), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(words, fc.integer({ min: 20, max: 60 }), (texts, width) => {
        const painted = texts.map((word, index) => (index % 3 === 0 ? `\u001b[1m${word}\u001b[22m` : word));
        const lines = wrapped(painted.join(" "), width);
        expect(stripVTControlCharacters(lines.join(" "))).toBe(texts.join(" "));
        expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width);
      }),
    );
  });
});
