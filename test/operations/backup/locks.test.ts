import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { countRows } from "../../../operations/archive/rows.ts";
import { Unlocked } from "../../../operations/archive/unlocked.ts";
import type { Connection } from "../../../postgres/connection.ts";
import { findProgram } from "../../../postgres/programs.ts";
import { withSession } from "../../../postgres/session.ts";
import { startLingering } from "../support/lingering.ts";
import { listedIn } from "../support/listing.ts";
import { operationEnvironment, runOperation, startFolder } from "../support/operation.ts";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { startStore, type TestStore } from "../support/store.ts";

const tables = 60;

let postgres: PostgresServer;
let store: TestStore;
let files: Awaited<ReturnType<typeof startFolder>>;

beforeAll(async () => {
  postgres = await startPostgres("locks", { max_locks_per_transaction: "10", max_connections: "15" });
  store = await startStore();
  files = await startFolder();
  await postgres.sql("create database many");
  await postgres.sql("create role keeper login password 'keeper'; grant pg_read_all_data to keeper");
  await postgres.sql(
    `do $$ begin
       for i in 1..${tables} loop
         execute format('create table t%s (id int primary key, note text unique)', i);
         execute format('create view v%s as select * from t%s', i, i);
         execute format('insert into t%s select g, g from generate_series(1, %s) g', i, i);
       end loop;
     end $$`,
    "many",
  );
});

afterAll(async () => {
  await store.close();
  files.remove();
  await postgres.stop();
});

describe("where a bare pg_dump just finds room for its locks, a backup", () => {
  let holder: Client;

  beforeAll(async () => {
    holder = new Client({ ...clientOptions(), application_name: "holder" });
    await holder.connect();
    await leaveRoomFor(holder, () => bareDump());
  });

  afterAll(() => holder.end());

  beforeEach(() => store.reset());

  test("is made, and counts every row", async () => {
    const { status, stderr } = await runOperation(["backup"], environment());
    expect(status, stderr).toBe(0);
    await expectEveryRow();
  });

  test("waits for sessions that end later than their pg_dump", async () => {
    const lingering = await startLingering(postgres.port);
    try {
      const { status, stderr } = await runOperation(["backup"], {
        ...environment(),
        PGPORT: `${lingering.port}`,
      });
      expect(status, stderr).toBe(0);
      expect(lingering.sessions()).toBeGreaterThan(0);
    } finally {
      await lingering.stop();
    }
    await expectEveryRow();
  });

  async function expectEveryRow(): Promise<void> {
    const listed = await listedIn(store, newestDump(), files.holder);
    const rows = Array.from({ length: tables }, (_, index) => listed.tables[`public.t${index + 1}`]?.rows);
    expect(rows).toEqual(Array.from({ length: tables }, (_, index) => index + 1));
  }
});

test("no query of an unlocked session keeps a lock, whatever becomes of it", async () => {
  const locks = await withSession(postgres.connection("many"), "test", async (session) => {
    const reader = new Unlocked(session);
    await session.run("begin transaction isolation level repeatable read, read only");
    await reader.rows("select count(*) from t1");
    expect(await reader.attempt("select count(*) from t2, missing")).toBeUndefined();
    await expect(reader.rows("select 1 / (select count(*) * 0 from t3)")).rejects.toThrow("division by zero");
    for await (const batch of reader.batches("select g from t4, generate_series(1, 5000) g")) {
      expect(await reader.rows("select id from t5")).toHaveLength(5);
      if (batch.length > 100) break;
    }
    return session.rows(
      "select relation::regclass::text as name from pg_locks where pid = pg_backend_pid() and relation::regclass::text ~ '^t\\d'",
    );
  });
  expect(locks).toEqual([]);
});

