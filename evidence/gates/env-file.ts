import type { Gate, Repository } from "./gate.ts";

/** Files with the values of variables: `.env` and its kin, but for what only says which there are. */
const patterns = [".env", ".env.*", "*.env"];

const examples = /(?:^|\/)\.env\.(?:example|sample|template|dist)$/;

/** Item 2.11: Git ignores `.env`, and no commit has one. */
export const envFile: Gate = {
  kind: "gate",
  name: "env-file-ignored",
  title: "Git must ignore .env, and no commit may have one.",
  items: ["2.11"],
  fix: "Add .env* to .gitignore; take a committed file out of the history with git filter-repo, and rotate what it had.",
  async check({ git }) {
    if ((await git(["rev-parse", "--is-inside-work-tree"])) !== "true") {
      return { state: "unknown", summary: "This folder is not a Git repository, or Git is not installed" };
    }
    if ((await git(["rev-parse", "--is-shallow-repository"])) !== "false") {
      return {
        state: "unknown",
        summary: "The Git history is incomplete: fetch it with git fetch --unshallow",
      };
    }
    const notIgnored: string[] = [];
    for (const name of [".env", ".env.production", ".env.local"]) {
      if (!(await isIgnoredForAll(git, name))) notIgnored.push(name);
    }
    const pathspecs = patterns
      .flatMap((pattern) => [pattern, `**/${pattern}`])
      .map((each) => `:(glob)${each}`);
    const history = await git([
      "log",
      "--all",
      "--no-renames",
      // What a merge itself adds stands in no other commit.
      "-m",
      "--diff-filter=A",
      "--format=",
      "--name-only",
      "-z",
      "--",
      ...pathspecs,
    ]);
    if (history === undefined) return { state: "unknown", summary: "Git cannot show the history" };
    const committed = [...new Set(history.split("\0").map((path) => path.trim()))].filter(
      (path) => path !== "" && !examples.test(path),
    );
    if (committed.length > 0) {
      return {
        state: "does-not-hold",
        summary: `The history has ${committed.slice(0, 5).join(", ")}${committed.length > 5 ? ` and ${committed.length - 5} more` : ""}`,
      };
    }
    return notIgnored.length > 0
      ? {
          state: "does-not-hold",
          summary: `.gitignore does not ignore ${notIgnored.join(", ")}`,
          path: ".gitignore",
        }
      : { state: "holds", summary: "Git ignores .env, and no commit has one", path: ".gitignore" };
  },
};

/** Whether a file of the repository says so: what one clone is told apart, nobody else has. */
async function isIgnoredForAll(git: Repository["git"], name: string): Promise<boolean> {
  const args = ["check-ignore", "--no-index"];
  if ((await git([...args, "--quiet", name])) === undefined) return false;
  const [source = ""] = ((await git([...args, "--verbose", name])) ?? "").split(":");
  return /^(?!\/)(?:.*\/)?\.gitignore$/.test(source);
}
