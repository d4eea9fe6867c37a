import { describe, expect, test } from "vitest";
import {
  every,
  judge,
  judgeEach,
  lookup,
  object,
  select,
  some,
  UnknownRead,
  undecided,
  unproved,
  violation,
} from "../../../policies/framework/index.ts";
import { stackOf, unknown } from "../fixture.ts";

const [resource] = stackOf([{ type: "a:b:C", name: "it", props: { known: "x", unknown } }]).all();
const value = resource?.at().as<{ unknown?: string }>().at("unknown");

function undecidable(): never {
  if (value === undefined) {
    throw new Error("The stack has no value.");
  }
  return undecided(value);
}

/** A test on numbers: even ones hold, negative ones are unknown. */
function isEven(number: number): boolean {
  return number < 0 ? undecidable() : number % 2 === 0;
}

describe("judge", () => {
  test("holds, is violated, or is unknown", () => {
    expect(judge(resource, () => true)).toEqual({ answer: "holds" });
    expect(judge(resource, () => "It is wrong.")).toEqual({
      answer: "violated",
      found: "It is wrong.",
      resource,
    });
    expect(judge(resource, undecidable)).toEqual({ answer: "unknown", value });
    expect(violation("None.")).toEqual({ answer: "violated", found: "None." });
  });

  test("gives the fault that a helper objects with", () => {
    const wrong = unproved(value, "It cannot be read.", "Write it.");
    const finding = {
      answer: "unproved",
      found: "It cannot be read.",
      fix: "Write it.",
      at: value,
      resource,
    };
    expect(judge(resource, () => wrong)).toMatchObject(finding);
    expect(judge(resource, () => object(wrong))).toMatchObject(finding);
    expect(judge(resource, () => object({ found: "It is wrong." }))).toMatchObject({ answer: "violated" });
  });

  test("lets every other error through", () => {
    expect(() =>
      judge(undefined, () => {
        throw new TypeError("a fault of the policy");
      }),
    ).toThrow(TypeError);
  });

  test("makes absence a violation", () => {
    expect(judgeEach([], "None is declared.", () => true)).toEqual([violation("None is declared.")]);
    expect(judgeEach([{ resource }], "None.", () => true)).toEqual([{ answer: "holds" }]);
  });
});

describe("questions on many, some of them unknown", () => {
  test("some: one that holds is enough, unknown only where none does", () => {
    expect(some([1, -1, 2], isEven)).toBe(true);
    expect(() => some([1, -1], isEven)).toThrow(UnknownRead);
    expect(some([1, 3], isEven)).toBe(false);
    expect(some([], isEven)).toBe(false);
  });

  test("every: one that fails is enough, unknown only where none does", () => {
    expect(every([2, -1, 1], isEven)).toBe(false);
    expect(() => every([2, -1], isEven)).toThrow(UnknownRead);
    expect(every([2, 4], isEven)).toBe(true);
    expect(every([], isEven)).toBe(true);
  });

  test("select: those that surely hold, unknown only where there is none", () => {
    expect(select([1, 2, -1, 4], isEven)).toEqual([2, 4]);
    expect(() => select([1, -1], isEven)).toThrow(UnknownRead);
    expect(select([1], isEven)).toEqual([]);
  });

  test("lookup: those of that text, unknown only where there is none", () => {
    const find = lookup([1, 2, -1, 4], (number) => (isEven(number) ? "even" : undefined));
    expect(find("even")).toEqual([2, 4]);
    expect(() => find("odd")).toThrow(UnknownRead);
    expect(lookup([2], () => "two")("one")).toEqual([]);
  });

  test("no other error is taken for an unknown", () => {
    const fault = () => {
      throw new TypeError("a fault of the policy");
    };
    expect(() => some([1], fault)).toThrow(TypeError);
    expect(() => lookup([1], fault)).toThrow(TypeError);
  });
});
