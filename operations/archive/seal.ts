import { createHash } from "node:crypto";
import { ReadableStream } from "node:stream/web";
import { Decrypter, Encrypter } from "age-encryption";
import { Failure, reasonOf } from "../../lib/failure.ts";

/** Counts and digests the bytes that pass. */
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

  /** Length and digest of what has passed; asked once, at the end. */
  result(): { bytes: number; sha256: string } {
    return { bytes: this.bytes, sha256: this.#hash.digest("hex") };
  }
}

/**
 * Encrypts a stream to age public keys, any of whose identities opens it (https://age-encryption.org/v1).
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
 * Decrypts a stream with age identities (`AGE-SECRET-KEY-1…`). The stream that it answers fails when it comes
 * to a part that was changed, cut off or put elsewhere.
 *
 * @throws {Failure} `failed`, when the stream is no age file or none of the identities opens it;
 * `refused`, when one of them is no identity
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
    ? "The backup was not made for this identity"
    : `The backup cannot be decrypted: ${reason}`;
  return new Failure("failed", message);
}

/** As a web stream, which takes no more from its source than it has room for. */
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
 * Identities in the text of a file as age-keygen writes it: one a line, `#` before comments.
 *
 * @throws {Failure} `refused`, when a line is none
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
      // The library's words may quote what it was given.
      throw new Failure(
        "refused",
        "A line of the identities is not an age identity, as age-keygen writes it: AGE-SECRET-KEY-1…",
      );
    }
  }
  return decrypter;
}
