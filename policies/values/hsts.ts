/** What a host says of HTTP Strict Transport Security (RFC 6797). */
export interface Hsts {
  readonly maxAgeSeconds: number | undefined;
  readonly includeSubdomains: boolean;
  readonly preload: boolean;
}

/**
 * What leaves browsers a way to plain http: too short an age, or subdomains that are left out. `preload` only asks
 * for a place on a list (https://hstspreload.org), which its keepers advise to leave to those who want it.
 */
export function hstsFault(hsts: Hsts, minimumSeconds: number): string | undefined {
  const { maxAgeSeconds = 0, includeSubdomains } = hsts;
  if (maxAgeSeconds < minimumSeconds) {
    return `a max-age of ${maxAgeSeconds} seconds, not ${minimumSeconds} or more`;
  }
  return includeSubdomains ? undefined : "no includeSubDomains";
}

/** Reads the header's value: directives in any case, separated by semicolons, values perhaps quoted. */
export function parseHsts(value: string): Hsts {
  const directives = new Map(
    value.split(";").map((directive): [string, string] => {
      const [name = "", text = ""] = directive.split("=");
      return [name.trim().toLowerCase(), text.trim().replace(/^"(.*)"$/, "$1")];
    }),
  );
  const age = directives.get("max-age") ?? "";
  return {
    maxAgeSeconds: /^\d{1,15}$/.test(age) ? Number(age) : undefined,
    includeSubdomains: directives.has("includesubdomains"),
    preload: directives.has("preload"),
  };
}
