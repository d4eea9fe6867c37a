import { CertificatePack } from "@pulumi/cloudflare/certificatePack.js";
import { UniversalSslSetting } from "@pulumi/cloudflare/universalSslSetting.js";
import { RunError } from "@pulumi/pulumi";
import type { EdgeScope } from "./scope.ts";

/** Cloudflare's names of the authorities that it can order from, by their CAA domain. */
const orderable = [
  ["letsencrypt.org", "lets_encrypt"],
  ["pki.goog", "google"],
  ["ssl.com", "ssl_com"],
] as const;

/**
 * Certificates of the edge (item 4.1). Universal SSL covers the apex and one level below it on every plan.
 * A host deeper than that gets an advanced certificate, which needs Advanced Certificate Manager, a paid
 * add-on. Throws RunError where such a host is asked for and CAA allows none of Cloudflare's authorities.
 */
export function createCertificates(
  { name, zoneId, options }: EdgeScope,
  domain: string,
  hosts: readonly string[],
  authorities: readonly string[],
): void {
  new UniversalSslSetting(`${name}-universal-ssl`, { zoneId, enabled: true }, options);

  const uncovered = hostsBeyondUniversalSsl(domain, hosts);
  if (uncovered.length === 0) return;
  const authority = orderable.find(([caa]) => authorities.includes(caa));
  if (authority === undefined) {
    throw new RunError(
      `No certificate can be ordered for ${uncovered.join(", ")}: edge.certificateAuthorities allows none of ${orderable.map(([caa]) => caa).join(", ")}. Add one of them.`,
    );
  }
  new CertificatePack(
    `${name}-certificate`,
    {
      zoneId,
      type: "advanced",
      certificateAuthority: authority[1],
      // Cloudflare orders no pack without the apex.
      hosts: [domain, ...uncovered],
      validationMethod: "txt",
      validityDays: 90,
    },
    options,
  );
}

/** The hosts, without repetition, that lie two or more levels below the zone. */
export function hostsBeyondUniversalSsl(domain: string, hosts: readonly string[]): string[] {
  return [...new Set(hosts)].filter(
    (host) => host.endsWith(`.${domain}`) && host.slice(0, -domain.length - 1).includes("."),
  );
}
