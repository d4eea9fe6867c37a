/** A place in a file, line and column counted from 1. */
export interface SourcePosition {
  /** From the root of the repository, with slashes. */
  path: string;
  line: number;
  column: number;
}

/** One thing that a failure names, and where it stands where that is known. */
export interface Problem {
  message: string;
  source?: SourcePosition;
}

/**
 * What kind of failure ended a command.
 *
 * - `failed`: an operation was tried and did not succeed; exit status 1.
 * - every other kind: the command could not tell, or never began; exit status 2. `refused` is about settings,
 *   arguments or the state of things; the other names say which part of a preview failed.
 */
export type FailureKind =
  | "failed"
  | "refused"
  | "project"
  | "config"
  | "program"
  | "policy-pack"
  | "unsupported"
  | "limit"
  | "state"
  | "diff"
  | "output"
  | "isolation";

/** An error for a person: what was wrong, where, and what to do. The message holds no secret. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly kind: FailureKind;
  /** What the message says of places that are known. */
  problems: readonly Problem[] = [];

  constructor(kind: FailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/**
 * The message of whatever was thrown. An error without one says the first that it wraps, or its name. It never
 * throws.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return textOf(error);
  if (error.message !== "") return textOf(error.message);
  return error instanceof AggregateError && error.errors.length > 0
    ? reasonOf(error.errors[0])
    : textOf(error.name);
}

/** Not every object can be made a text: one without a prototype cannot. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "an unknown error";
  }
}
