import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Ended, ended } from "../cli/command.ts";

const command = join(import.meta.dirname, "..", "..", "policies", "publish.ts");
const canary = "c4nary-pul-t0ken";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "publish-"));
  mkdirSync(join(folder, "bin"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("npm run publish-pack", () => {
  test("sends the bundle from its own folder to the organisation", async () => {
    fakePulumi('printf "%s|" "$PWD" "$@" > "$SAID"');
    const { status, stdout } = await publish("optropic");
    expect(status).toBe(0);
    expect(stdout).toBe(`${join(folder, "pack")}\n`);
    expect(said()).toBe([join(folder, "pack"), "policy", "publish", "optropic", ""].join("|"));
    expect(existsSync(join(folder, "pack", "index.js"))).toBe(true);
  });

  test("names no organisation where none is given, and hides no failure of Pulumi's", async () => {
    fakePulumi('printf "%s|" "$@" > "$SAID"; exit 3');
    const { status } = await publish();
    expect(status).toBe(3);
    expect(said()).toBe("policy|publish|");
  });

  test("only makes the bundle with --dry-run", async () => {
    fakePulumi('echo started > "$SAID"');
    const { status } = await publish("--dry-run");
    expect(status).toBe(0);
    expect(existsSync(join(folder, "said"))).toBe(false);
    expect(existsSync(join(folder, "pack", "package.json"))).toBe(true);
  });

  test("says what is missing where there is no Pulumi, and puts no token anywhere", async () => {
    const { status, stdout, stderr } = await publish("optropic");
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error: cannot start pulumi: /);
    const bundle = readFileSync(join(folder, "pack", "index.js"), "utf8");
    expect(`${stdout}${stderr}${bundle}`).not.toContain(canary);
  });
});

/** Puts a `pulumi` on the path that runs a script of the shell. */
function fakePulumi(script: string): void {
  const file = join(folder, "bin", "pulumi");
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

function said(): string {
  return readFileSync(join(folder, "said"), "utf8");
}

function publish(...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [command, "--output", join(folder, "pack"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: join(folder, "bin"),
      SAID: join(folder, "said"),
      PULUMI_ACCESS_TOKEN: canary,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    },
  });
  return ended(child);
}
