import { expect, test } from "vitest";
import { drillSchema } from "../../../evidence/drill.ts";
import { firstOf, mostSentences } from "../../../operations/drill/findings.ts";

const sentences = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `table t${index} is missing.`);

test("evidence has as many sentences as it has room for, and says how many more there are and where", () => {
  const { differences } = drillSchema.shape;
  for (const count of [0, mostSentences])
    expect(firstOf(sentences(count), "difference")).toEqual(sentences(count));
  const found = firstOf(sentences(1200), "difference");
  expect(differences.safeParse(found).success).toBe(true);
  expect(differences.safeParse([...found, "one more"]).success).toBe(false);
  expect(found.slice(0, -1)).toEqual(sentences(mostSentences - 1));
  expect(found.at(-1)).toBe("…and 201 more differences, which the drill prints with --json.");
});
