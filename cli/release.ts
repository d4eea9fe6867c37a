import { Command } from "commander";
import { defaultFolder } from "./evidence/options.ts";
import { cwdOption } from "./operations/operation.ts";
import type { ReleaseFlags } from "./release/run-release.ts";

/** `optropic release`: the next step of a release that is due. */
export function releaseCommand(): Command {
  return new Command("release")
    .description(
      "Takes a release from the freeze to 24 hours after it. Each call looks at what is true, does what is due, records the evidence and ends; call it again from anywhere.",
    )
    .requiredOption("--version <version>", "the version to release, which the settings declare")
    .option("--commit <commit>", "the commit that goes live (default: that of the project's folder)")
    .option("-s, --stack <name>", "the stack", "production")
    .addOption(cwdOption())
    .option("--evidence <folder>", "the folder with the evidence", defaultFolder)
    .option("--journal <file>", "the file of the journal, where rollout.journal is file")
    .option("--plan", "print every step, what it does and who answers for it", false)
    .option("--wait", "stay until the release is done, stops or cannot go on", false)
    .option("--scheduled", "exit with 0 while it only waits, for a schedule that calls it again", false)
    .option("--from <step>", "begin with this step; earlier ones then have no evidence from this release")
    .option("--until <step>", "stop after this step")
    .option("--dry-run", "look, and say what is due, but change nothing", false)
    .option(
      "--auto-rollback",
      "roll back at once when what people are served does not hold (default: rollout.autoRollback)",
    )
    .option("--no-auto-rollback", "stop instead, and leave it to a person")
    .option("--settle <step/action=state>", "say what you saw of an action in doubt: done or not-done")
    .option("--take-over", "take the release from a run that you know to be dead", false)
    .option("--json", "print one JSON document and nothing else", false)
    .option("--debug", "print stack traces", false)
    .addHelpText(
      "after",
      "\nExamples:\n  $ optropic release --version 3.0.0 --plan\n  $ optropic release --version 3.0.0 --wait\n  $ optropic release --version 3.0.0 --wait --auto-rollback\n\nExit status: 0 done, 1 something does not hold, 2 could not tell, 3 waiting until the time that is printed (0 with --scheduled).",
    )
    .action(async (flags: ReleaseFlags) => {
      const { runRelease } = await import("./release/run-release.ts");
      await runRelease(flags);
    });
}
