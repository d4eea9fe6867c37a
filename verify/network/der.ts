/** One value of DER (X.690): its tag, its content, and all of its bytes. */
export interface Der {
  readonly tag: number;
  readonly content: Buffer;
  readonly raw: Buffer;
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  generalizedTime: 0x18,
  sequence: 0x30,
} as const;

/** The tag of a context; `constructed` where values stand in it. */
export function contextTag(number: number, constructed = true): number {
  return (constructed ? 0xa0 : 0x80) | number;
}

/** Most values in one; an answer about one certificate has a few. */
const mostValues = 10_000;

/**
 * The values that stand one after the other.
 *
 * @throws {RangeError} for what is not DER
 */
export function readAll(bytes: Uint8Array): Der[] {
  let rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Der[] = [];
  while (rest.length > 0) {
    if (found.length === mostValues) throw new RangeError("too many values");
    const [tag = 0, first = 0] = rest;
    // Tags of more than one byte do not occur here, and neither do lengths that are not known before.
    if (rest.length < 2 || (tag & 0x1f) === 0x1f || first === 0x80) throw new RangeError("not DER");
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    if (lengthBytes > 4 || rest.length < 2 + lengthBytes) throw new RangeError("not DER");
    const length = lengthBytes === 0 ? first : rest.readUIntBE(2, lengthBytes);
    const start = 2 + lengthBytes;
    if (rest.length < start + length) throw new RangeError("cut off");
    found.push({ tag, content: rest.subarray(start, start + length), raw: rest.subarray(0, start + length) });
    rest = rest.subarray(start + length);
  }
  return found;
}

/** @throws {RangeError} unless the bytes are one value of the tag and nothing else */
export function readOne(bytes: Uint8Array, tag: number): Der {
  const [value, ...others] = readAll(bytes);
  if (value?.tag !== tag || others.length > 0) throw new RangeError("another value than expected");
  return value;
}

/** @throws {RangeError} unless there is a value, and of the tag */
export function expectTag(value: Der | undefined, tag: number): Der {
  if (value?.tag !== tag) throw new RangeError("another value than expected");
  return value;
}

/** The milliseconds since 1970 of a GeneralizedTime in UTC without fractions (RFC 5280, section 4.1.2.5.2). */
export function timeOf({ tag, content }: Der): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(content.toString("latin1")) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (tag !== tags.generalizedTime || Number.isNaN(time)) throw new RangeError("not a moment");
  return time;
}

/** An object identifier as it is written, such as `1.3.6.1.5.5.7.48.1.1`. */
export function oidOf({ tag, content }: Der): string {
  if (tag !== tags.oid || content.length === 0) throw new RangeError("not an object identifier");
  const parts: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    parts.push(value);
    value = 0;
  }
  const [first = 0, ...rest] = parts;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - 40 * top, ...rest].join(".");
}

/** Bytes with their tag and length before them. */
export function write(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const short = length.subarray(length.findIndex((byte) => byte !== 0));
  return Buffer.concat([Buffer.from([tag, 0x80 | short.length]), short, content]);
}
