import { Failure, reasonOf } from "../../lib/failure.ts";
import { type Head, maximumManifestBytes } from "../archive/manifest.ts";
import { Tally } from "../archive/seal.ts";
import { listingKey, manifestKey, signatureKey } from "../store/names.ts";
import type { ObjectStore } from "../store/object-store.ts";

/** Another store that has each backup too. */
export interface CopyTarget {
  /** Names it in settings and messages. */
  name: string;
  store: ObjectStore;
  /** Whether a backup without this copy has failed; otherwise that is a warning. */
  required: boolean;
}

const maximumSignatureBytes = 64 * 1024;

/**
 * Copies a backup to other stores, one after the other: the encrypted dump, whose digest is compared on the way,
 * then the list of what it has and its signature, and at last the manifest, which completes the copy. No key is needed for it.
 *
 * @param warn called for each copy that failed and is not required
 * @throws {Failure} `failed`, with the name of each required copy that failed
 */
export async function copyBackup(
  from: ObjectStore,
  targets: readonly CopyTarget[],
  manifest: Head,
  { signal, warn }: { signal: AbortSignal; warn: (message: string) => void },
): Promise<void> {
  const failures: string[] = [];
  for (const target of targets) {
    try {
      await copyTo(from, target.store, manifest, signal);
    } catch (error) {
      signal.throwIfAborted();
      const message = `The copy to «${target.name}» failed: ${reasonOf(error)}`;
      if (target.required) failures.push(message);
      else warn(message);
    }
  }
  if (failures.length === 0) return;
  throw new Failure("failed", `${manifest.key} is stored, but not everywhere. ${failures.join(". ")}`);
}

async function copyTo(
  from: ObjectStore,
  to: ObjectStore,
  { key, sealed, listing, legacy }: Head,
  signal: AbortSignal,
): Promise<void> {
  await copyObject(from, to, { key, sealed, signal });
  if (legacy?.version !== 2) {
    await copyObject(from, to, { key: listingKey(key), sealed: listing.sealed, signal });
  }
  const signature = signatureKey(key);
  if ((await from.size(signature)) !== undefined) {
    await to.put(signature, await from.read(signature, maximumSignatureBytes));
  }
  await to.put(manifestKey(key), await from.read(manifestKey(key), maximumManifestBytes));
}

/** Copies what is encrypted, and compares its digest on the way. */
async function copyObject(
  from: ObjectStore,
  to: ObjectStore,
  { key, sealed, signal }: { key: string; sealed: Head["sealed"]; signal: AbortSignal },
): Promise<void> {
  const tally = new Tally();
  const body = tally.through(await from.open(key));
  await to.upload(key, body, { expectedBytes: sealed.bytes, signal });
  const { bytes, sha256 } = tally.result();
  if (bytes !== sealed.bytes || sha256 !== sealed.sha256) {
    throw new Failure("failed", `${key} is not what was stored: its digest differs`);
  }
  if ((await to.size(key)) !== bytes) throw new Failure("failed", `the copy does not have ${bytes} bytes`);
}
