import type { Problem } from "./places.ts";

/** Why a preview could not tell: the exit status is 2 for each. */
export type PreviewFailure =
  | "project"
  | "config"
  | "program"
  | "policy-pack"
  | "unsupported"
  | "limit"
  | "state"
  | "diff"
  | "output";

/** A preview that could not be judged, with a message for people: what was wrong, where, what to do. */
export class PreviewError extends Error {
  override readonly name = "PreviewError";
  readonly failure: PreviewFailure;
  /** What the message says of places that are known. */
  problems: readonly Problem[] = [];

  constructor(failure: PreviewFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
