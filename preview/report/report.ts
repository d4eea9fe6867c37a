import type { CommandError } from "../../lib/command.ts";
import type { SourcePosition } from "../../lib/failure.ts";
import type { PreviewDocument } from "../document/document.ts";

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
