import type { KeyObject } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier } from "@peculiar/asn1-x509";
import { isSignedBy } from "./signatures.ts";

/** Numbers of types in DER (X.690). */
const tags = { integer: 0x02, bits: 0x03, sequence: 0x30, utcTime: 0x17, time: 0x18 } as const;

/** One value of DER: where it begins, where its content does, and where it ends. */
interface Element {
  readonly tag: number;
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

/**
 * A list of revoked certificates (RFC 5280, section 5.1), cut down to the entry of one certificate. Authorities revoke
 * hundreds of thousands, and a list of them is too large to be read as a tree.
 */
export interface ReducedList {
  /** The list with the entry of the certificate alone, or with none. */
  readonly list: Buffer;
  readonly isSignedBy: (key: KeyObject) => boolean;
}

/**
 * Reads a list by its bytes, once from the beginning to the end.
 *
 * @param serial number of the certificate, as it stands in DER
 * @throws {RangeError} for bytes that are no such list
 */
export function reducedList(bytes: Buffer, serial: Buffer): ReducedList {
  const whole = only(bytes, 0, bytes.length);
  const [signed, algorithm, signature, ...rest] = childrenOf(bytes, whole);
  if (
    signed?.tag !== tags.sequence ||
    algorithm === undefined ||
    signature?.tag !== tags.bits ||
    rest.length > 0
  )
    throw new RangeError("it is not a certificate revocation list");
  const parts = childrenOf(bytes, signed);
  const entries = parts.find(({ tag }, index) => tag === tags.sequence && isTime(parts[index - 1]));
  const own = entries && entryOf(bytes, entries, serial);
  const kept = parts.flatMap((part) =>
    part !== entries
      ? [sliceOf(bytes, part)]
      : own === undefined
        ? []
        : [encoded(tags.sequence, [sliceOf(bytes, own)])],
  );
  const outside = [algorithm, signature].map((part) => sliceOf(bytes, part));
  return {
    list: encoded(tags.sequence, [encoded(tags.sequence, kept), ...outside]),
    isSignedBy: (key) => {
      const { algorithm: id } = AsnConvert.parse(sliceOf(bytes, algorithm), AlgorithmIdentifier);
      // A signature has no unused bits.
      const raw = bytes.subarray(signature.content + 1, signature.end);
      return isSignedBy(key, { algorithm: id, signed: sliceOf(bytes, signed), signature: raw });
    },
  };
}

function isTime(element: Element | undefined): boolean {
  return element?.tag === tags.utcTime || element?.tag === tags.time;
}

/** The entry of a certificate, without a copy of any other. */
function entryOf(bytes: Buffer, entries: Element, serial: Buffer): Element | undefined {
  const wanted = withoutZeros(serial);
  for (let at = entries.content; at < entries.end; ) {
    const entry = elementAt(bytes, at, entries.end);
    const number = elementAt(bytes, entry.content, entry.end);
    if (number.tag !== tags.integer) throw new RangeError("an entry has no number");
    if (withoutZeros(bytes.subarray(number.content, number.end)).equals(wanted)) return entry;
    at = entry.end;
  }
  return undefined;
}

function withoutZeros(number: Buffer): Buffer {
  let start = 0;
  while (start < number.length - 1 && number[start] === 0) start += 1;
  return number.subarray(start);
}

function childrenOf(bytes: Buffer, { content, end }: Element): Element[] {
  const children: Element[] = [];
  for (let at = content; at < end; ) {
    const child = elementAt(bytes, at, end);
    children.push(child);
    // A list has seven parts at most.
    if (children.length > 8) throw new RangeError("it has too many parts");
    at = child.end;
  }
  return children;
}

function only(bytes: Buffer, start: number, end: number): Element {
  const element = elementAt(bytes, start, end);
  if (element.tag !== tags.sequence || element.end !== end)
    throw new RangeError("it is not a sequence in DER");
  return element;
}

/** Reads a tag of one byte and a length of at most four (X.690, section 8.1). */
function elementAt(bytes: Buffer, start: number, end: number): Element {
  const [tag, short] = [bytes[start], bytes[start + 1]];
  if (tag === undefined || short === undefined) throw new RangeError("it ends early");
  const more = short < 0x80 ? 0 : short & 0x7f;
  const content = start + 2 + more;
  if (short === 0x80 || more > 4 || content > end) throw new RangeError("it has a length that is not in DER");
  const length = more === 0 ? short : bytes.readUIntBE(start + 2, more);
  if (content + length > end) throw new RangeError("it ends early");
  return { tag, start, content, end: content + length };
}

function sliceOf(bytes: Buffer, { start, end }: Element): Buffer {
  return bytes.subarray(start, end);
}

function encoded(tag: number, parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([Buffer.from([tag, 0x84]), length, content]);
}
