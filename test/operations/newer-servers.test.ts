import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installed } from "../fixtures/installed.ts";
import { type Cycle, startCycle } from "./support/cycle.ts";
import { manyKinds } from "./support/many-kinds.ts";
import { type PostgresServer, startPostgres } from "./support/postgres.ts";

/** Servers that are newer than this machine's, by the names that `servers/package.json` gives them. */
const newer = ["postgres-17", "postgres-18"] as const;

let packages: string;
let cycle: Cycle;

beforeAll(async () => {
  packages = installed(join(import.meta.dirname, "servers"), "postgres-servers");
  cycle = await startCycle();
  await cycle.source.sql("create database many");
  await cycle.source.sql(manyKinds, "many");
  await cycle.backUp(cycle.source.connection("many"));
});

afterAll(() => cycle.close());

describe.each(newer)("a dump of this machine's server goes into %s,", (name) => {
  let programs: string;
  let server: PostgresServer;
  beforeAll(async () => {
    programs = programsOf(join(packages, "node_modules", name));
    server = await startPostgres("canary-newer-1f", {}, join(programs, "native", "bin"));
  });
  afterAll(async () => {
    await server.stop();
    rmSync(programs, { recursive: true });
  });

  test("into a new database, and in place", async () => {
    const target = server.connection("many");
    expect((await cycle.restore(target, { jobs: 2 })).differences).toEqual([]);
    // What is there cannot be backed up without a newer pg_dump.
    await expect(cycle.restore(target)).rejects.toThrow(/^pg_dump \S+ cannot dump PostgreSQL 1[78]/);
    await server.sql("create database plain");
    await server.sql("drop schema public", "plain");
    expect((await cycle.restore(server.connection("plain"))).differences).toEqual([]);
  });
});

/**
 * A server's programs where its account may read them, with the links that the package's script, which does not run,
 * would make for its libraries.
 */
function programsOf(folder: string): string {
  const place = mkdtempSync(join(tmpdir(), "postgres-programs-"));
  chmodSync(place, 0o755);
  cpSync(join(folder, "native"), join(place, "native"), { recursive: true });
  const links: { source: string; target: string }[] = JSON.parse(
    readFileSync(join(place, "native", "pg-symlinks.json"), "utf8"),
  );
  for (const { source, target } of links) {
    symlinkSync(basename(source), join(place, dirname(target), basename(target)));
  }
  return place;
}
