import "reflect-metadata";
import { createHash, type KeyObject, verify, X509Certificate } from "node:crypto";
import {
  BasicOCSPResponse,
  CertID,
  id_kp_OCSPSigning as forOcsp,
  id_pkix_ocsp_basic as isBasic,
  OCSPRequest,
  OCSPResponse,
  OCSPResponseStatus,
  Request,
  TBSRequest,
} from "@peculiar/asn1-ocsp";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier, Certificate } from "@peculiar/asn1-x509";
import { reasonOf } from "../../lib/failure.ts";
import type { Revocation } from "./revocation.ts";

/** SHA-1, which every responder knows (RFC 5019, section 2.1.1); it protects nothing here. */
const sha1 = new AlgorithmIdentifier({ algorithm: "1.3.14.3.2.26", parameters: null });

/** How answers are signed: with which hash; null where the key says it. */
const signatures: Readonly<Record<string, string | null>> = {
  "1.2.840.113549.1.1.11": "sha256",
  "1.2.840.113549.1.1.12": "sha384",
  "1.2.840.113549.1.1.13": "sha512",
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.10045.4.3.4": "sha512",
  "1.3.101.112": null,
};

/** Milliseconds by which clocks may differ. */
const slackMs = 5 * 60_000;

/** Certificates of responders that are looked at in one answer. */
const mostCertificates = 4;

/**
 * Where a responder answers about a certificate: the address with the question in it (RFC 6960, appendix A.1).
 *
 * @param responder the address that the certificate names
 */
export function ocspAddress(responder: string, certificate: Uint8Array, issuer: Uint8Array): string {
  const reqCert = certIdOf(certificate, issuer);
  const tbsRequest = new TBSRequest({ requestList: [new Request({ reqCert })] });
  const request = Buffer.from(AsnConvert.serialize(new OCSPRequest({ tbsRequest })));
  return `${responder.replace(/\/$/, "")}/${encodeURIComponent(request.toString("base64"))}`;
}

/** What an answer of a responder says of a certificate; it must be signed for its issuer and be valid now. */
export function ocspState(answer: Uint8Array, certificate: Uint8Array, issuer: Uint8Array): Revocation {
  try {
    const basic = basicOf(answer);
    if (!signersOf(basic, issuer).some((key) => isSigned(basic, key))) {
      return { state: "unusable", why: "the answer is not signed for the issuer of the certificate" };
    }
    const own = certIdOf(certificate, issuer);
    const single = basic.tbsResponseData.responses.find(({ certID }) => isSame(certID, own));
    if (single === undefined) return { state: "unusable", why: "the answer is about another certificate" };
    const now = Date.now();
    const { certStatus, thisUpdate, nextUpdate } = single;
    // A moment that cannot be read is no number, and compares with none.
    if (!(thisUpdate.getTime() <= now + slackMs)) {
      return { state: "unusable", why: "the answer is dated in the future" };
    }
    if (nextUpdate === undefined || !(nextUpdate.getTime() >= now - slackMs)) {
      return { state: "unusable", why: "the answer is not valid any more, or does not say until when" };
    }
    if (certStatus.revoked !== undefined) return { state: "listed", reason: "revoked, says its authority" };
    if (certStatus.good !== undefined) return { state: "not listed" };
    return { state: "unusable", why: "the authority does not know the certificate" };
  } catch (error) {
    return { state: "unusable", why: `the answer cannot be read: ${reasonOf(error)}` };
  }
}

function basicOf(answer: Uint8Array): BasicOCSPResponse {
  const { responseStatus, responseBytes } = AsnConvert.parse(answer, OCSPResponse);
  if (responseStatus !== OCSPResponseStatus.successful) {
    throw new RangeError(`the responder refused with status ${responseStatus}`);
  }
  if (responseBytes?.responseType !== isBasic) throw new RangeError("another type of answer");
  return AsnConvert.parse(responseBytes.response.buffer, BasicOCSPResponse);
}

/** Keys that may answer: the issuer's own, and those of responders which the issuer certified for it. */
function signersOf({ certs = [] }: BasicOCSPResponse, issuer: Uint8Array): KeyObject[] {
  const authority = new X509Certificate(issuer);
  const now = new Date();
  const responders = certs
    .slice(0, mostCertificates)
    .map((one) => new X509Certificate(Buffer.from(AsnConvert.serialize(one))))
    .filter(
      (one) =>
        one.checkIssued(authority) &&
        one.verify(authority.publicKey) &&
        (one.keyUsage ?? []).includes(forOcsp) &&
        new Date(one.validFrom) <= now &&
        now <= new Date(one.validTo),
    );
  return [authority, ...responders].map(({ publicKey }) => publicKey);
}

function isSigned(basic: BasicOCSPResponse, key: KeyObject): boolean {
  const { tbsResponseDataRaw: signed, signatureAlgorithm, signature } = basic;
  const hash = signatures[signatureAlgorithm.algorithm];
  if (hash === undefined || signed === undefined) return false;
  try {
    return verify(hash, Buffer.from(signed), key, Buffer.from(signature));
  } catch {
    // A key of another kind.
    return false;
  }
}

function isSame(one: CertID, other: CertID): boolean {
  return Buffer.from(AsnConvert.serialize(one)).equals(Buffer.from(AsnConvert.serialize(other)));
}

/** What identifies a certificate to a responder (RFC 6960, section 4.1.1). */
function certIdOf(certificate: Uint8Array, issuer: Uint8Array): CertID {
  const { tbsCertificate: own } = AsnConvert.parse(certificate, Certificate);
  const { tbsCertificate: authority } = AsnConvert.parse(issuer, Certificate);
  const digest = (bytes: ArrayBuffer) =>
    new OctetString(createHash("sha1").update(Buffer.from(bytes)).digest());
  return new CertID({
    hashAlgorithm: sha1,
    issuerNameHash: digest(AsnConvert.serialize(own.issuer)),
    issuerKeyHash: digest(authority.subjectPublicKeyInfo.subjectPublicKey),
    serialNumber: own.serialNumber,
  });
}
