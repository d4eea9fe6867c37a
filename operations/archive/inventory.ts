import { Failure } from "../../lib/failure.ts";
import { manifestKey, type Purpose, readKey } from "../store/names.ts";
import type { ObjectStore, StoredObject } from "../store/object-store.ts";
import { type Manifest, maximumManifestBytes, parseManifest } from "./manifest.ts";

/** A backup in the store, or what is left of one that did not become one. */
export interface Entry {
  key: string;
  purpose: Purpose;
  begunAt: Date;
  /** Bytes of the sealed dump in the store; 0 where it is not there. */
  bytes: number;
  /** Undefined where the backup is not whole. */
  manifest: Manifest | undefined;
  /** Why it is not whole. */
  problem: string | undefined;
}

const manifestsAtOnce = 8;

/** Broken backups that are spoken of, when a later one is chosen. */
const warnings = 5;

/** What is in the store, newest first. What has another form of name is not ours and left alone. */
export async function listBackups(store: ObjectStore): Promise<Entry[]> {
  const found = candidates(store, await store.list());
  const entries: Entry[] = [];
  for (let start = 0; start < found.length; start += manifestsAtOnce) {
    const some = found.slice(start, start + manifestsAtOnce);
    entries.push(...(await Promise.all(some.map((candidate) => examine(store, candidate)))));
  }
  return entries;
}

/** How a backup is chosen: by its name, as the newest before a moment, or as the newest. */
export interface Choice {
  name?: string | undefined;
  at?: Date | undefined;
}

/**
 * The backup that is asked for. Only whole ones are chosen, and what a restore set aside only by its name; the
 * newest is looked for from the newest name on, so that a long list costs no more than a short one.
 *
 * @param warn told of what was passed over, since an older backup than a person thinks loses more
 * @throws {Failure} `failed`, when there is none, or the store does not say what a newer one is
 */
export async function chooseBackup(
  store: ObjectStore,
  choice: Choice,
  warn: (message: string) => void,
): Promise<Manifest> {
  const { name, at } = choice;
  const found = candidates(store, await store.list());
  const wanted = found.filter(
    ({ key, begunAt, purpose }) =>
      (name === undefined
        ? purpose === "backup"
        : key === name || key === `${store.address.prefix}${name}`) &&
      (at === undefined || begunAt <= at),
  );
  const passedOver: string[] = [];
  for (const candidate of wanted) {
    const { key, problem, manifest } = await examine(store, candidate);
    if (manifest === undefined) passedOver.push(`${key} is none: ${problem}`);
    // The moment of its content is a little later than that of its name.
    else if (at === undefined || new Date(manifest.takenAt) <= at) {
      for (const message of passedOver.slice(0, warnings)) warn(message);
      return manifest;
    }
  }
  const { bucket, prefix } = store.address;
  const which =
    name === undefined ? (at === undefined ? "" : ` of ${at.toISOString()} or before`) : ` ${name}`;
  const [first] = passedOver;
  const detail = first === undefined ? "" : `; ${first}`;
  throw new Failure("failed", `There is no whole backup${which} in ${bucket}/${prefix}${detail}`);
}

interface Candidate {
  key: string;
  purpose: Purpose;
  begunAt: Date;
  /** Bytes of the dump and of the manifest; undefined where it is not there. */
  bytes: number | undefined;
  manifestBytes: number | undefined;
}

function candidates(store: ObjectStore, objects: readonly StoredObject[]): Candidate[] {
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
      manifestBytes: undefined,
    };
    found.set(backup, { ...known, [part === "dump" ? "bytes" : "manifestBytes"]: object.bytes });
  }
  return [...found.values()].sort(
    (one, other) => other.begunAt.getTime() - one.begunAt.getTime() || (one.key < other.key ? 1 : -1),
  );
}

async function examine(store: ObjectStore, candidate: Candidate): Promise<Entry> {
  const { key, purpose, begunAt, bytes = 0, manifestBytes } = candidate;
  const broken = (problem: string): Entry => ({
    key,
    purpose,
    begunAt,
    bytes,
    manifest: undefined,
    problem,
  });
  if (candidate.bytes === undefined) return broken("the dump is gone, its manifest is there");
  if (manifestBytes === undefined)
    return broken("it has no manifest: it runs still, or did not come to its end");
  if (manifestBytes > maximumManifestBytes)
    return broken(`its manifest has more than the ${maximumManifestBytes} bytes that are read`);
  // A store that does not give it says nothing of the backup.
  const text = await store.read(manifestKey(key), maximumManifestBytes);
  try {
    const manifest = parseManifest(text, key);
    if (manifest.sealed.bytes === bytes)
      return { key, purpose, begunAt, bytes, manifest, problem: undefined };
    return broken(`it has ${bytes} bytes, and ${manifest.sealed.bytes} by its manifest`);
  } catch (error) {
    if (error instanceof Failure) return broken(error.message);
    throw error;
  }
}
