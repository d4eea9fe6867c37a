import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { bytesIn, textIn } from "../../postgres/encodings.ts";
import { argumentIn, launchOf } from "../../postgres/programs.ts";

test.each([
  ["LATIN1", "é\u0080ÿ", "e980ff"],
  ["WIN1252", "€ é", "8020e9"],
  ["KOI8R", "да", "c4c1"],
  ["EUC_JP", "日本", "c6fccbdc"],
  ["UTF8", "é", "c3a9"],
  ["SQL_ASCII", "\u{10F7E9}é", "e9c3a9"],
])("names in %s are given to programs and read from them", (encoding, text, hex) => {
  expect(bytesIn(encoding, text).toString("hex")).toBe(hex);
  expect(textIn(encoding, Buffer.from(hex, "hex"))).toBe(text);
});

test("a name that an encoding does not have is refused", () => {
  expect(() => bytesIn("LATIN1", "€")).toThrow(
    "The name € cannot be given to a program in the encoding LATIN1",
  );
});

test("a program gets any bytes as its arguments, and nothing is done with them on the way", () => {
  const names = ["\u{10F7E9}", "$(touch harm) `x` 'a' \"b\" \\n %s\n", "-x", "", "é\n\n"];
  const args = names.map((name) => argumentIn("SQL_ASCII", `--name=${name}`));
  expect(args.map((argument) => typeof argument)).toEqual(["object", "string", "string", "string", "string"]);
  const { command, args: all, env } = launchOf("pg_restore", args);
  expect(command).toBe("/bin/sh");
  // In the place of the program.
  const [shell = "", script = "", name = ""] = all;
  const print = 'for one; do printf "%s\\0" "$one"; done';
  const given = [shell, script, name, "/bin/sh", ...["-c", print, "sh"].map(escaped), ...all.slice(4)];
  const printed = execFileSync(command, given, { env });
  expect(printed).toEqual(Buffer.concat(names.map((one) => bytesIn("SQL_ASCII", `--name=${one}\0`))));
  expect(launchOf("pg_restore", args.slice(1))).toMatchObject({ args: args.slice(1) });
});

function escaped(text: string): string {
  return [...Buffer.from(text)].map((byte) => `\\0${byte.toString(8).padStart(3, "0")}`).join("");
}
