/**
 * A request, or many at once, by which rules at the edge are judged: does this rule act on it? What a sample does
 * not say (query, client address, headers, scores, and what is undefined here) leaves a rule that asks for it
 * undecided.
 */
export interface SampleRequest {
  /** Any host where it is empty. */
  readonly host: string;
  /** Absolute path without a query. */
  readonly path: string;
  /** The path as the client sent it, where a rule has changed it since. */
  readonly rawPath?: string;
  /** Set where the sample stands for every path that begins so. */
  readonly isOpenEnded?: boolean;
  /** Any method where it is undefined. */
  readonly method?: string | undefined;
  readonly scheme: "http" | "https";
  /** Name of the zone that the host is in, if that is known. */
  readonly zone?: string | undefined;
  /** Origin of the page that calls, as browsers send it. */
  readonly origin?: string | undefined;
  /**
   * Set where no rule can tell the client from others by what it names: it comes from another network than any that
   * an expression compares with, without a certificate, or also has none of the agents, headers and cookies.
   */
  readonly stranger?: "network" | "any";
  /** Status of the response. */
  readonly responseCode?: number | undefined;
  /** Media type of the response. */
  readonly contentType?: string | undefined;
}
