import { dirname, join, resolve } from "node:path";
import { Command } from "commander";
import { runCommand, runProgram } from "../lib/command.ts";
import { exitStatus } from "../lib/exit.ts";
import { Failure } from "../lib/failure.ts";
import { uploadSarif } from "./code-scanning.ts";
import { comment } from "./comment.ts";
import type { GitHub } from "./github.ts";
import { previewAll } from "./previews.ts";
import { readRunEvent } from "./run.ts";
import { previewedStacks, resultsFolder } from "./stacks.ts";

const root = dirname(import.meta.dirname);

/** What the workflows of a pull request call; each also runs by itself, as an npm script. */
async function main(args: readonly string[]): Promise<void> {
  const program = new Command("pull-request");
  program
    .command("preview")
    .description("Previews every stack offline, and compares it with the base.")
    .option("--base <folder>", "a checkout of the base branch in which `npm ci` has run")
    .option("--results <folder>", "where the results go", join(root, resultsFolder))
    .addHelpText(
      "after",
      "\nExample:\n  $ git worktree add ../base main && npm ci --prefix ../base\n  $ npm run pull-request:preview -- --base ../base",
    )
    .action(async (flags: { base?: string; results: string }) => {
      await runCommand({}, async () => {
        const status = await previewAll({
          head: root,
          base: flags.base === undefined ? undefined : resolve(flags.base),
          results: resolve(flags.results),
          stacks: previewedStacks,
          summary: given("GITHUB_STEP_SUMMARY"),
          say: (text) => console.error(text),
        });
        return { status, output: "" };
      });
    });
  program
    .command("comment")
    .description("Says the result of a finished run on its pull request, in one comment.")
    .option("--author <login>", "the user that GITHUB_TOKEN writes as", "github-actions[bot]")
    .action(async ({ author }: { author: string }) => {
      await said(() => {
        const serverUrl = required("GITHUB_SERVER_URL", "such as https://github.com");
        return comment(gitHub(), runEvent(), { author, serverUrl });
      });
    });
  program
    .command("code-scanning")
    .description("Uploads the SARIF of a finished run to GitHub's code scanning.")
    .action(() => said(() => uploadSarif(gitHub(), runEvent())));
  await runProgram(program, args);
}

/** Runs what says in words what it did. */
async function said(act: () => Promise<string>): Promise<void> {
  await runCommand({}, async () => ({ status: exitStatus.holds, output: `${await act()}\n` }));
}

function gitHub(): GitHub {
  return {
    url: required("GITHUB_API_URL", "such as https://api.github.com").replace(/\/+$/, ""),
    token: required("GITHUB_TOKEN", "a token that may write to the pull request"),
    repository: required("GITHUB_REPOSITORY", "as owner/name"),
    pauseMs: 1000,
  };
}

function runEvent() {
  return readRunEvent(required("GITHUB_EVENT_PATH", "the file of a workflow_run event"));
}

function required(name: string, what: string): string {
  const value = given(name);
  if (value === undefined) throw new Failure("refused", `${name} is not set: ${what}`);
  return value;
}

function given(name: string): string | undefined {
  const value = process.env[name];
  return value === "" ? undefined : value;
}

await main(process.argv.slice(2));
