import { Command } from "commander";
import { questions } from "../adopt/init/questions.ts";
import type { InitFlags } from "./adopt/run-init.ts";
import { collect } from "./collect.ts";

/** `optropic init`: writes what a platform that runs already begins with. */
export function initCommand(): Command {
  const command = new Command("init")
    .description(
      "Writes the settings of a platform that runs already, from a state of it, from the vendors whose tokens are set and from answers, and a configuration of the pack in which nothing is refused yet. With --judge-only it writes what a repository needs to be judged and no more.",
    )
    .option("-s, --stack <name>", "the stack to write settings for", "live")
    .option("--folder <folder>", "where to write", ".")
    .option(
      "--from <file>",
      "a state from pulumi stack export or Terraform, to take answers from; repeatable",
      collect,
      [],
    )
    .option("--judge-only", "judge a repository's own program or state, and manage nothing", false)
    .option(
      "--action <repository@commit>",
      "with --judge-only, where the checklist's action is: a workflow that judges each pull request is written, too",
    )
    .option("-y, --yes", "ask nothing: what has no answer is refused", false)
    .option("--no-live", "read no vendor, whichever tokens are set")
    .option("--without <vendor>", "a vendor that is not read; repeatable", collect, [])
    .option("--force", "write over files that exist", false)
    .option("--json", "print one JSON document and nothing else", false);
  for (const { flag, text } of questions) command.option(`--${flag} <value>`, text);
  return command
    .addHelpText(
      "after",
      "\nExample:\n  $ optropic init --judge-only --from state.json\n\nExit status: 0 written, 2 refused.",
    )
    .action(async (flags: InitFlags) => {
      const { runInit } = await import("./adopt/run-init.ts");
      await runInit(flags);
    });
}
