import type { Command } from "commander";
import { choiceOptions, cwdOption, operationCommand } from "./operations/operation.ts";
import type { DrillFlags } from "./operations/run-drill.ts";

/** `optropic drill`: restores a backup, compares it with what was backed up, and writes the evidence. */
export function drillCommand(): Command {
  const command = operationCommand("drill", {
    description:
      "Restores the newest backup into a scratch server of this machine's PostgreSQL, compares it with its manifest, runs the checks of the settings, and writes the evidence. The store's keys are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    example: "optropic drill --identity ~/backup-identity.txt",
  }).addOption(cwdOption());
  for (const option of choiceOptions()) command.addOption(option);
  return command
    .option("--target <url>", "an empty database to restore into, in place of a scratch server")
    .option("--scratch <folder>", "where the scratch server and the decrypted dump are made")
    .option("--keep", "leave the scratch server for a look", false)
    .option("--evidence <folder>", "where evidence is kept", "evidence")
    .action(async (flags: DrillFlags) => {
      const { runDrill } = await import("./operations/run-drill.ts");
      await runDrill(flags);
    });
}
