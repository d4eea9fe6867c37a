import { Command } from "commander";
import { readMoment } from "./evidence/options.ts";
import type { WatchFlags } from "./operations/run-watch.ts";
import { ownProject } from "./own.ts";

/** `optropic watch`: judges the first day after a deployment. */
export function watchCommand(): Command {
  return new Command("watch")
    .description(
      "Judges hours 1, 6 and 24 after a deployment by the metrics of the platform: against the objectives, the same hours of last week and of the release before. Between the hours it looks at the last one. Each call looks anew, so a schedule can run it. PROMETHEUS_URL and PROMETHEUS_TOKEN say where the metrics are; with SENTRY_AUTH_TOKEN it asks Sentry for new errors too.",
    )
    .option("-s, --stack <name>", "the stack", "production")
    .option("-C, --cwd <folder>", "the folder of the Pulumi project", ownProject)
    .requiredOption(
      "--since <time>",
      "when the release went live, such as 2026-11-27T12:00:00Z, or `release`: when the newest release of the repository was published, as GitHub says",
      (text) => (text === "release" ? text : readMoment(text)),
    )
    .option("--before <time>", "when the release before it went live", readMoment)
    .option(
      "--notify",
      "tell the channels of rollout.announcements.alarm what does not hold, once each",
      false,
    )
    .option("--auto-rollback", "tell them, and roll back at once", false)
    .option(
      "--commit <commit>",
      "with --auto-rollback: the commit that the release brought (default: that of its tag)",
    )
    .option("--journal <file>", "the file of the journal, where rollout.journal is file")
    .option("--evidence [folder]", "record what was found as evidence (default folder: records)")
    .option("--scheduled", "exit with 0 while it only waits, for a schedule that calls it again", false)
    .option("--json", "print one JSON document and nothing else", false)
    .addHelpText(
      "after",
      "\nExample:\n  $ optropic watch --since 2026-11-27T12:00:00Z --evidence\n  $ optropic watch --since release --scheduled --notify\n\nExit status: 0 all 24 hours hold, 1 an hour does not hold, 2 could not tell, 3 waiting for the next hour (0 with --scheduled).",
    )
    .action(async (flags: WatchFlags) => {
      const { runWatch } = await import("./operations/run-watch.ts");
      await runWatch(flags);
    });
}
