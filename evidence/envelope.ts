import * as z from "zod";
import { canonicalBytes } from "./canonical.ts";
import type { SigningKey, VerifyingKey } from "./keys.ts";

const base64 = z.string().refine(isBase64, "base64");

/** Decoding skips what is not base64 and takes other forms of it: only one text comes out of the bytes again. */
function isBase64(text: string): boolean {
  if (text.length % 4 !== 0 || !endsAlike(text)) return false;
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text);
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
 * @returns undefined for any other form, which {@link envelopeSchema} judges
 */
export function usualEnvelope(text: string): Envelope | undefined {
  if (!text.startsWith(opening)) return undefined;
  const end = text.indexOf('"', opening.length);
  const payload = text.slice(opening.length, end);
  const [, payloadType, keyid, sig] = closing.exec(text.slice(end)) ?? [];
  if (payloadType === undefined || !isBase64(payload)) return undefined;
  if (sig === undefined) return { payloadType, payload, signatures: [] };
  return endsAlike(sig) ? { payloadType, payload, signatures: [{ keyid: keyid ?? "", sig }] } : undefined;
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
export function signedBy(envelope: Envelope, trusted: readonly VerifyingKey[]): Signed {
  if (envelope.signatures.length === 0) return { state: "unsigned" };
  const bytes = signedBytes(envelope.payloadType, payloadOf(envelope));
  const keyIds = trusted
    .filter((key) => envelope.signatures.some(({ sig }) => key.verifies(bytes, Buffer.from(sig, "base64"))))
    .map(({ id }) => id);
  return keyIds.length === 0 ? { state: "untrusted" } : { state: "signed", keyIds };
}

/** {@link signedBy} with the work on other threads. */
export async function signedByLater(envelope: Envelope, trusted: readonly VerifyingKey[]): Promise<Signed> {
  if (envelope.signatures.length === 0) return { state: "unsigned" };
  if (trusted.length === 0) return { state: "untrusted" };
  const bytes = signedBytes(envelope.payloadType, payloadOf(envelope));
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
