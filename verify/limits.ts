/** Bounds on what a target can cost, whatever it answers. */
export interface Limits {
  /** Probes that run at the same time. */
  readonly concurrency: number;
  /** Milliseconds that a probe may take. */
  readonly probeMs: number;
  /** Milliseconds from the start of a request to the last byte of its answer. */
  readonly requestMs: number;
  /** Milliseconds until a DNS server has answered, repetitions included. */
  readonly dnsMs: number;
  /** Bytes of an answer's body, both as sent and as unpacked. */
  readonly bodyBytes: number;
  /** Bytes of an answer's headers. */
  readonly headerBytes: number;
  /** Requests that one run may send to find out that a rate limit acts. */
  readonly requestBudget: number;
}

export const defaultLimits: Limits = {
  concurrency: 8,
  probeMs: 30_000,
  requestMs: 10_000,
  dnsMs: 5000,
  bodyBytes: 4 * 1024 * 1024,
  headerBytes: 64 * 1024,
  requestBudget: 1000,
};
