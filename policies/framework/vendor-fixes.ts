import type { Policy } from "./policy.ts";
import type { Stack } from "./stack.ts";

type Vendor = "aws" | "vercel";

/** How to meet what a policy asks for where Cloudflare is not in use, by policy and vendor. */
const fixes: Readonly<Record<string, Partial<Record<Vendor, string>>>> = {
  "assets-http2": {
    aws: "Set httpVersion of the aws.cloudfront.Distribution to http2and3.",
    vercel: "Serve the assets from Vercel's own network, which speaks HTTP/2 and HTTP/3.",
  },
  "backup-bucket": {
    aws: "Declare an aws.s3.Bucket with backup in its name, and an aws.s3.BucketLifecycleConfiguration for it with an enabled rule that deletes old backups.",
  },
  "backup-lock": {
    aws: "Create the aws.s3.Bucket with objectLockEnabled, and declare an aws.s3.BucketObjectLockConfiguration with a default retention of 30 days or more in mode COMPLIANCE.",
  },
  "backup-retention": {
    aws: "Set the expiration of the aws.s3.BucketLifecycleConfiguration to 30 days or more, for a prefix that all backups have.",
  },
  "cdn-cache-rules": {
    aws: "Give the aws.cloudfront.Distribution a cache behavior for the static files, with a cache policy.",
    vercel: "Serve the static files from the Vercel project, which caches them by itself.",
  },
  "dnssec-active": {
    aws: "Declare an aws.route53.HostedZoneDnsSec with its KeySigningKey, and enter its DS record at the registrar.",
  },
  "header-nosniff": {
    aws: "Set contentTypeOptions in securityHeadersConfig of an aws.cloudfront.ResponseHeadersPolicy, and use it in every behavior.",
    vercel: "Set X-Content-Type-Options to nosniff by a vercel.ProjectRoute for every path.",
  },
  "https-always": {
    aws: "Set viewerProtocolPolicy of every behavior to redirect-to-https, and let the load balancer's listener at port 80 only redirect.",
    vercel: "Serve the host by the Vercel project, which redirects HTTP by itself.",
  },
  "https-hsts": {
    aws: "Set strictTransportSecurity in securityHeadersConfig of an aws.cloudfront.ResponseHeadersPolicy, for a year with subdomains and preload.",
    vercel:
      "Set Strict-Transport-Security by a vercel.ProjectRoute for every path, for a year with subdomains and preload.",
  },
  "rate-limit-api": {
    aws: "Add a rule with a rateBasedStatement and the action block to the aws.wafv2.WebAcl in front of the API.",
    vercel: "Add an active rule with the action rate_limit to the vercel.FirewallConfig.",
  },
  "tls-caa": {
    aws: 'Declare an aws.route53.Record of type CAA at the zone\'s apex, with 0 issue "amazon.com" for each authority.',
    vercel: "Declare a vercel.DnsRecord of type CAA at the zone's apex for each authority.",
  },
  "tls-certificate-declared": {
    aws: "Declare an aws.acm.Certificate for every host, with its validation, and use it at the distribution or listener.",
    vercel: "Declare a vercel.ProjectDomain for every host, for which Vercel issues the certificate.",
  },
  "tls-minimum-version": {
    aws: "Set minimumProtocolVersion of the distribution to TLSv1.2_2021, and sslPolicy of the listener to ELBSecurityPolicy-TLS13-1-2-2021-06.",
    vercel: "Serve the host by the Vercel project, which accepts TLS 1.2 and later.",
  },
  "tls-strict-to-origin": {
    aws: "Set originProtocolPolicy of every custom origin to https-only.",
  },
  "waf-managed-rules": {
    aws: "Add the managed rule groups AWSManagedRulesCommonRuleSet and AWSManagedRulesSQLiRuleSet to the aws.wafv2.WebAcl, without overrides that count.",
    vercel: "Set the managed rule set of the vercel.FirewallConfig to active with the action deny.",
  },
};

const vendors: readonly Vendor[] = ["aws", "vercel"];

/** The fix of a policy for the vendor in use: never a resource of Cloudflare where the stack has none but others. */
export function fixFor({ name, fix, title }: Pick<Policy, "name" | "fix" | "title">, stack: Stack): string {
  if (!/\bcloudflare\./i.test(fix)) {
    return fix;
  }
  const used = new Set(
    stack.all().map(({ type }) => type.replace(/^pulumi:providers:/, "").split(":")[0] ?? ""),
  );
  const vendor = vendors.find((one) => used.has(one));
  if (used.has("cloudflare") || vendor === undefined) {
    return fix;
  }
  return fixes[name]?.[vendor] ?? `Declare at the vendors in use what is asked for: ${title}`;
}
