/** Bounds on what a vendor's API can cost, whatever it answers. */
export interface VendorLimits {
  /** Milliseconds from the start of one request to the last byte of its answer. */
  readonly requestMs: number;
  /** Milliseconds of one call with its repetitions and waits, by the client's clock. */
  readonly totalMs: number;
  /** Requests that one call may send. */
  readonly attempts: number;
  /** Milliseconds before the first repetition; each further one waits twice as long. */
  readonly pauseMs: number;
  /** Most milliseconds that an answer may ask to wait (`Retry-After`). */
  readonly longestWaitMs: number;
  /** Bytes of an answer's body, unpacked. */
  readonly bodyBytes: number;
  /** Pages of one list. */
  readonly pages: number;
}

export const defaultLimits: VendorLimits = {
  requestMs: 15_000,
  totalMs: 60_000,
  attempts: 4,
  pauseMs: 500,
  longestWaitMs: 30_000,
  bodyBytes: 8 * 1024 * 1024,
  pages: 50,
};
