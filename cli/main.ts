import { Command, CommanderError } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { previewCommand } from "./preview.ts";

/** Exit statuses of every subcommand. */
export const exitStatus = { holds: 0, doesNotHold: 1, couldNotTell: 2 } as const;

/** Runs the `optropic` command and sets the process's exit status. */
export async function main(args: readonly string[]): Promise<void> {
  const program = new Command("optropic")
    .description("The production deployment checklist, executable.")
    .version(packageJson.version)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ outputError: (text, write) => write(text) });
  program.addCommand(previewCommand().exitOverride().copyInheritedSettings(program));
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? exitStatus.holds : exitStatus.couldNotTell;
  }
}
