import { type KeyObject, verify } from "node:crypto";

/** How authorities sign what they say of certificates: with which hash; null where the key says it. */
const hashes: Readonly<Record<string, string | null>> = {
  "1.2.840.113549.1.1.11": "sha256",
  "1.2.840.113549.1.1.12": "sha384",
  "1.2.840.113549.1.1.13": "sha512",
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.10045.4.3.4": "sha512",
  "1.3.101.112": null,
};

/** @param algorithm identifier of how it is signed; one that is not known here signs nothing */
export function isSignedBy(
  key: KeyObject,
  { algorithm, signed, signature }: { algorithm: string; signed: Buffer; signature: Buffer },
): boolean {
  const hash = hashes[algorithm];
  if (hash === undefined) return false;
  try {
    return verify(hash, signed, key, signature);
  } catch {
    // A key of another kind.
    return false;
  }
}
