import * as z from "zod";
import { canonicalBytes } from "./canonical.ts";
import type { SigningKey, VerifyingKey } from "./keys.ts";

const base64 = z.string().refine(isBase64, "base64");

function isBase64(text: string): boolean {
  return bytesOf(text) !== undefined;
}

/**
 * The bytes of a text in base64; undefined for another text. Decoding takes the letters of URLs, skips what is not
 * base64, so that fewer bytes come out, and takes other forms of the end: only one text comes out of the bytes again.
 */
export function bytesOf(text: string): Buffer | undefined {
  if (text.length % 4 !== 0 || text.includes("-") || text.includes("_") || !endsAlike(text)) return undefined;
  // Decoding looks at the low half of a wide character only: "\u0141" would be read as an A.
  if (Buffer.byteLength(text) !== text.length) return undefined;
  const bytes = Buffer.from(text, "base64");
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return bytes.length === (text.length / 4) * 3 - padding ? bytes : undefined;
}

/** Only the last four characters can say the same bytes in another way. */
function endsAlike(text: string): boolean {
  const end = text.slice(-4);
  return Buffer.from(end, "base64").toString("base64") === end;
}

/** The most signatures that an envelope may have. */
const maximumSignatures = 20;

/**
 * A payload with its signatures: an envelope of DSSE, the Dead Simple Signing Envelope, version 1.0. Without a
 * signature the payload is merely wrapped.
 */
export const envelopeSchema = z.strictObject({
  payloadType: z.string().min(1).max(200),
  /** The payload's bytes in base64. */
  payload: base64,
  signatures: z
    .array(z.strictObject({ keyid: z.string().max(200).default(""), sig: base64 }))
    .max(maximumSignatures)
    .refine((all) => new Set(all.map(({ sig }) => sig)).size === all.length, "no signature twice"),
});

export type Envelope = z.infer<typeof envelopeSchema>;

/** What stands around the payload and behind it in an envelope as we write it. */
const opening = '{"payload":"';
const closing =
  /^","payloadType":"([\w./+-]{1,200})","signatures":\[(?:\{"keyid":"([0-9a-f]{64})","sig":"([A-Za-z0-9+/]{86}==)"\})?\]\}$/;

/**
 * Reads an envelope of the usual form, canonical with one signature or none, without its JSON being parsed, which
 * is most of the work for many records.
 *
 * @returns the envelope and its payload's bytes; undefined for any other form, which {@link envelopeSchema} judges
 */
export function usualEnvelope(text: string): { envelope: Envelope; bytes: Buffer } | undefined {
  if (!text.startsWith(opening)) return undefined;
  const end = text.indexOf('"', opening.length);
  const payload = text.slice(opening.length, end);
  const [, payloadType, keyid, sig] = closing.exec(text.slice(end)) ?? [];
  const bytes = payloadType === undefined ? undefined : bytesOf(payload);
  if (payloadType === undefined || bytes === undefined) return undefined;
  if (sig === undefined) return { envelope: { payloadType, payload, signatures: [] }, bytes };
  const signatures = [{ keyid: keyid ?? "", sig }];
  return endsAlike(sig) ? { envelope: { payloadType, payload, signatures }, bytes } : undefined;
}

/** Who signed an envelope: nobody, keys that are trusted, or somebody else. */
export type Signed =
  | { state: "unsigned" }
  | { state: "signed"; keyIds: readonly string[] }
  /** There are signatures, and none of them is one of a trusted key. */
  | { state: "untrusted" };

/** Wraps a value as canonical JSON and signs it where a key is given. */
export function seal(payloadType: string, value: unknown, key: SigningKey | undefined): Envelope {
  const payload = canonicalBytes(value);
  return {
    payloadType,
    payload: Buffer.from(payload).toString("base64"),
    signatures:
      key === undefined
        ? []
        : [
            {
              keyid: key.id,
              sig: Buffer.from(key.sign(signedBytes(payloadType, payload))).toString("base64"),
            },
          ],
  };
}

/**
 * Which trusted keys signed an envelope. The id of a key in the envelope is a hint and proves nothing, so each
 * signature is tried with each key.
 */
export function signedBy(
  envelope: Envelope,
  trusted: readonly VerifyingKey[],
  payload: Uint8Array = payloadOf(envelope),
): Signed {
  if (envelope.signatures.length === 0) return { state: "unsigned" };
  const bytes = signedBytes(envelope.payloadType, payload);
  const keyIds = trusted
    .filter((key) => envelope.signatures.some(({ sig }) => key.verifies(bytes, Buffer.from(sig, "base64"))))
    .map(({ id }) => id);
  return keyIds.length === 0 ? { state: "untrusted" } : { state: "signed", keyIds };
}

/** {@link signedBy} with the work on other threads. */
export async function signedByLater(
  envelope: Envelope,
  trusted: readonly VerifyingKey[],
  payload: Uint8Array,
): Promise<Signed> {
  if (envelope.signatures.length === 0) return { state: "unsigned" };
  if (trusted.length === 0) return { state: "untrusted" };
  const bytes = signedBytes(envelope.payloadType, payload);
  const keyIds: string[] = [];
  for (const key of trusted) {
    for (const { sig } of envelope.signatures) {
      if (!(await key.verifiesLater(bytes, Buffer.from(sig, "base64")))) continue;
      keyIds.push(key.id);
      break;
    }
  }
  return keyIds.length === 0 ? { state: "untrusted" } : { state: "signed", keyIds };
}

/** The payload's bytes. */
export function payloadOf({ payload }: Envelope): Uint8Array {
  return Buffer.from(payload, "base64");
}

/** What a signature covers: DSSE's pre-authentication encoding of the type and the payload. */
function signedBytes(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = Buffer.from(payloadType, "utf8");
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `, "utf8"),
    type,
    Buffer.from(` ${payload.length} `, "utf8"),
    payload,
  ]);
}
