/**
 * Why an operation ended without its result, in words for a person and without any secret.
 *
 * `failed`: it was tried and did not come off (exit status 1). `refused`: it was not begun, since settings,
 * arguments or the state of things do not allow it (exit status 2).
 */
export class OperationFailure extends Error {
  readonly kind: "failed" | "refused";

  constructor(kind: "failed" | "refused", message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "OperationFailure";
    this.kind = kind;
  }
}

/** What went wrong, whatever was thrown; an error that wraps several says the first. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
