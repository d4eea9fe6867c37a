import { counted } from "../lib/text.ts";
import { secretPlaceholder } from "../project/configuration.ts";

/** How a program ended that did not come to its end. */
export interface Ending {
  /** What it logged as errors. */
  errors: readonly string[];
  /** What it was warned of before, such as of a value that is not known offline. */
  warnings: readonly string[];
  printed: string;
  /** Its exit status. */
  status: number;
  /** Shows every line of stack traces, not the first alone. */
  stackTraces: boolean;
}

/** Lines of what a program printed that are shown. */
const mostLines = 40;
/** Errors that are shown: one mistake may break every resource. */
const mostErrors = 20;
/** Warnings that are shown. */
const mostWarnings = 5;

/** Says why a program did not come to its end. */
export function endingOf({ errors, warnings, printed, status, stackTraces }: Ending): string {
  const shown = (text: string): string => (stackTraces ? text : withoutCallers(text));
  const lines = printed.trim().split("\n").slice(-mostLines).join("\n");
  const early =
    status === 0
      ? "the program ended before it was finished: it calls process.exit(), or waits for what never comes"
      : `the program ended with status ${status}`;
  const more = errors.length - mostErrors;
  const why =
    errors.length > 0
      ? [...errors.slice(0, mostErrors).map(shown), more > 0 ? `and ${counted(more, "more error")}` : ""]
      : [shown(lines), early, adviceFor(printed)];
  const before = warnings.slice(0, mostWarnings).map((warning) => `warning: ${shown(warning)}`);
  const left = warnings.length - before.length;
  const readsSecret = (errors.length > 0 ? errors : [printed]).some((text) =>
    text.includes(secretPlaceholder),
  );
  const secrets = readsSecret ? [secretAdvice] : [];
  return [...why, ...secrets, ...before, left > 0 ? `and ${left} more warnings` : ""]
    .filter((part) => part !== "")
    .join("\n");
}

/** What to do where the program reads what stands for an encrypted setting. */
const secretAdvice = `${secretPlaceholder} stands for a setting that is encrypted, and nothing is decrypted here: give one that the program has to read with --config KEY=VALUE`;

/** What to do where Node.js itself ended the program. */
function adviceFor(printed: string): string {
  return /JavaScript heap out of memory/.test(printed)
    ? "it needs more memory than Node.js gives it: runtime.options.nodeargs in Pulumi.yaml can give more, as --max-old-space-size=8192"
    : "";
}

const frame = /^( *) {4}at /;

/**
 * A message with one line of each stack trace, the place of the error, and without the properties of the error that
 * Node.js prints behind it in braces.
 */
function withoutCallers(message: string): string {
  const lines = message.split("\n");
  const kept: string[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    const indent = frame.exec(line)?.[1];
    if (indent === undefined) {
      kept.push(line);
      continue;
    }
    const end = line.endsWith(" {") ? lines.indexOf(`${indent}}`, index) : -1;
    if (!frame.test(lines[index - 1] ?? "")) kept.push(end < 0 ? line : line.slice(0, -2));
    if (end < 0) continue;
    const cause = lines.slice(index, end).find((text) => /^\s*\[cause\]: /.test(text));
    if (cause !== undefined) kept.push(cause.replace(/ \{$/, ""));
    index = end;
  }
  return kept.join("\n");
}
