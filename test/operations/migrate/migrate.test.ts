import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EvidenceFolder } from "../../../evidence/folder.ts";
import { type ApplyOptions, applyMigrations } from "../../../operations/migrate/apply.ts";
import { readMigrations } from "../../../operations/migrate/folder.ts";
import { lint } from "../../../operations/migrate/lint.ts";
import { createTable } from "../../../operations/migrate/record-applied.ts";
import { lossText, measureLoss } from "../../../operations/rollback/loss.ts";
import { manifestKey } from "../../../operations/store/names.ts";
import { withSession } from "../../../postgres/session.ts";
import { makeProject, type Rig, startRig } from "../support/rig.ts";

let rig: Rig;
let project: string;
let evidence: string;

const { signal } = new AbortController();

beforeAll(async () => {
  rig = await startRig({ quick: true });
  project = makeProject(join(rig.files.folder, "project"), []);
  evidence = join(rig.files.folder, "evidence");
});

afterAll(() => rig.close());

/** A folder of migrations of its own. */
function folderOf(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(rig.files.folder, name);
  for (const [migration, sql] of Object.entries(files)) {
    mkdirSync(join(folder, migration), { recursive: true });
    writeFileSync(join(folder, migration, "migration.sql"), sql);
  }
  return folder;
}

async function command(database: string, args: readonly string[], prefix = "migrate/") {
  const connection = rig.postgres.connection(database);
  const ended = await rig.run(["migrate", ...args, "--json", "-C", project], { connection, prefix });
  return { ...ended, document: ended.stdout === "" ? undefined : JSON.parse(ended.stdout) };
}

describe("optropic migrate", () => {
  test("refuses production without a rehearsal of exactly this, then applies it and records both", async () => {
    await rig.postgres.sql("create database app");
    await rig.postgres.sql(
      "create table account (id bigint primary key); insert into account values (1)",
      "app",
    );
    await known("app");
    const folder = folderOf("app", { "1_note": "alter table account add column note text" });
    const own = ["--folder", folder, "--evidence", evidence];
    expect(await command("app", ["apply", ...own])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("No complete backup"),
    });
    const key = await rig.backup("app", "migrate/");
    expect(await command("app", ["apply", ...own])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("Nothing was rehearsed yet. Run optropic migrate rehearse"),
    });
    const identity = ["--identity", rig.files.holder.file];
    const rehearsed = await command("app", ["rehearse", ...own, ...identity]);
    expect(rehearsed).toMatchObject({ status: 0, document: { rehearsal: { problems: [] } } });
    expect(rehearsed.document.rehearsal.migrations[0].observations[0].locks).toEqual([
      {
        relation: "public.account",
        mode: "AccessExclusiveLock",
        blocks: "reads and writes",
        heldMs: expect.any(Number),
      },
    ]);
    const changed = folderOf("app-changed", { "1_note": "alter table account add column remark text" });
    expect(await command("app", ["apply", "--folder", changed, "--evidence", evidence])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("The last rehearsal was of other migrations"),
    });
    expect(await command("app", ["apply", ...own])).toMatchObject({
      status: 0,
      document: { backup: key, problems: [], applied: [{ name: "1_note", phase: "expand", attempts: 1 }] },
    });
    expect(await command("app", ["status", "--folder", folder])).toMatchObject({
      status: 0,
      document: { applied: ["1_note"], pending: [] },
    });
    const { records } = new EvidenceFolder(evidence, "production").read([]);
    // Names of records have seconds, and two runs may end in one.
    const runs = records
      .map(({ run }) => run)
      .filter(({ kind }) => kind === "migration")
      .toSorted((one, other) => one.finishedAt.localeCompare(other.finishedAt));
    const { sealed } = JSON.parse(rig.store.read(manifestKey(key)).toString());
    expect(runs.map(({ migration }) => migration?.backup?.sha256)).toEqual([sealed.sha256, sealed.sha256]);
    expect(
      runs.map(({ results }) => results.map(({ control, state }) => `${control.name} ${state}`)),
    ).toEqual([["migration-rehearsed holds"], ["migration-backup holds", "migrations-run holds"]]);
    expect(rig.left()).toEqual([]);
  });

  test("finds drift, and says so where the schema is as the migrations make it", async () => {
    await rig.postgres.sql("create database drifted");
    const folder = folderOf("drifted", {
      "1_base": "create table account (id bigint primary key, plan varchar(9) default 'free', note text);",
      "2_index": "create index concurrently i on account (id)",
    });
    await apply("drifted", folder);
    expect(await command("drifted", ["drift", "--folder", folder])).toMatchObject({
      status: 0,
      document: { differences: [] },
    });
    await rig.postgres.sql(
      "alter table account add column by_hand int, alter plan set default 'pro', alter plan type text; alter table account drop column note; create table by_hand (); drop index i",
      "drifted",
    );
    expect((await command("drifted", ["drift", "--folder", folder])).document.differences).toEqual([
      "index public.i is created by a migration, but missing from the database.",
      "table public.account: `plan text default` is `plan character varying(9) default` by the migrations.",
      "table public.account: `by_hand integer` is in the database, but no migration creates it.",
      "table public.account: `note text` is created by a migration, but missing from the database.",
      "table public.account: the default of plan is `'pro'::text`, and `'free'::character varying` by the migrations.",
      "table public.by_hand is in the database, but no migration creates it.",
    ]);
  });
});

