import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { goJson } from "../../project/go-json.ts";
import { resolvePlain } from "../../project/scalars.ts";
import { shellWords } from "../../project/shell-words.ts";
import { isVersionRange } from "../../project/version.ts";
import { readYaml } from "../../project/yaml.ts";

describe("a plain scalar", () => {
  it.each([
    ...["yes", "on", "Off", "no", "y", "N", "nULL", "tRue", "60:30", "12:30:45", "1.2.3", "1e400", "0o8"],
    ...["-", ".", "1.5.5", "_1", "2024-13-01", "2023-02-29", "2024-01-01T00:00Z", "18446744073709551616.x"],
  ])("%s is text", (text) => {
    expect(resolvePlain(text)).toBe(text);
  });

  it.each([
    ["", null],
    ["~", null],
    ["TRUE", true],
    ["0777", 511n],
    ["0o17", 15n],
    ["-0x1f", -31n],
    ["0b11", 3n],
    ["1_000", 1000n],
    ["18446744073709551615", 18446744073709551615n],
    ["18446744073709551616", 2 ** 64],
    ["08", 8],
    [".5", 0.5],
    ["1e3", 1000],
    ["-.inf", Number.NEGATIVE_INFINITY],
    ["2024-1-1", "2024-01-01 00:00:00 +0000 UTC"],
    ["2001-12-14t21:59:43.10-05:30", "2001-12-14 21:59:43.1 -0530 -0530"],
  ])("%s is %s", (text, value) => {
    expect(resolvePlain(text)).toBe(value);
  });
});

it("keys that are no text become it, and what is tagged is read as its tag says", () => {
  const folder = mkdtempSync(join(tmpdir(), "yaml-"));
  try {
    const path = join(folder, "it.yaml");
    writeFileSync(
      path,
      "8080: web\n~: none\nyes: {on: !!str 5}\nf: !!float 1\nb: !!binary aMO8\n---\nsecond: 1\n",
    );
    expect(readYaml(path, z.unknown(), "project")).toEqual({
      ...{ "8080": "web", "<nil>": "none" },
      ...{ yes: { on: "5" }, f: 1, b: "hü" },
    });
    writeFileSync(path, "a: !!int x\n");
    expect(() => readYaml(path, z.unknown(), "project")).toThrow('"x" is not a !!int');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe("words of a shell", () => {
  it.each([
    ["--a  --b=1", ["--a", "--b=1"]],
    [`--a="x y" 'b "c"' d\\ e`, ["--a=x y", 'b "c"', "d e"]],
    ['"a\\"b" # a comment\nc#d', ['a"b', "c#d"]],
    ["", []],
  ])("%j", (text, words) => {
    expect(shellWords(text)).toEqual(words);
  });

  it.each(['"open', "it's", "end\\"])("%j is refused", (text) => {
    expect(() => shellWords(text)).toThrow("a quote is not closed");
  });
});

describe("a negative zero", () => {
  it("keeps its sign, as in Go", () => {
    expect([goJson(resolvePlain("-0.0")), goJson([-0, 0, { a: -0 }])]).toEqual(["-0", '[-0,0,{"a":-0}]']);
  });
});

describe("a range of versions", () => {
  it.each([
    ...["1.2.3", "=1.2.3", "==1.2.3", "!1.2.3", "!=1.2.3", ">1.2.3", ">= 3.0.0", "<=1.2.3-beta.1+build"],
    ...[
      ">=3.0.0 <4.0.0",
      ">=3.1.0 <3.2.0 || >=3.3.0",
      "3.x",
      "3.x.x",
      ">=3.4.x",
      ">1.0.0 <2.0.0 || 3.x !=3.0.1",
    ],
  ])("is %s", (range) => {
    expect(isVersionRange(range)).toBe(true);
  });

  it.each([
    ...[
      "",
      " ",
      "3",
      "x",
      "3.0",
      "^3.0.0",
      "~3.0.0",
      "v3.0.0",
      ">=v3.0.0",
      "latest",
      ">=",
      "=>3.0.0",
      "1.2.3.4",
    ],
    ...[
      "1.0.0||2.0.0",
      "|| 1.0.0",
      "1.0.0 ||",
      "1.0.0 || || 2.0.0",
      "1.0.0, 2.0.0",

      "01.0.0",
    ],
  ])("is not %s", (range) => {
    expect(isVersionRange(range)).toBe(false);
  });
});
