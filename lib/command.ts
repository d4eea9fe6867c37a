import { type Command, CommanderError, Help, type Option } from "commander";
import { type ExitStatus, exitStatus } from "./exit.ts";
import { Failure, type Problem, reasonOf } from "./failure.ts";
import { writeReasonOf } from "./file-reasons.ts";
import { jsonLine } from "./json.ts";
import { printableText } from "./text.ts";
import { wrappedText } from "./wrap.ts";

/** The result of a command. */
export interface Result {
  status: ExitStatus;
  /** Printed to standard output unchanged. */
  output: string;
}

/** What a command can use while it runs. */
export interface Work {
  /** Shows at a terminal what the command waits for; an empty step clears the line. */
  progress: ((step: string) => void) | undefined;
  /** Prints a warning to standard error. */
  warn: (message: string) => void;
}

/** Why a command has no result, as in its JSON document. */
export interface CommandError {
  /** The kind of a {@link Failure}, `usage` for a wrong command line, or `internal`. */
  failure: string;
  message: string;
  problems?: readonly Problem[];
}

export interface CommandOptions {
  /** Standard output is one JSON document, also for an error, and no progress is shown. */
  json?: boolean;
  /** Print the stack trace of an error. */
  debug?: boolean;
  /** Printed to standard output for an error; by default the error as JSON, with `json`, or nothing. */
  outputOf?: (error: CommandError) => string | Promise<string>;
}

/**
 * Runs a command, prints its result, or the error to standard error, and sets the exit status of the process.
 *
 * @returns the exit status
 */
export async function runCommand(
  { json = false, debug = false, outputOf = json ? errorLine : () => "" }: CommandOptions,
  run: (work: Work) => Promise<Result>,
): Promise<ExitStatus> {
  const progress = process.stderr.isTTY && !json ? showProgress : undefined;
  const warn = (message: string): void => {
    progress?.("");
    process.stderr.write(`warning: ${printableText(message)}\n`);
  };
  let result: Result;
  try {
    result = await run({ progress, warn });
    progress?.("");
  } catch (error) {
    progress?.("");
    process.stderr.write(`${fitted(`error: ${printableText(debug ? traceOf(error) : reasonOf(error))}`)}\n`);
    result = { status: statusOf(error), output: await outputOf(commandError(error)) };
  }
  process.exitCode = result.status;
  process.stdout.write(result.output);
  return result.status;
}

/** A text for standard error, in lines of its terminal's width where it has one; no word is broken. */
function fitted(text: string): string {
  const { isTTY, columns } = process.stderr;
  return isTTY && columns > 0 ? wrappedText(text, columns) : text;
}

/** An error as a command reports it; an unforeseen one is `internal`. */
export function commandError(error: unknown): CommandError {
  if (!(error instanceof Failure)) return { failure: "internal", message: reasonOf(error) };
  const { kind: failure, message, problems } = error;
  return { failure, message, ...(problems.length > 0 && { problems }) };
}

/** Parses a command line and runs the command that it names. A usage error ends with status 2. */
export async function runProgram(program: Command, args: readonly string[]): Promise<void> {
  for (const command of withSubcommands(program)) {
    command.exitOverride().showSuggestionAfterError().configureHelp({ optionDescription });
    command.configureOutput({ outputError: (text, write) => write(onOneLine(text)) });
    askLastForRequired(command);
  }
  process.stdout.off("error", endUnwritten).on("error", endUnwritten);
  // Where nobody can be told what went wrong, the exit status still says it.
  process.stderr.off("error", ignore).on("error", ignore);
  try {
    await program.parseAsync(meant(program, args), { from: "user" });
  } catch (error) {
    const json = wantsJson(args);
    if (!(error instanceof CommanderError)) {
      await runCommand({ json, debug: args.includes("--debug") }, () => Promise.reject(error));
    } else if (error.exitCode !== 0) {
      process.exitCode = exitStatus.couldNotTell;
      const message = onOneLine(error.message.replace(/^error: /, ""));
      if (json) process.stdout.write(errorLine({ failure: "usage", message }));
    }
  }
}

/** An option for `--help`, without a default that goes without saying: off, or an empty list. */
function optionDescription(this: Help, option: Option): string {
  const { defaultValue } = option;
  const goesWithoutSaying =
    defaultValue === false || (Array.isArray(defaultValue) && defaultValue.length === 0);
  const told = goesWithoutSaying ? Object.assign(Object.create(option), { defaultValue: undefined }) : option;
  return Help.prototype.optionDescription.call(this, told);
}

/** A command, its subcommands, and theirs. */
function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

function errorLine(error: CommandError): string {
  return jsonLine({ error });
}

/** Shows what the command waits for on one line, which the next step overwrites. */
function showProgress(step: string): void {
  process.stderr.write(step === "" ? "\r\x1b[K" : `\r\x1b[Kwaiting for ${step}`);
}

function statusOf(error: unknown): ExitStatus {
  const failed = error instanceof Failure && error.kind === "failed";
  return failed ? exitStatus.doesNotHold : exitStatus.couldNotTell;
}

function traceOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Whether a command line that does not parse asks for a JSON document. */
function wantsJson(args: readonly string[]): boolean {
  return args.some(
    (arg, index) =>
      ["--json", "--format=json", "-fjson"].includes(arg) ||
      (arg === "json" && ["--format", "-f"].includes(args[index - 1] ?? "")),
  );
}

/**
 * A command line with the help that it asks for behind the command. It is cut behind the name of an unknown command,
 * which would otherwise go unsaid: all commands would be shown instead.
 */
function meant(program: Command, args: readonly string[]): readonly string[] {
  const names: string[] = [];
  let command = program;
  for (const [index, arg] of args.entries()) {
    if (command.commands.length === 0 || command.registeredArguments.length > 0 || arg.startsWith("-")) {
      return args[0] === "help" ? [...names, "--help", ...args.slice(index)] : args;
    }
    if (arg === "help") continue;
    names.push(arg);
    const found = command.commands.find((each) => each.name() === arg || each.aliases().includes(arg));
    if (found === undefined) return names;
    command = found;
  }
  return names.length < args.length ? [...names, "--help"] : args;
}

/** An unknown option may be a required one that is misspelled: it is said before that one is missed. */
function askLastForRequired(command: Command): void {
  const required = command.options.filter(({ mandatory }) => mandatory);
  for (const option of required) option.makeOptionMandatory(false);
  if (required.length === 0) return;
  command.hook("preAction", () => {
    const missing = required.find((option) => command.getOptionValue(option.attributeName()) === undefined);
    if (missing === undefined) return;
    const code = "commander.missingMandatoryOptionValue";
    command.error(`error: required option '${missing.flags}' not specified`, { code });
  });
}

/** What commander suggests stands on a line of its own. */
function onOneLine(text: string): string {
  return text.replace(/\n(?=\(Did you mean )/, " ");
}

/** The reader of a pipe, such as head, may stop early. A disk may be full. */
function endUnwritten(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit();
  process.stderr.write(`error: Cannot write to standard output: ${writeReasonOf(error)}\n`);
  process.exit(exitStatus.couldNotTell);
}

function ignore(): void {}
