import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { resourceTypesPage } from "../../docs/resource-types.ts";

test("docs/resource-types.md is current: npm run docs", () => {
  const page = readFileSync(new URL("../../docs/resource-types.md", import.meta.url), "utf8");
  expect(page).toBe(resourceTypesPage());
});
