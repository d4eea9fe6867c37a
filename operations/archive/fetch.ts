import { createWriteStream, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Failure, reasonOf } from "../../lib/failure.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { Manifest } from "./manifest.ts";
import { Tally, unseal } from "./seal.ts";

/**
 * Brings a backup into a file, decrypted, and compares both digests with the manifest before anybody can use
 * it. What is longer than the manifest says is not read to its end.
 *
 * @throws {Failure} when it is not the backup of the manifest; the file is worth nothing then
 */
export async function fetchBackup(options: {
  store: ObjectStore;
  manifest: Manifest;
  identities: readonly string[];
  /** Where to, for this account's eyes alone. */
  file: string;
  signal: AbortSignal;
}): Promise<void> {
  const { store, manifest, file, signal } = options;
  checkRoom(file, manifest.plain.bytes);
  const sealed = new Tally();
  const plain = new Tally();
  const source = await store.open(manifest.key);
  const stored = bounded(sealed.through(source), manifest);
  try {
    const opened = await unseal(stored, options.identities);
    await pipeline(
      Readable.from(plain.through(opened)),
      createWriteStream(file, { mode: 0o600, flags: "wx" }),
      { signal },
    );
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Failure) throw error;
    throw new Failure("failed", `The backup cannot be written to ${file}: ${reasonOf(error)}`);
  } finally {
    // What was not read to its end holds the connection to the store.
    await stored.return(undefined);
  }
  compare(manifest, "as it is stored", manifest.sealed, sealed.result());
  compare(manifest, "decrypted", manifest.plain, plain.result());
}

function checkRoom(file: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(dirname(file));
  if (bavail * bsize >= bytes) return;
  throw new Failure(
    "failed",
    `${dirname(file)} has room for ${bavail * bsize} bytes, and the dump has ${bytes}: name a larger folder with --scratch`,
  );
}

async function* bounded(
  source: AsyncIterable<Uint8Array>,
  { key, sealed }: Manifest,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > sealed.bytes) {
      throw new Failure("failed", `${key} has more than the ${sealed.bytes} bytes of its manifest`);
    }
    yield chunk;
  }
  if (bytes < sealed.bytes) {
    throw new Failure("failed", `${key} ends after ${bytes} of ${sealed.bytes} bytes`);
  }
}

function compare(
  { key }: Manifest,
  how: string,
  expected: Manifest["plain"],
  found: Manifest["plain"],
): void {
  if (found.sha256 === expected.sha256 && found.bytes === expected.bytes) return;
  throw new Failure(
    "failed",
    `${key} ${how} has another SHA-256 than its manifest says: it was changed, or belongs to another backup`,
  );
}
