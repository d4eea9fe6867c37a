import { Command, CommanderError } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { exitStatus, printJson } from "./exit.ts";

/** Runs one of the commands and sets the process's exit status: what goes wrong is never «does not hold». */
export async function runCommands(args: readonly string[], commands: readonly Command[]): Promise<void> {
  const program = new Command("optropic")
    .description("The production deployment checklist, executable.")
    .version(packageJson.version)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ outputError: (text, write) => write(text) });
  for (const command of commands) program.addCommand(command.exitOverride().copyInheritedSettings(program));
  // Whoever reads the output may have seen enough and left.
  process.stdout.on("error", leaveOnClosedPipe);
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    process.exitCode = exitStatus.couldNotTell;
    const isUsage = error instanceof CommanderError;
    const message = isUsage
      ? error.message.replace(/^error: /, "")
      : describe(error, args.includes("--debug"));
    if (!isUsage) process.stderr.write(`error: ${message}\n`);
    if (wantsJson(args)) printJson({ error: { failure: isUsage ? "usage" : "internal", message } });
  }
}

/** Whether a command line that cannot be read as a whole asks for a document all the same. */
function wantsJson(args: readonly string[]): boolean {
  return args.some(
    (arg, index) =>
      arg === "--json" || arg === "--format=json" || (arg === "json" && args[index - 1] === "--format"),
  );
}

function describe(error: unknown, debug: boolean): string {
  if (!(error instanceof Error)) return String(error);
  return debug ? (error.stack ?? error.message) : error.message;
}

function leaveOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit();
}
