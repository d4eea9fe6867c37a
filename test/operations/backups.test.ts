import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { EvidenceFolder } from "../../evidence/folder.ts";
import { type Head, headSchema } from "../../operations/archive/manifest.ts";
import { listingKey, manifestKey } from "../../operations/store/names.ts";
import { type Ended, ended } from "../cli/command.ts";
import { headWith } from "./support/manifest.ts";
import { operationEnvironment, runOperation, startFolder, startOperation } from "./support/operation.ts";
import { canary, makeProject } from "./support/rig.ts";
import { startStore, type TestStore } from "./support/store.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

let store: TestStore;
let files: Awaited<ReturnType<typeof startFolder>>;
let project: string;
let prefix: string;
let prefixes = 0;

beforeAll(async () => {
  [store, files] = await Promise.all([startStore(), startFolder()]);
  project = makeProject(join(files.folder, "project"), [], { "optropic:backups/retentionDays": 30 });
});

afterAll(async () => {
  await store.close();
  files.remove();
});

beforeEach(() => {
  prefixes += 1;
  prefix = `place${prefixes}/`;
});

describe("the list of backups", () => {
  test("is newest first, says of each whether it is whole, and leaves out what is not ours", async () => {
    const whole = put(1 * day);
    const gone = put(2 * day, { dump: undefined });
    const unfinished = put(3 * day, { manifest: undefined });
    const short = put(4 * day, { dump: "sho" });
    const odd = put(5 * day, { manifest: "{}" });
    const aside = put(0.5 * day, { folder: "before-restore/" });
    write(`${prefix}readme.txt`, "hello");
    write(`${prefix}20261301T000000Z-00000000.dump.age`, "a month that is none");
    write(`${prefix}deeper/20260101T000000Z-00000000.dump.age`, "elsewhere");
    write(`${prefix}20260101T000000Z-00000000.dump.age.part`, "unfinished");
    const run = await ended(startOperation(argumentsOf("--json"), environment()));
    expect(run.stderr).toBe("");
    const { backups: listed, objectives } = JSON.parse(run.stdout);
    expect(
      listed.map((entry: { key: string; whole: boolean; problem?: string; purpose: string }) => [
        entry.key,
        entry.whole,
        entry.problem,
        entry.purpose,
      ]),
    ).toEqual([
      [aside, true, undefined, "before-restore"],
      [whole, true, undefined, "backup"],
      [gone, false, "the dump is missing, only the manifest exists", "backup"],
      [unfinished, false, "it has no manifest: the backup is still running or did not finish", "backup"],
      [short, false, "it has 3 bytes, but its manifest says 4", "backup"],
      [odd, false, expect.stringMatching(/^The manifest for .* is invalid/), "backup"],
    ]);
    expect(listed[1]).toMatchObject({
      bytes: 4,
      ageMinutes: 1440,
      backup: { key: whole, tables: 1, rows: 3, sealed: { bytes: 4 } },
    });
    expect(objectives).toMatchObject({
      ageMinutes: 1440,
      rpoMinutes: 1440,
      graceMinutes: 120,
      retentionDays: 30,
    });
    expect(run.status).toBe(0);
  });

  test("is a table for a person, without what a terminal would obey", async () => {
    put(1 * day);
    put(2 * day, { manifest: '{"\\u001b[31m": 1}' });
    put(-2 * day);
    const run = await backups();
    expect(run.stdout).toMatch(/dated in the future; check the clocks\n✓/);
    expect(run.stdout.replace(/✓.*check the clocks\n/, "")).toMatch(
      /^ +Backup +Age +Size +State\n✓ {2}place\S+ {2}1 d 0 h {2}4 bytes {2}complete\n✗ /,
    );
    expect(run.stdout).toContain(
      "✓ Recovery point objective (1 d 0 h plus 2 h 0 min to finish): the newest is",
    );
    expect(run.stdout).not.toContain("\u001b");
  });

  test("is empty where nothing is, which meets no objective", async () => {
    const run = await backups();
    expect(run).toMatchObject({ status: 1, stderr: "" });
    expect(run.stdout).toContain("No backups.");
    expect(run.stdout).toContain("no complete backup");
  });

  test("is read page by page", async () => {
    for (let hours = 0; hours < 600; hours += 1) put(hours * 60 * minute);
    const requests = store.requests.length;
    const run = await backups(["--json"]);
    const { backups: listed, objectives } = JSON.parse(run.stdout);
    expect(listed).toHaveLength(600);
    expect(objectives).toMatchObject({ coveredDays: 24, growing: true, gaps: [], retentionHolds: true });
    const pages = store.requests.slice(requests).filter((request) => request.includes("list-type=2"));
    expect(pages).toHaveLength(2);
    expect(run.status).toBe(0);
  });
});

