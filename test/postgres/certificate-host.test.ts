import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { isFor } from "../../postgres/certificate-host.ts";

const ownName = "/CN=db.example.com";

test.each([
  [ownName, "", "db.example.com", true],
  [ownName, "", "DB.EXAMPLE.COM", true],
  [ownName, "", "other.example.com", false],
  [ownName, "", "db.example.com.evil.com", false],
  // A common name counts only where there is no alternative name.
  [ownName, "DNS:other.example.com", "db.example.com", false],
  ["/CN=x", "DNS:*.example.com", "db.example.com", true],
  ["/CN=x", "DNS:*.example.com", "a.db.example.com", false],
  ["/CN=x", "DNS:*.example.com", "example.com", false],
  ["/CN=x", "DNS:d*.example.com", "db.example.com", false],
  ["/CN=x", "IP:10.0.0.5", "10.0.0.5", true],
  ["/CN=x", "IP:10.0.0.5", "10.0.0.6", false],
  ["/CN=x", "IP:2001:db8::1", "2001:db8:0::1", true],
  // Certificates from before addresses had alternative names of their own.
  ["/CN=10.0.0.5", "", "10.0.0.5", true],
  ["/CN=x", "DNS:10.0.0.5", "10.0.0.5", true],
  ["/CN=10.0.0.5", "IP:10.0.0.6", "10.0.0.5", false],
  ["/CN=*", "", "10.0.0.5", false],
])("a certificate of %s with %j for %s: %s", (subject, alternative, host, expected) => {
  expect(isFor(certificate(subject, alternative), host)).toBe(expected);
});

function certificate(subject: string, alternative: string): X509Certificate {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null"];
  const names = alternative === "" ? [] : ["-addext", `subjectAltName=${alternative}`];
  const args = ["req", "-x509", "-subj", subject, "-days", "2", ...key, ...names];
  return new X509Certificate(execFileSync("openssl", args, { stdio: ["ignore", "pipe", "ignore"] }));
}
