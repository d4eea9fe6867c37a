import { execFile } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { lastDrill } from "../../evidence/drill-record.ts";
import { headSchema } from "../../operations/archive/manifest.ts";
import { createDatabase, dropDatabase } from "../../operations/drill/scratch-server.ts";
import { withSession } from "../../postgres/session.ts";
import { ended } from "../cli/command.ts";
import { listedIn } from "./support/listing.ts";
import { type PostgresServer, startPostgres } from "./support/postgres.ts";
import { contentQuery, richDatabase, richRoles } from "./support/rich-database.ts";
import { canary, makeProject, type Rig, startRig, titlesWhile } from "./support/rig.ts";
import { supabaseProject, supabaseRoles } from "./support/supabase.ts";

const good = [
  { name: "orders are there", sql: "select count(*) from orders", expect: "2" },
  { name: "a boolean", sql: "select count(*) > 500 from everything;", expect: "true" },
  { name: "a document", sql: `select document from everything where id = 1`, expect: '{"a" : 1, "b" : "ü"}' },
];

let rig: Rig;
/** A server that knows nothing of the other. */
let other: PostgresServer;
let project: string;
let key: string;

beforeAll(async () => {
  [rig, other] = await Promise.all([startRig({ quick: true }), startPostgres("canary-other-77aa")]);
  await rig.postgres.sql(richRoles);
  await rig.postgres.sql("create database rich");
  await rig.postgres.sql(richDatabase, "rich");
  key = await rig.backup("rich", "postgres/");
  project = makeProject(join(rig.files.folder, "project"), good);
});

afterAll(async () => {
  await Promise.all([rig.close(), other.stop()]);
});

beforeEach(() => {
  rig.made();
});

afterEach(() => {
  expect(rig.left()).toEqual([]);
});

