import { createHash, randomBytes } from "node:crypto";
import { Decrypter, Encrypter } from "age-encryption";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { contentKey, decrypted, encrypted, nonceBytes } from "./payload.ts";

/** Counts and hashes the bytes that pass through. */
export class Tally {
  bytes = 0;
  #hash = createHash("sha256");

  async *through(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      this.bytes += chunk.length;
      this.#hash.update(chunk);
      yield chunk;
    }
  }

  /** Length and digest of what passed through. Call it once, at the end. */
  result(): { bytes: number; sha256: string } {
    return { bytes: this.bytes, sha256: this.#hash.digest("hex") };
  }
}

/**
 * Encrypts a stream to age public keys; the identity of any one of them decrypts it
 * (https://age-encryption.org/v1).
 *
 * @throws {Failure} `refused`, when a recipient is not a public key
 */
export async function seal(
  plain: AsyncIterable<Uint8Array>,
  recipients: readonly string[],
): Promise<AsyncIterable<Uint8Array>> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(recipient);
    } catch {
      throw new Failure("refused", `${recipient.slice(0, 12)}… is not an age public key`);
    }
  }
  const { header, fileKey } = await headerFor(encrypter);
  const nonce = randomBytes(nonceBytes);
  return after([header, nonce], encrypted(plain, contentKey(fileKey, nonce)));
}

/** The library encrypts the key of a file to its recipients; the file itself is not left to its slower cipher. */
async function headerFor(encrypter: Encrypter): Promise<{ header: Uint8Array; fileKey: Uint8Array }> {
  let fileKey = new Uint8Array();
  // A recipient that needs no stanza, since it is this process.
  encrypter.addRecipient({
    wrapFileKey(key) {
      fileKey = Uint8Array.from(key);
      return [];
    },
  });
  const empty = Buffer.from(await encrypter.encrypt(new Uint8Array()));
  return { header: empty.subarray(0, headerBytes(empty)), fileKey };
}

async function* after(
  first: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* first;
  yield* rest;
}

/**
 * Decrypts a stream with age identities (`AGE-SECRET-KEY-1…`). Reading the result fails at a part that was
 * modified, moved or cut off.
 *
 * @throws {Failure} `failed`, when the stream is not an age file or no identity decrypts it; `refused`, when
 * an identity is malformed
 */
export async function unseal(
  sealed: AsyncIterable<Uint8Array>,
  identities: readonly string[],
): Promise<AsyncIterable<Uint8Array>> {
  const decrypter = decrypterOf(identities);
  try {
    const { header, nonce, content } = await divide(sealed);
    const fileKey = await decrypter.decryptHeader(header);
    return opened(decrypted(content, contentKey(fileKey, nonce)));
  } catch (error) {
    throw sealFailure(error);
  }
}

/** Most bytes of a header: that of a backup has some 200 for each recipient. */
const maximumHeader = 1024 * 1024;

/** Takes a file apart into its header, its nonce and its content. */
async function divide(
  sealed: AsyncIterable<Uint8Array>,
): Promise<{ header: Uint8Array; nonce: Uint8Array; content: AsyncIterable<Uint8Array> }> {
  const chunks = sealed[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  for (;;) {
    const length = headerBytes(start);
    const end = (length ?? 0) + nonceBytes;
    if (length !== undefined && start.length >= end) {
      return {
        header: start.subarray(0, length),
        nonce: start.subarray(length, end),
        content: after([start.subarray(end)], { [Symbol.asyncIterator]: () => chunks }),
      };
    }
    if (start.length > maximumHeader) throw new Error("it has no header of an age file");
    const { done, value } = await chunks.next();
    if (done === true) throw new Error("its header is cut off");
    start = Buffer.concat([start, value]);
  }
}

/** Length of the header that a file begins with; undefined when its end is not there yet. */
function headerBytes(start: Buffer): number | undefined {
  const last = start.indexOf("\n--- ");
  const end = last < 0 ? -1 : start.indexOf("\n", last + 1);
  return end < 0 ? undefined : end + 1;
}

async function* opened(plain: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* plain;
  } catch (error) {
    throw sealFailure(error);
  }
}

function sealFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const reason = reasonOf(error);
  const message = /no identity matched/.test(reason)
    ? "None of the identities decrypts this backup: it was encrypted to other keys"
    : `Cannot decrypt the backup: ${reason}`;
  return new Failure("failed", message);
}

/**
 * Reads identities from text as age-keygen writes it: one per line, comments start with `#`.
 *
 * @throws {Failure} `refused`, when a line is not an identity
 */
export function readIdentities(text: string): string[] {
  const identities = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  decrypterOf(identities);
  return identities;
}

function decrypterOf(identities: readonly string[]): Decrypter {
  const decrypter = new Decrypter();
  for (const identity of identities) {
    try {
      decrypter.addIdentity(identity);
    } catch {
      // The library's message may quote the key.
      throw new Failure(
        "refused",
        "A line of the identities is not an age identity as age-keygen writes it (AGE-SECRET-KEY-1…)",
      );
    }
  }
  return decrypter;
}
