/** Everything that the target can do wrong, one switch each. */
export const faults = [
  "no-https-redirect",
  "temporary-redirect",
  "redirect-elsewhere",
  "hsts-missing",
  "hsts-short",
  "hsts-without-subdomains",
  "hsts-without-preload",
  "certificate-expiring",
  "certificate-of-another-name",
  "old-tls",
  "weak-ciphers",
  "without-http2",
  "nosniff-missing",
  "framing-allowed",
  "referrer-leaked",
  "permissions-missing",
  "opener-policy-missing",
  "resource-policy-open",
  "software-named",
  "csp-other-than-declared",
  "api-csp-unsafe",
  "cors-any-origin",
  "cors-reflects",
  "cors-null",
  "cors-lookalike",
  "cors-own-refused",
  "login-unlimited",
  "api-unlimited",
  "sql-injection",
  "injection-crashes",
  "input-reflected",
  "wrong-password-accepted",
  "account-enumerable",
  "account-timed",
  "cookie-insecure",
  "cookie-readable",
  "cookie-cross-site",
  "foreign-login",
  "stack-traces",
  "paths-in-errors",
  "oversized-bodies",
  "series-missing",
  "label-missing",
  "metrics-open",
  "old-release",
  "old-commit",
  "many-errors",
  "slow-requests",
  "memory-full",
  "health-degraded",
  "health-cached",
  "health-failing",
  "asset-not-kept",
  "asset-not-compressed",
  "redirect-host-elsewhere",
  "redirect-host-temporary",
  "script-of-others",
  "hsts-twice",
  "hsts-over-http",
  "certificate-revoked",
  "alt-svc-missing",
  "quic-of-another-version",
  "security-txt-missing",
  "security-txt-expired",
  "security-txt-of-another",
  "journey-broken",
  "address-missing",
  "ipv6-missing",
  "past-the-edge",
  "name-server-stale",
  "name-server-foreign",
  "caa-missing",
  "caa-stranger",
  "caa-report-missing",
  "dnssec-forged",
  "dnssec-expired",
  "dnssec-not-delegated",
  "dnssec-other-key",
  "health-of-database",
  "nonce-reused",
  "limit-believes-headers",
] as const;

/** More of them, in groups that are switched on together: each has a probe of its own that finds it. */
export const faultGroups = [
  [
    ["framing-by-policy-of-any", "security-headers"],
    ["database-down-beside", "health-answers"],
    ["cors-of-a-router", "cors-restricted"],
    ["database-error-shown", "sql-injection-without-effect"],
    ["page-with-stack-trace", "errors-sanitized"],
    ["attribute-reflected", "input-not-reflected"],
    ["redirect-host-serves", "release-served"],
    ["security-txt-of-a-year", "security-contact-served"],
  ],
  [
    ["health-of-the-build", "health-answers"],
    ["cors-preflight-fails", "cors-restricted"],
    ["policies-of-halves", "csp-effective"],
    ["http2-resets", "http2-offered"],
    ["label-empty", "metrics-contract-kept"],
  ],
  [["cors-without-vary", "cors-restricted"]],
  [
    ["cors-of-developers", "cors-restricted"],
    ["connections-anywhere", "declared-csp-served"],
    ["features-for-everybody", "security-headers"],
    ["offer-for-no-time", "http3-offered"],
    ["metrics-token-unset", "metrics-closed"],
  ],
  [
    ["cors-of-previews", "cors-restricted"],
    ["frames-from-anywhere", "declared-csp-served"],
    ["features-of-nobody", "security-headers"],
  ],
] as const;

export type GroupedFault = (typeof faultGroups)[number][number][0];

/** What keeps something from being told, which is neither a pass nor a failure. */
export const obstacles = [
  "quic-silent",
  "list-missing",
  "list-expired",
  "list-of-another",
  "page-unavailable",
  "dns-unsigned",
  "dns-wildcard",
  "split-horizon",
  "challenged",
  "gateway-down",
  "memory-unlimited",
  "status-untold",
] as const;

/** What only a browser notices. */
export const pageFaults = ["login-page-spoiled"] as const;

/** What healthy platforms do as well, one group at a time: nothing of it is a fault. */
export const oddities = [
  ["headers-twice", "policy-in-two-headers", "health-word", "redirect-with-port", "login-numbered"],
  ["framing-by-policy", "policy-with-nonce", "health-empty", "login-creates", "cookies-of-the-edge"],
  ["home-elsewhere", "security-txt-elsewhere", "asset-with-query", "metrics-hidden", "errors-with-routes"],
  ["redirect-at-once", "short-lived-certificate", "ipv6-only"],
  ["metrics-in-open-format", "cookies-cleared", "security-txt-with-mark"],
] as const;

export type Fault =
  | (typeof faults)[number]
  | GroupedFault
  | (typeof pageFaults)[number]
  | (typeof obstacles)[number]
  | (typeof oddities)[number][number];
