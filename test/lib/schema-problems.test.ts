import { expect, test } from "vitest";
import * as z from "zod";
import { schemaProblems } from "../../lib/schema-problems.ts";

function problemsOf(schema: z.ZodType, value: unknown): string | undefined {
  const { error } = schema.safeParse(value);
  return error === undefined ? undefined : schemaProblems(error);
}

const level = z.enum(["low", "high"]);

test.each([
  [z.string(), undefined, "  missing; expected text"],
  [z.object({ a: z.string() }), [], "  expected a mapping, found a list"],
  [z.object({ a: z.string() }), {}, "  a: missing; expected text"],
  [z.object({ a: z.array(z.bigint()) }), { a: ["x"] }, "  a[0]: expected a number, found text"],
  [z.object({ a: level }), { a: "no" }, '  a: expected "low" or "high"'],
  [z.strictObject({}), { b: 1, c: 2 }, "  b, c: unknown here"],
  [z.string().regex(/^a/, "letters only"), "b", "  letters only"],
  [z.union([level, z.object({ at: level })]), 1, '  expected "low", "high" or a mapping, found a number'],
  [z.union([level, z.object({ at: level })]), { at: 1 }, '  at: expected "low" or "high"'],
])("%# says in words what does not fit", (schema, value, words) => {
  expect(problemsOf(schema, value)).toBe(words);
});

test("counts what is too much to show", () => {
  const words = problemsOf(z.array(z.string()), Array(25).fill(1)) ?? "";
  expect(words.split("\n")).toHaveLength(21);
  expect(words).toMatch(/\n {2}and 5 more$/);
});
