import { execFile, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ObjectStore, startObjectStore } from "./support/object-store.ts";
import { type PostgresServer, startPostgres } from "./support/postgres.ts";

const script = join(import.meta.dirname, "../../operations/backup/backup.sh");
const password = "canary-password-5f2d";
const secretKey = "canary-secret-key-91ab";

let postgres: PostgresServer;
let store: ObjectStore;
let folder: string;

beforeAll(async () => {
  postgres = await startPostgres(password);
  await postgres.sql(`
    create table public.customer (id int primary key, name text);
    insert into public.customer select i, md5(i::text) from generate_series(1, 5000) i;
    create schema vendor;
    create table vendor.secret (id int);
  `);
});

afterAll(() => postgres.stop());

beforeEach(async () => {
  store = await startObjectStore();
  folder = mkdtempSync(join(tmpdir(), "backup-test-"));
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a backup", () => {
  test("is stored whole, under a name of its time, and restores", async () => {
    const run = await backup();
    expect(run).toMatchObject({ status: 0, stderr: "" });
    const [[path, dump] = []] = store.objects;
    expect(path).toMatch(/^bucket\/postgres\/\d{8}T\d{6}Z\.dump$/);
    expect(JSON.parse(run.stdout)).toEqual({
      event: "backup",
      name: path?.slice("bucket/postgres/".length),
      bytes: dump?.length,
      seconds: expect.any(Number),
    });
    expect(store.objects.size).toBe(1);
    expect(store.accessKeys).toEqual(new Set(["access-key-id"]));

    await postgres.sql("create database restored");
    await restore(dump ?? Buffer.alloc(0), "restored");
    const summary =
      "select count(*), min(id), max(id), md5(string_agg(name, '' order by id)) from public.customer";
    expect(await postgres.sql(summary, "restored")).toBe(await postgres.sql(summary));
  });

  test("is sent in parts where it is large", async () => {
    await postgres.sql(`
      create table public.large as
      select md5(random()::text) || md5(random()::text) as noise from generate_series(1, 200000)
    `);
    const run = await backup({ RCLONE_S3_CHUNK_SIZE: "5Mi" }).finally(() =>
      postgres.sql("drop table public.large"),
    );
    expect(run).toMatchObject({ status: 0, stderr: "" });
    const [[, dump] = []] = store.objects;
    expect(dump?.length).toBeGreaterThan(5 * 1024 * 1024);
    expect(JSON.parse(run.stdout)).toMatchObject({ bytes: dump?.length });
    expect(store.openUploads.size).toBe(0);
  });

  test("has the schemas that it is told to have", async () => {
    await backup();
    expect(await contents()).toContain("vendor secret");
    store.objects.clear();
    await backup({ BACKUP_SCHEMAS: "public" });
    expect(await contents()).toContain("public customer");
    expect(await contents()).not.toContain("vendor");
  });

  test("shows no secret in its output or in any argument", async () => {
    const log = watchArguments();
    const runs = [
      await backup(),
      await backup({ BACKUP_SCHEMAS: "missing" }),
      await backup({ PGPASSWORD: `${password}-wrong` }),
    ];
    expect(runs.map(({ status }) => status)).toEqual([0, 1, 1]);
    const shown = [readFileSync(log, "utf8"), ...runs.flatMap(({ stdout, stderr }) => [stdout, stderr])];
    expect(shown[0]).toContain("rcat");
    expect(shown[0]).toContain("--format=custom");
    for (const text of shown) expect(text).not.toMatch(/canary/);
  });
});

describe("nothing is stored", () => {
  test.each([
    ["the password is wrong", { PGPASSWORD: "wrong" }],
    ["the server does not answer", { PGPORT: "1" }],
    ["a schema is missing", { BACKUP_SCHEMAS: "public absent" }],
    ["TLS is asked for and the server has none", { PGSSLMODE: "require" }],
  ])("when %s", async (_, changes) => {
    const run = await backup(changes);
    expect(run).toMatchObject({ status: 1, stdout: "" });
    expect(run.stderr).toContain("backup: the dump failed");
    expect(store.objects.size).toBe(0);
  });

  test.each([
    ["soon", 1000],
    ["in the middle of an upload in parts", 40_000_000],
  ])("when the dump breaks off %s", async (_, bytes) => {
    replace("pg_dump", `head --bytes=${bytes} /dev/zero; exit 1`);
    const run = await backup({ RCLONE_S3_CHUNK_SIZE: "5Mi" });
    expect(run).toMatchObject({ status: 1, stdout: "" });
    expect(store.objects.size).toBe(0);
  });

  test("when the job is stopped while it dumps", async () => {
    replace("pg_dump", "echo begun >&2; head --bytes=1000 /dev/zero; exec sleep 60");
    const job = spawn(script, { env: environment(), stdio: ["ignore", "pipe", "pipe"], detached: true });
    await new Promise((resolve) => job.stderr.once("data", resolve));
    const ended = new Promise((resolve) => job.once("close", resolve));
    // As a terminal or a host does: the whole group at once.
    process.kill(-(job.pid ?? 0), "SIGTERM");
    expect(await ended).not.toBe(0);
    expect(store.objects.size).toBe(0);
  });

  test("when the store refuses it", async () => {
    store.refuseWith = 403;
    const run = await backup();
    expect(run).toMatchObject({ status: 1, stdout: "" });
    expect(run.stderr).toContain("backup: ");
  });
});

