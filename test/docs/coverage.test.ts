import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { items, itemsWithControl } from "../../checklist/items.ts";
import { coverageText, withCoverage } from "../../docs/coverage.ts";
import { registry } from "../../policies/registry.ts";

const root = join(import.meta.dirname, "..", "..");
const readme = readFileSync(join(root, "README.md"), "utf8");

describe("the README", () => {
  it("says what is shown to hold as the code has it: npm run docs", () => {
    expect(withCoverage(readme)).toBe(readme);
    expect(readme).toContain(coverageText());
  });

  it("links only to files that exist", () => {
    const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target = ""]) => target);
    expect(links.length).toBeGreaterThan(5);
    for (const link of links) expect(existsSync(join(root, link)), link).toBe(true);
  });
});

describe("what is shown to hold", () => {
  it("counts the items of the policies as enforced", () => {
    const enforced = itemsWithControl("policy").filter(({ id }) =>
      registry.some((policy) => policy.items.includes(id)),
    );
    expect(coverageText()).toMatch(
      new RegExp(`a policy enforces.*\\| ${itemsWithControl("policy").length} +\\| ${enforced.length} `),
    );
  });

  it("adds up to every item", () => {
    const open = /(\d+) of the (\d+) items have .* shows the other (\d+):/.exec(coverageText());
    const whole = /Each of the (\d+) items has/.exec(coverageText());
    const [shown, all, left] = open?.slice(1) ?? [whole?.[1], whole?.[1], "0"];
    expect(Number(all)).toBe(items.length);
    expect(Number(shown) + Number(left)).toBe(items.length);
  });
});
