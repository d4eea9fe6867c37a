import { expect, test } from "vitest";
import { divideContents, splitAttachments } from "../../../operations/archive/contents.ts";

/** Lines of a table of contents, as `pg_restore --list --verbose` prints them, and what each needs. */
function contentsOf(lines: readonly [text: string, needs?: string][]): string {
  return lines
    .flatMap(([text, needs]) => (needs === undefined ? [text] : [text, `;\tdepends on: ${needs}`]))
    .join("\n");
}

const index = "11; 1259 101 INDEX s part_a_idx postgres";
const attachment = "12; 0 0 INDEX ATTACH s part_a_idx postgres";
const key = "13; 2606 102 FK CONSTRAINT s part fk postgres";
const comment = "14; 0 0 COMMENT s CONSTRAINT fk ON part postgres";

test("indexes of partitions are attached one by one, before the foreign keys that need them", () => {
  const contents = contentsOf([[index], [attachment, "11"], [key, "12"], [comment, "13"]]);
  const selected = [index, attachment, key, comment].join("\n");
  expect(splitAttachments({ contents, selected })).toEqual({
    before: `${index}\n`,
    attachments: `${attachment}\n`,
    after: `${key}\n${comment}\n`,
  });
});

const called = "1; 1255 10 FUNCTION s f(integer) postgres";
const about = "2; 0 0 COMMENT s FUNCTION f(integer) postgres";
const calling = "3; 1259 11 TABLE s t postgres";
const other = "4; 1259 12 TABLE s u postgres";
const all = contentsOf([[called], [about, "1"], [calling, "1"], [other, "1"]]);
const selected = [called, about, calling, other].join("\n");

test("a table that calls a function is made after the function got its search path", () => {
  expect(divideContents({ contents: all, selected }, new Set(), true)).toEqual([
    { replaced: undefined, about: "\n", contents: `${called}\n${about}\n` },
    { replaced: undefined, about: "\n", contents: `${calling}\n${other}\n` },
  ]);
  expect(divideContents({ contents: all, selected }, new Set(), false)).toHaveLength(1);
});

test("a line that something stands for is left out, and what is said of its object comes after that", () => {
  expect(divideContents({ contents: all, selected }, new Set(["1255 10"]), false)).toEqual([
    { replaced: undefined, about: "\n", contents: "\n" },
    { replaced: "1255 10", about: `${about}\n`, contents: `${calling}\n${other}\n` },
  ]);
});
