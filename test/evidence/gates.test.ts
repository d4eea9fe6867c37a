import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cleanCommit, git } from "../../cli/evidence/git.ts";
import { documents } from "../../evidence/gates/documents.ts";
import { envFile } from "../../evidence/gates/env-file.ts";
import type { Facts } from "../../evidence/gates/gate.ts";
import { repositoryAt, runGates } from "../../evidence/gates/run.ts";

const facts: Facts = {
  release: "3.0.0",
  hosts: ["optropic.example", "api.optropic.example"],
  contacts: [
    "lead@optropic.example",
    "devops@optropic.example",
    "database@optropic.example",
    "security@optropic.example",
  ],
  alerts: ["high-error-rate", "service-down"],
  rtoMinutes: 60,
  rpoMinutes: 1440,
};

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "gates-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function run(...args: string[]): void {
  execFileSync("git", ["-c", "user.name=Test", "-c", "user.email=test@optropic.example", ...args], {
    cwd: root,
    stdio: "ignore",
  });
}

function repository(files: Record<string, string>): void {
  run("init", "--quiet");
  for (const [path, text] of Object.entries(files)) write(path, text);
  run("add", "--force", "--all");
  run("commit", "--quiet", "--message", "Begin");
}

async function checked(name: string) {
  const gate = [envFile, ...documents].find((each) => each.name === name);
  const [result] = await runGates(
    gate === undefined ? [] : [gate],
    repositoryAt(root, (args) => git(root, args), facts),
  );
  return result;
}

describe("env-file-ignored", () => {
  it("holds when .env is ignored and was never committed", async () => {
    repository({ ".gitignore": ".env*\n!.env.example\n", ".env.example": "PORT=\n" });
    expect(await checked("env-file-ignored")).toMatchObject({ state: "holds", items: ["2.11"] });
  });

  it.each([".env", "apps/web/.env.production", "config/production.env"])(
    "does not hold when %s was committed, also where it is gone",
    async (path) => {
      repository({ ".gitignore": "", [path]: "JWT_SECRET=canary\n" });
      run("rm", "--quiet", "--cached", path);
      write(".gitignore", ".env*\n*.env\n");
      run("add", "--all");
      run("commit", "--quiet", "--message", "Take it out");
      const result = await checked("env-file-ignored");
      expect(result).toMatchObject({ state: "does-not-hold", summary: `The history has ${path}` });
      expect(JSON.stringify(result)).not.toContain("canary");
    },
  );

  it("does not hold when .env is not ignored, or ignored only in part", async () => {
    repository({ ".gitignore": ".env\n" });
    expect(await checked("env-file-ignored")).toMatchObject({
      state: "does-not-hold",
      summary: ".gitignore does not ignore .env.production, .env.local",
    });
  });

  it("is unknown without Git's history", async () => {
    write(".gitignore", ".env*\n");
    expect(await checked("env-file-ignored")).toMatchObject({ state: "unknown" });
  });
});

describe("documents", () => {
  it("hold when they name what the stack declares", async () => {
    write("DEPLOYMENT_GUIDE.md", `# Guide\n${facts.hosts.join("\n")}\n${facts.contacts.join("\n")}\n`);
    expect(await checked("deployment-guide")).toMatchObject({
      state: "holds",
      control: { kind: "docs" },
      place: { path: "DEPLOYMENT_GUIDE.md", line: 1 },
    });
  });

  it("do not hold when a host was renamed since", async () => {
    write("DEPLOYMENT_GUIDE.md", `# Guide\noptropic.example\n${facts.contacts.join("\n")}\n`);
    expect(await checked("deployment-guide")).toMatchObject({
      state: "does-not-hold",
      summary: "DEPLOYMENT_GUIDE.md does not name the host api.optropic.example",
    });
  });

  it.each(documents.map(({ name }) => name))("%s does not hold in an empty repository", async (name) => {
    expect(await checked(name)).toMatchObject({ state: "does-not-hold" });
  });
});

describe("the commit that was judged", () => {
  it("is known where nothing tracked was changed since, wherever evidence is kept", async () => {
    repository({ "a.ts": "1", "records/one.json": "{}" });
    const commit = await git(root, ["rev-parse", "HEAD"]);
    expect(await cleanCommit(root, join(root, "records"))).toBe(commit);
    expect(await cleanCommit(root, tmpdir())).toBe(commit);
    write("records/one.json", "{ }");
    write("untracked.ts", "");
    expect(await cleanCommit(root, join(root, "records"))).toBe(commit);
    write("a.ts", "2");
    expect(await cleanCommit(root, join(root, "records"))).toBeUndefined();
  });

  it("is unknown without Git", async () => {
    expect(await cleanCommit(root, join(root, "records"))).toBeUndefined();
  });
});