test("a query that finds no room for a lock counts as failed only for who asks in another way then", async () => {
  await postgres.sql(
    `create function crowded() returns int language plpgsql as
     $$ begin raise exception 'out of shared memory' using errcode = '53200'; end $$`,
    "many",
  );
  await withSession(postgres.connection("many"), "test", async (session) => {
    await session.run("begin");
    const reader = new Unlocked(session);
    await expect(reader.attempt("select crowded()")).rejects.toThrow("out of shared memory");
    expect(await reader.attempt("select crowded()", () => undefined)).toBeUndefined();
  });
});

test("a table that was truncated or made again since the snapshot counts as uncounted, not as empty", async () => {
  await postgres.sql(
    `create table kept (a int); insert into kept values (1); create table whole (a int) partition by list (a);
     create table part partition of whole default; create table cut (like kept); insert into cut values (1);
     create table again (like kept); insert into again values (1)`,
    "many",
  );
  const names = ["kept", "whole", "part", "cut", "again"].map((name) => `public.${name}`);
  const counts = await withSession(postgres.connection("many"), "test", async (session) => {
    await session.run("begin transaction isolation level repeatable read, read only");
    const reader = new Unlocked(session);
    const before = await countRows(reader, names);
    await postgres.sql("truncate cut; drop table again; create table again (like kept)", "many");
    return [before, await countRows(reader, names)];
  });
  const [first = new Map(), second] = counts;
  expect(Object.fromEntries(first)).toEqual({
    ...{ "public.kept": 1, "public.whole": 0, "public.part": 0 },
    ...{ "public.cut": 1, "public.again": 1 },
  });
  expect([...(second ?? [])].map(([name]) => name)).toEqual(["public.kept", "public.whole", "public.part"]);
});

/** Takes all locks that the server has room for, and gives back only as many as the work needs to succeed. */
async function leaveRoomFor(holder: Client, work: () => Promise<boolean>): Promise<void> {
  let held = 0;
  // The view of it takes locks, of which there are none.
  const others =
    "select from pg_stat_get_activity(null) where backend_type = 'client backend' and pid <> pg_backend_pid()";
  await holder.query(others);
  const works = async (): Promise<boolean> => {
    const hasWorked = await work();
    // A session has its locks until it has ended, which its program does not wait for.
    const isAlone = async (): Promise<boolean> => (await holder.query(others)).rowCount === 0;
    await vi.waitUntil(isAlone, { timeout: 60_000, interval: 10 });
    return hasWorked;
  };
  try {
    for (; ; held += 1) await holder.query(`select pg_advisory_lock(${held})`);
  } catch (error) {
    expect(String(error)).toContain("out of shared memory");
  }
  expect(await works()).toBe(false);
  do {
    for (let count = 0; count < 10; count += 1) {
      held -= 1;
      await holder.query(`select pg_advisory_unlock(${held})`);
    }
  } while (!(await works()));
  do {
    await holder.query(`select pg_advisory_lock(${held})`);
    held += 1;
  } while (await works());
  await holder.query(`select pg_advisory_unlock(${held - 1})`);
}

async function bareDump(): Promise<boolean> {
  const env = { ...process.env, ...keeper() };
  return promisify(execFile)(findProgram("pg_dump"), ["--format=custom"], { env, encoding: "buffer" }).then(
    () => true,
    () => false,
  );
}

/** By a role of its own: whether it is in another one takes locks on shared catalogs, which a superuser does not. */
function keeper(): Connection {
  return { ...postgres.connection("many"), PGUSER: "keeper", PGPASSWORD: "keeper" };
}

function environment(): Record<string, string> {
  const { holder, folder: temporary } = files;
  return operationEnvironment(keeper(), store, { holder, temporary });
}

function clientOptions() {
  const { port, user, password } = postgres;
  return { host: "127.0.0.1", port, user, password, database: "many" };
}

/** The dump of the complete backup, beside which others may have been begun. */
function newestDump(): string {
  const ending = ".manifest.json";
  const manifest = store.keysOf().find((key) => key.endsWith(ending)) ?? "";
  return manifest.replace(ending, ".dump.age");
}
