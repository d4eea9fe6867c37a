/**
 * A request by which rules at the edge are judged: does this rule act on it? What a sample does not say
 * (client address, headers, scores) leaves a rule that asks for it undecided.
 */
export interface SampleRequest {
  readonly host: string;
  /** Absolute path without a query. */
  readonly path: string;
  readonly method: string;
  readonly scheme: "http" | "https";
  /** Name of the zone that the host is in, if that is known. */
  readonly zone?: string | undefined;
}
