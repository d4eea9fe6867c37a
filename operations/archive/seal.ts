import { createHash } from "node:crypto";
import { ReadableStream } from "node:stream/web";
import { Decrypter, Encrypter } from "age-encryption";
import { Failure, reasonOf } from "../../lib/failure.ts";

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
  return encrypter.encrypt(streamOf(plain));
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
    return opened(await decrypter.decrypt(streamOf(sealed)));
  } catch (error) {
    throw sealFailure(error);
  }
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

/** Converts to a web stream, which reads from its source only as fast as it is consumed. */
function streamOf(source: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 2 },
  );
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
