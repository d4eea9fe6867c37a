import type { CommandError } from "../../lib/command.ts";
import type { SourcePosition } from "../../lib/failure.ts";
import type { PreviewDocument } from "../document/outcome.ts";

/** What a run of the command has to say, whatever form it takes. */
export interface Report {
  project: string;
  stack: string;
  /** Name and version of the command. */
  tool: { name: string; version: string };
  result: Judged | Failed;
  /** Colours, for a terminal. */
  color: boolean;
}

/** A preview that could tell. */
export interface Judged {
  document: PreviewDocument;
  /** How much of a checklist the preview enforced, in one line. */
  coverage?: string | undefined;
}

/** A preview that could not tell: the exit status is 2. */
export interface Failed {
  error: CommandError;
}

/** What kept a preview from telling, as far as its place is known. */
export function placedProblems({ error }: Failed): { message: string; source: SourcePosition }[] {
  return (error.problems ?? []).flatMap(({ message, source }) => (source ? [{ message, source }] : []));
}

/** Renders a report in one format: a whole document, which ends with a line feed. */
export type Reporter = (report: Report) => string;

export const reportFormats = ["pretty", "json", "markdown", "sarif", "junit"] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** Loads the reporter of a format; one that is not asked for costs no time. */
export async function reporterOf(format: ReportFormat): Promise<Reporter> {
  switch (format) {
    case "pretty":
      return (await import("./pretty.ts")).prettyReport;
    case "json":
      return (await import("./json.ts")).jsonReport;
    case "markdown":
      return (await import("./markdown.ts")).markdownReport;
    case "sarif":
      return (await import("./sarif.ts")).sarifReport;
    case "junit":
      return (await import("./junit.ts")).junitReport;
  }
}
