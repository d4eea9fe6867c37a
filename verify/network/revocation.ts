import "reflect-metadata";
import { createHash, X509Certificate as NodeCertificate } from "node:crypto";
import { AsnArray, AsnConvert, AsnPropTypes, AsnType, AsnTypeTypes } from "@peculiar/asn1-schema";
import { IssuingDistributionPoint } from "@peculiar/asn1-x509";
import { CRLDistributionPointsExtension, X509Certificate, X509Crl } from "@peculiar/x509";
import { reasonOf } from "../../lib/failure.ts";
import { reducedList } from "./revocation-list.ts";

/** What the list of an authority says of a certificate. */
export type Revocation =
  | { readonly state: "listed"; readonly reason: string }
  | { readonly state: "not listed" }
  | { readonly state: "unusable"; readonly why: string };

/** Milliseconds by which clocks may differ. */
export const slackMs = 5 * 60_000;

/** Extensions of a list: its changes since another one, and what it is limited to (RFC 5280, section 5.2). */
const deltaIndicator = "2.5.29.27";
const issuingDistributionPoint = "2.5.29.28";

/**
 * Addresses of the lists of revoked certificates that a certificate names (RFC 5280, section 4.2.1.13): one array for
 * each list, since a list may stand in several places. A list for some reasons only, or of somebody else than the
 * issuer, is left out: that a certificate is not in it says little.
 */
export function revocationLists(certificate: Uint8Array): string[][] {
  const extension = readCertificate(certificate).getExtension(CRLDistributionPointsExtension);
  const complete = extension?.distributionPoints.filter(
    ({ reasons, cRLIssuer }) => reasons === undefined && cRLIssuer === undefined,
  );
  const places = complete?.map((point) =>
    (point.distributionPoint?.fullName ?? []).flatMap(
      ({ uniformResourceIdentifier: address }) => address ?? [],
    ),
  );
  return (places ?? []).filter((addresses) => addresses.length > 0);
}

/** Extensions of TLS by their numbers, which a certificate demands (RFC 7633). */
class TlsFeatures extends AsnArray<number> {}
AsnType({ type: AsnTypeTypes.Sequence, itemType: AsnPropTypes.Integer })(TlsFeatures);

/** The answer of an authority that a server shows beside its certificate, among those extensions. */
const statusRequest = 5;

const certificates = new Map<string, X509Certificate>();

/** The most certificates that are kept: hosts share theirs, and always their issuers'. */
const mostKept = 64;

/** A certificate, read once however often it is asked for. */
function readCertificate(certificate: Uint8Array): X509Certificate {
  const key = createHash("sha256").update(certificate).digest("hex");
  const known = certificates.get(key);
  if (known !== undefined) return known;
  const read = new X509Certificate(Uint8Array.from(certificate));
  if (certificates.size === mostKept) certificates.clear();
  certificates.set(key, read);
  return read;
}

/**
 * Whether a certificate is signed by the one that a server sends as its issuer's. Of the same name is not enough:
 * whoever makes such a certificate could answer in the place of the authority.
 */
export function isIssuedBy(certificate: Uint8Array, issuer: Uint8Array): boolean {
  try {
    return new NodeCertificate(certificate).verify(new NodeCertificate(issuer).publicKey);
  } catch {
    // A key or a signature of another kind.
    return false;
  }
}

/** Whether a certificate may only be shown together with an answer of its authority (RFC 7633). */
export function demandsAnswer(certificate: Uint8Array): boolean {
  const feature = readCertificate(certificate).getExtension("1.3.6.1.5.5.7.1.24");
  if (feature === null) return false;
  return AsnConvert.parse(feature.value, TlsFeatures).includes(statusRequest);
}

/**
 * Looks a certificate up in a list, which must be signed by its issuer, be valid now, and be for such certificates.
 *
 * @param addresses where the certificate says that the list stands
 */
export function lookedUp(
  list: Uint8Array,
  certificate: Uint8Array,
  issuer: Uint8Array,
  addresses: readonly string[] = [],
): Revocation {
  try {
    const own = readCertificate(certificate);
    const found = reducedList(Buffer.from(list), Buffer.from(own.serialNumber, "hex"));
    const crl = new X509Crl(Uint8Array.from(found.list));
    const isNamed = crl.issuer === readCertificate(issuer).subjectName.toString();
    if (!isNamed || !found.isSignedBy(new NodeCertificate(issuer).publicKey)) {
      return { state: "unusable", why: "the list is not signed by the issuer of the certificate" };
    }
    const why = unusable(crl, addresses);
    if (why !== undefined) return { state: "unusable", why };
    const entry = crl.findRevoked(own.serialNumber);
    if (entry === null) return { state: "not listed" };
    return { state: "listed", reason: `revoked at ${entry.revocationDate.toISOString()}` };
  } catch (error) {
    return { state: "unusable", why: `the list cannot be read: ${reasonOf(error)}` };
  }
}

/** Why a list that is genuine says nothing of the certificate: a list without it would be no answer. */
function unusable(crl: X509Crl, addresses: readonly string[]): string | undefined {
  const now = Date.now();
  if (!(crl.thisUpdate.getTime() <= now + slackMs))
    return `the list is valid from ${crl.thisUpdate.toISOString()}`;
  if (crl.nextUpdate === undefined) return "the list does not say until when it is valid";
  if (!(crl.nextUpdate.getTime() >= now - slackMs))
    return `the list was valid until ${crl.nextUpdate.toISOString()}`;
  for (const { type, critical, value } of crl.extensions) {
    if (type === deltaIndicator) return "the list has only what changed since another one";
    if (type === issuingDistributionPoint) {
      const problem = limitsOf(value, addresses);
      if (problem !== undefined) return problem;
    } else if (critical) return `the list has an extension that must be understood (${type})`;
  }
  return undefined;
}

/** Whether a list is for certificates of hosts, and stands where the certificate says (RFC 5280, section 6.3.3). */
function limitsOf(value: ArrayBuffer, addresses: readonly string[]): string | undefined {
  const limits = AsnConvert.parse(value, IssuingDistributionPoint);
  if (limits.onlyContainsCACerts || limits.indirectCRL || limits.onlyContainsAttributeCerts) {
    return "the list is for certificates of another kind";
  }
  if (limits.onlySomeReasons !== undefined) return "the list is for some reasons only";
  const named = (limits.distributionPoint?.fullName ?? []).flatMap(
    ({ uniformResourceIdentifier: address }) => address ?? [],
  );
  const isElsewhere = named.length > 0 && !named.some((address) => addresses.includes(address));
  return isElsewhere ? "the list is one part of several, and not the one of this certificate" : undefined;
}
