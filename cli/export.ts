import { Command } from "commander";
import { cwdOption } from "./operations/operation.ts";
import type { ExportFlags } from "./operations/run-export.ts";

/** `optropic export`: what a stack declares, in the form of another tool. */
export function exportCommand(): Command {
  const command = new Command("export").description(
    "Writes what a stack declares in the form of another tool.",
  );
  command
    .command("render.yaml")
    .description(
      "Writes what the stack declares at Render as a Blueprint, or compares a Blueprint with it. It previews the program offline, and no secret is in the file.",
    )
    .option("-s, --stack <name>", "the stack", "production")
    .addOption(cwdOption())
    .option("--preview <file>", "what optropic preview --json printed (default: previews the program)")
    .option("-o, --output <file>", "write a file instead of printing")
    .option("--check <file>", "compare this file with what is declared, and write nothing")
    .option("--json", "print one JSON document and nothing else", false)
    .option("--debug", "print stack traces", false)
    .addHelpText(
      "after",
      "\nExamples:\n  $ optropic export render.yaml --output render.yaml\n  $ optropic export render.yaml --check render.yaml\n\nExit status: 0 written or equal, 1 the file differs, 2 could not tell.",
    )
    .action(async (flags: ExportFlags) => {
      const { runExport } = await import("./operations/run-export.ts");
      await runExport(flags);
    });
  return command;
}