describe("a drill", () => {
  test("restores the newest backup, finds all as it was, says so in evidence and leaves nothing", async () => {
    // By the programs of this machine alone.
    const run = await ended(rig.start(argumentsOf(), { changes: { POSTGRES_BIN: "" } }));
    expect(run).toMatchObject({ status: 0, stderr: "" });
    const { evidence, file } = JSON.parse(run.stdout);
    expect(dirname(file)).toBe(join(rig.evidence, "production"));
    expect(lastDrill(rig.evidence, "production")).toEqual(evidence);
    const manifest = manifestOf(key);
    expect(evidence).toMatchObject({ holds: true, problems: [], items: ["8.4", "8.6", "8.7"] });
    const { steps, durationMs, ...figures } = evidence.drill;
    expect(figures).toEqual({
      backup: {
        name: key,
        takenAt: manifest.takenAt,
        plainBytes: manifest.plain.bytes,
        sealedBytes: manifest.sealed.bytes,
      },
      serverVersion: manifest.serverVersion.split(" ")[0],
      rtoMinutes: 60,
      rpoMinutes: 1440,
      graceMinutes: 120,
      lossMinutes: 0,
      tables: manifest.contains.tables,
      rows: manifest.contains.rows,
      checks: good.map(({ name, expect: found }) => ({ name, holds: true, found })),
      differences: [],
      rehearsedAs: rig.postgres.user,
      notes: ["The backup is unsigned: nothing shows who made it."],
    });
    expect(steps.map(({ name }: { name: string }) => name)).toEqual([
      "choose and check the signature",
      "fetch, decrypt and check the digests",
      "start the scratch server",
      "restore",
      "compare",
      "check",
      "rehearse a restore in place",
    ]);
    // The rehearsal takes time of its own, after the recovery.
    const recovery = steps.slice(0, -1);
    const sum = recovery.reduce((total: number, step: { durationMs: number }) => total + step.durationMs, 0);
    expect(Math.abs(durationMs - sum)).toBeLessThan(steps.length + durationMs / 10);
    expect(steps.at(-1).durationMs).toBeGreaterThan(0);
    // That the tests of faults see none means something only if there is one here.
    expect(rig.made().filter((name) => name.startsWith("optropic-server-"))).toHaveLength(1);
  });

  test("that is kept holds every byte of the source, and is removed by the command that it prints", async () => {
    const run = await drill(["--keep", "--backup", key]);
    expect(run).toMatchObject({ status: 0 });
    const { kept } = JSON.parse(run.stdout);
    expect(readdirSync(rig.temporary)).toHaveLength(1);
    const content = await shell(`${kept.connect} -XAtqc "$QUERY"`, { QUERY: contentQuery });
    expect(content).toBe(await rig.postgres.sql(contentQuery, "rich"));
    await shell(kept.stop);
  });

  test("may go into an empty database of another server, which then holds every byte of the source", async () => {
    await other.sql('create database "empty one; --"');
    await rig.backup("rich", "parallel/", { BACKUP_JOBS: "2" });
    const target = ["--target", urlOf(other, "empty%20one%3B%20--")];
    const run = await drill(target, { PGPASSWORD: other.password }, "parallel/");
    expect(run).toMatchObject({ status: 0, stderr: "" });
    expect(await other.sql(contentQuery, "empty one; --")).toBe(await rig.postgres.sql(contentQuery, "rich"));
    // Roles there can do nothing: that server is not ours alone.
    expect(await other.sql(`select rolcanlogin from pg_roles where rolname = 'backup_reader'`)).toBe("f");
    expect(rig.made().filter((name) => name.startsWith("optropic-server-"))).toEqual([]);
  });

  test("restores one moment of a database that is written to", async () => {
    await rig.postgres.sql("create database busy");
    await rig.postgres.sql(
      `create table giver as select id, 1000 as amount from generate_series(1, 50) id;
       create table taker as select id, 1000 as amount from generate_series(1, 50) id;
       create table log (at timestamptz default clock_timestamp(), note text);
       create table ballast as select repeat(md5(i::text), 20) as text from generate_series(1, 20000) i;`,
      "busy",
    );
    const writers = [await startWriter(1), await startWriter(-1)];
    await Promise.all(writers.map((writer) => writer.reached(20)));
    const before = writers.map((writer) => writer.written());
    const [name] = await Promise.all([
      rig.backup("busy", "busy/"),
      rig.backup("busy", "busy-parallel/", { BACKUP_JOBS: "2" }),
    ]);
    const during = writers.map((writer, index) => writer.written() - (before[index] ?? 0));
    await Promise.all(writers.map((writer) => writer.stop()));
    for (const written of during) expect(written).toBeGreaterThan(10);

    const sum = "select (select sum(amount) from giver) + (select sum(amount) from taker)";
    const moved = "select count(*) >= 40 from log";
    const checks = [
      { name: "nothing was lost between the two", sql: sum, expect: "100000" },
      { name: "it was being written to", sql: moved, expect: "true" },
    ];
    const run = await drill(["--cwd", makeProject(join(rig.files.folder, "busy"), checks)], {}, "busy/");
    // First, since it says what is wrong.
    expect(JSON.parse(run.stdout)).toMatchObject({ evidence: { problems: [] } });
    expect(run).toMatchObject({ status: 0, stderr: "" });
    const logged = (await listedIn(rig.store, name, rig.files.holder)).tables["public.log"]?.rows ?? 0;
    expect(logged).toBeGreaterThanOrEqual(40);
    await other.sql("create database busy");
    const target = ["--target", urlOf(other, "busy"), "--cwd", join(rig.files.folder, "busy")];
    const parallel = await drill(target, { PGPASSWORD: other.password }, "busy-parallel/");
    expect(parallel).toMatchObject({ status: 0, stderr: "" });
    const last = Number(await rig.postgres.sql("select count(*) from log", "busy"));
    expect(logged).toBeLessThan(last);
  });

  test("takes the newest of a moment or before, and the one that is named", async () => {
    const early = await drill(["--at", "2020-01-01T00:00:00Z"]);
    expect(early).toMatchObject({ status: 1 });
    expect(early.stderr).toContain("No complete backup at or before 2020-01-01T00:00:00.000Z");
    const named = await drill(["--backup", key.replace("postgres/", "")]);
    expect(JSON.parse(named.stdout).evidence.drill.backup.name).toBe(key);
    const absent = await drill(["--backup", "postgres/absent"]);
    expect(absent).toMatchObject({ status: 1 });
    expect(absent.stderr).toContain("No complete backup postgres/absent in bucket/postgres/");
  });
});

