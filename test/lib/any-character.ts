import fc from "fast-check";

/** UTF-16 keeps these for the halves of others, so that they are no characters. */
const surrogates = { from: 0xd800, to: 0xdfff };
const count = surrogates.to - surrogates.from + 1;

/**
 * Any character of Unicode: the unit "binary" of fast-check, value by value and with what it shrinks to. That one lists
 * all 1,112,064 of them in each process that asks for it, which takes most of a second and 140 MB.
 */
export const anyCharacter = fc.nat({ max: 0x10_ffff - count }).map(
  (place) => String.fromCodePoint(place < surrogates.from ? place : place + count),
  (text) => {
    const code = typeof text === "string" ? text.codePointAt(0) : undefined;
    if (code === undefined || String.fromCodePoint(code) !== text) throw new TypeError("not one character");
    if (code < surrogates.from) return code;
    if (code <= surrogates.to) throw new TypeError("half a character");
    return code - count;
  },
);
