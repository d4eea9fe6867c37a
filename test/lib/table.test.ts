import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { markdownTable, textTable } from "../../lib/table.ts";

const cell = fc.string({ maxLength: 12 }).map((text) => text.replaceAll(/[\r\n]/g, ""));

describe("a table for a terminal", () => {
  it("has columns two spaces apart", () => {
    expect(
      textTable([
        ["name", "size"],
        ["backup", "1 MiB"],
        ["x", ""],
      ]),
    ).toEqual(["name    size", "backup  1 MiB", "x"]);
    expect(textTable([])).toEqual([]);
  });

  it("starts each column at one place, and ends no line with a space", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
        const start = Math.max(...rows.map(([first]) => first.length)) + 2;
        for (const [index, line] of textTable(rows).entries()) {
          expect(line).toBe(line.trimEnd());
          expect(line.slice(start)).toBe(rows[index]?.[1].trimEnd());
        }
      }),
    );
  });
});

describe("a Markdown table", () => {
  it("is padded and escapes what would end a cell", () => {
    expect(markdownTable(["name", "use"], [["a|b", "first\nsecond"]])).toBe(
      ["| name | use          |", "| ---- | ------------ |", "| a\\|b | first second |"].join("\n"),
    );
  });

  it("has a line a row and a column a heading, whatever the cells hold", () => {
    const hostile = fc
      .array(fc.constantFrom("|", "\n", "\r\n", "a", "`", " "))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.array(fc.tuple(hostile, hostile), { maxLength: 5 }), (rows) => {
        const lines = markdownTable(["first", "second"], rows).split("\n");
        expect(lines).toHaveLength(rows.length + 2);
        for (const line of lines) expect(line.match(/(?<!\\)\|/g)).toHaveLength(3);
      }),
    );
  });
});
