import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { lastDrill } from "../../evidence/drill-record.ts";
import { type Ended, ended } from "../cli/command.ts";
import {
  canary,
  makeProject,
  processes,
  type Rig,
  sessionsOf,
  startRig,
  whileRunning,
} from "./support/rig.ts";

let rig: Rig;
let project: string;
let key: string;
let beside: string;
/** The objects as they were stored. */
let sealed: Buffer;
let manifest: string;
let otherSealed: Buffer;

beforeAll(async () => {
  rig = await startRig({ quick: true });
  project = makeProject(join(rig.files.folder, "project"), []);
  await rig.postgres.sql("create database plain");
  // Some random text, so that the sealed dump has several of age's chunks of 64 KiB.
  await rig.postgres.sql(
    "create table noise as select md5(random()::text) || md5(random()::text) as noise from generate_series(1, 6000)",
    "plain",
  );
  const old = await rig.backup("plain", "postgres/");
  otherSealed = rig.store.read(old);
  rig.store.remove(old);
  rig.store.remove(old.replace(".dump.age", ".manifest.json"));
  key = await rig.backup("plain", "postgres/");
  beside = key.replace(".dump.age", ".manifest.json");
  sealed = rig.store.read(key);
  manifest = rig.store.read(beside).toString("utf8");
  expect(sealed.length).toBeGreaterThan(3 * 65_536);
});

afterAll(() => rig.close());

beforeEach(() => {
  rig.store.write(key, sealed);
  rig.store.write(beside, Buffer.from(manifest));
  rig.made();
});

afterEach(() => {
  rig.store.refuse = () => undefined;
  rig.store.stall = () => undefined;
  expect(rig.left()).toEqual([]);
});

