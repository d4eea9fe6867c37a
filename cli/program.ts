import { Command } from "commander";
import { runProgram } from "../lib/command.ts";
import packageJson from "../package.json" with { type: "json" };

/** Runs `optropic` with some of its subcommands. */
export function runOptropic(args: readonly string[], commands: readonly Command[]): Promise<void> {
  const program = new Command("optropic")
    .description("The production deployment checklist, executable.")
    .version(packageJson.version);
  // A subcommand may have an option --version of its own.
  program.enablePositionalOptions();
  for (const command of commands) program.addCommand(command);
  return runProgram(program, args);
}
