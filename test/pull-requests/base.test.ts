import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { checkOutBase } from "../../pull-requests/base.ts";
import { claimOf } from "../../pull-requests/claim.ts";

/** A checkout as GitHub makes it: `main` has moved on since the pull request began, and both are merged. */
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "base-"));
  git("init", "--quiet", "--initial-branch=main");
  await commit("settings", "old");
  git("checkout", "--quiet", "-b", "patch");
  await commit("patch", "of the pull request");
  git("checkout", "--quiet", "main");
  await commit("settings", "new, on main meanwhile");
  git("checkout", "--quiet", "--detach", "main");
  git("merge", "--quiet", "--no-ff", "-m", "Merge patch into main", "patch");
});

afterEach(() => rm(folder, { recursive: true }));

function git(...args: string[]): string {
  const who = ["-c", "user.name=someone", "-c", "user.email=someone@optropic.example"];
  return execFileSync("git", [...who, "-C", folder, ...args], { encoding: "utf8" }).trim();
}

async function commit(file: string, content: string): Promise<void> {
  await writeFile(join(folder, file), content);
  git("add", file);
  git("commit", "--quiet", "-m", content);
}

const into = () => join(folder, "base");

it("is the first parent of the merge: what main changed is not the pull request's doing", async () => {
  const said = checkOutBase({ head: folder, into: into(), commit: "" });
  expect(await readFile(join(into(), "settings"), "utf8")).toBe("new, on main meanwhile");
  expect(existsSync(join(into(), "patch"))).toBe(false);
  expect(said).toBe(
    `The base ${git("rev-parse", "main").slice(0, 12)} has no package-lock.json, so there is nothing to compare with.`,
  );
});

it("is the commit that a merge queue names", async () => {
  checkOutBase({ head: folder, into: into(), commit: git("rev-parse", "main~1") });
  expect(await readFile(join(into(), "settings"), "utf8")).toBe("old");
});

it("is nothing where the commit is no merge: its parent is the pull request's own", () => {
  git("checkout", "--quiet", "patch");
  expect(checkOutBase({ head: folder, into: into(), commit: "" })).toMatch(/not a merge of the base/);
  expect(existsSync(into())).toBe(false);
});

it.each(["main", "--help", "HEAD~1", "f".repeat(39)])("is no name such as %s", (commit) => {
  expect(() => checkOutBase({ head: folder, into: into(), commit })).toThrow(/40 hexadecimal digits/);
});

it("is refused where Git does not have it", () => {
  expect(() => checkOutBase({ head: folder, into: into(), commit: "f".repeat(40) })).toThrow(
    /git worktree failed/,
  );
});

const run = { GITHUB_RUN_ID: "4711", GITHUB_RUN_ATTEMPT: "2" };
const opened = (sha: string) => ({ pull_request: { number: 42, head: { sha }, base: { ref: "main" } } });

it("is what the results say that they were compared with: the first parent, whatever the event says", () => {
  const head = git("rev-parse", "patch");
  expect(claimOf(run, opened(head), folder)).toEqual({
    ...{ run: 4711, attempt: 2, pullRequest: 42, head },
    base: { ref: "main", commit: git("rev-parse", "main") },
  });
});

it("is not said where the merge is of another head, or there is no pull request", () => {
  const other = "e".repeat(40);
  expect(claimOf(run, opened(other), folder)).toMatchObject({ head: other, base: null });
  const commit = git("rev-parse", "HEAD");
  expect(claimOf(run, {}, folder)).toEqual({
    ...{ run: 4711, attempt: 2, pullRequest: null, head: commit, base: null },
  });
  expect(claimOf({}, opened(other), folder)).toBeUndefined();
});
