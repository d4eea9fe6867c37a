import { Command } from "commander";
import { runCommand } from "../lib/command.ts";
import { type AttestFlags, evidenceOptions } from "./evidence/options.ts";

/** `optropic attest`: a person's signature on what no machine can know. */
export function attestCommand(): Command {
  const command = new Command("attest")
    .description(
      "Records that a person answers for an item of the checklist that no machine can decide, or lists what is missing.",
    )
    .argument("[item]", "the item of the checklist, such as S8.3")
    .option("--by <address>", "the e-mail address of who answers for it")
    .option("--shows <url>", "what shows it: a ticket, a page, a recording")
    .option("--until <date>", "the last day on which it counts, such as 2026-12-24")
    .option("--note <text>", "a note for whoever reads it")
    .option("--does-not-hold", "record that it does not hold", false)
    .option("--list", "list the items that need a signature, with what is missing or about to end", false);
  for (const option of evidenceOptions()) command.addOption(option);
  return command
    .addHelpText(
      "after",
      "\nExample:\n  $ optropic attest S8.3 --by lead@optropic.example --shows https://optropic.example/tickets/1 --until 2026-12-24\n\nExit status: 0 recorded, or nothing is missing; 1 something is missing; 2 refused.",
    )
    .action(async (item: string | undefined, flags: AttestFlags) => {
      await runCommand(flags, async () => {
        const { attest, listAttestations } = await import("./evidence/attest.ts");
        return flags.list ? listAttestations(flags) : attest(item, flags);
      });
    });
}
