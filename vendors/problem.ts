import { Failure } from "../lib/failure.ts";

/**
 * Why a vendor's API gave nothing that can be used.
 *
 * - `no-credential`: the variable of the token is not set, or holds no token
 * - `no-right`: the vendor refuses the token, or the token lacks the right
 * - `not-found`: the vendor has no such thing, or hides it from this token
 * - `conflict`: the vendor refuses the request itself, such as a promotion that is under way already
 * - `not-understood`: the answer is not what the vendor documents
 * - `unreachable`: there was no answer, or a redirect, or only errors of the server
 */
export type VendorReason =
  | "no-credential"
  | "no-right"
  | "not-found"
  | "conflict"
  | "rate-limited"
  | "timed-out"
  | "too-large"
  | "not-understood"
  | "unreachable";

/** A vendor's API gave nothing that can be used. The message names the request and holds no secret. */
export class VendorProblem extends Failure {
  readonly reason: VendorReason;
  /** Status of the last answer, where there was one. */
  readonly status: number | undefined;

  constructor(reason: VendorReason, message: string, status?: number) {
    super("refused", message);
    this.reason = reason;
    this.status = status;
  }
}

/** What was asked for; undefined where the vendor has no such thing, or hides it from this token. */
export async function orAbsent<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof VendorProblem && error.reason === "not-found") return undefined;
    throw error;
  }
}
