import { describe, expect, test } from "vitest";
import { differences } from "../../../operations/archive/compare.ts";
import type { Description } from "../../../operations/archive/manifest.ts";
import { description } from "../support/manifest.ts";

const orders = "public.orders";

describe("two descriptions", () => {
  test("that are alike have no difference", () => {
    expect(differences(description, structuredClone(description))).toEqual([]);
  });

  test.each<[string, Partial<Description>, string]>([
    ["an object is gone", { objects: {} }, "table public.orders is missing."],
    [
      "there is one more",
      { objects: { ...description.objects, "view public.v": "0".repeat(16) } },
      "view public.v is not in the backup.",
    ],
    [
      "it is another",
      { objects: { "table public.orders": "0".repeat(16) } },
      "table public.orders has a different definition.",
    ],
    ["a row is gone", table({ rows: 2 }), "public.orders has 2 rows instead of 3."],
    ["a row came", table({ rows: 4 }), "public.orders has 4 rows instead of 3."],
    [
      "row-level security is off",
      rls({ enabled: false }),
      "Row-level security of public.orders is disabled instead of enabled.",
    ],
    [
      "it is for the owner too",
      rls({ forced: true }),
      "Row-level security of public.orders is enabled and forced instead of enabled.",
    ],
    [
      "a policy is gone",
      rls({ policies: 0 }),
      "public.orders has 0 row-level security policies instead of 1.",
    ],
    ["large objects are gone", { largeObjects: 1 }, "The database has 1 large object instead of 2."],
    ["a sequence is behind", sequence("upwards", "9"), "public.upwards is at 9 instead of 10."],
    [
      "one that counts down is behind",
      sequence("downwards", "-9"),
      "public.downwards is at -9 instead of -10.",
    ],
    [
      "its value was not handed out",
      sequence("upwards", "10", false),
      "public.upwards is at 10 (unused) instead of 10.",
    ],
  ])("say so when %s", (_, changes, sentence) => {
    expect(differences(description, { ...description, ...changes })).toEqual([sentence]);
  });

  test("may have a sequence further on, which has no snapshot", () => {
    for (const changes of [
      sequence("upwards", "11"),
      sequence("upwards", "9223372036854775807", false),
      sequence("downwards", "-11"),
    ]) {
      expect(differences(description, { ...description, ...changes })).toEqual([]);
    }
  });

  test("may have names that every object has", () => {
    const hostile: Description = {
      ...description,
      objects: { constructor: "0".repeat(16), toString: "0".repeat(16) },
      tables: { constructor: { rows: 1, rls: { enabled: true, forced: true, policies: 1 } } },
      sequences: { valueOf: { last: "1", called: true, descending: false } },
    };
    const empty = { ...description, objects: {}, tables: {}, sequences: {} };
    expect(differences(hostile, empty)).toEqual(["constructor is missing.", "toString is missing."]);
    expect(differences(empty, hostile)).toEqual([
      "constructor is not in the backup.",
      "toString is not in the backup.",
    ]);
  });

  test("are all spoken of, and none at any length", () => {
    const names = Array.from({ length: 500 }, (_, index) => `table ${"x".repeat(2000)}${index}`);
    const objects = Object.fromEntries(names.map((name) => [name, "0".repeat(16)]));
    const found = differences(description, {
      ...description,
      objects: { ...description.objects, ...objects },
    });
    expect(found).toHaveLength(500);
    expect(Math.max(...found.map(({ length }) => length))).toBe(500);
  });
});

function table(changes: Partial<Description["tables"][string]>): Partial<Description> {
  const { rows = 3, rls: state } = changes;
  return { tables: { [orders]: { rows, rls: state ?? { enabled: true, forced: false, policies: 1 } } } };
}

function rls(changes: Partial<Description["tables"][string]["rls"]>): Partial<Description> {
  return table({ rls: { enabled: true, forced: false, policies: 1, ...changes } });
}

function sequence(name: "upwards" | "downwards", last: string, called = true): Partial<Description> {
  const changed = { last, called, descending: name === "downwards" };
  return { sequences: { ...description.sequences, [`public.${name}`]: changed } };
}
