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
 * @param room columns: where they do not hold it, the time that it took is left out, and then words are
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
  const texts =
    policies.length === 0 ? ["- Not judged: no policy pack"] : verdictTexts(summary, isRefused, isOpen);
  const [full = "", ...shorter] = texts;
  const forms = [full + seconds, full, ...shorter];
  return { text: forms.find((form) => displayWidth(form) <= room) ?? forms.at(-1) ?? "", isRefused };
}

/** The verdict with all its words, and with fewer of them. */
function verdictTexts(summary: PreviewDocument["summary"], isRefused: boolean, isOpen: boolean): string[] {
  const { mandatory, advisory, passed, waived, unknown, elsewhere = 0 } = summary;
  const levels = [`${mandatory} mandatory`, ...(advisory > 0 ? [`${advisory} advisory`] : [])];
  const away = elsewhere > 0 ? [`${elsewhere} judged elsewhere`] : [];
  if (isRefused) {
    const noun = mandatory + advisory === 1 ? "policy" : "policies";
    const counts = [`${listed(levels, "and")} ${noun} violated`, ...away];
    return [`✗ Refused: ${counts.join(", ")}`, `✗ Refused: ${[...levels, ...away].join(", ")}`];
  }
  const more = (count: number, words: string): string[] => (count > 0 ? [`${count} ${words}`] : []);
  const counts = [
    `${counted(passed, "policy", "policies")}${isOpen ? " passed" : ""}`,
    // Of the policies that the words before count.
    ...more(advisory, "advisory violated"),
    ...more(waived, "waived"),
    ...more(unknown, isOpen ? "not known" : "not known yet"),
    ...away,
  ];
  const short = [
    ...[`${passed} passed`, ...more(advisory, "advisory"), ...more(waived, "waived")],
    ...[...more(unknown, "unknown"), ...more(elsewhere, "elsewhere")],
  ];
  return [
    `${isOpen ? "? Could not tell" : "✓ Passed"}: ${counts.join(", ")}`,
    `${isOpen ? "?" : "✓"} ${short.join(", ")}`,
  ];
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
  return stacks.map(({ stack, result }) => {
    const name = printable(stack);
    const first = `${name}${" ".repeat(widest - displayWidth(name))}  `;
    if (!("document" in result)) {
      const [reason = ""] = result.error.message.split("\n");
      return paint.yellow(firstLine(`${first}? Could not tell: ${printable(reason)}`, view.width));
    }
    const { text, isRefused } = verdictLine(result.document, view.width - displayWidth(first));
    return (isRefused ? paint.red : paint.green)(`${first}${text}`);
  });
}

/** As much of a text as a line holds, in whole words: all of it stands above. */
function firstLine(text: string, width: number): string {
  const [line = "", ...rest] = wrapped(text, width);
  return rest.length === 0 ? line : `${wrapped(text, width - 2)[0]} …`;
}
