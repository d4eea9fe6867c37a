import { Failure } from "../../lib/failure.ts";
import { manifestKey, type Purpose, readKey } from "../store/names.ts";
import type { ObjectStore, StoredObject } from "../store/object-store.ts";
import { type Head, maximumManifestBytes, parseManifest } from "./manifest.ts";

/** A backup in the store, complete or incomplete. */
export interface Entry {
  key: string;
  purpose: Purpose;
  begunAt: Date;
  /** Bytes of the encrypted dump in the store; 0 when there is none. */
  bytes: number;
  /** Undefined when the backup is incomplete. */
  manifest: Head | undefined;
  /** Why the backup is incomplete. */
  problem: string | undefined;
}

/** Most manifests, and bytes of them unless one has more, that are in memory at a time when backups are listed. */
const manifestsAtOnce = 8;
const bytesAtOnce = 4 * 1024 * 1024;

/** How many of the skipped backups are named in warnings. */
const warnings = 5;

/** What of a store is read here. */
type Source = Pick<ObjectStore, "address" | "list" | "read">;

/**
 * Lists the backups in the store, newest first. Objects with other names are ignored.
 *
 * @param look takes of a backup what is kept of it: the manifests of years do not fit into memory
 */
export async function listBackups<T>(store: Source, look: (entry: Entry) => Promise<T>): Promise<T[]> {
  const seen: T[] = [];
  for (const some of groupsOf(candidates(store, await store.list()))) {
    const looking = some.map(async (candidate) => look(await examine(store, candidate)));
    seen.push(...(await Promise.all(looking)));
  }
  return seen;
}

function* groupsOf(all: readonly Candidate[]): Generator<Candidate[]> {
  let group: Candidate[] = [];
  let bytes = 0;
  for (const candidate of all) {
    const { manifestBytes = 0 } = candidate;
    if (group.length > 0 && (group.length === manifestsAtOnce || bytes + manifestBytes > bytesAtOnce)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(candidate);
    bytes += manifestBytes;
  }
  if (group.length > 0) yield group;
}

/** Which backup to choose: by name, the newest up to a time, or the newest. */
export interface Choice {
  name?: string | undefined;
  at?: Date | undefined;
}

/**
 * Finds the backup that was asked for. Only complete backups are chosen, and a backup that a restore made of
 * its target only by name. Manifests are read from the newest on until one matches.
 *
 * @param warn called for each newer backup that was skipped, since restoring an older one loses more data
 * @throws {Failure} `failed`, when there is no such backup or a manifest cannot be read from the store
 */
export async function chooseBackup(
  store: Source,
  choice: Choice,
  warn: (message: string) => void,
): Promise<Head> {
  const { name, at } = choice;
  const found = candidates(store, await store.list());
  const wanted = found.filter(
    ({ key, begunAt, purpose }) =>
      (name === undefined
        ? purpose === "backup"
        : key === name || key === `${store.address.prefix}${name}`) &&
      (at === undefined || begunAt <= at),
  );
  const skipped: string[] = [];
  for (const candidate of wanted) {
    const { key, problem, manifest } = await examine(store, candidate);
    if (manifest === undefined) skipped.push(`Skipped ${key}: the backup is incomplete (${problem})`);
    // The snapshot is taken a little after the time in the name.
    else if (at === undefined || new Date(manifest.takenAt) <= at) {
      for (const message of skipped.slice(0, warnings)) warn(message);
      return manifest;
    }
  }
  const { bucket, prefix } = store.address;
  const which =
    name === undefined ? (at === undefined ? "" : ` at or before ${at.toISOString()}`) : ` ${name}`;
  const [first] = skipped;
  const detail = first === undefined ? "" : `. ${first}`;
  throw new Failure("failed", `No complete backup${which} in ${bucket}/${prefix}${detail}`);
}

interface Candidate {
  key: string;
  purpose: Purpose;
  begunAt: Date;
  /** Bytes of the dump, of the list of what it has, and of the manifest; undefined when there is none. */
  bytes: number | undefined;
  listingBytes: number | undefined;
  manifestBytes: number | undefined;
}

function candidates(store: Source, objects: readonly StoredObject[]): Candidate[] {
  const found = new Map<string, Candidate>();
  for (const object of objects) {
    const read = readKey(store.address.prefix, object.key);
    if (read === undefined) continue;
    const { backup, begunAt, part, purpose } = read;
    const known = found.get(backup) ?? {
      key: backup,
      purpose,
      begunAt,
      bytes: undefined,
      listingBytes: undefined,
      manifestBytes: undefined,
    };
    found.set(backup, { ...known, [part === "dump" ? "bytes" : `${part}Bytes`]: object.bytes });
  }
  // A list of objects alone is what a backup that was broken off left.
  const some = [...found.values()].filter(
    ({ bytes, manifestBytes }) => bytes !== undefined || manifestBytes !== undefined,
  );
  return some.sort(
    (one, other) => other.begunAt.getTime() - one.begunAt.getTime() || (one.key < other.key ? 1 : -1),
  );
}

async function examine(store: Source, candidate: Candidate): Promise<Entry> {
  const { key, purpose, begunAt, bytes = 0, listingBytes, manifestBytes } = candidate;
  const incomplete = (problem: string): Entry => ({
    key,
    purpose,
    begunAt,
    bytes,
    manifest: undefined,
    problem,
  });
  if (candidate.bytes === undefined) return incomplete("the dump is missing, only the manifest exists");
  if (manifestBytes === undefined)
    return incomplete("it has no manifest: the backup is still running or did not finish");
  if (manifestBytes > maximumManifestBytes)
    return incomplete(`its manifest exceeds the limit of ${maximumManifestBytes} bytes`);
  // A failure of the store says nothing about the backup, so it is thrown.
  const text = await store.read(manifestKey(key), maximumManifestBytes);
  try {
    const manifest = parseManifest(text, key);
    const { legacy, listing } = manifest;
    const lengths: [found: number, said: number, what: string][] = [[bytes, manifest.sealed.bytes, "it"]];
    if (legacy?.version !== 2) {
      if (listingBytes === undefined) return incomplete("the list of its objects is missing");
      lengths.push([listingBytes, listing.sealed.bytes, "the list of its objects"]);
    }
    const wrong = lengths.find(([found, said]) => found !== said);
    if (wrong === undefined) return { key, purpose, begunAt, bytes, manifest, problem: undefined };
    const [found, said, what] = wrong;
    return incomplete(`${what} has ${found} bytes, but its manifest says ${said}`);
  } catch (error) {
    if (error instanceof Failure) return incomplete(error.message);
    throw error;
  }
}