test("a backup that is broken is passed over for the one before it, and spoken of", async () => {
  const broken = "postgres/29991231T235959Z-0123abcd.dump.age";
  writeFileSync(rig.store.path(broken), "broken");
  const run = await drill();
  rig.store.remove(broken);
  expect(run).toMatchObject({ status: 0 });
  expect(run.stderr).toMatch(
    /^warning: Skipped postgres\/2999\S+: the backup is incomplete \(it has no manifest/,
  );
  expect(JSON.parse(run.stdout).evidence.drill.backup.name).toBe(key);
});

test("a scratch server's database is made although a library has a session in the one named postgres", async () => {
  // As the launcher of pg_cron has from the server's start.
  const { PGHOST: host, PGPORT, PGUSER: user, PGPASSWORD: password } = other.connection();
  const library = new Client({ host, port: Number(PGPORT), user, password, database: "postgres" });
  const reasons: string[] = [];
  library.on("error", ({ message }) => reasons.push(message));
  await library.connect();
  const closed = new Promise((resolve) => library.once("end", resolve));
  await other.sql("create table of_another_database ()");
  const made = { ...manifestOf(key), database: "postgres" };
  await withSession(other.connection("template1"), "test", async (session) => {
    await dropDatabase(session, "postgres");
    expect(await createDatabase(session, made)).toEqual([]);
  });
  await closed;
  expect(reasons).toContain("terminating connection due to administrator command");
  expect(await other.sql("select to_regclass('of_another_database') is null")).toBe("t");
});

test("where evidence cannot be written, not even a server that was to be kept is left", async () => {
  const file = join(rig.files.folder, "file");
  writeFileSync(file, "");
  const run = await drill(["--keep", "--evidence", file]);
  expect(run).toMatchObject({ status: 1 });
  expect(run.stderr).toMatch(/Cannot read the evidence in .*file.*: a part of its path is not a folder/);
});

describe("a check of the settings", () => {
  test("that does not hold, fails, writes or asks for too much is named, and the drill does not hold", async () => {
    const checks = [
      { name: "holds", sql: "select 1", expect: "1" },
      { name: "wrong", sql: "select count(*) from orders", expect: "3" },
      { name: "broken", sql: "select nothing from nowhere", expect: "1" },
      { name: "writes", sql: "select setval('downwards', -7)", expect: "1" },
      { name: "commands", sql: "select 1; rollback; drop table orders", expect: "1" },
      { name: "deletes", sql: "delete from orders returning 1", expect: "1" },
      { name: "many rows", sql: "select generate_series(1, 1000000000)", expect: "1" },
      { name: "two columns", sql: "select 1, 2", expect: "1" },
      { name: "no row", sql: "select 1 where false", expect: "1" },
      { name: "null", sql: "select null", expect: "" },
      { name: "orders are still there", sql: "select count(*) from orders", expect: "2" },
    ];
    const run = await drill(["--cwd", makeProject(join(rig.files.folder, "failing"), checks)]);
    expect(run.status).toBe(1);
    const { evidence } = JSON.parse(run.stdout);
    const found = Object.fromEntries(
      evidence.drill.checks.map((check: { name: string; found: string }) => [check.name, check.found]),
    );
    expect(found).toEqual({
      holds: "1",
      wrong: "2",
      broken: 'error: relation "nowhere" does not exist',
      writes: "error: cannot execute setval() in a read-only transaction",
      commands: "error: cannot insert multiple commands into a prepared statement",
      deletes: expect.stringMatching(/^error: syntax error/),
      "many rows": "2 or more rows with 1 column instead of one value",
      "two columns": "1 row with 2 columns instead of one value",
      "no row": "0 rows with 0 columns instead of one value",
      null: "null",
      "orders are still there": "2",
    });
    expect(evidence).toMatchObject({ holds: false });
    expect(evidence.problems).toHaveLength(9);
    expect(evidence.problems[0]).toBe("The check «wrong» got 2.");
    expect(lastDrill(rig.evidence, "production")?.holds).toBe(false);
  });
});

describe("a database given by --target is refused", () => {
  test("on the server that the backup is of, even an empty one", async () => {
    await rig.postgres.sql("create database empty");
    for (const database of ["rich", "empty"]) {
      const run = await drill(["--target", urlOf(rig.postgres, database)], {
        PGPASSWORD: rig.postgres.password,
      });
      expect(run).toMatchObject({ status: 2 });
      expect(run.stderr).toContain("is on the server this backup came from, which a drill never touches");
    }
  });

  test.each([
    ["a table", "create table t ()", "drop table t"],
    ["a function", "create function f() returns int language sql as 'select 1'", "drop function f"],
    ["a type", "create type e as enum ()", "drop type e"],
    ["a table in a schema of its own", "create schema s create table t ()", "drop schema s cascade"],
    ["a large object", "select lo_create(77)", "select lo_unlink(77)"],
  ])("with %s", async (_, fill, clear) => {
    await other.sql("create database filled").catch(() => undefined);
    await other.sql(fill, "filled");
    const run = await drill(["--target", urlOf(other, "filled")], { PGPASSWORD: other.password });
    await other.sql(clear, "filled");
    expect(run).toMatchObject({ status: 2 });
    expect(run.stderr).toMatch(/127\.0\.0\.1:\d+\/filled is not empty: it has \d+ objects?/);
  });

  test("where it cannot be told which server it is", async () => {
    await other.sql("create database unknown");
    await other.sql("create role blind login password 'canary-blind-1'");
    await other.sql("revoke execute on function pg_control_system() from public", "unknown");
    const url = urlOf(other, "unknown").replace("//postgres@", "//blind@");
    const run = await drill(["--target", url], { PGPASSWORD: "canary-blind-1" });
    expect(run).toMatchObject({ status: 2 });
    expect(run.stderr).toContain("may not call pg_control_system()");
  });

  test("with a password in it, which is not repeated", async () => {
    const url = urlOf(other, "postgres").replace("postgres@", "postgres:canary-argument@");
    const run = await drill(["--target", url]);
    expect(run).toMatchObject({ status: 2 });
    expect(run.stderr).toContain("--target contains a password");
    expect(`${run.stdout}${run.stderr}`).not.toMatch(canary);
  });
});

test("a target's role that may not give objects to their owners is told what it lacks", async () => {
  await other.sql("create role plain login password 'canary-plain-1'");
  await other.sql("create database plain_target owner plain");
  const url = urlOf(other, "plain_target").replace("//postgres@", "//plain@");
  const run = await drill(["--target", url], { PGPASSWORD: "canary-plain-1" });
  expect(run).toMatchObject({ status: 1 });
  expect(run.stderr).toMatch(/The restore failed: The server rejected «create [\s\S]*»/);
  expect(run.stderr).toContain("must be able to give each object to its owner, as a superuser can");
});

describe("a restore in place is tried", () => {
  const restorer = "optropic:backups/drill/role";

  test("as the role that restores, with what a vendor's library lets it do", async () => {
    await rig.postgres.sql(`${supabaseRoles}; revoke supabase_storage_admin from project_owner;
      create role hosted_reader login bypassrls password 'canary-owner'; grant pg_read_all_data to hosted_reader;`);
    await rig.postgres.sql("create database hosted");
    await rig.postgres.sql(supabaseProject, "hosted");
    await rig.postgres.sql("create extension pg_buffercache schema extensions", "hosted");
    const grants = `'{"project_owner": ["storage.objects"], "other": []}'`;
    await rig.postgres.sql(`alter database hosted set supautils.policy_grants = ${grants};
      alter database hosted set supautils.reserved_memberships = 'pg_monitor, supabase_storage_admin'`);
    const by = (PGUSER: string) => ({ PGUSER, PGPASSWORD: "canary-owner", BACKUP_SCHEMAS: '["public"]' });
    await rig.backup("hosted", "hosted/", by("hosted_reader"));
    const owner = makeProject(join(rig.files.folder, "owner"), [], { [restorer]: "project_owner" });
    const run = await drill(["--cwd", owner], {}, "hosted/");
    expect(run).toMatchObject({ status: 0, stderr: "" });
    expect(JSON.parse(run.stdout).evidence.drill.rehearsedAs).toBe("project_owner");
    const ofReader = "By PostgreSQL's own rules, the role hosted_reader may not create these extensions";
    expect(JSON.parse(run.stdout).notes.slice(2)).toEqual([
      expect.stringContaining(`${ofReader}, since it is not a superuser: pg_buffercache.`),
      "A restore in place: default privileges of supabase_admin in public on r were dropped, because only that role can set them.",
      "By PostgreSQL's own rules, the role project_owner may not create these extensions, since it is not a superuser: pg_buffercache. A restore by this role into a database without them leaves them out, with the rows that they have in the backup.",
      expect.stringMatching(
        /^The role project_owner can restore this backup in place only: into a new database, it may not give objects to supabase_admin.* and supabase_storage_admin\.$/,
      ),
    ]);

    const unnamed = makeProject(join(rig.files.folder, "unnamed"), [], { [restorer]: undefined });
    const unknown = await drill(["--cwd", unnamed], {}, "hosted/");
    expect(JSON.parse(unknown.stdout).notes).toContain(
      "The drill tried a restore in place as a superuser: which role restores at the source is not known. Name it in backups.drill.role.",
    );

    await rig.postgres.sql("create table public.sealed (a int)", "hosted");
    await rig.backup("hosted", "hosted/", by("hosted_reader"));
    const sealed = await drill(["--cwd", owner], {}, "hosted/");
    expect(sealed).toMatchObject({ status: 1 });
    expect(JSON.parse(sealed.stdout).evidence.problems).toEqual([
      expect.stringMatching(
        /In place: The backup of the target that a restore takes first is not possible: the role may not read public\.sealed\. Into a new database: it may not give objects to /,
      ),
    ]);
    await rig.postgres.sql("drop table public.sealed", "hosted");

    await rig.postgres.sql("alter database hosted reset supautils.policy_grants");
    await rig.backup("hosted", "hosted/", by("project_owner"));
    const refused = await drill(["--cwd", unnamed], {}, "hosted/");
    expect(refused).toMatchObject({ status: 1 });
    expect(JSON.parse(refused.stdout).evidence.problems).toEqual([
      expect.stringMatching(
        /^The restore by the role project_owner is not possible\. In place: The server refused a part of the backup: must be owner of table objects\. Into a new database: it may not give objects to supabase_admin.* and supabase_storage_admin\.$/,
      ),
    ]);

    for (const [role, problem] of [
      ["absent", /names absent, which the server of hosted\/\S+ did not have: name/],
      ["anon", /names anon, which may not log in: name/],
    ] as const) {
      const wrong = makeProject(join(rig.files.folder, role), [], { [restorer]: role });
      const run = await drill(["--cwd", wrong], {}, "hosted/");
      expect(run).toMatchObject({ status: 2 });
      expect(run.stderr).toMatch(problem);
    }
  });
});

test("no secret is in the output, in arguments of any process, or in the evidence", async () => {
  await other.sql("create database watched");
  const args = ["drill", "--identity", rig.files.holder.file, "--evidence", rig.evidence, "--cwd", project];
  const job = rig.start([...args, "--target", urlOf(other, "watched")], {
    changes: { PGPASSWORD: other.password },
  });
  const whole = ended(job);
  const seen = await titlesWhile(job);
  const run = await whole;
  expect(run.status).toBe(0);
  expect([...seen].some((title) => title.includes("pg_restore"))).toBe(true);
  // It looks for the end of a start and a stop ten times a second, which takes longer than either.
  expect([...seen].filter((title) => title.includes("pg_ctl"))).toEqual([]);
  const evidence = JSON.stringify(lastDrill(rig.evidence, "production"));
  for (const text of [...seen, run.stdout, run.stderr, evidence]) expect(text).not.toMatch(canary);
});

/** A client that moves amounts between two tables, and notes each time, until it is stopped. */
async function startWriter(direction: 1 | -1) {
  const client = new Client({ ...clientOf(rig.postgres), database: "busy" });
  await client.connect();
  let written = 0;
  let stopped = false;
  const waiting: { count: number; resolve: () => void }[] = [];
  const work = (async () => {
    while (!stopped) {
      const id = 1 + (written % 50);
      await client.query("begin");
      const amount = direction * (written % 7);
      await client.query("update giver set amount = amount - $1 where id = $2", [amount, id]);
      await client.query("update taker set amount = amount + $1 where id = $2", [amount, id]);
      await client.query("insert into log (note) values ($1)", [`${amount} of ${id}`]);
      await client.query("commit");
      written += 1;
      for (const { count, resolve } of waiting) if (written >= count) resolve();
    }
    await client.end();
  })();
  return {
    written: () => written,
    reached: (count: number) => new Promise<void>((resolve) => waiting.push({ count, resolve })),
    stop: () => {
      stopped = true;
      return work;
    },
  };
}

function clientOf({ port, user, password }: PostgresServer) {
  return { host: "127.0.0.1", port, user, password };
}

function urlOf({ port, user }: PostgresServer, database: string): string {
  return `postgresql://${user}@127.0.0.1:${port}/${database}?sslmode=disable`;
}

function manifestOf(name: string) {
  const text = rig.store.read(name.replace(".dump.age", ".manifest.json")).toString("utf8");
  return headSchema.parse(JSON.parse(text));
}

function drill(args: readonly string[] = [], changes: Record<string, string> = {}, prefix = "postgres/") {
  return rig.run(argumentsOf(args), { prefix, changes });
}

function argumentsOf(args: readonly string[] = []): string[] {
  const { holder } = rig.files;
  const given = args.includes("--cwd") ? args : ["--cwd", project, ...args];
  return ["drill", "--json", "--identity", holder.file, "--evidence", rig.evidence, ...given];
}

async function shell(command: string, variables: Record<string, string> = {}): Promise<string> {
  const { stdout } = await promisify(execFile)("sh", ["-c", command], {
    env: { ...process.env, ...variables },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout.trim();
}
