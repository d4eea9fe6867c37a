import { commandError, type Result } from "../lib/command.ts";
import { type ExitStatus, exitStatus } from "../lib/exit.ts";
import { Failure } from "../lib/failure.ts";
import { listed, printableText } from "../lib/text.ts";
import { wrappedText } from "../lib/wrap.ts";
import type { PreviewDocument } from "../preview/index.ts";
import type { ReportFormat } from "../preview/report/formats.ts";
import { jsonOfStacks } from "../preview/report/json.ts";
import { renderPreview } from "../preview/report/render.ts";
import type { Failed, Judged } from "../preview/report/report.ts";
import { stackLines } from "../preview/report/verdict.ts";
import type { View } from "../preview/report/view.ts";

export interface StacksOptions {
  /** Options of the command line that only one stack can have. */
  alone: readonly string[];
  printed: ReportFormat;
  view: View;
}

/**
 * Judges stacks one after the other, whatever becomes of each, and ends with a row for each.
 *
 * @throws {Failure} `refused`, for a stack that is named twice and for what only one stack can have
 */
export async function previewStacks(
  stacks: readonly string[],
  { alone, printed, view }: StacksOptions,
  judge: (stack: string) => Promise<Judged>,
): Promise<Result> {
  const repeated = stacks.find((stack, index) => stacks.indexOf(stack) !== index);
  if (repeated !== undefined) throw new Failure("refused", `--stack ${repeated} appears twice`);
  const single = [...alone, ...(["pretty", "json"].includes(printed) ? [] : [`--format ${printed}`])];
  if (single.length > 0) {
    throw new Failure(
      "refused",
      `${listed(single, "and")} needs one --stack: run the preview for each stack`,
    );
  }
  const results: { stack: string; result: Judged | Failed }[] = [];
  for (const stack of stacks) {
    const result = await judge(stack).catch((error: unknown): Failed => ({ error: commandError(error) }));
    results.push({ stack, result });
  }
  const status = statusOfAll(results.map(({ result }) => result));
  if (printed === "json") return { status, output: jsonOfStacks(results) };
  const below = stackLines(results, view);
  // What is wrong with the last one is on the screen together with the rows below it.
  const above = { ...view, rows: view.rows - below.length - 1 };
  const texts = results.map(({ stack, result }) =>
    "document" in result
      ? renderPreview(result.document, above)
      : wrappedText(printableText(`Previewing ${stack}\n\nerror: ${result.error.message}`), view.width),
  );
  return { status, output: `${[...texts, below.join("\n")].join("\n\n")}\n` };
}

/** The exit status of a preview that could tell. */
export function statusOf(
  { summary, policies }: PreviewDocument,
  source: "program" | "state" = "program",
): ExitStatus {
  if (summary.mandatory > 0) return exitStatus.doesNotHold;
  // An update decides what a program leaves unknown; nothing decides it for a state.
  const isOpen = policies.some(
    ({ status, enforcement }) => status === "unknown" && enforcement === "mandatory",
  );
  return source === "state" && isOpen ? exitStatus.couldNotTell : exitStatus.holds;
}

/** What could not be told weighs more than what is wrong: it could be anything. */
function statusOfAll(results: readonly (Judged | Failed)[]): ExitStatus {
  const statuses = results.map((result) =>
    "document" in result ? statusOf(result.document) : exitStatus.couldNotTell,
  );
  const worst = [exitStatus.couldNotTell, exitStatus.doesNotHold].find((status) => statuses.includes(status));
  return worst ?? exitStatus.holds;
}
