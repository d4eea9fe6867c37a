import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Ended, ended, run } from "./command.ts";

const root = join(import.meta.dirname, "..", "..");

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "start-"));
});

afterEach(() => rm(folder, { recursive: true }));

/** Runs the command of a folder with arguments for Node.js itself. */
function startIn(repository: string, nodeArgs: readonly string[] = []): Promise<Ended> {
  const command = join(repository, "cli", "optropic.js");
  return ended(
    spawn(process.execPath, [...nodeArgs, command, "preview"], { stdio: ["ignore", "pipe", "pipe"] }),
  );
}

it.each(["18.20.8", "20.20.2", "22.17.1"])("says in one line that Node.js %s is too old", async (version) => {
  const older = join(folder, "older.cjs");
  const versions = { ...process.versions, node: version };
  await writeFile(
    older,
    `Object.defineProperty(process, "versions", { value: ${JSON.stringify(versions)} });
     delete require("node:module").enableCompileCache;`,
  );
  const { status, stdout, stderr } = await startIn(root, ["--require", older]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toBe(
    `error: optropic needs Node.js 22.18 or newer, and this is ${version}; run npm ci and npx optropic in ${root}, which use Node.js 24\n`,
  );
});

it("says in one line that the packages are not installed", async () => {
  const sources = ["checklist", "cli", "config", "lib", "operations", "postgres", "preview", "project"];
  for (const name of [...sources, "package.json"]) {
    await cp(join(root, name), join(folder, name), { recursive: true });
  }
  const { status, stdout, stderr } = await startIn(folder);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toBe(`error: optropic's packages are not installed; run npm ci in ${folder}\n`);
});

describe.runIf(existsSync("/dev/full"))("where a disk is full", () => {
  const command = join(root, "cli", "optropic.js");

  async function ends(args: readonly string[], full: "stdout" | "stderr"): Promise<Ended> {
    const disk = openSync("/dev/full", "w");
    try {
      const stdio =
        full === "stdout" ? (["ignore", disk, "pipe"] as const) : (["ignore", "pipe", disk] as const);
      return await ended(spawn(process.execPath, [command, ...args], { stdio: [...stdio] }));
    } finally {
      closeSync(disk);
    }
  }

  it.each([
    ["the help", ["--help"]],
    ["a result", ["evidence", "keygen", "--print-private-key"]],
    ["a document", ["evidence", "keygen", "--print-private-key", "--json"]],
  ])("says in one line that %s cannot be written", async (_, args) => {
    expect(await ends(args, "stdout")).toMatchObject({
      status: 2,
      stderr: "error: Cannot write to standard output: the disk is full; make room, or name another place\n",
    });
  });

  it("keeps its exit status where not even errors can be written", async () => {
    expect(await ends(["evidence", "keygen", "--nope"], "stderr")).toMatchObject({ status: 2, stdout: "" });
    expect(await ends(["--version"], "stderr")).toMatchObject({ status: 0 });
  });

  it("says nothing where the reader of a pipe has gone", async () => {
    const child = spawn(process.execPath, [command, "--help"], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += chunk;
    });
    const [status] = await once(child, "close");
    expect({ status, said }).toEqual({ status: 0, said: "" });
  });
});

it("starts where all is there", async () => {
  expect(await run(["--version"])).toMatchObject({ status: 0, stderr: "" });
});