describe("a backup is refused before any server is started", () => {
  const changed = /SHA-256 of .* differs from its manifest|Cannot decrypt/;

  test.each<[string, () => Buffer, RegExp]>([
    ["cut off", () => sealed.subarray(0, -1), /it has \d+ bytes, but its manifest says \d+/],
    [
      "longer",
      () => Buffer.concat([sealed, Buffer.from("x")]),
      /it has \d+ bytes, but its manifest says \d+/,
    ],
    ["without a part from its middle", () => without(sealed, 65_536, 65_536 * 2), /it has \d+ bytes/],
    [
      "with a bit changed in its header",
      () => flipped(sealed, 40),
      /Cannot decrypt|None of the identities decrypts/,
    ],
    ["with a bit changed in its middle", () => flipped(sealed, sealed.length >> 1), changed],
    ["with a bit changed at its end", () => flipped(sealed, sealed.length - 1), changed],
    ["with two parts exchanged", () => exchanged(sealed), changed],
    ["another backup", () => otherSealed, /it has \d+ bytes|SHA-256 of .* differs/],
  ])("that is %s", async (_, data, message) => {
    rig.store.write(key, data());
    expectRefusal(await drill(), 1, message);
  });

  test.each<[string, () => string, RegExp]>([
    [
      "has another digest",
      () => edited((it) => it.replace(/"sealed":.*?\}/, sealedWith("0".repeat(64)))),
      changed,
    ],
    ["has another digest of what is inside", () => edited(plainWithOther), changed],
    ["names another backup", () => manifest.replaceAll(key, key.replace("-", "-0")), /belongs to postgres\//],
    [
      "has another size",
      () => edited((it) => it.replace(/("sealed":\{"bytes":)/, "$11")),
      /its manifest says/,
    ],
    ["is deep", () => "[".repeat(1_000_000) + "]".repeat(1_000_000), /is invalid/],
    ["is huge", () => `"${"x".repeat(65 * 1024 * 1024)}"`, /exceeds the limit of 67108864 bytes/],
  ])("whose manifest %s", async (_, text, message) => {
    rig.store.write(beside, Buffer.from(text()));
    expectRefusal(await drill(), 1, message);
  });

  test("that is another one, of the size that its manifest says", async () => {
    rig.store.write(key, otherSealed);
    const size = `"sealed":{"bytes":${otherSealed.length}`;
    rig.store.write(beside, Buffer.from(manifest.replace(/"sealed":\{"bytes":\d+/, size)));
    expectRefusal(await drill(), 1, /The SHA-256 of .* as stored differs from its manifest/);
  });

  test("of which only the manifest is there", async () => {
    rig.store.remove(key);
    expectRefusal(await drill(), 1, /the dump is missing, only the manifest exists/);
  });

  test("of which only the dump is there", async () => {
    rig.store.remove(beside);
    expectRefusal(await drill(), 1, /it has no manifest/);
  });

  test("that the store does not give", async () => {
    rig.store.refuse = (request) => (/^GET .*\.dump\.age/.test(request) ? 403 : undefined);
    expectRefusal(await drill(), 1, /The store failed to read postgres\/.*403/);
  });

  test("whose manifest the store does not give, rather than an older one taken", async () => {
    const newest = await rig.backup("plain", "postgres/");
    const itsManifest = newest.replace(".dump.age", ".manifest.json");
    rig.store.refuse = (request) => (request.startsWith(`GET /bucket/${itsManifest}`) ? 403 : undefined);
    expectRefusal(await drill(), 1, /^error: The store failed to read postgres\/.*\.manifest\.json: .*403/);
    rig.store.remove(newest);
    rig.store.remove(itsManifest);
  });

  test("that was made for another identity", async () => {
    const file = rig.files.stranger.file;
    expectRefusal(await drill({ file }), 1, /None of the identities decrypts this backup/);
  });

  test("that is larger than the room that there is", async () => {
    rig.store.write(beside, Buffer.from(edited((it) => it.replace(/("plain":\{"bytes":)/, "$1999999999"))));
    expectRefusal(await drill(), 1, /has \d+ bytes free, and the dump needs 999999999\d+: name a folder/);
  });

  test("of a newer server than this machine has", async () => {
    rig.store.write(
      beside,
      Buffer.from(edited((it) => it.replace(/"serverVersion":"[^"]*"/, '"serverVersion":"99.1"'))),
    );
    expectRefusal(
      await drill(),
      2,
      /The backup needs PostgreSQL 99 or newer; this machine has \d+: install postgresql-99/,
    );
  });

  test("and its failure is evidence, which no earlier success outlives", async () => {
    expect(await drill()).toMatchObject({ status: 0 });
    expect(lastDrill(rig.evidence, "production")?.holds).toBe(true);
    rig.store.write(key, flipped(sealed, 100_000));
    expect(await drill()).toMatchObject({ status: 1 });
    const evidence = lastDrill(rig.evidence, "production");
    expect(evidence).toMatchObject({ holds: false, items: ["8.4", "8.6", "8.7"] });
    expect(evidence?.problems[0]).toMatch(changed);
  });

  function expectRefusal(run: Ended, status: number, message: RegExp): void {
    expect(run.stderr).toMatch(message);
    expect(run).toMatchObject({ status, signal: null });
    expect(JSON.parse(run.stdout).error).toMatchObject({ failure: status === 1 ? "failed" : "refused" });
    expect(`${run.stdout}${run.stderr}`).not.toMatch(canary);
    expect(rig.made().filter((name) => name.startsWith("optropic-server-"))).toEqual([]);
  }
});

describe("a drill is not begun", () => {
  test.each([
    ["is absent", () => join(rig.files.folder, "absent"), /Cannot read .*absent/],
    ["holds something else", () => fileWith("canary-of-an-identity\n"), /is not an age identity/],
  ])("when the file of identities %s", async (_, file, message) => {
    const run = await drill({ file: file() });
    expect(run.stderr).toMatch(message);
    expect(run.status).toBe(2);
    expect(`${run.stdout}${run.stderr}`).not.toMatch(/canary|AGE-SECRET-KEY-1[A-Z0-9]/);
    expect(rig.made()).toEqual([]);
  });

  test("in a folder that is not there, or whose path is too long for a socket", async () => {
    const absent = await drill({ args: ["--scratch", join(rig.files.folder, "absent")] });
    expect(absent).toMatchObject({ status: 2 });
    expect(absent.stderr).toMatch(
      /Cannot create a folder in .*absent \(--scratch\): there is no such folder/,
    );
    const long = join(rig.files.folder, "x".repeat(100));
    mkdirSync(long);
    const run = await drill({ args: ["--scratch", long] });
    expect(run).toMatchObject({ status: 2 });
    expect(run.stderr).toMatch(/bytes too long for a server's socket: name a folder with a shorter path/);
    expect(readdirSync(long)).toEqual([]);
  });
});

describe("a drill that is broken off leaves neither server nor file", () => {
  test.each<[string, RegExp, "whole" | "half"]>([
    ["the list does not come", /list-type=2/, "whole"],
    ["the manifest does not come", /^GET .*\.manifest\.json/, "whole"],
    ["the backup does not come", /^GET .*\.dump\.age/, "whole"],
    ["the backup stops coming", /^GET .*\.dump\.age/, "half"],
  ])("by a signal, when %s", async (_, which, stalled) => {
    const job = rig.start(argumentsOf(rig.files.holder.file));
    const end = ended(job);
    await new Promise<void>((resolve) => {
      rig.store.stall = (request) => {
        if (!which.test(request)) return undefined;
        resolve();
        return stalled;
      };
    });
    // What has come has been begun with when there is a file for it.
    if (stalled === "half") await whileRunning(end, () => dumps()[0]);
    job.kill("SIGTERM");
    const run = await end;
    expect(run).toMatchObject({ status: 1, signal: null, stderr: "error: Stopped by SIGTERM\n" });
  });

  test("where the account of the server cannot get into the folder, which root's own files hide", async () => {
    const hidden = join(rig.files.folder, "hidden");
    mkdirSync(hidden, { mode: 0o700 });
    const run = await drill({ args: ["--scratch", hidden] });
    if (process.getuid?.() === 0) {
      expect(run).toMatchObject({ status: 1 });
      expect(run.stderr).toContain(
        `may not be allowed to enter ${hidden}: name another folder with --scratch`,
      );
    } else {
      // Who is not root runs the server too.
      expect(run).toMatchObject({ status: 0 });
    }
    expect(readdirSync(hidden)).toEqual([]);
  });

  test("when the disk of the scratch server is full", async () => {
    await rig.postgres.sql("create database wide");
    await rig.postgres.sql(
      "create table wide as select repeat('x', 1900) as wide from generate_series(1, 60000)",
      "wide",
    );
    await rig.backup("wide", "wide/");
    const scratch = join(rig.files.folder, "small");
    mkdirSync(scratch, { mode: 0o755 });
    asRoot("mount", "-t", "tmpfs", "-o", "size=90m,mode=1777", "tmpfs", scratch);
    try {
      // By the programs of this machine alone, whose files fill a disk to its last block.
      const changes = { POSTGRES_BIN: "" };
      const run = await drill({ args: ["--scratch", scratch], prefix: "wide/", changes });
      expect(run.stderr).toMatch(/The restore failed: [\s\S]*No space left on device/i);
      expect(run).toMatchObject({ status: 1, signal: null });
      expect(readdirSync(scratch)).toEqual([]);
      expect(processes().filter(({ title }) => title.includes(scratch))).toEqual([]);
    } finally {
      asRoot("umount", scratch);
    }
  });

  describe("in the middle of the restore,", () => {
    beforeAll(async () => {
      await rig.postgres.sql("create database slow");
      // Takes its time in the scratch server, and none at home.
      await rig.postgres.sql(
        `create function public.wait() returns boolean language plpgsql immutable as
           $$ begin if current_user like 'drill%' then perform pg_sleep(3600); end if; return true; end $$;
         create table slow (id int, done boolean generated always as (public.wait()) stored);
         insert into slow values (1);`,
        "slow",
      );
      await rig.backup("slow", "slow/");
    });

    test.each(["SIGTERM", "SIGINT"] as const)("by %s", async (signal) => {
      const { job, end } = startSlow();
      await restoring(end);
      job.kill(signal);
      const run = await end;
      expect(run).toMatchObject({ status: 1, signal: null });
      expect(run.stderr).toBe(`error: Stopped by ${signal}\n`);
    });

    test("by SIGKILL, which it cannot notice", async () => {
      const { job, end } = startSlow();
      await restoring(end);
      job.kill("SIGKILL");
      await end;
      const isClean = () =>
        readdirSync(rig.temporary).length === 0 &&
        processes().every(({ title }) => !title.includes(rig.temporary));
      await vi.waitUntil(isClean, { timeout: 150_000, interval: 50 });
    });

    test("when pg_restore is killed", async () => {
      const end = runSlow();
      await restoring(end);
      for (const { id, title } of processes()) {
        if (title.includes("pg_restore") && title.includes(rig.temporary)) process.kill(id, "SIGKILL");
      }
      const run = await end;
      expect(run).toMatchObject({ status: 1, signal: null });
      expect(run.stderr).toMatch(/The restore failed: pg_restore ended with signal SIGKILL/);
    });

    test("when the scratch server is killed", async () => {
      const end = runSlow();
      await restoring(end);
      for (const { id, title } of processes()) {
        if (/bin\/postgres/.test(title) && title.includes(rig.temporary)) process.kill(id, "SIGKILL");
      }
      const run = await end;
      expect(run).toMatchObject({ status: 1, signal: null });
      expect(run.stderr).toMatch(/The restore failed: pg_restore ended with exit status 1[\s\S]*terminated/);
    });

    test("or wherever it is, when its time is up", async () => {
      const run = await runSlow(["--timeout", "0.03"]);
      expect(run).toMatchObject({ status: 1, signal: null });
      expect(run.stderr).toContain("Timed out after 0.03 minutes; raise --timeout");
    });

    function startSlow() {
      const job = rig.start(argumentsOf(rig.files.holder.file), { prefix: "slow/" });
      return { job, end: ended(job) };
    }

    function runSlow(args: readonly string[] = []): Promise<Ended> {
      return drill({ args, prefix: "slow/" });
    }

    /** Waits until a scratch server is busy with the rows. */
    function restoring(end: Promise<unknown>): Promise<unknown> {
      return whileRunning(end, () =>
        globSync(join(rig.temporary, "optropic-server-*", "data"))
          .flatMap(sessionsOf)
          .find(({ title }) => /^postgres: drill_\w+ \w+ \[local\] (?:COPY|CREATE TABLE)/.test(title)),
      );
    }
  });
});

function drill({
  file = rig.files.holder.file,
  args = [],
  prefix = "postgres/",
  changes = {},
}: {
  file?: string;
  args?: readonly string[];
  prefix?: string;
  changes?: Record<string, string>;
} = {}): Promise<Ended> {
  return rig.run([...argumentsOf(file), ...args], { prefix, changes });
}

/** Files of dumps that are being fetched. */
function dumps(): string[] {
  return globSync(join(rig.temporary, "optropic-drill-*", "dump"));
}

function argumentsOf(file: string): string[] {
  return ["drill", "--json", "--cwd", project, "--identity", file, "--evidence", rig.evidence];
}

function edited(change: (text: string) => string): string {
  const text = change(manifest);
  if (text === manifest) throw new Error("The manifest is as it was");
  return text;
}

function sealedWith(sha256: string): string {
  return `"sealed":{"bytes":${sealed.length},"sha256":"${sha256}"}`;
}

function plainWithOther(text: string): string {
  return text.replace(/("plain":\{"bytes":\d+,"sha256":")[0-9a-f]{8}/, "$100000000");
}

function flipped(data: Buffer, at: number): Buffer {
  const copy = Buffer.from(data);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

function without(data: Buffer, from: number, to: number): Buffer {
  return Buffer.concat([data.subarray(0, from), data.subarray(to)]);
}

/** Two of age's chunks, of 64 KiB and a tag each, in the other order. */
function exchanged(data: Buffer): Buffer {
  const chunk = 65_536 + 16;
  const start = data.indexOf("\n---");
  const first = data.indexOf("\n", start + 1) + 1 + 16;
  return Buffer.concat([
    data.subarray(0, first),
    data.subarray(first + chunk, first + 2 * chunk),
    data.subarray(first, first + chunk),
    data.subarray(first + 2 * chunk),
  ]);
}

function fileWith(text: string): string {
  const file = join(rig.files.folder, "identities");
  writeFileSync(file, text);
  return file;
}

function asRoot(...command: readonly string[]): void {
  const all = process.getuid?.() === 0 ? command : ["sudo", "-n", ...command];
  execFileSync(all[0] ?? "", all.slice(1));
}
