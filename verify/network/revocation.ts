import "reflect-metadata";
import { CRLDistributionPointsExtension, X509Certificate, X509Crl } from "@peculiar/x509";
import { reasonOf } from "../../lib/failure.ts";

/** What the list of an authority says of a certificate. */
export type Revocation =
  | { readonly state: "listed"; readonly reason: string }
  | { readonly state: "not listed" }
  | { readonly state: "unusable"; readonly why: string };

/** Addresses of the lists of revoked certificates that a certificate names (RFC 5280, section 4.2.1.13). */
export function revocationLists(certificate: Uint8Array): string[] {
  const extension = new X509Certificate(Uint8Array.from(certificate)).getExtension(
    CRLDistributionPointsExtension,
  );
  const names = extension?.distributionPoints.flatMap((point) => point.distributionPoint?.fullName ?? []);
  return (names ?? []).flatMap(({ uniformResourceIdentifier: address }) => address ?? []);
}

/** Looks a certificate up in a list, which must be signed by its issuer and be valid now. */
export async function lookedUp(
  list: Uint8Array,
  certificate: Uint8Array,
  issuer: Uint8Array,
): Promise<Revocation> {
  try {
    const own = new X509Certificate(Uint8Array.from(certificate));
    const crl = new X509Crl(Uint8Array.from(list));
    const { publicKey } = new X509Certificate(Uint8Array.from(issuer));
    if (!(await crl.verify({ publicKey }))) {
      return { state: "unusable", why: "the list is not signed by the issuer of the certificate" };
    }
    if (crl.nextUpdate !== undefined && crl.nextUpdate.getTime() < Date.now()) {
      return { state: "unusable", why: `the list was valid until ${crl.nextUpdate.toISOString()}` };
    }
    const entry = crl.findRevoked(own.serialNumber);
    if (entry === null) return { state: "not listed" };
    return { state: "listed", reason: `revoked at ${entry.revocationDate.toISOString()}` };
  } catch (error) {
    return { state: "unusable", why: `the list cannot be read: ${reasonOf(error)}` };
  }
}
