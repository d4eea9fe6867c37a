import { createHash, type KeyObject, verify, X509Certificate } from "node:crypto";
import { reasonOf } from "../../lib/failure.ts";
import { contextTag, type Der, expectTag, oidOf, readAll, readOne, tags, timeOf, write } from "./der.ts";
import type { Revocation } from "./revocation.ts";

/** SHA-1 as OCSP names it, which every responder knows (RFC 5019, section 2.1.1); it protects nothing here. */
const sha1 = Buffer.from("06052b0e03021a", "hex");

/** What a certificate of a responder must be for (RFC 6960, section 4.2.2.2). */
const ocspSigning = "1.3.6.1.5.5.7.3.9";

/** How answers are signed: with which hash; undefined where the key says it. */
const signatures: Readonly<Record<string, string | null>> = {
  "1.2.840.113549.1.1.11": "sha256",
  "1.2.840.113549.1.1.12": "sha384",
  "1.2.840.113549.1.1.13": "sha512",
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.10045.4.3.4": "sha512",
  "1.3.101.112": null,
};

/** Minutes by which clocks may differ. */
const slackMs = 5 * 60_000;

/** What identifies a certificate to a responder (RFC 6960, section 4.1.1). */
interface CertId {
  readonly nameHash: Buffer;
  readonly keyHash: Buffer;
  readonly serial: Buffer;
}

/**
 * Where a responder answers about a certificate: the address with the question in it (RFC 6960, appendix A.1).
 *
 * @param responder the address that the certificate names
 */
export function ocspAddress(responder: string, certificate: Uint8Array, issuer: Uint8Array): string {
  const { nameHash, keyHash, serial } = certIdOf(certificate, issuer);
  const id = write(
    tags.sequence,
    write(tags.sequence, sha1, write(tags.null)),
    write(tags.octetString, nameHash),
    write(tags.octetString, keyHash),
    write(tags.integer, serial),
  );
  const request = write(tags.sequence, write(tags.sequence, write(tags.sequence, write(tags.sequence, id))));
  return `${responder.replace(/\/$/, "")}/${encodeURIComponent(request.toString("base64"))}`;
}

/** What an answer of a responder says of a certificate; it must be signed for its issuer and be valid now. */
export function ocspState(answer: Uint8Array, certificate: Uint8Array, issuer: Uint8Array): Revocation {
  try {
    const basic = basicOf(answer);
    const signer = signerOf(basic, issuer);
    if (signer === undefined || !isSigned(basic, signer)) {
      return { state: "unusable", why: "the answer is not signed for the issuer of the certificate" };
    }
    const own = certIdOf(certificate, issuer);
    const single = basic.responses.map(singleOf).find(({ id }) => isSame(id, own));
    if (single === undefined) return { state: "unusable", why: "the answer is about another certificate" };
    const now = Date.now();
    if (single.from > now + slackMs) return { state: "unusable", why: "the answer is dated in the future" };
    if (single.until === undefined || single.until < now - slackMs) {
      return { state: "unusable", why: "the answer is not valid any more, or does not say until when" };
    }
    if (single.status === contextTag(1)) return { state: "listed", reason: "revoked, says its authority" };
    if (single.status === contextTag(0, false)) return { state: "not listed" };
    return { state: "unusable", why: "the authority does not know the certificate" };
  } catch (error) {
    return { state: "unusable", why: `the answer cannot be read: ${reasonOf(error)}` };
  }
}

interface Basic {
  readonly signed: Buffer;
  readonly responses: readonly Der[];
  readonly algorithm: string;
  readonly signature: Buffer;
  readonly certificates: readonly Buffer[];
}

