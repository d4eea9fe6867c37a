import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  counted,
  kebabCase,
  listed,
  printable,
  printableText,
  shortened,
  snakeCase,
} from "../../lib/text.ts";
import { anyCharacter } from "./any-character.ts";

describe("a count", () => {
  it.each([
    [0, "0 policies"],
    [1, "1 policy"],
    [2, "2 policies"],
  ])("of %d is %s", (count, text) => {
    expect(counted(count, "policy", "policies")).toBe(text);
  });

  it("has a plural with s unless another is given", () => {
    expect([counted(1, "table"), counted(2, "table")]).toEqual(["1 table", "2 tables"]);
  });
});

it.each([
  [[], ""],
  [["a"], "a"],
  [["a", "b"], "a or b"],
  [["a", "b", "c"], "a, b or c"],
])("%j is listed as %j", (parts, text) => {
  expect(listed(parts, "or")).toBe(text);
});

it("writes names in camel case as others do", () => {
  expect([snakeCase("zoneSettingId"), kebabCase("urlNormalization")]).toEqual([
    "zone_setting_id",
    "url-normalization",
  ]);
});

/** Any UTF-16, with many characters that terminals obey. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.constantFrom("\u001b[2J", "\r", "\n", "\t", "\u009b", "\u202e", "\u2028", "\u200b", "\u{e0001}"),
    ),
  )
  .map((parts) => parts.join(""));

describe("text for a terminal", () => {
  it.each([
    ["::stop-commands::pause", "·::stop-commands::pause"],
    ["  ::add-mask::violated", "  ·::add-mask::violated"],
    ["\t::error::x", "  ·::error::x"],
    ["so ##[group]x and ##[group]y", "so ##·[group]x and ##·[group]y"],
    ["so ##vso[task.setvariable variable=a]b", "so ##·vso[task.setvariable variable=a]b"],
    ["broken here ::add-mask::x", "broken here ·::add-mask::x"],
    ["a::b, ::1 and ::/0", "a::b, ::1 and ::/0"],
  ])("holds no command of a runner: %j", (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it("holds no control or formatting character, whatever it is given", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(printable(printable(text))).toBe(printable(text));
      }),
    );
  });

  it("keeps what is printable as it is", () => {
    expect(printable("naïve – 日本 🎉 [ok]")).toBe("naïve – 日本 🎉 [ok]");
    expect(printable("a\tb\u001b[31mc\nd")).toBe("a  b·[31mc·d");
  });

  it("keeps the lines of a longer text", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(printableText(text).split("\n")).toEqual(text.split("\n").map(printable));
      }),
    );
  });
});

describe("a shortened text", () => {
  it("starts as the text does, and says how much is left out", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(40), (text, most) => {
        const [kept = "", left] = shortened(text, most, (count) => `\0${count}`).split("\0");
        expect(kept.length).toBeLessThanOrEqual(most);
        expect(text.startsWith(kept)).toBe(true);
        expect(Number(left ?? 0)).toBe(text.length - kept.length);
        expect(kept.isWellFormed()).toBe(true);
      }),
    );
  });

  it("is the text itself where it is short enough", () => {
    expect(shortened("abc", 3)).toBe("abc");
    expect(shortened("abcd", 3)).toBe("abc…");
  });
});
