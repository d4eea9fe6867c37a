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
  /** What a browser sends of itself; such a request comes from a stranger's network. */
  readonly browser?: Browser;
  /** Status of the response. */
  readonly responseCode?: number | undefined;
  /** Media type of the response. */
  readonly contentType?: string | undefined;
}

/** The headers of a browser that asks for a part of a page. */
export interface Browser {
  readonly agent: string;
  /** What the site has stored in it before; nothing on a first visit. */
  readonly cookie: string;
}

/** Browsers of visitors: at a desk and on a phone, at the first visit and at a later one. */
export const browsers: readonly Browser[] = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
].flatMap((agent) => ["", "_ga=GA1.1.1184733021.1764000000; locale=en"].map((cookie) => ({ agent, cookie })));
