import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { Failure } from "../../../lib/failure.ts";
import { type PreviewDocument, preview } from "../../../preview/index.ts";
import { findBubblewrap } from "../../../preview/isolation/bubblewrap.ts";
import { start } from "../../cli/command.ts";
import { type Machine, machine, marker, processesWith, secretParts } from "./machine.ts";

// A stranger's program and pack try to reach what is not theirs. Each attempt has to fail, and what the program
// declares is judged as if it had tried nothing.

const results = z.record(z.string(), z.string());
let target: Machine;

beforeAll(async () => {
  // Without it these tests would show nothing: it says how to install it.
  findBubblewrap();
  process.env.HOSTILE_SECRET = secretParts.join("");
  target = await machine();
});

afterAll(() => {
  delete process.env.HOSTILE_SECRET;
  target.remove();
});

function isolated(...config: string[]): Promise<PreviewDocument> {
  return preview({
    cwd: target.program,
    stack: "dev",
    policyPacks: [target.pack],
    config,
    timeoutMs: 120_000,
    isolation: { by: "namespaces", env: [], read: [] },
  });
}

/** The verdict on what the program declares: that it is forbidden. */
function forbidden(document: PreviewDocument): number {
  expect(document.summary.mandatory).toBe(1);
  const policy = document.policies.find(({ name }) => name === "nothing-forbidden");
  expect(policy).toMatchObject({ status: "violated", enforcement: "mandatory" });
  return policy?.violations.length ?? 0;
}

describe("what a hostile program and a hostile pack try", () => {
  let document: PreviewDocument;

  beforeAll(async () => {
    const targets = JSON.stringify(target.targets);
    document = await isolated(`targets=${targets}`, `pack:targets=${targets}`);
  });

  it("gets the program nothing", () => {
    const attempts = results.parse(document.outputs.attempts);
    expect(Object.keys(attempts).length).toBeGreaterThan(40);
    expect(Object.entries(attempts).filter(([, result]) => !isHarmless(result))).toEqual([]);
  });

  it("gets the pack nothing", () => {
    const [violation] = document.policies.find(({ name }) => name === "attempts")?.violations ?? [];
    const attempts = results.parse(JSON.parse(violation?.message ?? "{}"));
    expect(Object.keys(attempts).length).toBeGreaterThan(40);
    expect(Object.entries(attempts).filter(([, result]) => !isHarmless(result))).toEqual([]);
  });

  it("does not change the verdict", () => {
    expect(forbidden(document)).toBe(1);
  });

  it("leaves nothing behind: no file, no connection, no process", () => {
    expect(readdirSync(join(target.folder, "outside")).sort()).toEqual(["socket", "victim"]);
    expect(existsSync(join(target.folder, "repository", "infra", "planted"))).toBe(false);
    expect(readFileSync(join(target.folder, "home", ".npmrc"), "utf8")).toBe(secretParts.join(""));
    expect(target.connections()).toBe(0);
    expect(processesWith(marker)).toEqual([]);
  });
});

/** Nothing was there to take, or the system refused it; an attack that is broken itself shows nothing. */
function isHarmless(result: string): boolean {
  return /^(?:nothing$|failed: (?:E[A-Z]+$|no: |Command failed: \/bin\/sh))/.test(result);
}

describe("a program that cheats at its end", () => {
  it.each(["finish-early", "race-the-end"])(
    "is judged by all that it declares, or not at all: %s",
    async (mode) => {
      const outcome = await isolated(`mode=${mode}`).then(forbidden, (error: unknown) => error);
      if (typeof outcome === "number") expect(outcome).toBeGreaterThan(0);
      else expect(outcome).toBeInstanceOf(Failure);
    },
  );

  it("does not speak as the preview or to its runner", async () => {
    const document = await isolated("mode=speak-as-the-engine");
    expect(forbidden(document)).toBe(1);
    expect(document.messages.every(({ severity }) => severity === "warning" || severity === "printed")).toBe(
      true,
    );
  });

  it.each([
    ["kill-everything", []],
    ["huge-message", []],
    ["fork-bomb", []],
    ["call-elsewhere", ["target=127.0.0.1:1"]],
  ])("ends its own preview alone: %s", async (mode, more) => {
    await expect(isolated(`mode=${mode}`, ...more)).rejects.toThrow(Failure);
    expect(processesWith(target.program)).toEqual([]);
  });

  it("has the preview read no file for it that it cannot read itself", async () => {
    await expect(isolated("mode=name-a-file", "file=/etc/passwd")).rejects.toThrow(
      "leads out of the repository",
    );
    // By that path the program has a file of its own, and the preview does not look at the machine's.
    const file = join(target.folder, "home", ".npmrc");
    const { messages, resources } = await isolated("mode=name-a-file", `file=${file}`);
    expect(messages.map(({ message }) => message)).toContain(
      `whether ${file} is there is not known: the isolated program has its own folder for temporary files`,
    );
    expect(resources.find(({ name }) => name === "file")?.inputs).toEqual({ source: { asset: file } });
  });

  it("fills its own folder for temporary files alone", async () => {
    const document = await isolated("mode=fill-the-disk");
    expect(document.outputs.result).toBe("ENOSPC");
    expect(forbidden(document)).toBe(1);
  });
});

describe("a preview that is killed", () => {
  it("leaves no process of the program, which left its session, behind", async () => {
    const args = ["--cwd", target.program, "--stack", "dev", "--isolate", "--config", "mode=stop-and-stay"];
    const running = start(["preview", ...args, "--config", `marker=${marker}`]);
    await expect.poll(() => processesWith(marker).length).toBeGreaterThan(1);
    running.kill("SIGKILL");
    await once(running, "close");
    await expect.poll(() => processesWith(marker)).toEqual([]);
  });
});
