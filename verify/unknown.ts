/** Why something could not be told. None of these is a pass, and none is a failure of the platform. */
export const unknownReasons = [
  "no-credential",
  "no-right",
  "no-data",
  "no-probe",
  "not-allowed",
  "not-understood",
  "not-started",
  "rate-limited",
  "target-refused",
  "timed-out",
  "interrupted",
  "too-large",
] as const;

export type UnknownReason = (typeof unknownReasons)[number];

/** Nothing can be told, and why. */
export class Unknown extends Error {
  override readonly name = "Unknown";
  readonly reason: UnknownReason;

  constructor(reason: UnknownReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
