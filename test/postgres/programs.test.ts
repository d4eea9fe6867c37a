import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

test("a program says its version once, and again when there is another", async () => {
  const folder = mkdtempSync(join(tmpdir(), "programs-"));
  const asked = join(folder, "asked");
  const make = (version: string): void =>
    writeFileSync(
      join(folder, "pg_dump"),
      `#!/bin/sh\necho asked >> '${asked}'\necho 'pg_dump (PostgreSQL) ${version}'\n`,
      { mode: 0o755 },
    );
  try {
    vi.stubEnv("POSTGRES_BIN", folder);
    make("17.6");
    expect([await versionOf("pg_dump"), await versionOf("pg_dump")]).toEqual(["17.6", "17.6"]);
    expect(readFileSync(asked, "utf8")).toBe("asked\n");
    make("18rc1");
    expect(await versionOf("pg_dump")).toBe("18rc1");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
