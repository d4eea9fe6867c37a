import type { Fault, faults } from "../target/faults.ts";

/** Which probe finds each fault. */
export const finders: Readonly<Record<(typeof faults)[number], string>> = {
  "script-of-others": "observatory-grade",
  "hsts-twice": "preload-eligible",
  "hsts-over-http": "preload-eligible",
  "certificate-revoked": "certificate-not-revoked",
  "alt-svc-missing": "http3-offered",
  "quic-of-another-version": "http3-offered",
  "security-txt-missing": "security-contact-served",
  "security-txt-expired": "security-contact-served",
  "security-txt-of-another": "security-contact-served",
  "journey-broken": "journeys-pass",
  "no-https-redirect": "http-redirected",
  "temporary-redirect": "http-redirected",
  "redirect-elsewhere": "http-redirected",
  "hsts-missing": "strict-transport",
  "hsts-short": "strict-transport",
  "hsts-without-subdomains": "strict-transport",
  "hsts-without-preload": "strict-transport",
  "certificate-expiring": "certificate-trusted",
  "certificate-of-another-name": "certificate-trusted",
  "old-tls": "old-tls-refused",
  "weak-ciphers": "weak-ciphers-refused",
  "without-http2": "http2-offered",
  "nosniff-missing": "security-headers",
  "framing-allowed": "security-headers",
  "referrer-leaked": "security-headers",
  "permissions-missing": "security-headers",
  "opener-policy-missing": "security-headers",
  "resource-policy-open": "security-headers",
  "software-named": "security-headers",
  "csp-other-than-declared": "declared-csp-served",
  "api-csp-unsafe": "csp-effective",
  "cors-any-origin": "cors-restricted",
  "cors-reflects": "cors-restricted",
  "cors-null": "cors-restricted",
  "cors-lookalike": "cors-restricted",
  "cors-own-refused": "cors-restricted",
  "login-unlimited": "login-rate-limited",
  "api-unlimited": "api-rate-limited",
  "sql-injection": "sql-injection-without-effect",
  "injection-crashes": "sql-injection-without-effect",
  "input-reflected": "input-not-reflected",
  "wrong-password-accepted": "login-works",
  "account-enumerable": "login-works",
  "account-timed": "login-works",
  "cookie-insecure": "session-cookies-guarded",
  "cookie-readable": "session-cookies-guarded",
  "cookie-cross-site": "session-cookies-guarded",
  "foreign-login": "foreign-requests-refused",
  "stack-traces": "errors-sanitized",
  "paths-in-errors": "errors-sanitized",
  "oversized-bodies": "errors-sanitized",
  "series-missing": "metrics-contract-kept",
  "label-missing": "metrics-contract-kept",
  "metrics-open": "metrics-closed",
  "old-release": "release-served",
  "old-commit": "release-served",
  "many-errors": "error-rate-low",
  "slow-requests": "latency-low",
  "memory-full": "memory-low",
  "health-degraded": "health-answers",
  "health-cached": "health-answers",
  "health-failing": "health-answers",
  "asset-not-kept": "assets-optimized",
  "asset-not-compressed": "assets-optimized",
  "redirect-host-elsewhere": "redirect-host-redirects",
  "redirect-host-temporary": "redirect-host-redirects",
  "address-missing": "hosts-resolved",
  "ipv6-missing": "ipv6-resolved",
  "past-the-edge": "hosts-behind-edge",
  "name-server-stale": "name-servers-alike",
  "name-server-foreign": "name-servers-alike",
  "caa-missing": "authorities-restricted",
  "caa-stranger": "authorities-restricted",
  "caa-report-missing": "authorities-restricted",
  "dnssec-forged": "dnssec-validated",
  "dnssec-expired": "dnssec-validated",
  "dnssec-not-delegated": "dnssec-validated",
  "dnssec-other-key": "dnssec-validated",
  "health-of-database": "health-answers",
  "nonce-reused": "csp-effective",
  "limit-believes-headers": "login-rate-limited",
};

/** Faults of a limit that could hide the other limit. */
export const unlimited: readonly Fault[] = ["login-unlimited", "api-unlimited"];

/** Faults that change the same part of an answer, so that one would hide the other. */
const apart: readonly (readonly Fault[])[] = [
  ["hsts-twice", "hsts-short", "hsts-without-subdomains", "hsts-without-preload"],
  ["framing-allowed", "api-csp-unsafe"],
  ["old-tls", "weak-ciphers"],
  ["certificate-expiring", "certificate-revoked"],
  // Together they take so many points that the grade suffers too.
  ["redirect-elsewhere", "hsts-short", "referrer-leaked"],
  ["address-missing", "ipv6-missing", "past-the-edge", "name-server-stale", "dnssec-forged"],
];

/** Faults that leave nothing else to be measured, or fail two probes. */
const alone: readonly Fault[] = ["certificate-of-another-name", "limit-believes-headers"];

type Group = (typeof faults)[number][];

/**
 * Puts faults into groups that are switched on together: each has a probe of its own that finds it, and changes a part
 * of its own. Nearly as many groups as a group has faults leave room for a second way to put them into groups.
 *
 * @param before groups of which no two faults may be together again
 */
export function groupsOf(all: Group, before: readonly Group[] = []): Group[] {
  const isAlone = (fault: Fault) => [...alone, ...graded, ...unlimited].includes(fault);
  const hidden = [...apart, ...before];
  const goTogether = (one: Group[number], other: Group[number]) =>
    finders[one] !== finders[other] && !hidden.some((each) => each.includes(one) && each.includes(other));
  const shared = all.filter((fault) => !isAlone(fault));
  const groups: Group[] = Array.from({ length: Math.ceil(Math.sqrt(shared.length)) }, () => []);
  // Those whose probe has many come first, since they fit into few groups.
  const rivals = (fault: Group[number]) => all.filter((other) => finders[other] === finders[fault]).length;
  for (const fault of shared.toSorted((one, other) => rivals(other) - rivals(one))) {
    const fitting = groups.filter((group) => group.every((other) => goTogether(fault, other)));
    const [least] = fitting.toSorted((one, other) => one.length - other.length);
    if (least === undefined) groups.push([fault]);
    else least.push(fault);
  }
  return [...groups, ...(before.length === 0 ? all.filter(isAlone).map((fault) => [fault]) : [])];
}

/** Faults that alone take so many points that the grade suffers too, since it is made of what others measure. */
export const graded: readonly Fault[] = ["hsts-missing", "no-https-redirect", "cors-reflects"];
