import { CertificatePack } from "@pulumi/cloudflare/certificatePack.js";
import { UniversalSslSetting } from "@pulumi/cloudflare/universalSslSetting.js";
import { RunError } from "@pulumi/pulumi";
import { listed } from "../../lib/text.ts";
import type { EdgeArgs, EdgeHosts, EdgeScope, ZoneId } from "./args.ts";

/** Cloudflare's names of the authorities that it can order from, by their CAA domain. */
const orderable = [
  ["letsencrypt.org", "lets_encrypt"],
  ["pki.goog", "google"],
  ["ssl.com", "ssl_com"],
] as const;

/**
 * Certificates of the edge (item 4.1). Universal SSL covers the apex and one level below it on every plan. A
 * host at a lower level gets an advanced certificate, which needs Advanced Certificate Manager, a paid add-on.
 *
 * @throws {RunError} for such a host when CAA allows none of Cloudflare's authorities
 */
export function createCertificates(
  scope: EdgeScope,
  zoneId: ZoneId,
  { domains, edge, further = [] }: Pick<EdgeArgs, "domains" | "edge" | "further">,
): void {
  new UniversalSslSetting(...scope.child("universalSsl", { zoneId, enabled: true }));

  const uncovered = hostsBeyondUniversalSsl(domains.zone, [
    ...hostNames(domains),
    ...further.map(({ host }) => host),
  ]);
  if (uncovered.length === 0) return;
  new CertificatePack(
    ...scope.child("certificate", {
      zoneId,
      type: "advanced",
      certificateAuthority: authorityFor(uncovered, edge.certificateAuthorities),
      // Cloudflare orders no pack without the apex.
      hosts: [domains.zone, ...uncovered],
      validationMethod: "txt",
      validityDays: 90,
    }),
  );
}

function authorityFor(hosts: readonly string[], allowed: readonly string[]): string {
  const authority = orderable.find(([caa]) => allowed.includes(caa));
  if (authority !== undefined) return authority[1];
  const names = orderable.map(([caa]) => caa);
  throw new RunError(
    `No certificate can be ordered for ${listed(hosts, "and")}: edge.certificateAuthorities allows none of ${listed(names, "or")}. Add one of them.`,
  );
}

/** The distinct hosts that are two or more levels below the zone. */
export function hostsBeyondUniversalSsl(domain: string, hosts: readonly string[]): string[] {
  return [...new Set(hosts)].filter(
    (host) => host.endsWith(`.${domain}`) && host.slice(0, -domain.length - 1).includes("."),
  );
}

function hostNames({ web, redirect, api }: EdgeHosts): string[] {
  return redirect === undefined ? [web, api] : [web, redirect, api];
}
