import { dirname } from "node:path";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { freeBytes } from "../../lib/files.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { writeNewFile } from "./file-writer.ts";
import { unpack } from "./folder-archive.ts";
import type { Head } from "./manifest.ts";
import { Tally, unseal } from "./seal.ts";

/**
 * Downloads a backup into a file, or into a folder where its dump is one, decrypts it, and compares both digests with
 * the manifest. Reading stops when the object is longer than the manifest says.
 *
 * @throws {Failure} when the backup does not match its manifest; the file must not be used then
 */
export async function fetchBackup({
  manifest,
  ...options
}: FetchOptions & { manifest: Head }): Promise<void> {
  const { key, plain, sealed, format } = manifest;
  checkRoom(options.file, plain.bytes);
  const found = await fetchObject({ ...options, key, sealed, isFolder: format === "directory" });
  compare(key, "decrypted", plain, found);
}

export interface FetchOptions {
  store: ObjectStore;
  identities: readonly string[];
  /** File to create, readable only by this account. */
  file: string;
  signal: AbortSignal;
}

/**
 * Downloads one object of a backup into a file, decrypted.
 *
 * @param sealed what the manifest says of it
 * @param isFolder whether it is an archive of files, which become a folder
 * @returns the length and the digest of what was decrypted
 * @throws {Failure} when the object is not what the manifest says; the file must not be used then
 */
export async function fetchObject({
  store,
  identities,
  file,
  signal,
  key,
  sealed: expected,
  isFolder = false,
}: FetchOptions & { key: string; sealed: Head["sealed"]; isFolder?: boolean }): Promise<Head["plain"]> {
  const sealed = new Tally();
  const plain = new Tally();
  const source = await store.open(key);
  const stored = bounded(sealed.through(source), key, expected.bytes);
  try {
    const opened = await unseal(stored, identities);
    const content = plain.through(opened);
    await (isFolder ? unpack(content, file, signal) : writeNewFile(file, content, expected.bytes));
    signal.throwIfAborted();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Failure) throw error;
    throw new Failure("failed", `Cannot write the backup to ${file}: ${reasonOf(error)}`);
  } finally {
    // An object that was not read to its end keeps its connection to the store.
    await stored.return(undefined);
  }
  compare(key, "as stored", expected, sealed.result());
  return plain.result();
}

function checkRoom(file: string, bytes: number): void {
  const free = freeBytes(dirname(file));
  // What writes there says what is wrong with the folder.
  if (free === undefined || free >= bytes) return;
  throw new Failure(
    "failed",
    `${dirname(file)} has ${free} bytes free, and the dump needs ${bytes}: name a folder with more space with --scratch`,
  );
}

async function* bounded(
  source: AsyncIterable<Uint8Array>,
  key: string,
  expected: number,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > expected) {
      throw new Failure("failed", `${key} is longer than the ${expected} bytes that its manifest says`);
    }
    yield chunk;
  }
  if (bytes < expected) {
    throw new Failure("failed", `${key} ends after ${bytes} of ${expected} bytes`);
  }
}

function compare(key: string, how: string, expected: Head["plain"], found: Head["plain"]): void {
  if (found.sha256 === expected.sha256 && found.bytes === expected.bytes) return;
  throw new Failure(
    "failed",
    `The SHA-256 of ${key} ${how} differs from its manifest: the object was modified or replaced`,
  );
}
