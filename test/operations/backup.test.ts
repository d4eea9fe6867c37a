import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { Failure } from "../../lib/failure.ts";
import { ParallelDumpFailure } from "../../operations/archive/folder-archive.ts";
import { headSchema, parseManifest } from "../../operations/archive/manifest.ts";
import { isOnlyOfJobs, jobsWithin } from "../../operations/backup/jobs.ts";
import { type Ended, ended } from "../cli/command.ts";
import { linesIn, listedIn } from "./support/listing.ts";
import { operationEnvironment, runOperation, startFolder, startOperation } from "./support/operation.ts";
import { type PostgresServer, startPostgres } from "./support/postgres.ts";
import { richDatabase, richRoles } from "./support/rich-database.ts";
import { canary, processes, titlesWhile, whileRunning } from "./support/rig.ts";
import { startStore, type TestStore } from "./support/store.ts";

const password = "canary-password-5f2d";
const secretKey = "canary-secret-key-91ab";

let postgres: PostgresServer;
let store: TestStore;
let files: Awaited<ReturnType<typeof startFolder>>;
let temporary: string;

beforeAll(async () => {
  [postgres, store] = await Promise.all([startPostgres(password), startStore(secretKey)]);
  await postgres.sql(richRoles);
  await postgres.sql("create database rich");
  await postgres.sql(richDatabase, "rich");
});

afterAll(async () => {
  await Promise.all([postgres.stop(), store.close()]);
});

beforeEach(async () => {
  store.reset();
  files = await startFolder();
  temporary = join(files.folder, "temporary");
  mkdirSync(temporary);
});

afterEach(() => files.remove());