/** Gives a database that has tables already Prisma's own, as of migrations that others applied. */
function known(database: string): Promise<void> {
  return withSession(rig.postgres.connection(database), "test", createTable, signal);
}

async function apply(database: string, folder: string, changes: Partial<ApplyOptions> = {}) {
  return applyMigrations({
    connection: rig.postgres.connection(database),
    migrations: readMigrations(folder),
    lint: (pending) => lint(pending, { version: "15.0", signal }),
    strict: false,
    missingRehearsal: async () => undefined,
    backup: async () => undefined,
    lockTimeoutMs: 50,
    attempts: 3,
    signal,
    ...changes,
  });
}

describe("applying", () => {
  test("tries again until a lock is free, and leaves nothing behind where it never is", async () => {
    await rig.postgres.sql("create database locked");
    await rig.postgres.sql("create table account (id int)", "locked");
    const folder = folderOf("locked", { "1_note": "alter table account add column note text" });
    // As Prisma refuses it (P3005): nothing says what the tables are of.
    await expect(apply("locked", folder)).rejects.toThrow(
      "The database has 1 table in public, such as public.account, and nothing says which migrations made them",
    );
    await known("locked");
    const other = new Client(connectionString("locked"));
    await other.connect();
    await other.query("begin; lock table account in access share mode");
    await expect(apply("locked", folder, { wait: async () => undefined })).rejects.toThrow(
      "1_note did not get its locks within 50 ms in 3 attempts; nothing of it was done",
    );
    expect(await rig.postgres.sql("select count(*) from _prisma_migrations", "locked")).toBe("0");
    const { applied } = await apply("locked", folder, { wait: () => other.query("rollback") });
    expect(applied.map(({ attempts }) => attempts)).toEqual([2]);
    await other.end();
  });

  test("stops at a failure, which only a person resolves, and says each way on with its loss", async () => {
    await rig.postgres.sql("create database failing");
    const folder = folderOf("failing", {
      "1_base": "create table account (id int); insert into account values (1), (1)",
      "2_wrong": "create table other (id int); select 1/0",
      "3_never": "select 1",
    });
    await expect(apply("failing", folder)).rejects.toThrow(
      /2_wrong failed: division by zero\. Its transaction took everything back/,
    );
    await expect(apply("failing", folder)).rejects.toThrow(
      "The migration 2_wrong failed and is not resolved",
    );
    const { document } = await command("failing", ["resolve", "2_wrong", "--folder", folder]);
    expect(
      document.ways.map(({ name, possible }: { name: string; possible: boolean }) => [name, possible]),
    ).toEqual([
      ["rolled-back", true],
      ["forward-fix", true],
      ["down-script", false],
      ["restore", true],
    ]);
    expect(
      await command("failing", ["resolve", "1_base", "--folder", folder, "--rolled-back"]),
    ).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("Only a failed migration can be marked as rolled back"),
    });
    expect(
      await command("failing", ["resolve", "2_wrong", "--folder", folder, "--rolled-back"]),
    ).toMatchObject({ status: 0 });
    writeFileSync(join(folder, "2_wrong", "migration.sql"), "create table other (id int)");
    const { applied } = await apply("failing", folder);
    expect(applied.map(({ migration }) => migration.migration.name)).toEqual(["2_wrong", "3_never"]);

    // What a build beside others leaves is invalid, and a second one that takes no notice of it is no cure.
    const unique = "create unique index concurrently";
    folderOf("failing", { "4_unique": `${unique} account_id on account (id)` });
    await expect(apply("failing", folder)).rejects.toThrow(/something of it may be left, such as an invalid/);
    await command("failing", ["resolve", "4_unique", "--folder", folder, "--rolled-back"]);
    folderOf("failing", { "4_unique": `${unique} if not exists account_id on account (id)` });
    expect((await apply("failing", folder)).problems).toEqual([
      "The index account_id is invalid: drop it with DROP INDEX CONCURRENTLY, and create it again",
    ]);
    folderOf("failing", { "1_base": "create table account (id bigint)" });
    await expect(apply("failing", folder)).rejects.toThrow("Changed after they were applied: 1_base");
  });

  test("records a migration with what it does or not at all, when the connection or the script ends early", async () => {
    await rig.postgres.sql("create database lost");
    await rig.postgres.sql("create role other", "lost");
    const folder = folderOf("lost", {
      "1_lost": "create table kept (id int); select pg_terminate_backend(pg_backend_pid())",
    });
    await expect(apply("lost", folder)).rejects.toThrow(
      /connection to the database was lost .* applied and recorded, or neither/,
    );
    const status = (): ReturnType<typeof command> => command("lost", ["status", "--folder", folder]);
    expect((await status()).document).toMatchObject({ applied: [], pending: ["1_lost"], failed: [] });
    // What a script leaves in its session does not keep it from being recorded.
    const script =
      "create schema s; create table kept (id int); set search_path = s; grant usage on schema s to other; set role other -- to the end";
    writeFileSync(join(folder, "1_lost", "migration.sql"), script);
    expect((await apply("lost", folder)).applied).toHaveLength(1);
    expect((await status()).document).toMatchObject({ applied: ["1_lost"], pending: [], failed: [] });
    // Nor does it come before what must be first in a transaction.
    const strict = folderOf("lost", { "2_strict": "set transaction isolation level serializable" });
    expect((await apply("lost", strict)).applied).toHaveLength(1);
    // One that leaves its transaction open is not applied, whatever the rest of the session sees.
    for (const end of ["", "; commit and chain"]) {
      const open = folderOf("lost", { "3_open": `begin; create table open_${end.length} (id int)${end}` });
      await expect(apply("lost", open)).rejects.toThrow(/begins a transaction and does not end it/);
      expect((await status()).document).toMatchObject({ failed: [{ name: "3_open" }] });
      await rig.postgres.sql(
        "update _prisma_migrations set rolled_back_at = now() where finished_at is null",
        "lost",
      );
    }
    await rig.postgres.sql("alter database lost set search_path = s, public", "lost");
    expect(await status()).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("the schema s for this role"),
    });
  });

  test("counts what a recovery to a moment would lose, and says where nothing tells", async () => {
    await rig.postgres.sql("create database written");
    await rig.postgres.sql(
      `create table "Entry" (id int, "createdAt" timestamp(3) not null default current_timestamp, at timestamptz);
       create table zoned (id int, made timestamptz default now());
       create table still (id int, made timestamptz default now());
       create table silent (id int);
       insert into "Entry" (id) select generate_series(1, 3);
       insert into zoned select 1; insert into zoned values (2, now() - interval '1 hour');
       insert into still values (1, now() - interval '1 day')`,
      "written",
    );
    const connection = rig.postgres.connection("written");
    const now = new Date();
    const at = new Date(now.getTime() - 600_000);
    const measured = (until?: Date) =>
      withSession(connection, "test", (session) => measureLoss(session, at, until), signal);
    const loss = { ...(await measured()), minutes: 10 };
    expect((await measured(at)).tables).toEqual([{ table: "public.silent", rows: undefined }]);
    expect(loss).toEqual({
      ...{ minutes: 10, looked: expect.any(Number) },
      countedAt: expect.stringMatching(/^20\d\d-.*Z$/),
      tables: [
        { table: 'public."Entry"', rows: 3 },
        { table: "public.silent", rows: undefined },
        { table: "public.zoned", rows: 1 },
      ],
    });
    expect(lossText(loss)).toBe(
      'the last 10 min of every table, 4 rows written since (public."Entry": 3, public.zoned: 1), and rows that nothing counts in public.silent',
    );
  });

  test("runs beside nobody else, and names what is left wrong afterwards", async () => {
    await rig.postgres.sql("create database shared");
    await rig.postgres.sql(
      "do $$ begin create role anon; exception when duplicate_object then null; end $$; grant usage on schema public to anon",
      "shared",
    );
    const folder = folderOf("shared", {
      "1_open": "create table open (id int); grant select on open to anon",
    });
    const other = new Client(connectionString("shared"));
    await other.connect();
    await other.query("select pg_advisory_lock(72707369)");
    await expect(apply("shared", folder, { wait: async () => undefined })).rejects.toThrow(
      "Somebody else is migrating",
    );
    const { problems } = await apply("shared", folder, {
      wait: () => other.query("select pg_advisory_unlock_all()"),
    });
    expect(problems).toEqual(["The new table open has no row-level security, and anon may reach it"]);
    await other.end();
  });
});

function connectionString(database: string): string {
  const { user, password, port } = rig.postgres;
  return `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`;
}
