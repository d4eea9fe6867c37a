import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describePack } from "../../policies/describe.ts";
import { registry } from "../../policies/registry.ts";

test("the pack's README says what the code says", () => {
  const readme = readFileSync(new URL("../../policies/README.md", import.meta.url), "utf8");
  expect(readme, "Run `node policies/describe.ts`.").toBe(describePack());
  for (const { name, fix } of registry) {
    expect(readme).toContain(`| \`${name}\` `);
    expect(readme).toContain(fix);
  }
});
