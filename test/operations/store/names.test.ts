import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backupKey, manifestKey, readKey } from "../../../operations/store/names.ts";

const moment = fc.date({ min: new Date(0), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true });
const purpose = fc.constantFrom("backup" as const, "before-restore" as const);
const prefix = fc.constantFrom("", "postgres/", "a/b/", "(.*)/", "2026");

describe("a key", () => {
  test("says again when it begun, what for, and which part it is", () => {
    fc.assert(
      fc.property(prefix, moment, purpose, (start, at, what) => {
        const key = backupKey(start, at, what);
        const begunAt = new Date(Math.floor(at.getTime() / 1000) * 1000);
        expect(readKey(start, key)).toEqual({ backup: key, part: "dump", begunAt, purpose: what });
        const beside = manifestKey(key);
        expect(readKey(start, beside)).toEqual({ backup: key, part: "manifest", begunAt, purpose: what });
      }),
    );
  });

  test("sorts by time", () => {
    fc.assert(
      fc.property(moment, moment, (one, other) => {
        fc.pre(Math.floor(one.getTime() / 1000) !== Math.floor(other.getTime() / 1000));
        expect(backupKey("p/", one) < backupKey("p/", other)).toBe(one < other);
      }),
    );
  });

  test("is another one at the same moment", () => {
    const at = new Date();
    const keys = Array.from({ length: 100 }, () => backupKey("p/", at));
    expect(new Set(keys).size).toBe(100);
  });

  test("of no backup is none", () => {
    const name = "20260101T000000Z-0123abcd";
    for (const key of [
      "",
      "p/",
      `${name}.dump.age`,
      `q/${name}.dump.age`,
      `p/p/${name}.dump.age`,
      `p/../p/${name}.dump.age`,
      `p/before-restore/before-restore/${name}.dump.age`,
      `p/${name}.dump`,
      `p/${name}.dump.age\n`,
      `p/${name}.dump.age.manifest.json`,
      `p/${name.toUpperCase()}.dump.age`,
      "p/20261301T000000Z-0123abcd.dump.age",
      "p/20260101T250000Z-0123abcd.dump.age",
      "p/20260230T000000Z-0123abcd.dump.age",
    ]) {
      expect(readKey("p/", key), key).toBeUndefined();
    }
    fc.assert(fc.property(fc.string(), (text) => readKey("p/", `p/${text}`) === undefined));
  });
});
