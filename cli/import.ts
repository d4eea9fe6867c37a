import type { Command } from "commander";
import { adoptCommand } from "./adopt/options.ts";
import type { ImportFlags } from "./adopt/run-import.ts";

/** `optropic import`: writes the file that Pulumi takes over existing resources by. */
export function importCommand(): Command {
  return adoptCommand("import", {
    description:
      "Matches what the program declares with what is there, by names and not by ids, and writes the file for pulumi import. It changes nothing.",
    example: "optropic import --plan --from state.json --output import.json",
  })
    .requiredOption("--plan", "only write the file; pulumi import does the rest")
    .option("-o, --output <file>", "the import file", "import.json")
    .option("--questions <file>", "where to write what a person has to decide", "import-answers.json")
    .action(async (flags: ImportFlags) => {
      const { runImport } = await import("./adopt/run-import.ts");
      await runImport(flags);
    });
}
