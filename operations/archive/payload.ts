import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";

/**
 * The encrypted content of an age file, after its header and nonce: parts of 64 KiB, each with a tag of its own,
 * the last of which is marked (https://age-encryption.org/v1, "Payload"). The cipher is OpenSSL's, which is several
 * times as fast as one in JavaScript.
 */
const partBytes = 64 * 1024;
const tagBytes = 16;
const cipher = "chacha20-poly1305";
const options = { authTagLength: tagBytes };

/** Bytes of the nonce before the content. */
export const nonceBytes = 16;

/** The key of the content of a file. Each part would take as long again to begin with its plain bytes. */
export function contentKey(fileKey: Uint8Array, nonce: Uint8Array): KeyObject {
  return createSecretKey(new Uint8Array(hkdfSync("sha256", fileKey, nonce, "payload", 32)));
}

/** Encrypts the content of a file. */
export async function* encrypted(
  plain: AsyncIterable<Uint8Array>,
  key: KeyObject,
): AsyncGenerator<Uint8Array> {
  for await (const { part, number } of partsOf(plain, partBytes)) {
    const sealing = createCipheriv(cipher, key, number, options);
    yield sealing.update(part);
    sealing.final();
    yield sealing.getAuthTag();
  }
}

/**
 * Decrypts the content of a file. Nothing of a part is handed on before its tag is right.
 *
 * @throws {Error} at a part that was modified, moved or cut off
 */
export async function* decrypted(
  content: AsyncIterable<Uint8Array>,
  key: KeyObject,
): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const { part, number } of partsOf(content, partBytes + tagBytes)) {
    const length = part.length - tagBytes;
    // Only the first part may be empty.
    if (length < 0 || (length === 0 && !isFirst)) throw new Error("it is cut off");
    const opening = createDecipheriv(cipher, key, number, options);
    opening.setAuthTag(part.subarray(length));
    const plain = opening.update(part.subarray(0, length));
    try {
      opening.final();
    } catch {
      throw new Error("a part was modified, moved or cut off");
    }
    isFirst = false;
    yield plain;
  }
}

/** Numbers the parts: eleven bytes, the largest first, and one that marks the last part. */
class Counter {
  #nonce = Buffer.alloc(12);
  #count = 0;

  next(isLast: boolean): Uint8Array {
    // 2^48 parts are 16 EiB.
    this.#nonce.writeUIntBE(this.#count, 5, 6);
    this.#nonce[11] = isLast ? 1 : 0;
    this.#count += 1;
    return this.#nonce;
  }
}

/**
 * Cuts a stream into numbered parts of one length; the last may be shorter. There is always one, which is empty when
 * the stream is. A part and its number are valid until the next one is asked for.
 */
async function* partsOf(
  source: AsyncIterable<Uint8Array>,
  length: number,
): AsyncGenerator<{ part: Uint8Array; number: Uint8Array }> {
  const part = Buffer.alloc(length);
  const counter = new Counter();
  let used = 0;
  for await (let chunk of source) {
    while (chunk.length > 0) {
      // A full part may be the last one, which shows once there is more.
      if (used === length) {
        yield { part, number: counter.next(false) };
        used = 0;
      }
      const taken = Math.min(length - used, chunk.length);
      part.set(chunk.subarray(0, taken), used);
      used += taken;
      chunk = chunk.subarray(taken);
    }
  }
  yield { part: part.subarray(0, used), number: counter.next(true) };
}
