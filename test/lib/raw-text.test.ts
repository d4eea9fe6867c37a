import * as fc from "fast-check";
import { expect, test } from "vitest";
import { rawBytes, rawText, shownText } from "../../lib/raw-text.ts";
import { printable } from "../../lib/text.ts";
import { anyCharacter } from "./any-character.ts";

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));

/** What stands for a byte, given as bytes. */
const standIn = fc
  .integer({ min: 0x10f77e, max: 0x10f801 })
  .map((code) => Buffer.from(String.fromCodePoint(code)));

test("any bytes become text, and the same bytes again", () => {
  const some = fc
    .array(
      fc.oneof(
        bytes,
        standIn,
        fc.string({ unit: anyCharacter }).map((text) => Buffer.from(text)),
      ),
    )
    .map((parts) => Buffer.concat(parts));
  fc.assert(fc.property(some, (all) => rawBytes(rawText(all)).equals(all)));
});

test("other bytes become another text", () => {
  fc.assert(
    fc.property(bytes, bytes, (one, other) => one.equals(other) === (rawText(one) === rawText(other))),
  );
});

test("text stays as it is, and a byte that is none is shown by its number", () => {
  expect(rawText(Buffer.from("größe 𝄞"))).toBe("größe 𝄞");
  const text = rawText(Buffer.from([0x74, 0xe9, 0x78, 0xff]));
  expect(text).toHaveLength(6);
  expect(shownText(text)).toBe("t\\xE9x\\xFF");
  expect(printable(`a\t${text}`)).toBe("a  t\\xE9x\\xFF");
});
