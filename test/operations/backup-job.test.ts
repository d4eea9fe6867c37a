import { execFile } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { generateKeys } from "../../evidence/keys.ts";
import { bundleJob } from "../../operations/backup/bundle.ts";
import { manifestKey, signatureKey } from "../../operations/store/names.ts";
import { ended } from "../cli/command.ts";
import { operationEnvironment, runOperation, startFolder, startOperation } from "./support/operation.ts";
import { type PostgresServer, startPostgres } from "./support/postgres.ts";
import { startStore, type TestStore } from "./support/store.ts";

// The scheduled job: its image's one file, and what it tells the cron monitor.

let postgres: PostgresServer;
let store: TestStore;
let files: Awaited<ReturnType<typeof startFolder>>;
let monitor: Server;
let monitorUrl: string;
/** Paths and queries that the job asked for. */
let asked: URL[];
let answer: () => number;

beforeAll(async () => {
  [postgres, store, files] = await Promise.all([startPostgres("password"), startStore(), startFolder()]);
  await postgres.sql("create table customer (id int); insert into customer select generate_series(1, 1000)");
  monitor = createServer((request, response) => {
    asked.push(new URL(request.url ?? "", "http://monitor"));
    response.writeHead(answer()).end();
  });
  await new Promise<void>((resolve) => monitor.listen(0, "127.0.0.1", resolve));
  const address = monitor.address();
  if (address === null || typeof address === "string") throw new Error("The monitor has no port");
  monitorUrl = `http://127.0.0.1:${address.port}/api/42/cron/backup/canary-key/`;
});

afterAll(async () => {
  await new Promise((resolve) => monitor.close(resolve));
  await store.close();
  await postgres.stop();
  files.remove();
});

beforeEach(() => {
  asked = [];
  answer = () => 202;
  store.refuse = () => undefined;
});

test("the image's one file backs up with nothing beside it, from its environment alone", async () => {
  const folder = join(files.folder, "image");
  mkdirSync(folder);
  const file = await bundleJob(join(folder, "optropic.mjs"));
  const { stdout } = await promisify(execFile)(process.execPath, [file, "backup", "--json"], {
    cwd: folder,
    env: { ...environment(), BACKUP_STACK: "nightly" },
  });
  const { backup } = JSON.parse(stdout);
  expect(backup).toMatchObject({ stack: "nightly", tables: 1, rows: 1000 });
  expect(store.keysOf()).toContain(backup.key);
});

test("the image takes that file, and runs it", async () => {
  const dockerfile = readFileSync(join(import.meta.dirname, "../../operations/backup/Dockerfile"), "utf8");
  expect(dockerfile).toContain("RUN node operations/backup/bundle.ts");
  expect(dockerfile).toContain("/build/dist/backup/optropic.mjs /opt/optropic/optropic.mjs");
  expect(dockerfile).toContain('ENTRYPOINT ["node", "/opt/optropic/optropic.mjs"]');
  expect(dockerfile).toContain('CMD ["backup"]');
});

test("a signed backup has a copy elsewhere, and an edited one is found in either store", async () => {
  const elsewhere = await startStore();
  const { privateKey, publicKey } = generateKeys();
  const { endpoint, region, bucket } = elsewhere.address;
  const copy = { name: "elsewhere", endpoint, region, bucket };
  const changes = {
    BACKUP_PREFIX: "signed/",
    BACKUP_COPIES: JSON.stringify([copy]),
    BACKUP_COPY_KEYS: JSON.stringify({ elsewhere: elsewhere.keys }),
    BACKUP_CHECK_IN_URL: "",
  };
  try {
    const taken = await backup({
      ...changes,
      EVIDENCE_SIGNING_KEY: privateKey,
      EVIDENCE_PUBLIC_KEY: publicKey,
    });
    expect(taken).toMatchObject({ status: 0, stderr: "" });
    const { key } = JSON.parse(taken.stdout).backup;
    const found = async (store: string): Promise<unknown> => {
      const env = { ...environment(), ...changes, EVIDENCE_PUBLIC_KEY: publicKey };
      const { stdout } = await runOperation(["backups", "--json", "--store", store], env);
      return JSON.parse(stdout).backups;
    };
    expect(await found("elsewhere")).toMatchObject([{ key, whole: true }]);
    const edited = JSON.stringify({
      ...JSON.parse(elsewhere.read(manifestKey(key)).toString()),
      notes: ["x"],
    });
    elsewhere.write(manifestKey(key), Buffer.from(edited));
    expect(await found("elsewhere")).toMatchObject([
      { key, whole: false, problem: expect.stringContaining("its signature does not hold") },
    ]);
    expect(await found("main")).toMatchObject([{ key, whole: true }]);
  } finally {
    await elsewhere.close();
  }
});

