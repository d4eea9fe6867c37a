import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";

/**
 * Whether a certificate is for a host, by libpq's rules: an address may also be the common name, which counts only
 * where there is no alternative name, and a wildcard is one label.
 */
export function isFor(certificate: X509Certificate, host: string): boolean {
  if (isIP(host) === 0) return certificate.checkHost(host, { partialWildcards: false }) !== undefined;
  if (certificate.checkIP(host) !== undefined) return true;
  const hasAddress = /(^|, )IP Address:/.test(certificate.subjectAltName ?? "");
  const subject = hasAddress ? "never" : "default";
  return certificate.checkHost(host, { subject, wildcards: false }) !== undefined;
}
