import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byNearness, editDistance, isNear } from "../../config/nearest.ts";

const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 6 });

describe("editDistance", () => {
  it.each<[left: string, right: string, distance: number]>([
    ["", "", 0],
    ["", "abc", 3],
    ["pitrDays", "pitrDays", 0],
    ["pitrDay", "pitrDays", 1],
    ["ptirDays", "pitrDays", 1],
    ["kitten", "sitting", 3],
    ["ca", "abc", 3],
  ])("of %j and %j is %i", (left, right, distance) => {
    expect(editDistance(left, right)).toBe(distance);
  });

  it("agrees with its definition", () => {
    fc.assert(
      fc.property(word, word, (left, right) => {
        expect(editDistance(left, right)).toBe(definition(left, right));
        expect(editDistance(right, left)).toBe(definition(left, right));
      }),
      { numRuns: 300 },
    );
  });
});

describe("nearness", () => {
  it("does not count letter case, dashes and underscores", () => {
    expect(byNearness("MIN_TLS-VERSION", ["alwaysHttps", "minTlsVersion"])[0]).toBe("minTlsVersion");
    expect(isNear("MIN_TLS-VERSION", "minTlsVersion")).toBe(true);
  });

  it("takes a name cut short, or longer, for near", () => {
    expect(isNear("retention", "retentionDays")).toBe(true);
    expect(isNear("databaseSettings", "database")).toBe(true);
    expect(isNear("we", "webhooks")).toBe(false);
  });

  it("ends where more than a third would have to change", () => {
    expect(isNear("databsae", "database")).toBe(true);
    expect(isNear("date", "database")).toBe(false);
    expect(isNear("regixy", "region")).toBe(true);
    expect(isNear("regxyz", "region")).toBe(false);
    expect(isNear("x".repeat(41), "x".repeat(41))).toBe(false);
  });

  it("keeps every candidate", () => {
    fc.assert(
      fc.property(word, fc.uniqueArray(word), (name, candidates) => {
        expect([...byNearness(name, candidates)].sort()).toEqual([...candidates].sort());
      }),
    );
  });
});

/** The recursion that the distance is defined by. */
function definition(left: string, right: string): number {
  if (left === "" || right === "") return left.length + right.length;
  const [restLeft, restRight] = [left.slice(0, -1), right.slice(0, -1)];
  const choices = [
    definition(restLeft, right) + 1,
    definition(left, restRight) + 1,
    definition(restLeft, restRight) + (left.at(-1) === right.at(-1) ? 0 : 1),
  ];
  if (left.length > 1 && right.length > 1 && left.at(-1) === right.at(-2) && left.at(-2) === right.at(-1)) {
    choices.push(definition(left.slice(0, -2), right.slice(0, -2)) + 1);
  }
  return Math.min(...choices);
}
