import * as z from "zod";

const secret = z.string().max(4096, "a token of at most 4096 characters").optional();
const address = z.string().max(2000, "an address of at most 2000 characters").optional();

/** Variables with the tokens of the vendors, by the names that their providers take. */
export const vendorTokens = z.object({
  CLOUDFLARE_API_TOKEN: secret,
  GITHUB_TOKEN: secret,
  GRAFANA_AUTH: secret,
  PAGERDUTY_TOKEN: secret,
  PROMETHEUS_TOKEN: secret,
  RENDER_API_KEY: secret,
  SENTRY_AUTH_TOKEN: secret,
  STAGING_PROMETHEUS_TOKEN: secret,
  SUPABASE_ACCESS_TOKEN: secret,
  VERCEL_API_TOKEN: secret,
});

/** Variables with addresses in place of the vendors' own, on this machine and for tests; GitHub's and the metrics' may be elsewhere. */
export const vendorAddresses = z.object({
  GITHUB_API_URL: address,
  OPTROPIC_CLOUDFLARE_URL: address,
  OPTROPIC_GRAFANA_URL: address,
  OPTROPIC_PAGERDUTY_URL: address,
  OPTROPIC_RENDER_URL: address,
  OPTROPIC_SENTRY_URL: address,
  OPTROPIC_SUPABASE_URL: address,
  OPTROPIC_VERCEL_URL: address,
  PROMETHEUS_URL: address,
  STAGING_PROMETHEUS_URL: address,
});

export type VendorToken = keyof z.infer<typeof vendorTokens>;
