import { expect, it } from "vitest";
import { previewStacks } from "../../cli/stacks.ts";
import { Failure } from "../../lib/failure.ts";
import { displayWidth } from "../../lib/wrap.ts";
import { plainView } from "../../preview/report/view.ts";
import { documentOf, policy } from "../preview/documents.ts";

it("several stacks end with a row each, on one screen with what is wrong with the last, and keep its width", async () => {
  const view = { ...plainView, width: 60 };
  const violations = [{ urn: "", message: "It is not as it has to be, for a reason of many words." }];
  const policies = Array.from({ length: 9 }, (_, index) =>
    policy(`rule-${index}`, { status: "violated", violations }),
  );
  const stacks = ["one", "two", "three", "four"];
  const { output, status } = await previewStacks(
    stacks,
    { alone: [], printed: "pretty", view },
    async (stack) => {
      if (stack === "two") throw new Failure("program", `it failed, ${"since nothing was there ".repeat(5)}`);
      return { document: documentOf({ stack, policies }), coverage: undefined };
    },
  );
  const lines = output.trimEnd().split("\n");
  expect(status).toBe(2);
  expect(lines.filter((line) => displayWidth(line) > 60)).toEqual([]);
  const screen = lines.slice(-23).join("\n");
  for (const { name } of policies) expect(screen).toContain(name);
  expect(screen).toContain("In short:");
  expect(lines.slice(-4)).toEqual([
    "one    ✗ Refused: 1 mandatory, 1 advisory",
    "two    ? Could not tell: it failed, since nothing was …",
    "three  ✗ Refused: 1 mandatory, 1 advisory",
    "four   ✗ Refused: 1 mandatory, 1 advisory",
  ]);
});
