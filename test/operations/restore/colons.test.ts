import { Readable } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Colons, colonsApart } from "../../../operations/restore/colons.ts";

const apart = (text: string): string => new Colons().apart(text);

test("a colon before a name is apart from it", () => {
  expect(apart(`select a[1:"PORT"], a[low:high], a[:b], a[1:2] from t`)).toBe(
    `select a[1: "PORT"], a[low: high], a[: b], a[1: 2] from t`,
  );
});

test("no other colon changes", () => {
  for (const text of [
    `a::"char", b :: text, c[1:]`,
    `':"PORT"' ''':"PORT"' E'\\':"PORT"' U&':"PORT"' 'a' ':"PORT"'`,
    `":""PORT""" "a:b"`,
    `$$:"PORT" '$$ $a$ $$ :"PORT" $a$ $1 ':b'`,
    `-- it's :"PORT"\n/* :"PORT" /* ' */ :"PORT" */ a$b$ ':c'`,
    `SET standard_conforming_strings = off;\nselect '\\':"PORT"';`,
  ]) {
    expect(apart(text)).toBe(text);
  }
  // One by one, what was quoted has ended.
  expect(apart(`a$$:b`)).toBe("a$$: b");
  expect(apart(`'\\':"PORT"`)).toBe(`'\\': "PORT"`);
  expect(apart(`the'\\':"PORT"`)).toBe(`the'\\': "PORT"`);
  expect(
    apart(`SET standard_conforming_strings = off;\nSET standard_conforming_strings = on;\n'\\':b`),
  ).toMatch(/: b$/);
});

test("a script may come in any pieces, and in any encoding", async () => {
  const piece = fc.constantFrom(..."':\"$-/*eE\\aB1 \n;\xe9", "$a$", "::", "/*", "*/", "--", "''", `""`);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(piece, { maxLength: 20 })), fc.nat(40), async (pieces, lineBytes) => {
      const script = pieces.map((texts) => Buffer.from(texts.join(""), "latin1"));
      const read: Uint8Array[] = [];
      for await (const bytes of colonsApart(Readable.from(script), lineBytes)) read.push(bytes);
      const whole = Buffer.concat(script).toString("latin1");
      expect(Buffer.concat(read).toString("latin1")).toBe(apart(whole));
      expect(apart(whole).replaceAll(": ", ":")).toBe(whole.replaceAll(": ", ":"));
    }),
  );
});