/** The parts of an answer (RFC 6960, section 4.2.1). */
function basicOf(answer: Uint8Array): Basic {
  const [status, bytes] = readAll(readOne(answer, tags.sequence).content);
  const code = expectTag(status, tags.enumerated).content[0];
  if (code !== 0) throw new RangeError(`the responder refused with status ${code}`);
  const [type, response] = readAll(readOne(expectTag(bytes, contextTag(0)).content, tags.sequence).content);
  if (oidOf(expectTag(type, tags.oid)) !== "1.3.6.1.5.5.7.48.1.1")
    throw new RangeError("another type of answer");
  const basic = readOne(expectTag(response, tags.octetString).content, tags.sequence);
  const [data, algorithm, signature, certificates] = readAll(basic.content);
  const signed = expectTag(data, tags.sequence);
  const [identifier] = readAll(expectTag(algorithm, tags.sequence).content);
  const responses = readAll(signed.content).find(({ tag }) => tag === tags.sequence);
  const list =
    certificates === undefined ? [] : readAll(readOne(certificates.content, tags.sequence).content);
  return {
    signed: signed.raw,
    responses: readAll(expectTag(responses, tags.sequence).content),
    algorithm: oidOf(expectTag(identifier, tags.oid)),
    signature: expectTag(signature, tags.bitString).content.subarray(1),
    certificates: list.slice(0, 4).map(({ raw }) => raw),
  };
}

/** The key that may answer: the issuer's own, or that of a responder which the issuer certified for it. */
function signerOf({ certificates, ...basic }: Basic, issuer: Uint8Array): KeyObject | undefined {
  const authority = new X509Certificate(issuer);
  if (isSigned({ ...basic, certificates }, authority.publicKey)) return authority.publicKey;
  const now = new Date();
  return certificates
    .map((raw) => new X509Certificate(raw))
    .find(
      (responder) =>
        responder.checkIssued(authority) &&
        responder.verify(authority.publicKey) &&
        (responder.keyUsage ?? []).includes(ocspSigning) &&
        new Date(responder.validFrom) <= now &&
        now <= new Date(responder.validTo),
    )?.publicKey;
}

function isSigned({ signed, algorithm, signature }: Basic, key: KeyObject): boolean {
  const hash = signatures[algorithm];
  if (hash === undefined) return false;
  try {
    return verify(hash, signed, key, signature);
  } catch {
    // A key of another kind.
    return false;
  }
}

function singleOf(single: Der) {
  const [id, status, from, ...rest] = readAll(expectTag(single, tags.sequence).content);
  const [algorithm, nameHash, keyHash, serial] = readAll(expectTag(id, tags.sequence).content);
  if (!expectTag(algorithm, tags.sequence).content.subarray(0, sha1.length).equals(sha1)) {
    throw new RangeError("the answer names the certificate by another hash than was asked for");
  }
  const next = rest.find(({ tag }) => tag === contextTag(0));
  return {
    id: {
      nameHash: expectTag(nameHash, tags.octetString).content,
      keyHash: expectTag(keyHash, tags.octetString).content,
      serial: expectTag(serial, tags.integer).content,
    },
    status: status?.tag,
    from: timeOf(expectTag(from, tags.generalizedTime)),
    until: next && timeOf(readOne(next.content, tags.generalizedTime)),
  };
}

function isSame(one: CertId, other: CertId): boolean {
  return (
    one.nameHash.equals(other.nameHash) &&
    one.keyHash.equals(other.keyHash) &&
    one.serial.equals(other.serial)
  );
}

/** The serial number, and the issuer by the hashes of its name and key, as they stand in the certificates. */
function certIdOf(certificate: Uint8Array, issuer: Uint8Array): CertId {
  const fields = fieldsOf(certificate);
  const digest = (bytes: Uint8Array) => createHash("sha1").update(bytes).digest();
  const [, key] = readAll(fieldsOf(issuer).publicKey.content);
  return {
    nameHash: digest(fields.issuer.raw),
    keyHash: digest(expectTag(key, tags.bitString).content.subarray(1)),
    serial: fields.serial.content,
  };
}

/** Fields of a certificate (RFC 5280, section 4.1). */
function fieldsOf(certificate: Uint8Array) {
  const [body] = readAll(readOne(certificate, tags.sequence).content);
  const all = readAll(expectTag(body, tags.sequence).content);
  // The version is left out of the first one.
  const [serial, , issuer, , , publicKey] = all[0]?.tag === contextTag(0) ? all.slice(1) : all;
  return {
    serial: expectTag(serial, tags.integer),
    issuer: expectTag(issuer, tags.sequence),
    publicKey: expectTag(publicKey, tags.sequence),
  };
}
