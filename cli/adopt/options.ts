import { Command } from "commander";
import { collect } from "../collect.ts";
import { ownProject } from "../own.ts";
import { withLiveOptions } from "./live.ts";

/** A subcommand that compares the program with what is there. */
export function adoptCommand(name: string, about: { description: string; example: string }): Command {
  const command = new Command(name)
    .description(about.description)
    .option("-s, --stack <name>", "the stack", "production")
    .option("-C, --cwd <folder>", "the folder of the Pulumi project", ownProject)
    .option(
      "--from <file>",
      "a state from pulumi stack export or Terraform, of whatever manages the platform today; repeatable",
      collect,
      [],
    )
    .option(
      "--vendor <name>",
      "a vendor whose resources are all in the states, or that has none yet, such as sentry; repeatable",
      collect,
      [],
    )
    .option("--answers <file>", "what a person decided, in the file that import writes")
    .option("--no-live", "read no vendor, whichever tokens are set")
    .option("--json", "print one JSON document and nothing else", false);
  return withLiveOptions(command).addHelpText(
    "after",
    `\nExample:\n  $ ${about.example}\n\nExit status: 0 holds, 1 does not hold, 2 could not tell.`,
  );
}
