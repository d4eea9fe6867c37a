import fc from "fast-check";
import { expect, test } from "vitest";
import { objectDifferences } from "../../../operations/archive/compare.ts";
import { compareBeside } from "../../../operations/archive/compare-beside.ts";
import { type Described, digestOf } from "../../../operations/archive/describe.ts";
import type { Session } from "../../../postgres/session.ts";

/** Nothing here has an expression, so nothing need be made anew. */
const session: Session = {
  rows: () => Promise.reject(new Error("rows")),
  batches: () => {
    throw new Error("batches");
  },
  run: () => Promise.reject(new Error("run")),
  attempt: () => Promise.reject(new Error("attempt")),
};

const objects = fc.dictionary(
  fc.constantFrom("cast (a AS b)", "publication p", "language l", "constructor", "transform t", "server s"),
  fc.constantFrom("one", "two", "three"),
);

function described(definition: string): Described {
  return { entry: "1 1", definition, expression: null };
}

test("objects beside the schemas differ as two maps of them do", async () => {
  await fc.assert(
    fc.asyncProperty(objects, objects, fc.string(), async (before, after, letters) => {
      const isExpected = (name: string): boolean => !letters.includes(name[0] ?? "");
      let reads = 0;
      const found = await compareBeside(session, {
        async *expected() {
          for (const [name, definition] of Object.entries(before)) {
            yield { name, definition: digestOf(described(definition)), entry: "1 1" };
          }
        },
        isExpected,
        async *read() {
          reads += 1;
          for (const [name, definition] of Object.entries(after)) yield [name, described(definition)];
        },
      });
      const expected = Object.entries(before)
        .filter(([name]) => isExpected(name))
        .toSorted(([one], [other]) => (one < other ? -1 : 1));
      const known = Object.entries(after).filter(([name]) => expected.some(([other]) => other === name));
      expect(found).toEqual(objectDifferences(Object.fromEntries(expected), Object.fromEntries(known)));
      // Only differences are looked at twice.
      expect(reads).toBeLessThanOrEqual(1);
    }),
  );
});
