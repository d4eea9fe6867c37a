import { printable, shortened } from "../lib/text.ts";
import type { PreviewDocument } from "../preview/document/document.ts";

/** GitHub shows ten errors and ten warnings of a step. */
const mostOfEach = 10;

/**
 * What is violated as commands of GitHub's runner, each at the line of its setting or its resource. The text comes
 * from the program: it is escaped, so none of it ends the command or begins another.
 *
 * Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export function annotations({ policies }: Pick<PreviewDocument, "policies">): string[] {
  const lines = { error: [] as string[], warning: [] as string[] };
  for (const { name, status, enforcement, description, fix, violations } of policies) {
    if (status !== "violated") continue;
    const kind = enforcement === "advisory" ? "warning" : "error";
    for (const violation of violations) {
      if (violation.status === "waived" || violation.status === "unknown") continue;
      const { source, message, expected = description } = violation;
      const place = source === undefined ? [] : [`file=${property(source.path)}`, `line=${source.line}`];
      const fixed = violation.fix ?? fix;
      const text = [message, `Expected: ${expected}`, ...(fixed === undefined ? [] : [`Fix: ${fixed}`])];
      lines[kind].push(
        `::${kind} ${[...place, `title=${property(name)}`].join(",")}::${text.map(data).join("%0A")}`,
      );
    }
  }
  return [...lines.error.slice(0, mostOfEach), ...lines.warning.slice(0, mostOfEach)];
}

function data(text: string): string {
  return printable(shortened(text, 2000)).replaceAll("%", "%25");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
