import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { readWording } from "../../operations/archive/wording.ts";
import type { Connection } from "../../postgres/connection.ts";
import { findProgram, majorOf, versionOf } from "../../postgres/programs.ts";
import { withSession } from "../../postgres/session.ts";
import { type Cycle, startCycle } from "./support/cycle.ts";

const major = majorOf(await versionOf("postgres"));

/** Whether the server of this machine speaks German too. */
const isTranslated = existsSync(`/usr/share/locale/de/LC_MESSAGES/postgres-${major}.mo`);

let cycle: Cycle;
/** As a role that may not choose the language of the server. */
let connection: Connection;

beforeAll(async () => {
  vi.stubEnv("LANGUAGE", "de");
  cycle = await startCycle({ lc_messages: "C" });
  vi.unstubAllEnvs();
  await cycle.source.sql("create role keeper login createdb password 'canary-keeper'");
  await cycle.source.sql("alter role keeper set lc_messages = 'C.UTF-8'");
  await cycle.source.sql("create database kept owner keeper");
  connection = { ...cycle.source.connection("kept"), PGUSER: "keeper", PGPASSWORD: "canary-keeper" };
  await run("create table held (a int); insert into held values (1); create table gone (a int)");
});

afterAll(() => cycle.close());

test.skipIf(!isTranslated)("a server that speaks another language is understood", async () => {
  const wording = await readWording(connection);
  expect(wording.isForeign).toBe(true);
  const said = "FEHLER:  Relation »public.held« existiert nicht\nDETAIL:  »x«";
  expect(wording.read(said)).toMatch(/^FEHLER: {2}relation "[^\n]*" does not exist\nDETAIL: {2}»x«$/);
  expect(await readWording(cycle.source.connection("none"))).toMatchObject({ isForeign: false });
});

test("a lock that stays is named with its holder, by a backup and by a restore in place", async () => {
  const waits = { lockTimeoutMs: 100 };
  const holder = /held is locked by process \d+ of keeper \(a migration\)/;
  await cycle.backUp(connection);
  await withSession(connection, "a migration", async (session) => {
    await session.run("begin; lock table held in access exclusive mode");
    await expect(cycle.backUp(connection, [], waits)).rejects.toThrow(holder);
    await session.run("rollback; begin; lock table held in share mode");
    await cycle.backUp(connection);
    await expect(cycle.restore(connection, waits)).rejects.toThrow(holder);
  });
  await expect(
    cycle.restore({ ...connection, PGDATABASE: "kept again" }, { jobs: 2 }),
  ).resolves.toMatchObject({ tables: 2, differences: [] });
});

test("a backup begins again when a table is dropped meanwhile", async () => {
  const warnings: string[] = [];
  const progress = (step: string): void => {
    if (step !== "the dump" || warnings.length > 0) return;
    execFileSync(findProgram("psql"), ["-qc", "drop table if exists gone"], {
      env: { ...process.env, ...connection },
    });
  };
  const warn = (text: string): void => void warnings.push(text);
  expect((await cycle.backUp(connection, [], { progress, warn })).contains.tables).toBe(1);
  expect(warnings).toEqual([expect.stringMatching(/^Definitions were changed [^\n]* begins again: /)]);
});

function run(statements: string): Promise<void> {
  return withSession(connection, "test", (session) => session.run(statements));
}
