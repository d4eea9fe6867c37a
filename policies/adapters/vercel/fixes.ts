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
  "required-variables":
    "At Vercel declare a vercel.ProjectEnvironmentVariable with production among its targets.",
  "secrets-not-shared": "At Vercel leave preview and development out of its targets.",
  "secret-variables-sensitive":
    "At Vercel set sensitive to true; the target development is then refused and needs a value of its own.",
  "log-aggregation": "Declare a vercel.LogDrain for the project.",
  "log-drain-every-host":
    "Declare a vercel.LogDrain for each project, with environments production and no sampling.",
  "cdn-enabled": "Vercel is a CDN itself: point the domain's record at the project.",
  "assets-cached-a-year":
    "Let the framework put such files into its own folder, which Vercel keeps for a year.",
  "one-region": "At Vercel that is functionDefaultRegions, such as fra1.",
  "rate-limit-login":
    "Add an active rule with the action rate_limit for the login path to the vercel.FirewallConfig.",
};
