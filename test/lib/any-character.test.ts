import fc from "fast-check";
import { expect, test } from "vitest";
import { anyCharacter } from "./any-character.ts";

test("any character is what its unmapper takes it for, at both ends of each range", () => {
  for (const code of [0, 0xd7ff, 0xe000, 0xffff, 0x1_0000, 0x10_ffff]) {
    expect(anyCharacter.canShrinkWithoutContext(String.fromCodePoint(code))).toBe(true);
  }
  for (const other of ["", "ab", "\ud800", "\udfff", "e\u0301", 1, undefined]) {
    expect(anyCharacter.canShrinkWithoutContext(other)).toBe(false);
  }
  const characters = fc.sample(anyCharacter, 1000);
  expect(characters.filter((text) => !text.isWellFormed() || [...text].length !== 1)).toEqual([]);
  expect(characters.every((text) => anyCharacter.canShrinkWithoutContext(text))).toBe(true);
});
