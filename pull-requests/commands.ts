import { dirname, join, resolve } from "node:path";
import { Command, Option } from "commander";
import { runCommand, runProgram } from "../lib/command.ts";
import { exitStatus } from "../lib/exit.ts";
import { Failure } from "../lib/failure.ts";
import { checkedUrl } from "../vendors/base-url.ts";
import { type Clock, systemClock } from "../vendors/clock.ts";
import { GitHub } from "../vendors/github.ts";
import { checkOutBase } from "./base.ts";
import { claimOf } from "./claim.ts";
import { uploadSarif } from "./code-scanning.ts";
import { comment } from "./comment.ts";
import { previewAll } from "./previews.ts";
import type { Repository } from "./repository.ts";
import { previewedStacks, resultsFolder } from "./stacks.ts";
import { readEvent, readWake } from "./wake.ts";

const root = dirname(import.meta.dirname);

/**
 * The commands that the workflows of a pull request run; each is an npm script too.
 *
 * @param clock that limits of rate and lost answers are waited for by
 */
export async function pullRequest(args: readonly string[], clock = systemClock): Promise<void> {
  const program = new Command("pull-request");
  program
    .command("preview")
    .description("Previews every stack offline and compares it with the base branch.")
    .option("--base <folder>", "a checkout of the base branch, with its packages installed")
    .option("--results <folder>", "the folder for the results", join(root, resultsFolder))
    .addOption(
      new Option("--isolate [by]", "isolate the programs and the packs, as optropic preview does")
        .choices(["namespaces", "permissions"])
        .preset("namespaces"),
    )
    .addHelpText(
      "after",
      "\nExample:\n  $ git worktree add ../base main && npm ci --prefix ../base\n  $ npm run pull-request:preview -- --base ../base",
    )
    .action(async (flags: { base?: string; results: string; isolate?: string }) => {
      await runCommand({}, async () => {
        const event = given("GITHUB_EVENT_PATH");
        const status = await previewAll({
          head: root,
          claim: event === undefined ? undefined : claimOf(process.env, readEvent(event), root),
          base: flags.base === undefined ? undefined : resolve(flags.base),
          results: resolve(flags.results),
          stacks: previewedStacks,
          isolate: flags.isolate,
          summary: given("GITHUB_STEP_SUMMARY"),
          say: (text) => console.error(text),
        });
        return { status, output: "" };
      });
    });
  program
    .command("base")
    .description("Checks out what a pull request is compared with, and installs its packages.")
    .requiredOption("--into <folder>", "a folder for it, which does not exist yet")
    .option(
      "--commit <commit>",
      "the commit; by default the first parent of the merge that is checked out",
      "",
    )
    .addHelpText("after", "\nExample:\n  $ npm run pull-request:base -- --into ../base")
    .action(async ({ into, commit }: { into: string; commit: string }) => {
      await said(async () => checkOutBase({ head: root, into: resolve(into), commit }));
    });
  program
    .command("comment")
    .description("Says on a pull request what its newest run found, in one comment that is kept up to date.")
    .option("--author <login>", "the login that GITHUB_TOKEN writes as", "github-actions[bot]")
    .action(async ({ author }: { author: string }) => {
      await said(() => {
        const server = required("GITHUB_SERVER_URL", "set it to a URL such as https://github.com");
        const serverUrl = checkedUrl(server, "GITHUB_SERVER_URL").href.replace(/\/$/, "");
        return comment(repository(clock), wake(), { author, serverUrl, clock });
      });
    });
  program
    .command("code-scanning")
    .description(
      "Uploads what the newest run of a pull request, or of a push, found to GitHub code scanning.",
    )
    .action(() => said(() => uploadSarif(repository(clock), wake())));
  await runProgram(program, args);
}

/** Runs an action and prints what it did. */
async function said(act: () => Promise<string>): Promise<void> {
  await runCommand({}, async () => ({ status: exitStatus.holds, output: `${await act()}\n` }));
}

function repository(clock: Clock): Repository {
  required("GITHUB_API_URL", "set it to a URL such as https://api.github.com");
  required("GITHUB_TOKEN", "set it to a token that may write to the pull request");
  const name = required("GITHUB_REPOSITORY", "set it to the repository, as owner/name");
  return { api: new GitHub({ clock }), name };
}

function wake() {
  return readWake(required("GITHUB_EVENT_PATH", "set it to the file of the event"));
}

function required(name: string, what: string): string {
  const value = given(name);
  if (value === undefined) throw new Failure("refused", `${name} is not set; ${what}`);
  return value;
}

function given(name: string): string | undefined {
  const value = process.env[name];
  return value === "" ? undefined : value;
}
