import { enforcedWords } from "../../checklist/coverage.ts";
import { painter } from "../../lib/paint.ts";
import { counted, listed, printable } from "../../lib/text.ts";
import { displayWidth, wrapped } from "../../lib/wrap.ts";
import type { PreviewDocument } from "../document/document.ts";
import { ownPolicies } from "./checklist-words.ts";
import type { Failed, Judged } from "./report.ts";
import { isOfState } from "./state-words.ts";
import { plainView, type View } from "./view.ts";

/**
 * What became of a stack, in one line.
 *
 * @param room columns: where they do not hold the time that it took, that is left out
 */
export function verdictLine(
  document: PreviewDocument,
  room = Number.POSITIVE_INFINITY,
): { text: string; isRefused: boolean } {
  const { policies, summary } = document;
  const isRefused = summary.mandatory > 0;
  // An update decides what a program leaves unknown; nothing decides it for a state.
  const isOpen = isOfState(document) && policies.some(({ status }) => status === "unknown");
  const seconds = ` (${(summary.durationMs / 1000).toFixed(1)} s)`;
  const line = (text: string): { text: string; isRefused: boolean } => ({
    text: displayWidth(text + seconds) <= room ? text + seconds : text,
    isRefused,
  });
  if (policies.length === 0) return line("- Not judged: no policy pack");
  const { mandatory, advisory, passed, waived, unknown } = summary;
  const levels = [`${mandatory} mandatory`, ...(advisory > 0 ? [`${advisory} advisory`] : [])];
  const noun = mandatory + advisory === 1 ? "policy" : "policies";
  const counts = isRefused
    ? [`${listed(levels, "and")} ${noun} violated`]
    : [
        isOpen ? `${counted(passed, "policy", "policies")} passed` : counted(passed, "policy", "policies"),
        // Of the policies that the words before count.
        ...(advisory > 0 ? [`${advisory} advisory violated`] : []),
        ...(waived > 0 ? [`${waived} waived`] : []),
        ...(unknown > 0 ? [`${unknown} not known${isOpen ? "" : " yet"}`] : []),
      ];
  const { elsewhere = 0 } = summary;
  if (elsewhere > 0) counts.push(`${elsewhere} judged elsewhere`);
  const head = isRefused ? "✗ Refused" : isOpen ? "? Could not tell" : "✓ Passed";
  return line(`${head}: ${counts.join(", ")}`);
}

/** How much of the checklist that is, in a line; none where no policy is of the checklist. */
export function closingLines({ policies }: PreviewDocument): string[] {
  const words = enforcedWords(ownPolicies(policies));
  return words === undefined ? [] : [words];
}

/** A row for each of several stacks, for their end. */
export function stackLines(
  stacks: readonly { stack: string; result: Judged | Failed }[],
  wanted: Partial<View> = {},
): string[] {
  const view = { ...plainView, ...wanted };
  const paint = painter(view.color);
  const widest = Math.max(...stacks.map(({ stack }) => displayWidth(printable(stack))));
  return stacks.flatMap(({ stack, result }) => {
    const name = printable(stack);
    const first = `${name}${" ".repeat(widest - displayWidth(name))}  `;
    if (!("document" in result)) {
      const [reason = ""] = result.error.message.split("\n");
      return wrapped(printable(`? Could not tell: ${reason}`), view.width, first, "  ").map(paint.yellow);
    }
    const { text, isRefused } = verdictLine(result.document, view.width - displayWidth(first));
    return wrapped(text, view.width, first, "  ").map(isRefused ? paint.red : paint.green);
  });
}
