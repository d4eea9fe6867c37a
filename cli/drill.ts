import type { Command } from "commander";
import { choiceOptions, cwdOption, operationCommand } from "./operations/operation.ts";
import type { DrillFlags } from "./operations/run-drill.ts";

/** `optropic drill`: restores a backup, compares it with its manifest, and writes the evidence. */
export function drillCommand(): Command {
  const command = operationCommand("drill", {
    description:
      "Restores the newest backup into a scratch server that runs this machine's PostgreSQL, compares it with its manifest, runs the checks from the settings, and writes the evidence. The store's keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or wherever AWS's SDK finds some.",
    example: "optropic drill --identity ~/backup-identity.txt",
  }).addOption(cwdOption());
  for (const option of choiceOptions()) command.addOption(option);
  return command
    .option("--target <url>", "restore into this empty database instead of a scratch server")
    .option("--scratch <folder>", "the folder for the scratch server and the decrypted dump")
    .option("--keep", "keep the scratch server running for inspection", false)
    .option("--evidence <folder>", "the folder for the evidence", "records")
    .action(async (flags: DrillFlags) => {
      const { runDrill } = await import("./operations/run-drill.ts");
      await runDrill(flags);
    });
}
