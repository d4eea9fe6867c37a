import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "../../../lib/failure.ts";
import { firstNotes, parseManifest } from "../../../operations/archive/manifest.ts";
import { description, headWith, legacyWith, thirdWith } from "../support/manifest.ts";

const manifest = headWith();
const { key } = manifest;

describe("a manifest", () => {
  test("is read as it was written, names of prototypes included", () => {
    const names = ["constructor", "toString", "hasOwnProperty", 'table "x;--"', "ü\u2028"];
    const objects = Object.fromEntries(names.map((name) => [name, "0123456789abcdef"]));
    const written = legacyWith({ description: { ...description, objects } });
    const { legacy } = parseManifest(JSON.stringify(written), key);
    expect(legacy).toEqual(written);
    const read = legacy?.version === 2 ? legacy.description.objects : {};
    expect(Object.keys(read).sort()).toEqual([...names].sort());
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    const remote = Object.fromEntries(names.map((name) => [name, "0 1"]));
    const third = thirdWith({ remote });
    expect(parseManifest(JSON.stringify(third), key).legacy).toEqual(third);
    const now = headWith({ notes: names });
    expect(parseManifest(JSON.stringify(now), key)).toEqual(now);
  });

  test("has as many notes as it has room for, and says how many more there are", () => {
    const notes = Array.from({ length: 150 }, (_, index) => `Note ${index}.`);
    expect(firstNotes(notes.slice(0, 100))).toEqual(notes.slice(0, 100));
    expect(firstNotes(notes)).toEqual([
      ...notes.slice(0, 99),
      "…and 51 more notes, which a drill of the backup shows.",
    ]);
    const { legacy, ...read } = parseManifest(JSON.stringify(thirdWith({ notes })), key);
    expect(read).toEqual(headWith({ notes: firstNotes(notes) }));
    expect(legacy?.notes).toEqual(notes);
  });

  test("of an earlier version says what it has, and is signed as it was written", () => {
    const { legacy, ...read } = parseManifest(JSON.stringify(legacyWith()), key);
    expect(read).toEqual({
      ...manifest,
      listing: { ...manifest.listing, sealed: { bytes: 0, sha256: expect.any(String) } },
    });
    expect(legacy).toEqual(legacyWith());
  });

  test.each<[string, unknown, RegExp]>([
    ["no text", "", /The manifest for .* is invalid/s],
    ["a list", [], /The manifest for .* is invalid/s],
    ["null", null, /The manifest for .* is invalid/s],
    ["another version", { ...manifest, version: 5 }, /at version/],
    ["a part too many", { ...manifest, more: 1 }, /Unrecognized key: "more"/],
    ["another backup's key", { ...manifest, key: "postgres/other" }, /belongs to postgres\/other/],
    ["a size below nothing", { ...manifest, sealed: { bytes: -1, sha256: "0".repeat(64) } }, /sealed\.bytes/],
    ["a size beyond a number", { ...manifest, plain: { bytes: 2 ** 60, sha256: "" } }, /at plain\.bytes/],
    ["a digest in capitals", { ...manifest, plain: { bytes: 1, sha256: "A".repeat(64) } }, /plain\.sha256/],
    ["a moment that is none", { ...manifest, takenAt: "2026-13-01T00:00:00Z" }, /at takenAt/],
    ["a sequence of words", withSequence("one"), /sequences\.s\.last/],
    ["a sequence without end", withSequence("9".repeat(100)), /sequences\.s\.last/],
    ["no recipients", { ...manifest, recipients: [] }, /at recipients/],
    ["a key of any length", { ["x".repeat(100_000)]: 1 }, /The manifest for .* is invalid/s],
  ])("with %s is refused", (_, value, message) => {
    const failure = refusal(typeof value === "string" ? value : JSON.stringify(value));
    expect(failure.message).toMatch(message);
    expect(failure.message.length).toBeLessThan(500);
  });

  test("of any text is read or refused, and nothing else is thrown", () => {
    const near = fc
      .constantFrom(...Object.keys(manifest))
      .chain((name) => fc.jsonValue().map((value) => JSON.stringify({ ...manifest, [name]: value })));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), near), (text) => {
        try {
          expect(parseManifest(text, key).key).toBe(key);
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
        }
      }),
    );
  });

  test("that is deep is refused", () => {
    const depth = 1_000_000;
    expect(refusal("[".repeat(depth) + "]".repeat(depth)).message).toMatch(/The manifest for .* is invalid/s);
    const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`;
    expect(refusal(JSON.stringify(manifest).replace('"notes":[]', `"notes":${deep}`)).message).toMatch(
      /notes/,
    );
  });
});

function withSequence(last: string) {
  const sequences = { s: { last, called: true, descending: false } };
  return legacyWith({ description: { ...description, sequences } });
}

function refusal(text: string): Failure {
  try {
    parseManifest(text, key);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("It was taken");
}