describe("a backup", () => {
  test("is stored whole, sealed, with a manifest of its own snapshot", async () => {
    const run = await ended(startBackup());
    expect(run).toMatchObject({ status: 0, stderr: "" });
    const [dump = "", beside = "", listing = "", ...others] = store.keysOf();
    expect(others).toEqual([]);
    expect(dump).toMatch(/^postgres\/\d{8}T\d{6}Z-[0-9a-f]{8}\.dump\.age$/);
    expect(store.read(dump).subarray(0, 21).toString()).toBe("age-encryption.org/v1");
    expect(listing).toBe(dump.replace(".dump.", ".objects."));
    const manifest = headSchema.parse(JSON.parse(store.read(beside).toString("utf8")));
    const { tables } = await listedIn(store, dump, files.holder);
    expect(manifest.listing.sealed.bytes).toBe(store.read(listing).length);
    expect(manifest).toMatchObject({
      key: dump,
      stack: "production",
      database: "rich",
      whole: true,
      sealed: { bytes: store.read(dump).length },
      recipients: [files.holder.recipient],
      migrations: { applied: 2, unfinished: 0, last: "20260201_second" },
    });
    const extensions = (await linesIn(store, dump, files.holder)).filter(
      ([section]) => section === "extension",
    );
    expect(extensions).toMatchObject([
      ["extension", { name: "citext" }],
      ["extension", { name: "hstore" }],
    ]);
    expect(tables["public.everything"]?.rows).toBe(502);
    expect(tables["public.orders"]?.rls).toEqual({
      enabled: true,
      forced: true,
      policies: 2,
    });
    expect(manifest.contains.largeObjects).toBe(2);
    const { backup: shown } = JSON.parse(run.stdout);
    expect(shown).toMatchObject({ key: dump, sealed: manifest.sealed, plain: manifest.plain });
    expect(shown.rows).toBe(Object.values(tables).reduce((sum, { rows }) => sum + (rows ?? 0), 0));
  });

  test("by a role that may only read is the same, and says the same of the database", async () => {
    await postgres.sql("grant select on all tables in schema public to backup_reader", "rich");
    await backup({ BACKUP_SCHEMAS: '["public", "Odd schema; --"]' });
    // Large objects ask for a grant each; without one, such a role cannot dump them.
    await postgres.sql(
      "do $$ declare o oid; begin for o in select oid from pg_largeobject_metadata loop execute format('grant select on large object %s to backup_reader', o); end loop; end $$",
      "rich",
    );
    const run = await backup({
      PGUSER: "backup_reader",
      PGPASSWORD: "canary-backup-2c71",
      BACKUP_SCHEMAS: '["public", "Odd schema; --"]',
    });
    expect(run).toMatchObject({ status: 0, stderr: "" });
    const manifests = store
      .keysOf()
      .filter((key) => key.endsWith(".json"))
      .map((key) => headSchema.parse(JSON.parse(store.read(key).toString("utf8"))));
    expect(manifests).toHaveLength(2);
    expect(manifests[1]?.contains).toEqual(manifests[0]?.contains);
    const [one, other] = await Promise.all(manifests.map(({ key }) => listedIn(store, key, files.holder)));
    expect(one).toEqual(other);
    expect(manifests[1]?.systemIdentifier).toBe(manifests[0]?.systemIdentifier);
  });

  test("is sent in parts where it is large", async () => {
    const run = await backup({ PGDATABASE: await filled(12) });
    expect(run).toMatchObject({ status: 0, stderr: "" });
    const parts = store.requests.filter((request) => request.includes("partNumber="));
    expect(parts.length).toBeGreaterThan(1);
    expect(store.openUploads()).toEqual([]);
    const [dump = ""] = store.keysOf();
    expect(JSON.parse(run.stdout).backup.sealed.bytes).toBe(store.read(dump).length);
  });

  test("by parallel jobs is sent while it is made, and leaves nothing in the folder that it goes through", async () => {
    const run = await backup({ BACKUP_JOBS: "3" });
    expect(run).toMatchObject({ status: 0, stderr: "" });
    const [dump = "", beside = ""] = store.keysOf();
    const { plain, sealed, format } = parseManifest(store.read(beside).toString("utf8"), dump);
    expect(format).toBe("directory");
    expect(sealed.bytes).toBe(store.read(dump).length);
    expect(plain.bytes % 512).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
    const wrong = await runOperation(["backup", "--json", "--jobs", "0"], environment({}));
    expect(wrong).toMatchObject({ status: 2 });
    expect(wrong.stderr).toContain("Expected a number from 1 to 16");
  });

  test("by more jobs than sessions are allowed is made by fewer, and says so", async () => {
    await postgres.sql("create role limited login password 'canary-limited-3' connection limit 4");
    await postgres.sql("create database limited owner limited");
    const run = await backup({
      PGUSER: "limited",
      PGPASSWORD: "canary-limited-3",
      PGDATABASE: "limited",
      BACKUP_JOBS: "8",
    });
    expect(run).toMatchObject({ status: 0 });
    expect(run.stderr).toContain(
      "8 jobs need 9 more sessions, and a CONNECTION LIMIT leaves 3: the database is dumped by 2 jobs",
    );
  });

  test.each([
    ["finished item 9999999 TABLE DATA x", "said that a table was complete which has no file"],
    ["x\npg_dump: finished item 9999999 TABLE DATA x", "said twice that a table was complete"],
  ])("by parallel jobs is made by one where a table is named %j", async (table, why) => {
    await postgres.sql("create database misnamed");
    await postgres.sql(`create table "${table}" as select 1 as one`, "misnamed");
    const run = await backup({ PGDATABASE: "misnamed", BACKUP_JOBS: "2" });
    await postgres.sql("drop database misnamed");
    expect(run).toMatchObject({ status: 0 });
    expect(run.stderr).toContain(
      `2 parallel jobs could not dump the database, which is now dumped by one: What pg_dump says of its progress is not reliable: it ${why}`,
    );
    const manifests = store.keysOf().filter((name) => name.endsWith(".json"));
    expect(manifests).toHaveLength(1);
    const [manifest = ""] = manifests;
    expect(JSON.parse(store.read(manifest).toString("utf8"))).not.toHaveProperty("format");
    expect(readdirSync(temporary)).toEqual([]);
  });

  test("by parallel jobs is made by one where the folder is too small", () => {
    const warnings: string[] = [];
    const jobs = jobsWithin({ jobs: 4, room: 99, bytes: 2 ** 62 }, (message) => warnings.push(message));
    expect(jobs).toBe(1);
    expect(warnings).toEqual([
      expect.stringMatching(/ free, and the database has .*: it is dumped by one job/),
    ]);
  });

  test("by parallel jobs is made by one where the folder is not there, or only several are stopped", () => {
    vi.stubEnv("TMPDIR", join(files.folder, "none"));
    const warnings: string[] = [];
    const jobs = jobsWithin({ jobs: 4, room: 99, bytes: 1 }, (message) => warnings.push(message));
    vi.unstubAllEnvs();
    expect(jobs).toBe(1);
    expect(warnings).toEqual([expect.stringMatching(/none, which is not there: .* by one job/)]);
    const full = Object.assign(new Error("a disk"), { code: "ENOSPC" });
    const reasons = [
      new Error("pg_dump: error: query failed: ERROR:  out of shared memory"),
      new ParallelDumpFailure("toc.dat of the dump changed while it was read"),
      full,
      new Failure("failed", "The store failed to store it: a disk", { cause: full }),
    ];
    expect(reasons.filter((error) => !isOnlyOfJobs(error, error.message))).toEqual([]);
    const denied = new Error("permission denied for table orders", { cause: new Error("EACCES") });
    expect(isOnlyOfJobs(denied, denied.message)).toBe(false);
  });

  test("has the schemas that it is told to have, and no other", async () => {
    const run = await backup({ BACKUP_SCHEMAS: '["Odd schema; --"]' });
    expect(run).toMatchObject({ status: 0, stderr: "" });
    const [dump = "", beside = ""] = store.keysOf();
    const manifest = headSchema.parse(JSON.parse(store.read(beside).toString("utf8")));
    const schemas = (await linesIn(store, dump, files.holder)).filter(([section]) => section === "schema");
    expect(schemas).toEqual([["schema", { name: "Odd schema; --", owner: "postgres" }]]);
    expect(manifest.contains.tables).toBe(1);
    expect(manifest).toMatchObject({ whole: false, migrations: null });
  });

  test("may be made twice at once", async () => {
    const runs = await Promise.all([ended(startBackup()), backup()]);
    expect(runs.map(({ status }) => status)).toEqual([0, 0]);
    expect(new Set(runs.map(({ stdout }) => JSON.parse(stdout).backup.key)).size).toBe(2);
    expect(store.keysOf()).toHaveLength(6);
  });

  test("takes its password from a file of passwords", async () => {
    const file = join(files.folder, "pgpass");
    writeFileSync(file, `127.0.0.1:${postgres.port}:*:postgres:${password}\n`, { mode: 0o600 });
    const run = await backup({ PGPASSWORD: "", PGPASSFILE: file });
    expect(run).toMatchObject({ status: 0, stderr: "" });
  });

  test("takes the whole connection from DATABASE_URL", async () => {
    const run = await backup({
      PGHOST: "",
      PGPASSWORD: "",
      DATABASE_URL: `postgresql://postgres:${password}@127.0.0.1:${postgres.port}/rich?sslmode=disable`,
    });
    expect(run).toMatchObject({ status: 0, stderr: "" });
  });
});

