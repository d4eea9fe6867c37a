import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const script = join(import.meta.dirname, "../../operations/backup/backup.sh");

let folder: string;
let monitor: Server;
/** Paths and queries that the job asked for. */
let asked: URL[];
let answer: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "check-in-test-"));
  asked = [];
  answer = 202;
  monitor = createServer((request, response) => {
    asked.push(new URL(request.url ?? "", "http://monitor"));
    response.writeHead(answer).end();
  });
  await new Promise<void>((resolve) => monitor.listen(0, "127.0.0.1", resolve));
  // The dump and the store are not what is tested here.
  program("pg_dump", "head --bytes=1000 /dev/zero");
  program("rclone", 'if [ "$1" = rcat ]; then exec cat >/dev/null; fi; echo 1000');
});

afterEach(async () => {
  await new Promise((resolve) => monitor.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

test("a run says that it begins and that it ended well, as one", async () => {
  expect(await run()).toMatchObject({ status: 0, stderr: "" });
  expect(statuses()).toEqual(["in_progress", "ok"]);
  expect(new Set(asked.map(({ pathname }) => pathname))).toEqual(new Set(["/api/42/cron/backup/key/"]));
  const ids = new Set(asked.map(({ searchParams }) => searchParams.get("check_in_id")));
  expect(ids.size).toBe(1);
  expect([...ids][0]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

test.each([
  ["the dump fails", "pg_dump", "exit 1"],
  ["the upload fails", "rclone", "cat >/dev/null; exit 1"],
  ["the store holds a part", "rclone", 'if [ "$1" = rcat ]; then exec cat >/dev/null; fi; echo 17'],
])("a run that fails says so: %s", async (_, name, body) => {
  program(name, body);
  expect(await run()).toMatchObject({ status: 1 });
  expect(statuses()).toEqual(["in_progress", "error"]);
});

test("a run that is stopped says so", async () => {
  program("pg_dump", "echo begun >&2; head --bytes=1000 /dev/zero; exec sleep 60");
  const job = spawn(script, { env: environment(), stdio: ["ignore", "ignore", "pipe"], detached: true });
  await new Promise((resolve) => job.stderr.once("data", resolve));
  const ended = new Promise((resolve) => job.once("close", resolve));
  process.kill(-(job.pid ?? 0), "SIGTERM");
  expect(await ended).toBe(1);
  expect(statuses()).toEqual(["in_progress", "error"]);
});

test("a backup is made where the monitor does not take it", async () => {
  answer = 404;
  const { status, stdout, stderr } = await run();
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ event: "backup", bytes: 1000 });
  expect(stderr).toContain("backup: no check-in of status ok");
});

test.each(["", undefined])("without a monitor (%o) nothing is asked for", async (url) => {
  expect(await run({ BACKUP_CHECK_IN_URL: url })).toMatchObject({ status: 0, stderr: "" });
  expect(asked).toEqual([]);
});

function statuses(): (string | null)[] {
  return asked.map(({ searchParams }) => searchParams.get("status"));
}

function environment(changes: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  const address = monitor.address();
  if (address === null || typeof address === "string") throw new Error("The monitor has no port");
  return {
    PATH: `${folder}:${process.env.PATH}`,
    HOME: folder,
    TMPDIR: folder,
    PGHOST: "127.0.0.1",
    PGDATABASE: "postgres",
    PGUSER: "backup",
    PGPASSWORD: "word",
    BACKUP_DESTINATION: "store:bucket/postgres/",
    BACKUP_CHECK_IN_URL: `http://127.0.0.1:${address.port}/api/42/cron/backup/key/`,
    ...changes,
  };
}

function run(changes: Record<string, string | undefined> = {}) {
  return new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    const job = spawn(script, { env: environment(changes), stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    job.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    job.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    job.once("error", reject);
    job.once("close", (status) => resolve({ status, stdout, stderr }));
  });
}

/** Puts a program of ours before the real one. */
function program(name: string, body: string): void {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}
