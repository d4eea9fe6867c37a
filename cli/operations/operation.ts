import { Command, InvalidArgumentError, Option } from "commander";
import { type Work as CommandWork, runCommand } from "../../lib/command.ts";
import { exitStatus } from "../../lib/exit.ts";
import { Failure } from "../../lib/failure.ts";
import { jsonLine } from "../../lib/json.ts";
import { keepHeapSmall } from "../../lib/memory.ts";
import { counted, printableText } from "../../lib/text.ts";
import { decimalIn } from "../decimal.ts";
import { ownProject } from "../own.ts";

/** Options of every operation. */
export interface OperationFlags {
  stack: string;
  /** Folder of the Pulumi project. */
  cwd: string;
  timeout: number;
  json: boolean;
  debug: boolean;
}

/** Options of an operation that takes a backup from the store. */
export interface ChoiceFlags {
  backup?: string;
  at?: Date;
  identity?: string;
  acceptUnsigned: boolean;
  store: string;
}

/** What an operation works with. */
export interface Work extends CommandWork {
  /** Aborted by SIGINT, SIGTERM or SIGHUP, and when the time is up. */
  signal: AbortSignal;
}

/** What an operation found: whether it holds, as a document and as text. */
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
    .option("--timeout <minutes>", "the time limit", readMinutes, 120)
    .option("--json", "print one JSON document and nothing else", false)
    .option("--debug", "print stack traces", false)
    .addHelpText(
      "after",
      `\nExample:\n  $ ${about.example}\n\nExit status: 0 holds, 1 does not hold or failed, 2 did not start.`,
    );
}

/** Where to read the stack's settings. */
export function cwdOption(): Option {
  return new Option("-C, --cwd <folder>", "the folder of the Pulumi project").default(ownProject);
}

/** Which backup to take, and the identity that decrypts it. */
export function choiceOptions(): Option[] {
  return [
    new Option("--backup <name>", "the backup with this name (default: the newest)").conflicts("at"),
    new Option(
      "--at <time>",
      "the newest backup at or before this time, such as 2026-11-27T12:00:00Z",
    ).argParser(readTime),
    storeOption(),
    acceptUnsignedOption(),
    new Option("--identity <file>", "the file with the age identity; BACKUP_IDENTITY may hold it instead"),
  ];
}

/** Which of several stores to look at. */
export function storeOption(): Option {
  return new Option("--store <name>", "the main store, or a copy from backups.copies by its name").default(
    "main",
  );
}

/** Takes backups without a signature. */
export function acceptUnsignedOption(): Option {
  return new Option(
    "--accept-unsigned",
    "take a backup without a signature although the settings name keys that backups are signed with",
  ).default(false);
}

/** Runs an operation within its time limit and lets it clean up when a signal stops it. */
export async function runOperation(
  flags: OperationFlags,
  work: (work: Work) => Promise<Result>,
): Promise<void> {
  keepHeapSmall();
  await runCommand(flags, async (context) => {
    const stop = new AbortController();
    const expire = (): void =>
      stop.abort(
        new Failure("failed", `Timed out after ${counted(flags.timeout, "minute")}; raise --timeout`),
      );
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

/** Runs what the first signal lets clean up; the second ends the process at once. */
export async function stoppable<Done>(work: (signal: AbortSignal) => Promise<Done>): Promise<Done> {
  const stop = new AbortController();
  const removeHandlers = abortOnSignals(stop);
  try {
    return await work(stop.signal);
  } finally {
    removeHandlers();
  }
}

/**
 * The first signal lets the operation clean up; the second ends the process at once.
 *
 * @returns what takes the handlers away again
 */
export function abortOnSignals(stop: AbortController): () => void {
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
  const number = decimalIn(text);
  if (number > 0 && number <= 10_080) return number;
  throw new InvalidArgumentError("Expected a number of minutes up to 10080.");
}

/** Reads how many parallel jobs there are to be. */
export function jobsUpTo(most: number): (text: string) => number {
  return (text) => {
    const jobs = decimalIn(text);
    if (Number.isInteger(jobs) && jobs >= 1 && jobs <= most) return jobs;
    throw new InvalidArgumentError(`Expected a number from 1 to ${most}.`);
  };
}

function readTime(text: string): Date {
  const time = new Date(text);
  const isTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  if (isTime && !Number.isNaN(time.getTime()) && isInCalendar(text.slice(0, 10))) return time;
  throw new InvalidArgumentError("Expected a time such as 2026-11-27T12:00:00Z.");
}

/** Whether there is such a day: JavaScript takes the 31st of February for the 3rd of March. */
function isInCalendar(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
