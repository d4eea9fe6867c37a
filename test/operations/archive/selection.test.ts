import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, expect, test } from "vitest";
import { Dependents } from "../../../operations/archive/selected-dependents.ts";
import { findNeeds } from "../../../operations/archive/selected-lines.ts";
import { startContents } from "../support/contents.ts";

const files = startContents();
const folder = mkdtempSync(join(tmpdir(), "selection-"));

afterAll(() => {
  files.remove();
  rmSync(folder, { recursive: true });
});

test.each([true, false])(
  "one table of many is found without the others in memory (a new database: %s)",
  async (isNew) => {
    // The lines of the dump are some 12 MB, and the names of the listing as many.
    const workerData = { file: join(folder, `${isNew}`), tables: 1000, letters: 3000, isNew };
    const worker = new Worker(new URL("../support/narrowing.ts", import.meta.url), {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: 16 },
    });
    const [found] = await once(worker, "message");
    await worker.terminate();
    expect(found).toEqual({
      tables: 1,
      lines: isNew ? [0, 1, 2] : [0, 1, 2, 3],
      kept: ["object", "table", "object"],
      dependents: isNew ? [] : [1000],
      leftOut: [
        "Only the selection was restored. Left out: 999 tables (public.t1, public.t2, public.t3, public.t4, public.t5 and 994 more), 2 large objects and everything else of the backup.",
      ],
    });
  },
);

test("what lines need is found whatever their order, without rows, and so is what needs them", () => {
  const contents = files.of([
    "9; 1259 109 VIEW s late o",
    ";\tdepends on: 8",
    "1; 1259 101 SEQUENCE s ids o",
    "2; 1259 102 TABLE s t o",
    ";\tdepends on: 1 6",
    "3; 0 102 TABLE DATA s t o",
    ";\tdepends on: 2",
    "4; 1259 104 VIEW s v o",
    ";\tdepends on: 3 2",
    "5; 3079 105 EXTENSION - hstore ",
    "6; 1247 106 TYPE s kind o",
    ";\tdepends on: 5 7",
    "7; 1247 107 TYPE s other o",
    "8; 1259 108 VIEW s w o",
    ";\tdepends on: 4",
  ]);
  const dump = { contents, roles: new Set(["o"]) };
  const numbers = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
  const ofView = findNeeds(dump, new Set(["4"]));
  expect(numbers.filter((id) => ofView.ids.has(id))).toEqual(["1", "2", "4", "5", "6", "7"]);
  expect([...ofView.extensions]).toEqual(["hstore"]);
  expect([...ofView.sequences]).toEqual([]);
  expect([...findNeeds(dump, new Set(["2"])).sequences]).toEqual(["SEQUENCE s ids"]);
  const dependents = Dependents.find(dump, new Set(["2"]));
  for (const name of ["v", "w", "late", "other"]) dependents.name(`view s.${name}`);
  expect([...dependents.entries]).toEqual([
    ["view s.v", "1259 104"],
    ["view s.w", "1259 108"],
    ["view s.late", "1259 109"],
  ]);
});
