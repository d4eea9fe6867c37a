import { isAbsolute, relative } from "node:path";
import type { Authors } from "../../evidence/signer.ts";
import { Child } from "../../lib/child.ts";

/** The most output of Git that is read, in bytes. */
const maximumBytes = 1024 * 1024;

/** The same of a list of every file, in bytes. */
const maximumListBytes = 64 * 1024 * 1024;

/**
 * The commit that a folder is at; undefined without Git, where tracked files were changed since, and where Git was
 * told not to look at some, as no commit says then what is there.
 *
 * @param apart a folder whose changes do not count: where evidence itself is written
 */
export async function cleanCommit(cwd: string, apart: string): Promise<string | undefined> {
  const commit = await git(cwd, ["rev-parse", "--verify", "HEAD"]);
  const inside = relative(cwd, apart);
  const besides =
    inside === "" || inside.startsWith("..") || isAbsolute(inside) ? [] : [`:(exclude)${inside}`];
  const changes = await git(cwd, ["status", "--porcelain", "--untracked-files=no", "--", ".", ...besides]);
  if (changes !== "" || commit === undefined || !/^[0-9a-f]{40,64}$/.test(commit)) return undefined;
  const files = await answer(cwd, ["ls-files", "-v", "-z", "--", ".", ...besides], maximumListBytes);
  // Small letters and S: marked with --assume-unchanged or --skip-worktree, so their changes do not show.
  return files === undefined || /(?:^|\0)[a-zS] /.test(files) ? undefined : commit;
}

/** A file of a folder as a checkout of a commit has it; undefined where Git cannot tell, or the commit has none. */
export function fileAt(cwd: string, commit: string, name: string): Promise<string | undefined> {
  return answer(cwd, ["cat-file", "--filters", `${commit}:./${name}`], maximumBytes);
}

/**
 * Who wrote a commit, which nobody knows where there is none: the addresses of its author, as written and by `.mailmap`, and of those that its message names as
 * co-authors.
 */
export async function authorsOf(cwd: string, commit: string | undefined): Promise<Authors> {
  if (commit === undefined) return "unknown";
  // Something in front of the first line, which would be trimmed away where the author has no address.
  const format = "--format=by %ae%n%aE%n%(trailers:key=Co-authored-by,valueonly)";
  const text = await git(cwd, ["show", "--no-patch", format, commit, "--"]);
  const [author, ...others] = (text ?? "").split("\n").map((line) => /[^\s<>]+@[^\s<>]+/.exec(line)?.[0]);
  // A co-author alone does not say who wrote it.
  return author === undefined
    ? "unknown"
    : [...new Set([author, ...others.filter((each) => each !== undefined)])];
}

/** What Git answers, without the space around it; undefined where it cannot. */
export async function git(cwd: string, args: readonly string[]): Promise<string | undefined> {
  return (await answer(cwd, args, maximumBytes))?.trim();
}

async function answer(
  cwd: string,
  args: readonly string[],
  outputBytes: number,
): Promise<string | undefined> {
  try {
    const child = new Child({
      label: "git",
      launch: {
        command: "git",
        // The objects themselves: `git replace` shows others in their place, and no push carries that along.
        args: ["--no-replace-objects", "--no-optional-locks", "-c", "core.fsmonitor=false", ...args],
        env: { PATH: process.env.PATH, HOME: process.env.HOME, LC_ALL: "C" },
        cwd,
      },
      outputBytes,
    });
    const status = await child.exited;
    return status === 0 ? child.output : undefined;
  } catch {
    return undefined;
  }
}
