import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { naturalKeys } from "../../adopt/keys.ts";
import { planImports } from "../../adopt/plan.ts";
import { readState } from "../../preview/index.ts";
import { exportedProduction } from "../preview/exported-state.ts";

const folder = mkdtempSync(join(tmpdir(), "adopt-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

it("takes over all of a production that was deployed, and creates nothing that is there", async () => {
  const path = join(folder, "state.json");
  writeFileSync(path, await exportedProduction(false));
  const { resources } = readState(path);
  const existing = resources
    .filter(({ custom }) => custom)
    .map(({ type, name, id, inputs, outputs }) => ({
      type,
      name,
      id,
      properties: { ...inputs, ...outputs },
    }));
  const { steps } = planImports({ declared: resources, existing });
  const keyed = steps.filter(({ declared: { type } }) => Object.hasOwn(naturalKeys, type));
  expect(keyed.length).toBeGreaterThan(60);
  expect(keyed.filter(({ action }) => action !== "import").map(({ declared }) => declared.name)).toEqual([]);
  expect(keyed.filter(({ loses }) => loses !== undefined)).toEqual([]);
});