describe("the objectives", () => {
  test.each<[string, number[], number]>([
    ["hold where the newest is just old enough", [26 * 60 - 1, 52 * 60 - 2], 0],
    ["fail where it is older", [26 * 60 + 1], 1],
    ["fail where one is missing in between", [60, 25 * 60, 25 * 60 + 26 * 60 + 1], 1],
    ["fail where all is older than the retention", [31 * 24 * 60], 1],
    ["do not hold by one of the future", [-24 * 60], 1],
  ])("%s", async (_, ages, status) => {
    for (const age of ages) put(age * minute);
    expect(await backups()).toMatchObject({ status });
  });

  test("are not met by what a restore set aside, nor by what is not whole", async () => {
    put(0, { folder: "before-restore/" });
    put(0, { manifest: undefined });
    put(0, { dump: "longer than it was" });
    put(3 * day);
    const records = join(files.folder, `records-${prefixes}`);
    const run = await backups(["--json", "--evidence", records]);
    expect(run).toMatchObject({ status: 1 });
    expect(JSON.parse(run.stdout).objectives).toMatchObject({ ageMinutes: 3 * 1440, rpoHolds: false });
    const [record] = new EvidenceFolder(records, "production").read([]).records;
    expect(record?.run).toMatchObject({
      kind: "backup",
      results: [{ items: ["3.2", "8.2"], state: "does-not-hold", measured: 3 * 1440, unit: "min" }],
    });
  });
});

test("the store that refuses, or is not there, is said, without its secret", async () => {
  const refused = await backups(["--json"], { AWS_SECRET_ACCESS_KEY: "canary-wrong" });
  expect(refused).toMatchObject({ status: 1 });
  expect(refused.stderr).toMatch(
    /The store failed to list bucket\/place\d+\/: SignatureDoesNotMatch, status 403/,
  );
  const absent = await backups(["--json"], { BACKUP_ENDPOINT: "http://127.0.0.1:1" });
  expect(absent).toMatchObject({ status: 1 });
  expect(absent.stderr).toMatch(/The store failed to list bucket\/place\d+\/: .*ECONNREFUSED/);
  for (const { stdout, stderr } of [refused, absent]) expect(`${stdout}${stderr}`).not.toMatch(canary);
});

/** Puts a backup of an age into the store, whole unless a part is told to be otherwise. */
function put(
  age: number,
  parts: {
    dump?: string | undefined;
    listing?: string | undefined;
    manifest?: string | undefined;
    folder?: string;
  } = {},
): string {
  const takenAt = new Date(Date.now() - age);
  const stamp = takenAt.toISOString().replace(/\.\d+/, "").replaceAll(/[-:]/g, "");
  const key = `${prefix}${parts.folder ?? ""}${stamp}-0123abcd.dump.age`;
  const { dump, listing, manifest } = {
    dump: "dump",
    listing: "list",
    manifest: textOf({ key, takenAt: takenAt.toISOString() }),
    ...parts,
  };
  if (dump !== undefined) write(key, dump);
  if (listing !== undefined) write(listingKey(key), listing);
  if (manifest !== undefined) write(manifestKey(key), manifest);
  return key;
}

function textOf(changes: Partial<Head>): string {
  return JSON.stringify(headSchema.parse(headWith(changes)));
}

function write(key: string, text: string): void {
  mkdirSync(dirname(store.path(key)), { recursive: true });
  writeFileSync(store.path(key), text);
}

function backups(args: readonly string[] = [], changes: Record<string, string> = {}): Promise<Ended> {
  return runOperation(argumentsOf(...args), { ...environment(), ...changes });
}

function argumentsOf(...args: string[]): string[] {
  return ["backups", "--cwd", project, ...args];
}

function environment(): Record<string, string> {
  const given = { holder: files.holder, temporary: files.folder };
  return { ...operationEnvironment(undefined, store, given), BACKUP_PREFIX: prefix };
}
