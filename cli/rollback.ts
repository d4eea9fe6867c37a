import { Command, Option } from "commander";
import { defaultFolder, readPast } from "./evidence/options.ts";
import { cwdOption } from "./operations/operation.ts";
import type { RollbackFlags } from "./release/run-rollback.ts";

/** `optropic rollback`: every host back to what served before. */
export function rollbackCommand(): Command {
  return new Command("rollback")
    .description(
      "Brings every host back to the last deployment that served, in minutes. It shows what it chose, judges the schema first, and never asks whether monitors are green. The database is touched only with --database-to.",
    )
    .option("--reason <text>", "why, in a sentence; it goes into the report and the announcement")
    .option("--to <commit>", "the commit to go back to (default: the last good deployment of each host)")
    .option(
      "--only <host...>",
      "roll back these hosts alone (vercel, render), and leave the others as they are",
    )
    .option("-s, --stack <name>", "the stack", "production")
    .addOption(cwdOption())
    .option("--evidence <folder>", "the folder with the evidence", defaultFolder)
    .option("--journal <file>", "the file of the journal, where rollout.journal is file")
    .option("--reports <folder>", "the folder for the incident report", "reports")
    .option("--accept-schema", "you have judged that the earlier code works with the schema", false)
    .addOption(
      new Option(
        "--database-to <time>",
        "also recover the database to this moment, such as 2026-11-27T12:00:00Z, with the vendor; everything later is lost",
      ).argParser(readPast),
    )
    .option("--accept-loss", "you have read what the recovery loses, and want it", false)
    .option("--dry-run", "show what would be done, and change nothing", false)
    .option("--finish", "restore what each host did by itself before the rollback", false)
    .option(
      "--rehearse",
      "rehearse it in the staging stack of the settings, and record that for item 8.8",
      false,
    )
    .option("--settle <step/action=state>", "say what you saw of an action in doubt: done or not-done")
    .option("--take-over", "take the rollback from a run that you know to be dead", false)
    .option("--json", "print one JSON document and nothing else", false)
    .option("--debug", "print stack traces", false)
    .addHelpText(
      "after",
      '\nExamples:\n  $ optropic rollback --reason "Logins fail since 3.0.0"\n  $ optropic rollback --only vercel --reason "Pages fail since 3.0.0"\n  $ optropic rollback --finish\n  $ optropic rollback --rehearse\n\nExit status: 0 done, 1 something does not hold, 2 could not tell, 3 another run holds it.',
    )
    .action(async (flags: RollbackFlags) => {
      const { runRollback } = await import("./release/run-rollback.ts");
      await runRollback(flags);
    });
}