describe("no backup is there, and nothing of one but what the store keeps for itself,", () => {
  test.each([
    ["the password is wrong", { PGPASSWORD: "wrong-canary" }, /password authentication failed/],
    ["the server does not answer", { PGPORT: "1" }, /Cannot connect to 127\.0\.0\.1:1\/rich/],
    ["a schema is missing", { BACKUP_SCHEMAS: '["public", "absent"]' }, /no schema absent/],
    ["TLS is asked for and the server has none", { PGSSLMODE: "require" }, /does not support SSL/],
    ["the bucket is missing", { BACKUP_BUCKET: "absent" }, /NoSuchBucket/],
    ["the key of the store is wrong", { AWS_SECRET_ACCESS_KEY: "wrong-canary" }, /SignatureDoesNotMatch/],
  ])("when %s", async (_, changes, message) => {
    const run = await backup(changes);
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(message);
    expect(JSON.parse(run.stdout).error).toMatchObject({ failure: "failed" });
    expect(store.keysOf()).toEqual([]);
    expect(store.openUploads()).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test.each([
    ["the store refuses the third part", 18, (request: string) => request.includes("partNumber=3")],
    [
      "the store refuses to put the parts together",
      12,
      (request: string) => /^POST .*uploadId=/.test(request),
    ],
  ])("when %s", async (_, megabytes, isRefused) => {
    const database = await filled(megabytes);
    store.refuse = (request) => (isRefused(request) ? 403 : undefined);
    const run = await backup({ PGDATABASE: database });
    expect(run).toMatchObject({ status: 1 });
    expect(run.stderr).toMatch(/The store failed to store postgres\/.*403/);
    expect(store.keysOf()).toEqual([]);
    expect(store.openUploads()).toEqual([]);
    expect(
      store.requests.some((request) => request.startsWith("DELETE") && request.includes("uploadId")),
    ).toBe(true);
  });

  test("when the manifest cannot be stored", async () => {
    store.refuse = (request) => (request.includes(".manifest.json") ? 403 : undefined);
    expect(await backup()).toMatchObject({ status: 1 });
    // A dump without its manifest is no backup: see `optropic backups`.
    expect(store.keysOf().filter((key) => key.endsWith(".json"))).toEqual([]);
  });

  test("when the server is killed in the middle of the dump", async () => {
    const victim = await startPostgres(password);
    try {
      await victim.sql(noise(40));
      const whole = backup({ ...victim.connection() });
      await firstPart();
      await victim.kill();
      const run = await whole;
      expect(run.status).toBe(1);
      expect(store.keysOf()).toEqual([]);
      expect(store.openUploads()).toEqual([]);
    } finally {
      await victim.stop();
    }
  });

  test.each(["SIGTERM", "SIGINT"] as const)("when %s comes in the middle of the dump", async (signal) => {
    const job = startBackup({ PGDATABASE: await filled(40) });
    const whole = ended(job);
    await firstPart();
    job.kill(signal);
    const run = await whole;
    expect(run).toMatchObject({ status: 1, signal: null });
    expect(run.stderr).toContain(`Stopped by ${signal}`);
    expect(store.keysOf()).toEqual([]);
    expect(store.openUploads()).toEqual([]);
    // A server hears of a killed client when it sends to it.
    const left = "select count(*) from pg_stat_activity where application_name like 'optropic backup%'";
    await vi.waitUntil(async () => (await postgres.sql(left)) === "0", { timeout: 150_000, interval: 20 });
  });

  test.each(["SIGINT", "SIGKILL"] as const)(
    "when %s comes in the middle of a parallel dump",
    async (signal) => {
      const job = startBackup({ PGDATABASE: await filled(40), BACKUP_JOBS: "2" });
      const whole = ended(job);
      const mode = await whileRunning(whole, () => {
        const [name] = readdirSync(temporary);
        const folder = join(temporary, `${name}`);
        if (name === undefined || !readdirSync(folder).includes("dump")) return undefined;
        const hasRows = readdirSync(join(folder, "dump")).some((file) => file.endsWith(".dat.gz"));
        return hasRows ? statSync(folder).mode & 0o777 : undefined;
      });
      expect(mode).toBe(0o700);
      // Whoever kills it does not let it clean up.
      job.kill(signal);
      await whole;
      await vi.waitUntil(() => readdirSync(temporary).length === 0, { timeout: 150_000, interval: 20 });
      await vi.waitUntil(() => processes().every(({ title }) => !title.includes(temporary)), {
        timeout: 150_000,
      });
      expect(store.keysOf()).toEqual([]);
    },
  );

  test("when the store refuses a part while parallel jobs dump", async () => {
    const database = await filled(12);
    store.refuse = (request) => (request.includes("partNumber=1") ? 403 : undefined);
    const run = await backup({ PGDATABASE: database, BACKUP_JOBS: "2" });
    expect(run).toMatchObject({ status: 1 });
    expect(run.stderr).toMatch(/The store failed to store postgres\/.*403/);
    expect(store.keysOf()).toEqual([]);
    expect(store.openUploads()).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  });

  function firstPart(): Promise<void> {
    return new Promise((resolve) => {
      store.refuse = (request) => {
        if (request.includes("partNumber=1")) resolve();
        return undefined;
      };
    });
  }
});

describe("it is not begun", () => {
  test.each([
    [{ AWS_SECRET_ACCESS_KEY: "" }, /AWS_SECRET_ACCESS_KEY is not set/],
    [{ PGHOST: "" }, /PGHOST is not set/],
    [{ PGSSLMODE: "sometimes" }, /PGSSLMODE is not/],
    [{ PGPORT: "many" }, /PGPORT is not/],
    [{ BACKUP_JOBS: "17" }, /BACKUP_JOBS is not a number from 1 to 16/],
    [{ BACKUP_SCHEMAS: "public" }, /BACKUP_SCHEMAS is not a JSON list of strings/],
    [{ BACKUP_ENDPOINT: "somewhere" }, /BACKUP_ENDPOINT is not a URL/],
    [{ BACKUP_RECIPIENTS: "[]" }, /BACKUP_RECIPIENTS has no public key/],
    [{ BACKUP_RECIPIENTS: '["age1nokey"]' }, /is not an age public key/],
    [{ DATABASE_URL: "mysql://canary@x/y", PGHOST: "" }, /not a postgresql:\/\/ URL/],
  ])("with %o", async (changes, message) => {
    const run = await backup(changes);
    expect(run.stderr).toMatch(message);
    expect(run.status).toBe(2);
    expect(JSON.parse(run.stdout).error).toMatchObject({ failure: "refused" });
    expect(store.keysOf()).toEqual([]);
    expect(`${run.stdout}${run.stderr}`).not.toContain("canary");
  });
});

test("no secret is in the output, in the arguments of any process, or in the manifest", async () => {
  const job = startBackup();
  const whole = ended(job);
  const seen = await titlesWhile(job);
  const run = await whole;
  expect(run.status).toBe(0);
  expect([...seen].some((line) => line.includes("pg_dump"))).toBe(true);
  const failed = await backup({
    PGPASSWORD: `${password}-wrong`,
    AWS_SECRET_ACCESS_KEY: `${secretKey}-wrong`,
  });
  const manifests = store.keysOf().map((key) => store.read(key).toString("latin1"));
  for (const text of [...seen, run.stdout, run.stderr, failed.stdout, failed.stderr, ...manifests]) {
    expect(text).not.toMatch(canary);
  }
});

/**
 * A table whose dump has so many megabytes, whatever compresses it. It is sent in parts of 8, two at once, so that
 * pg_dump is still busy with 40 when the first has arrived.
 */
function noise(megabytes: number): string {
  return `create extension pgcrypto; create table noise as
    select encode(gen_random_bytes(1024), 'base64') as noise from generate_series(1, ${megabytes} * 1024)`;
}

/** A database with a dump of so many megabytes, which is made when the first test asks for it. */
async function filled(megabytes: number): Promise<string> {
  const database = `noise_${megabytes}`;
  if ((await postgres.sql(`select 1 from pg_database where datname = '${database}'`)) === "") {
    await postgres.sql(`create database ${database}`);
    await postgres.sql(noise(megabytes), database);
  }
  return database;
}

function environment(changes: Record<string, string>): Record<string, string> {
  const given = operationEnvironment(postgres.connection("rich"), store, { holder: files.holder, temporary });
  return { ...given, ...changes };
}

/** As a process of its own, which a signal ends and whose arguments others see. */
function startBackup(changes: Record<string, string> = {}) {
  return startOperation(["backup", "--json"], environment(changes));
}

function backup(changes: Record<string, string> = {}): Promise<Ended> {
  return runOperation(["backup", "--json"], environment(changes));
}
