import { afterEach, expect, test, vi } from "vitest";
import { findProgram, majorOf, orderedVersions, versionOf } from "../../postgres/programs.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

test.each([
  [[13, 18, 15, 16], 15, [15, 16, 18, 13]],
  [[13, 18, 15, 16], 17, [18, 16, 15, 13]],
  [[13, 15], 17, [15, 13]],
  [[13, 18, 15], undefined, [18, 15, 13]],
  [[], 15, []],
])("of %j, a server of version %s gets the oldest program that is new enough", (versions, least, ordered) => {
  expect(orderedVersions(versions, least)).toEqual(ordered);
});

test("a folder that POSTGRES_BIN names is the only one", async () => {
  const program = findProgram("pg_dump");
  vi.stubEnv("POSTGRES_BIN", program.replace(/[/]pg_dump$/, ""));
  expect(findProgram("pg_dump", 99)).toBe(program);
  expect(majorOf(await versionOf("pg_dump"))).toBeGreaterThanOrEqual(15);
  vi.stubEnv("POSTGRES_BIN", "/nowhere");
  expect(() => findProgram("pg_dump")).toThrow("POSTGRES_BIN names a folder without pg_dump: /nowhere");
});