test("a backup that the store holds only in part is a failure", async () => {
  replace("rclone", 'if [ "$1" = rcat ]; then exec cat >/dev/null; fi; echo 17');
  const run = await backup();
  expect(run).toMatchObject({ status: 1, stdout: "" });
  expect(run.stderr).toMatch(/has 17 bytes in the store, and the dump \d+/);
});

test.each(["PGHOST", "PGDATABASE", "PGUSER", "PGPASSWORD", "BACKUP_DESTINATION"])(
  "without %s it does not begin",
  async (name) => {
    const run = await backup({ [name]: "" });
    expect(run).toEqual({ status: 2, stdout: "", stderr: `backup: ${name} is not set\n` });
  },
);

interface Run {
  status: number | null;
  stdout: string;
  stderr: string;
}

function environment(changes: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: `${folder}:${process.env.PATH}`,
    HOME: folder,
    TMPDIR: folder,
    PGHOST: "127.0.0.1",
    PGPORT: `${postgres.port}`,
    PGDATABASE: "postgres",
    PGUSER: postgres.user,
    PGPASSWORD: password,
    PGSSLMODE: "disable",
    BACKUP_DESTINATION: "store:bucket/postgres/",
    RCLONE_CONFIG_STORE_TYPE: "s3",
    RCLONE_CONFIG_STORE_PROVIDER: "Cloudflare",
    RCLONE_CONFIG_STORE_ENDPOINT: store.endpoint,
    RCLONE_CONFIG_STORE_REGION: "auto",
    RCLONE_CONFIG_STORE_NO_CHECK_BUCKET: "true",
    RCLONE_CONFIG_STORE_ACCESS_KEY_ID: "access-key-id",
    RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY: secretKey,
    RCLONE_LOW_LEVEL_RETRIES: "1",
    RCLONE_RETRIES: "1",
    ...changes,
  };
}

function backup(changes: Record<string, string> = {}): Promise<Run> {
  return new Promise((resolve, reject) => {
    const job = spawn(script, { env: environment(changes), stdio: ["ignore", "pipe", "pipe"] });
    const run: Run = { status: null, stdout: "", stderr: "" };
    job.stdout.setEncoding("utf8").on("data", (text: string) => {
      run.stdout += text;
    });
    job.stderr.setEncoding("utf8").on("data", (text: string) => {
      run.stderr += text;
    });
    job.once("error", reject);
    job.once("close", (status) => resolve({ ...run, status }));
  });
}

/** Puts a program of ours before the real one. */
function replace(name: string, body: string): void {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}

/** Notes the arguments of each program that the job runs, and runs it. */
function watchArguments(): string {
  const log = join(folder, "arguments");
  for (const name of ["pg_dump", "rclone", "dd"]) {
    replace(name, `printf '%s\\n' "$0" "$@" >>'${log}'\nPATH="\${PATH#*:}" exec ${name} "$@"`);
  }
  return log;
}

async function restore(dump: Buffer, database: string): Promise<void> {
  const file = join(folder, "dump");
  writeFileSync(file, dump);
  await promisify(execFile)(
    "pg_restore",
    ["--dbname", database, "--exit-on-error", "--schema=public", file],
    {
      env: environment(),
    },
  );
}

/** The table of contents of the newest dump. */
async function contents(): Promise<string> {
  const file = join(folder, "dump");
  writeFileSync(file, [...store.objects.values()].at(-1) ?? Buffer.alloc(0));
  const { stdout } = await promisify(execFile)("pg_restore", ["--list", file], { env: environment() });
  return stdout;
}
