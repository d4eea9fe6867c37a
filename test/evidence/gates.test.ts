import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { authorsOf, cleanCommit, git } from "../../cli/evidence/git.ts";
import { sha256 } from "../../evidence/digest.ts";
import { apiDocumentation } from "../../evidence/gates/api-documentation.ts";
import { auditReport } from "../../evidence/gates/audit-report.ts";
import { documents } from "../../evidence/gates/documents.ts";
import { envFile } from "../../evidence/gates/env-file.ts";
import type { Facts } from "../../evidence/gates/facts.ts";
import { releaseBranch, releaseMerged } from "../../evidence/gates/release-branch.ts";
import { repositoryAt, runGates } from "../../evidence/gates/run.ts";
import { markdownReport, readReport } from "../../evidence/report/markdown.ts";
import { busyReport } from "./busy.ts";

const facts: Facts = {
  project: "optropic",
  stack: "production",
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
  const gate = [envFile, ...documents, auditReport].find((each) => each.name === name);
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

  it("does not hold when one clone alone ignores .env", async () => {
    repository({ "a.txt": "1" });
    write(".git/info/exclude", ".env*\n");
    expect(await checked("env-file-ignored")).toMatchObject({ state: "does-not-hold" });
  });

  it("does not hold when a merge added .env, which no other commit did", async () => {
    repository({ ".gitignore": ".env*\n" });
    run("branch", "-M", "main");
    run("switch", "--quiet", "-c", "other");
    run("commit", "--quiet", "--allow-empty", "-m", "Other");
    run("switch", "--quiet", "main");
    run("commit", "--quiet", "--allow-empty", "-m", "Main");
    run("merge", "--quiet", "--no-ff", "--no-commit", "other");
    write(".env", "JWT_SECRET=canary\n");
    run("add", "--force", ".env");
    run("commit", "--quiet", "-m", "Merge");
    expect(await checked("env-file-ignored")).toMatchObject({
      state: "does-not-hold",
      summary: "The history has .env",
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

  it.each([
    ["## 3.0.0\n", "holds"],
    ["Version v3.0.0.", "holds"],
    ["13.0.0", "does-not-hold"],
    ["3.0.0-rc.1", "does-not-hold"],
    ["3.0.0+build.5", "does-not-hold"],
    ["3.0.09", "does-not-hold"],
  ])("name a release as a word of its own: %j %s", async (text, state) => {
    write("CHANGELOG.md", text);
    expect(await checked("release-notes")).toMatchObject({ state });
  });

  it("do not hold where Git does not have them", async () => {
    repository({ "a.txt": "1" });
    write("CHANGELOG.md", "## 3.0.0\n");
    expect(await checked("release-notes")).toMatchObject({ state: "does-not-hold" });
    run("add", "CHANGELOG.md");
    expect(await checked("release-notes")).toMatchObject({ state: "holds" });
  });

  it.each(documents.map(({ name }) => name))("%s does not hold in an empty repository", async (name) => {
    expect(await checked(name)).toMatchObject({ state: "does-not-hold" });
  });
});

describe("platform-audit-report", () => {
  const report = (changes: { heading?: string; commit?: string; blocking?: string } = {}): string => {
    const { heading = "# Go: optropic/production 3.0.0", commit, blocking } = changes;
    return [
      heading,
      `2026-11-28 18:00 UTC, commit \`${commit ?? head()}\`. What is due before the release. 175 hold of 175 items.`,
      ...(blocking === undefined ? [] : [`In the way: ${blocking}`]),
      "## Sections",
    ].join("\n\n");
  };
  const head = (): string =>
    execFileSync("git", ["rev-parse", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
  function commit(files: Record<string, string>): void {
    for (const [path, text] of Object.entries(files)) write(path, text);
    run("add", "--all");
    run("commit", "--quiet", "--message", "Change");
  }

  beforeEach(() => repository({ "index.ts": "1" }));

  it.each([
    ["go", {}],
    ["no-go for itself alone", { heading: "# No-go: optropic/production 3.0.0", blocking: "C.7" }],
  ])("holds where the report says %s, and pages alone were changed since", async (_, changes) => {
    commit({
      "docs/PLATFORM_AUDIT_REPORT.md": report(changes),
      "records/a.json": "{}",
      "README.md": "# New",
    });
    expect(await checked("platform-audit-report")).toMatchObject({ state: "holds" });
  });

  it.each<[string, Parameters<typeof report>[0], RegExp]>([
    ["no-go", { heading: "# No-go: optropic/production 3.0.0", blocking: "4.2, C.7" }, /no-go: 4\.2 is in/],
    ["no-go, and not why", { heading: "# No-go: optropic/production 3.0.0" }, /says no-go$/],
    ["another stack", { heading: "# Go: optropic/staging 3.0.0" }, /is about optropic\/staging 3\.0\.0/],
    [
      "another release",
      { heading: "# Go: optropic/production 2.9.0" },
      /is about optropic\/production 2\.9\.0/,
    ],
    ["no report", { heading: "# Audit of 3.0.0" }, /not a report/],
    ["a commit that is nowhere", { commit: "c".repeat(40) }, /is not here/],
  ])("does not hold where the report is about %s", async (_, changes, summary) => {
    commit({ "PLATFORM_AUDIT_REPORT.md": report(changes) });
    const result = await checked("platform-audit-report");
    expect(result?.summary).toMatch(summary);
    expect(result?.state).not.toBe("holds");
  });

  it("does not hold where something else was changed since, or the commit is of another line", async () => {
    const text = report();
    commit({ "PLATFORM_AUDIT_REPORT.md": text, "index.ts": "2" });
    expect(await checked("platform-audit-report")).toMatchObject({
      state: "does-not-hold",
      summary: expect.stringMatching(/index\.ts was changed since/),
    });
    run("checkout", "--quiet", "--orphan", "other");
    run("commit", "--quiet", "--message", "Other");
    expect((await checked("platform-audit-report"))?.summary).toMatch(/does not build on/);
  });

  it("reads what the report says of itself", () => {
    const document = busyReport();
    expect(readReport(markdownReport(document))).toEqual({
      ...{ decision: "no-go", subject: "optropic/production 3.0.0", commit: document.commit, blocking: [] },
    });
    const [first] = document.items.filter(({ blocks }) => blocks);
    const items = document.items.map((item) => ({ ...item, blocks: item === first }));
    expect(readReport(markdownReport({ ...document, items }))?.blocking).toEqual([first?.id]);
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

  it.each(["--assume-unchanged", "--skip-worktree"])("is unknown where %s hides changes", async (flag) => {
    repository({ "a.ts": "1", "records/one.json": "{}" });
    run("update-index", flag, "records/one.json");
    expect(await cleanCommit(root, join(root, "records"))).toBeDefined();
    run("update-index", flag, "a.ts");
    expect(await cleanCommit(root, join(root, "records"))).toBeUndefined();
  });

  it("is unknown without Git, and so is who wrote it", async () => {
    expect(await cleanCommit(root, join(root, "records"))).toBeUndefined();
    expect(await authorsOf(root, undefined)).toBe("unknown");
  });

  it("was written by its author, whom neither a co-author nor a replaced object hides", async () => {
    repository({ "a.ts": "1" });
    const [author] = await authorsOf(root, "HEAD");
    run("commit", "--allow-empty", "--message", "x\n\nCo-authored-by: Other <other@optropic.example>");
    expect(await authorsOf(root, "HEAD")).toEqual([author, "other@optropic.example"]);
    const other = "Other <other@optropic.example>";
    run("commit", "--allow-empty", "--message", "y", "--author", other);
    run("replace", "HEAD~1", "HEAD");
    expect(await authorsOf(root, "HEAD~1")).toContain(author);
    for (const nobody of ["Lead <lead>", "Lead <>"]) {
      const message = "z\n\nCo-authored-by: Other <other@optropic.example>";
      run("commit", "--allow-empty", "--author", nobody, "--message", message);
      expect(await authorsOf(root, "HEAD"), nobody).toBe("unknown");
    }
  });
});

describe("the release branch", () => {
  async function found(gates = [releaseBranch, releaseMerged]) {
    const at = repositoryAt(root, (args) => git(root, args), facts);
    return (await runGates(gates, at)).map(({ state, summary }) => `${state}: ${summary}`);
  }

  it("must be there, and have nothing that main lacks", async () => {
    repository({ "a.txt": "1" });
    run("branch", "-M", "main");
    expect(await found()).toEqual([
      "does-not-hold: There is no branch release/v3.0.0",
      "holds: main has every commit of the release",
    ]);
    run("switch", "--quiet", "-c", "release/v3.0.0");
    expect((await found())[0]).toBe("holds: release/v3.0.0 is there");
    run("commit", "--quiet", "--allow-empty", "-m", "Fix");
    expect((await found())[1]).toBe("does-not-hold: main lacks 1 commit of the release");
  });

  it("counts where it was fetched only, and a branch whose name merely ends alike does not", async () => {
    repository({ "a.txt": "1" });
    run("branch", "-M", "main");
    run("branch", "old/release/v3.0.0");
    expect((await found([releaseBranch]))[0]).toMatch(/^does-not-hold/);
    run("update-ref", "refs/remotes/origin/release/v3.0.0", "HEAD");
    expect((await found([releaseBranch]))[0]).toMatch(/^holds/);
  });

  it("is compared with the remote that was cloned, whatever others have", async () => {
    repository({ "a.txt": "1" });
    run("branch", "-M", "main");
    run("update-ref", "refs/remotes/origin/main", "HEAD");
    run("commit", "--quiet", "--allow-empty", "-m", "Fix");
    run("update-ref", "refs/remotes/fork/main", "HEAD");
    expect((await found())[1]).toBe("does-not-hold: origin/main lacks 1 commit of the release");
  });

  it("is unknown without Git, and without a main branch", async () => {
    expect(await found()).toEqual([
      expect.stringMatching(/^unknown: The branches are not here/),
      expect.stringMatching(/^unknown: The branches are not here/),
    ]);
    repository({ "a.txt": "1" });
    run("branch", "-M", "trunk");
    expect((await found())[1]).toMatch(/^unknown: There is neither main nor master/);
  });
});

describe("the page about the API", () => {
  async function found() {
    const at = repositoryAt(root, (args) => git(root, args), facts);
    const [result] = await runGates([apiDocumentation], at);
    return `${result?.state}: ${result?.summary}`;
  }

  it("must be written for the description that is there", async () => {
    expect(await found()).toMatch(/^does-not-hold: There is no docs\/openapi\.json/);
    write("docs/openapi.json", "{}");
    expect(await found()).toBe("does-not-hold: There is no docs/api.md");
    write("docs/api.md", `SHA-256 ${sha256("{}")}`);
    expect(await found()).toBe("holds: docs/api.md names the SHA-256 of docs/openapi.json");
    write("docs/openapi.json", '{"openapi":"3.1.0"}');
    expect(await found()).toMatch(/^does-not-hold: docs\/api\.md was not written for docs\/openapi\.json/);
  });
});
