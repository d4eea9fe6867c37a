import type { Fixes } from "../../model/adapter.ts";

/** How to meet at Vercel what policies ask for. */
export const fixes: Fixes = {
  "assets-http2": "Serve the assets from Vercel's own network, which speaks HTTP/2 and HTTP/3.",
  "cdn-cache-rules": "Serve the static files from the Vercel project, which caches them by itself.",
  "header-nosniff": "Set X-Content-Type-Options to nosniff by a vercel.ProjectRoute for every path.",
  "https-always": "Serve the host by the Vercel project, which redirects HTTP by itself.",
  "https-hsts":
    "Set Strict-Transport-Security by a vercel.ProjectRoute for every path, for a year with subdomains.",
  "rate-limit-api": "Add an active rule with the action rate_limit to the vercel.FirewallConfig.",
  "tls-caa": "Declare a vercel.DnsRecord of type CAA at the zone's apex for each authority.",
  "tls-certificate-declared":
    "Declare a vercel.ProjectDomain for every host, for which Vercel issues the certificate.",
  "tls-minimum-version": "Serve the host by the Vercel project, which accepts TLS 1.2 and later.",
  "waf-managed-rules":
    "Set the managed rule set of the vercel.FirewallConfig to active with the action deny.",
};
