import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { type Ended, ended } from "../cli/command.ts";

const root = join(import.meta.dirname, "..", "..");
const pack = join(root, "policies");
const { version } = z
  .looseObject({ version: z.string() })
  .parse(createRequire(import.meta.url)("pulumi/package.json"));

let home: string;

/** A Pulumi CLI where its npm package looks for it, which says what it was given. */
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "pulumi-"));
  const folder = join(home, "versions", version, "bin");
  await mkdir(folder, { recursive: true });
  const said = `echo "$PULUMI_OPTION_POLICY_PACK|$*|\${VERCEL_API_TOKEN-unset}\${PULUMI_CONFIG_PASSPHRASE+, passphrase}"; exit "\${STATUS:-0}"`;
  await writeFile(join(folder, "pulumi"), `#!/bin/sh\n${said}\n`, { mode: 0o755 });
});

afterEach(() => rm(home, { recursive: true }));

function npm(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const { PULUMI_OPTION_POLICY_PACK: _, PULUMI_CONFIG_PASSPHRASE: __, ...inherited } = process.env;
  return ended(
    spawn("npm", ["run", "--silent", ...args], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...inherited, PULUMI_HOME: home, ...environment },
    }),
  );
}

describe("npm run", () => {
  it.each(["preview", "up"])("pulumi:%s enforces the pack, from any folder", async (command) => {
    const end = await npm([`pulumi:${command}`, "--", "--stack", "production", "--cwd", "delivery"]);
    expect(end).toMatchObject({
      status: 0,
      stdout: `${pack}|${command} --stack production --cwd delivery|unset\n`,
    });
  });

  it("pulumi:up adds the pack to others, and has it once", async () => {
    const { stdout } = await npm(["pulumi:up"], { PULUMI_OPTION_POLICY_PACK: "/other,policies" });
    expect(stdout).toBe(`/other,${pack}|up|unset\n`);
  });

  it("pulumi:up passes a credential on, and none that is empty", async () => {
    expect((await npm(["pulumi:up"], { VERCEL_API_TOKEN: "token" })).stdout).toMatch(/\|token\n$/);
    expect((await npm(["pulumi:up"], { VERCEL_API_TOKEN: "" })).stdout).toMatch(/\|unset\n$/);
  });

  it("pulumi:up passes a passphrase on even where it is empty", async () => {
    const { stdout } = await npm(["pulumi:up"], { PULUMI_CONFIG_PASSPHRASE: "" });
    expect(stdout).toMatch(/unset, passphrase\n$/);
  });

  it("pulumi:preview ends with the status of the CLI", async () => {
    expect((await npm(["pulumi:preview"], { STATUS: "255" })).status).toBe(255);
  });
});

it("direnv makes a plain `pulumi up` enforce the pack, from any folder", async () => {
  // What direnv does: the file runs in its own folder, with functions of direnv's.
  const script = `PATH_add() { PATH="$PWD/$1:$PATH"; }\n. ./.envrc\ncd "$HOME"\npulumi up`;
  const end = await ended(
    spawn("bash", ["-euc", script], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: process.env.PATH, HOME: tmpdir(), PULUMI_HOME: home },
    }),
  );
  expect(end).toMatchObject({ status: 0, stdout: `${pack}|up|unset\n` });
});

it("direnv's file is in the repository, and other files of variables are not", async () => {
  const ignored = (await readFile(join(root, ".gitignore"), "utf8")).split("\n");
  expect(ignored).toEqual(expect.arrayContaining([".env*", "!.envrc"]));
});
