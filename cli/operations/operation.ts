import { dirname } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { type Work as CommandWork, runCommand } from "../../lib/command.ts";
import { exitStatus } from "../../lib/exit.ts";
import { Failure } from "../../lib/failure.ts";
import { jsonLine } from "../../lib/json.ts";
import { printableText } from "../../lib/text.ts";

/** Options of every command that does something. */
export interface OperationFlags {
  stack: string;
  /** Folder of the Pulumi project. */
  cwd: string;
  timeout: number;
  json: boolean;
  debug: boolean;
}

/** Options of a command that takes a backup out of the store. */
export interface ChoiceFlags {
  backup?: string;
  at?: Date;
  identity?: string;
}

/** What an operation works with. */
export interface Work extends CommandWork {
  /** Raised by a signal of the system or when the time is up. */
  signal: AbortSignal;
}

/** What an operation found: whether it holds, and how it is said. */
export interface Result {
  holds: boolean;
  document: unknown;
  text: string;
}

/** A subcommand with the options of every operation. */
export function operationCommand(name: string, about: { description: string; example: string }): Command {
  return new Command(name)
    .description(about.description)
    .option("-s, --stack <name>", "the stack", process.env.BACKUP_STACK || "production")
    .option("--timeout <minutes>", "how long it may take", readMinutes, 120)
    .option("--json", "print one JSON document", false)
    .option("--debug", "print stack traces", false)
    .addHelpText(
      "after",
      `\nExample:\n  $ ${about.example}\n\nExit status: 0 it holds, 1 it does not hold or failed, 2 it was not begun.`,
    );
}

/** The project that this command belongs to. */
const ownProject = dirname(dirname(import.meta.dirname));

/** Where the stack's settings are. */
export function cwdOption(): Option {
  return new Option("-C, --cwd <folder>", "the folder of the Pulumi project").default(ownProject);
}

/** Which backup, and what opens it. */
export function choiceOptions(): Option[] {
  return [
    new Option("--backup <name>", "the backup of that name; the newest otherwise").conflicts("at"),
    new Option(
      "--at <time>",
      "the newest backup of that time or before, such as 2026-11-27T12:00:00Z",
    ).argParser(readTime),
    new Option("--identity <file>", "file of age identities; BACKUP_IDENTITY may hold one instead"),
  ];
}

/** Runs an operation within its time, and lets it clean up when a signal ends it. */
export async function runOperation(
  flags: OperationFlags,
  work: (work: Work) => Promise<Result>,
): Promise<void> {
  await runCommand(flags, async (context) => {
    const stop = new AbortController();
    const expire = (): void =>
      stop.abort(new Failure("failed", `Stopped after ${flags.timeout} minutes: --timeout allows no more`));
    const timer = setTimeout(expire, flags.timeout * 60_000);
    const removeHandlers = abortOnSignals(stop);
    try {
      const { holds, document, text } = await work({ ...context, signal: stop.signal });
      return {
        status: holds ? exitStatus.holds : exitStatus.doesNotHold,
        output: flags.json ? jsonLine(document) : `${printableText(text)}\n`,
      };
    } finally {
      clearTimeout(timer);
      removeHandlers();
    }
  });
}

/** The first signal lets the operation clean up; the second ends the process at once. */
function abortOnSignals(stop: AbortController): () => void {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const abort = (signal: NodeJS.Signals): void => {
    if (stop.signal.aborted) process.exit(exitStatus.doesNotHold);
    stop.abort(new Failure("failed", `Stopped by ${signal}`));
  };
  for (const signal of signals) process.on(signal, abort);
  return () => {
    for (const signal of signals) process.off(signal, abort);
  };
}

function readMinutes(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= 10_080) return number;
  throw new InvalidArgumentError("a number of minutes up to 10080");
}

function readTime(text: string): Date {
  const time = new Date(text);
  const isTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  if (isTime && !Number.isNaN(time.getTime())) return time;
  throw new InvalidArgumentError("a time such as 2026-11-27T12:00:00Z");
}
