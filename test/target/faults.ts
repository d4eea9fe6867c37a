/** Everything that the target can do wrong, one switch each. */
export const faults = [
  // Transport
  "no-https-redirect",
  "temporary-redirect",
  "redirect-elsewhere",
  "hsts-missing",
  "hsts-short",
  "hsts-without-subdomains",
  "hsts-without-preload",
] as const;

export type Fault = (typeof faults)[number];
