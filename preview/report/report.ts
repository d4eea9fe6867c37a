import type { ItemState } from "../../checklist/coverage.ts";
import type { Control } from "../../checklist/items.ts";
import type { CommandError } from "../../lib/command.ts";
import type { SourcePosition } from "../../lib/failure.ts";
import type { PreviewDocument } from "../document/document.ts";
import type { View } from "./view.ts";

/** What a run of the command has to say, whatever form it takes. */
export interface Report {
  project: string;
  stack: string;
  /** Name and version of the command. */
  tool: { name: string; version: string };
  result: Judged | Failed;
  /** How a person is shown it. */
  view?: View;
}

/** A preview that could tell. */
export interface Judged {
  document: PreviewDocument;
  /** How much of a checklist the preview enforced, in one line. */
  coverage?: string | undefined;
  /** Every item of the checklist with its state, where that is asked for. */
  items?: readonly ShownItem[] | undefined;
}

/** An item of the checklist as JSON says it. */
export interface ShownItem {
  id: string;
  section: string;
  text: string;
  state: ItemState["state"];
  /** Controls besides policies that it still needs. */
  needs: readonly Control[];
  /** The state in words. */
  words: string;
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
