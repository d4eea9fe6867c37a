import "reflect-metadata";
import { createHash, type KeyObject, X509Certificate } from "node:crypto";
import {
  BasicOCSPResponse,
  CertID,
  id_kp_OCSPSigning as forOcsp,
  id_pkix_ocsp_basic as isBasic,
  OCSPRequest,
  OCSPResponse,
  OCSPResponseStatus,
  Request,
  type SingleResponse,
  TBSRequest,
} from "@peculiar/asn1-ocsp";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier, Certificate } from "@peculiar/asn1-x509";
import { reasonOf } from "../../lib/failure.ts";
import { type Revocation, slackMs } from "./revocation.ts";
import { isSignedBy } from "./signatures.ts";

/** SHA-1, which every responder knows (RFC 5019, section 2.1.1); it protects nothing here. */
const sha1 = "1.3.14.3.2.26";

/** Hashes by which answers name certificates. */
const hashes: Readonly<Record<string, string>> = {
  [sha1]: "sha1",
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
};

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
    const { responses, responseExtensions = [] } = basic.tbsResponseData;
    const own = responses.filter(({ certID }) => isOf(certID, certificate, issuer));
    if (own.length === 0) return { state: "unusable", why: "the answer is about another certificate" };
    const extensions = [
      ...responseExtensions,
      ...own.flatMap(({ singleExtensions = [] }) => singleExtensions),
    ];
    const strange = extensions.find(({ critical }) => critical);
    if (strange !== undefined) {
      const why = `the answer has an extension that must be understood (${strange.extnID})`;
      return { state: "unusable", why };
    }
    const told = own.map(stateOf);
    // What is revoked stays so, whatever the same answer says besides.
    return (
      told.find(({ state }) => state === "listed") ??
      told.find(({ state }) => state === "unusable") ?? { state: "not listed" }
    );
  } catch (error) {
    return { state: "unusable", why: `the answer cannot be read: ${reasonOf(error)}` };
  }
}

/** What an answer says of one certificate, where it is valid now. */
function stateOf({ certStatus, thisUpdate, nextUpdate }: SingleResponse): Revocation {
  const now = Date.now();
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
  if (signed === undefined) return false;
  const { algorithm } = signatureAlgorithm;
  return isSignedBy(key, { algorithm, signed: Buffer.from(signed), signature: Buffer.from(signature) });
}

/** Whether an answer names the certificate, by whatever hash. */
function isOf(one: CertID, certificate: Uint8Array, issuer: Uint8Array): boolean {
  const hash = one.hashAlgorithm.algorithm;
  if (hashes[hash] === undefined) return false;
  const own = certIdOf(certificate, issuer, hash);
  const isSame = (some: ArrayBuffer, others: ArrayBuffer) => Buffer.from(some).equals(Buffer.from(others));
  return (
    isSame(one.issuerNameHash.buffer, own.issuerNameHash.buffer) &&
    isSame(one.issuerKeyHash.buffer, own.issuerKeyHash.buffer) &&
    isSame(one.serialNumber, own.serialNumber)
  );
}

/** What identifies a certificate to a responder (RFC 6960, section 4.1.1). */
function certIdOf(certificate: Uint8Array, issuer: Uint8Array, hash = sha1): CertID {
  const { tbsCertificate: own } = AsnConvert.parse(certificate, Certificate);
  const { tbsCertificate: authority } = AsnConvert.parse(issuer, Certificate);
  const digest = (bytes: ArrayBuffer) =>
    new OctetString(
      createHash(hashes[hash] ?? "sha1")
        .update(Buffer.from(bytes))
        .digest(),
    );
  return new CertID({
    hashAlgorithm: new AlgorithmIdentifier({ algorithm: hash, parameters: null }),
    issuerNameHash: digest(AsnConvert.serialize(own.issuer)),
    issuerKeyHash: digest(authority.subjectPublicKeyInfo.subjectPublicKey),
    serialNumber: own.serialNumber,
  });
}
