import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes,
} from "node:crypto";
import { Failure } from "../lib/failure.ts";
import { sha256 } from "./digest.ts";

/** An Ed25519 key that checks signatures. */
export interface VerifyingKey {
  /** SHA-256 of the key's SubjectPublicKeyInfo, in hexadecimal digits: names the key in an envelope. */
  readonly id: string;
  /** `ed25519:` and the 32 bytes of the key in base64, as settings hold it. */
  readonly text: string;
  verifies(bytes: Uint8Array, signature: Uint8Array): boolean;
  /** The same on another thread. */
  verifiesLater(bytes: Uint8Array, signature: Uint8Array): Promise<boolean>;
}

/** An Ed25519 key that makes signatures. */
export interface SigningKey extends VerifyingKey {
  sign(bytes: Uint8Array): Uint8Array;
}

/** The longest key that is read, in characters. */
const maximumKeyCharacters = 4096;

const prefix = "ed25519:";

/** What stands before the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo (RFC 8410). */
const publicKeyHeader = Buffer.from("302a300506032b6570032100", "hex");

/**
 * Reads the private key that signs: PKCS #8 in PEM, as `optropic evidence keygen` writes it. Line breaks may be
 * written as `\n`, since many secret stores hold one line only.
 *
 * @throws {Failure} `refused`; the message never quotes the key
 */
export function readSigningKey(text: string): SigningKey {
  const pem = text.trim().replaceAll("\\n", "\n");
  const key = pem.length > maximumKeyCharacters ? undefined : attempt(() => createPrivateKey(pem));
  if (key?.asymmetricKeyType !== "ed25519") {
    throw new Failure(
      "refused",
      "EVIDENCE_SIGNING_KEY is not an Ed25519 private key in PEM: make one with optropic evidence keygen",
    );
  }
  return {
    ...verifyingKeyOf(createPublicKey(key)),
    sign: (bytes) => signBytes(null, bytes, key),
  };
}

/**
 * Reads a public key: `ed25519:` and 32 bytes in base64, or SubjectPublicKeyInfo in PEM.
 *
 * @throws {Failure} `refused`
 */
export function readVerifyingKey(text: string): VerifyingKey {
  const trimmed = text.trim();
  const key =
    trimmed.length > maximumKeyCharacters
      ? undefined
      : attempt(() => createPublicKey(trimmed.startsWith(prefix) ? derOf(trimmed) : pemOf(trimmed)));
  if (key?.asymmetricKeyType === "ed25519") {
    const verifying = verifyingKeyOf(key);
    if (isWeak(Buffer.from(verifying.text.slice(prefix.length), "base64"))) {
      throw new Failure(
        "refused",
        "A public key of evidence is a point of small order, for which anybody can make signatures: make a key with optropic evidence keygen",
      );
    }
    return verifying;
  }
  throw new Failure(
    "refused",
    "A public key of evidence is ed25519: with 32 bytes in base64, or an Ed25519 public key in PEM",
  );
}

/** A new pair of keys: the private one in PEM, the public one as settings hold it. */
export function generateKeys(): { privateKey: string; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKey: verifyingKeyOf(publicKey).text,
  };
}

function verifyingKeyOf(key: KeyObject): VerifyingKey {
  const der = key.export({ type: "spki", format: "der" });
  return {
    id: sha256(der),
    text: `${prefix}${der.subarray(publicKeyHeader.length).toString("base64")}`,
    verifies: (bytes, signature) => verifyBytes(null, bytes, key, signature),
    verifiesLater: (bytes, signature) =>
      new Promise((resolve, reject) => {
        verifyBytes(null, bytes, key, signature, (error, verified) =>
          error === null ? resolve(verified) : reject(error),
        );
      }),
  };
}

/** The prime of Curve25519's field. */
const prime = 2n ** 255n - 19n;

/**
 * Whether a public key is one of the points whose eightfold is the neutral element (RFC 8032, section 5.1), or is not
 * written in its one form: a signature for such a key needs no private key. By its y alone: 1, -1 and 0 have the orders
 * 1, 2 and 4, and a point of the order 8 is one whose double has the y 0.
 */
function isWeak(key: Buffer): boolean {
  const bytes = Buffer.from(key).reverse();
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  const y = BigInt(`0x${bytes.toString("hex")}`);
  const square = (y * y) % prime;
  const isOfOrder8 = (121_666n * (2n * square - 1n) - 121_665n * square * square) % prime === 0n;
  return y >= prime || y === 0n || y === 1n || y === prime - 1n || isOfOrder8;
}

function derOf(text: string): { key: Buffer; type: "spki"; format: "der" } {
  const bytes = Buffer.from(text.slice(prefix.length), "base64");
  return { key: Buffer.concat([publicKeyHeader, bytes]), type: "spki", format: "der" };
}

/** A private key would also be taken for a public one: it does not belong into settings. */
function pemOf(text: string): string {
  return text.includes("PRIVATE KEY") ? "" : text;
}

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
