/** How a program ended that did not come to its end. */
export interface Ending {
  /** What it logged as errors. */
  errors: readonly string[];
  printed: string;
  /** Its exit status. */
  status: number;
  /** Shows every line of stack traces, not the first alone. */
  stackTraces: boolean;
}

/** Lines of what a program printed that are shown. */
const mostLines = 40;

/** Says why a program did not come to its end. */
export function endingOf({ errors, printed, status, stackTraces }: Ending): string {
  const lines = printed.trim().split("\n").slice(-mostLines).join("\n");
  const early =
    status === 0
      ? "it ended before it was finished, as process.exit() does"
      : `it ended with status ${status}`;
  const message = errors.join("\n") || [lines, early, adviceFor(printed)].filter(Boolean).join("\n");
  return stackTraces ? message : withoutCallers(message);
}

/** What to do where Node.js itself ended the program. */
function adviceFor(printed: string): string {
  return /JavaScript heap out of memory/.test(printed)
    ? "it needs more memory than Node.js gives it: runtime.options.nodeargs in Pulumi.yaml can give more, as --max-old-space-size=8192"
    : "";
}

/** A message with one line of each stack trace, the place of the error. */
function withoutCallers(message: string): string {
  const isFrame = (line: string | undefined): boolean => line !== undefined && /^\s+at /.test(line);
  const lines = message.split("\n");
  return lines.filter((line, index) => !(isFrame(line) && isFrame(lines[index - 1]))).join("\n");
}
