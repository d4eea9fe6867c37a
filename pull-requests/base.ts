import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../lib/failure.ts";
import { shortened } from "../lib/text.ts";

export interface BaseOptions {
  /** The checkout of what is judged, with its history. */
  readonly head: string;
  /** Folder for the base; it must not exist. */
  readonly into: string;
  /** The commit to compare with; empty for the first parent of the merge commit that is checked out. */
  readonly commit: string;
}

/**
 * Checks out what a pull request is compared with, and installs its packages without their scripts. GitHub judges a
 * merge of the base and the head, whose first parent is the base: the difference between the two is what the pull
 * request changes, whatever the base branch got in the meantime.
 *
 * @returns what there is to compare with, in words; a base without these files is nobody's fault
 * @throws {Failure} `refused`, when Git cannot tell
 */
export function checkOutBase({ head, into, commit }: BaseOptions): string {
  const base = commit === "" ? firstParent(head) : named(commit);
  if (base === undefined)
    return "The commit is not a merge of the base, so there is nothing to compare with.";
  git(head, "worktree", "add", "--detach", "--force", into, base);
  if (!existsSync(join(into, "package-lock.json"))) {
    return `The base ${base.slice(0, 12)} has no package-lock.json, so there is nothing to compare with.`;
  }
  const install = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: into,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (install.status === 0) return `The base is ${base.slice(0, 12)}.`;
  return `The packages of the base ${base.slice(0, 12)} cannot be installed, so there may be nothing to compare with.`;
}

/** The commit that is checked out, and its parents: of a merge that GitHub judges, the base and the head. */
export function commitsOf(checkout: string): string[] {
  return git(checkout, "rev-list", "--parents", "-n", "1", "HEAD").trim().split(" ");
}

function firstParent(head: string): string | undefined {
  const [, first, second] = commitsOf(head);
  return second === undefined ? undefined : first;
}

function named(commit: string): string {
  if (/^[0-9a-f]{40}$/.test(commit)) return commit;
  throw new Failure("refused", "--commit must be a commit of 40 hexadecimal digits");
}

function git(repository: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("git", ["-C", repository, ...args], { encoding: "utf8" });
  if (status === 0) return stdout;
  throw new Failure("refused", `git ${args[0]} failed: ${shortened((stderr ?? "").trim(), 500)}`);
}
