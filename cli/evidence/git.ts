import { isAbsolute, relative } from "node:path";
import { Child } from "../../lib/child.ts";

/** The most output of Git that is read, in bytes. */
const maximumBytes = 1024 * 1024;

/**
 * The commit that a folder is at; undefined without Git, and where tracked files were changed since, as no
 * commit says then what is there.
 *
 * @param apart a folder whose changes do not count: where evidence itself is written
 */
export async function cleanCommit(cwd: string, apart: string): Promise<string | undefined> {
  const commit = await git(cwd, ["rev-parse", "--verify", "HEAD"]);
  const inside = relative(cwd, apart);
  const besides =
    inside === "" || inside.startsWith("..") || isAbsolute(inside) ? [] : [`:(exclude)${inside}`];
  const changes = await git(cwd, ["status", "--porcelain", "--untracked-files=no", "--", ".", ...besides]);
  return changes === "" && commit !== undefined && /^[0-9a-f]{40,64}$/.test(commit) ? commit : undefined;
}

/** Who wrote the commit that a folder is at: an address; undefined where Git cannot tell. */
export function authorOf(cwd: string, commit: string): Promise<string | undefined> {
  return git(cwd, ["show", "--no-patch", "--format=%ae", commit, "--"]);
}

/** What Git answers; undefined where it cannot. */
export async function git(cwd: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const child = new Child({
      label: "git",
      launch: {
        command: "git",
        args: ["--no-optional-locks", "-c", "core.fsmonitor=false", ...args],
        env: { PATH: process.env.PATH, HOME: process.env.HOME, LC_ALL: "C" },
        cwd,
      },
      outputBytes: maximumBytes,
    });
    const status = await child.exited;
    return status === 0 ? child.output.trim() : undefined;
  } catch {
    return undefined;
  }
}