describe("the cron monitor", () => {
  test("is told that a run begins and that it ended well, as one", async () => {
    expect(await backup()).toMatchObject({ status: 0, stderr: "" });
    expect(statuses()).toEqual(["in_progress", "ok"]);
    expect(new Set(asked.map(({ pathname }) => pathname))).toEqual(
      new Set(["/api/42/cron/backup/canary-key/"]),
    );
    const ids = new Set(asked.map(({ searchParams }) => searchParams.get("check_in_id")));
    expect(ids.size).toBe(1);
    expect([...ids][0]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  test.each([
    ["it is not signed", "", "EVIDENCE_SIGNING_KEY is not set"],
    ["its key is none of these", generateKeys().privateKey, "EVIDENCE_SIGNING_KEY matches none"],
  ])("is told of a failure where keys are trusted and %s", async (_, signing, reason) => {
    const { status, stderr } = await backup({
      EVIDENCE_SIGNING_KEY: signing,
      EVIDENCE_PUBLIC_KEY: generateKeys().publicKey,
    });
    expect(status).toBe(1);
    const [, key = ""] = new RegExp(`(\\S+) is stored, but unsigned, since ${reason}`).exec(stderr) ?? [];
    expect(statuses()).toEqual(["in_progress", "error"]);
    expect(store.keysOf()).toContain(manifestKey(key));
    expect(store.keysOf()).not.toContain(signatureKey(key));
  });

  test("is told that the dump failed", async () => {
    expect(await backup({ PGDATABASE: "absent" })).toMatchObject({ status: 1 });
    expect(statuses()).toEqual(["in_progress", "error"]);
  });

  test("is told that the store refused", async () => {
    store.refuse = (request) => (request.startsWith("PUT") ? 403 : undefined);
    expect(await backup()).toMatchObject({ status: 1 });
    expect(statuses()).toEqual(["in_progress", "error"]);
  });

  test("is told that the run was stopped", async () => {
    const begun = new Promise<void>((resolve) => {
      answer = () => {
        resolve();
        return 202;
      };
    });
    // A lock that the dump waits for.
    const locked = postgres.sql("begin; lock customer; select pg_sleep(600)").catch(() => undefined);
    try {
      const job = startOperation(["backup", "--json"], environment());
      const whole = ended(job);
      await begun;
      job.kill("SIGTERM");
      expect(await whole).toMatchObject({ status: 1 });
      expect(statuses()).toEqual(["in_progress", "error"]);
    } finally {
      await postgres.sql(
        "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid()",
      );
      await locked;
    }
  });

  test("that does not take it is no reason to fail, and its key is not shown", async () => {
    answer = () => 404;
    const run = await backup();
    expect(run.status).toBe(0);
    expect(run.stderr).toMatch(/warning: check-in failed: status 404/);
    expect(`${run.stdout}${run.stderr}`).not.toContain("canary");
  });

  test("is asked again where it is busy for a moment", async () => {
    const answers = [503, 202, 429, 202];
    answer = () => answers.shift() ?? 500;
    expect(await backup()).toMatchObject({ status: 0, stderr: "" });
    expect(statuses()).toEqual(["in_progress", "in_progress", "ok", "ok"]);
  });

  test("is not asked where there is none", async () => {
    expect(await backup({ BACKUP_CHECK_IN_URL: "" })).toMatchObject({ status: 0, stderr: "" });
    expect(asked).toEqual([]);
  });
});

function statuses(): (string | null)[] {
  return asked.map(({ searchParams }) => searchParams.get("status"));
}

function environment(): Record<string, string> {
  const given = operationEnvironment(postgres.connection(), store, {
    holder: files.holder,
    temporary: files.folder,
  });
  return { ...given, BACKUP_CHECK_IN_URL: monitorUrl };
}

function backup(changes: Record<string, string> = {}) {
  return runOperation(["backup", "--json"], { ...environment(), ...changes });
}
