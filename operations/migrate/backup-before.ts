import { createHash } from "node:crypto";
import { Failure } from "../../lib/failure.ts";
import { formatMinutes } from "../../lib/units.ts";
import type { ServerSession } from "../../postgres/session.ts";
import { chooseBackup } from "../archive/inventory.ts";
import type { Head } from "../archive/manifest.ts";
import { checkSignature, type Trust } from "../archive/signature.ts";
import { readSystemIdentifier } from "../archive/surroundings.ts";
import type { ObjectStore } from "../store/object-store.ts";

export interface BackupNeed {
  store: ObjectStore;
  trust: Trust;
  /** The most minutes that it may be old. */
  maximumMinutes: number;
  at: Date;
  warn: (message: string) => void;
}

/**
 * Finds the newest backup and verifies it before the database is changed: its signature, that it is of this database
 * and young enough, and that the store has every byte that its manifest says.
 *
 * @throws {Failure} `refused`, when there is no such backup
 */
export async function verifyBackupBefore(session: ServerSession, need: BackupNeed): Promise<Head> {
  const { store, trust, maximumMinutes, at, warn } = need;
  const manifest = await chosen(store, trust, warn);
  const minutes = Math.floor((at.getTime() - Date.parse(manifest.takenAt)) / 60_000);
  if (minutes > maximumMinutes) {
    throw refusal(
      `The newest backup is ${formatMinutes(minutes)} old, and the limit is ${formatMinutes(maximumMinutes)}`,
    );
  }
  const identifier = await readSystemIdentifier(session);
  if (identifier !== null && manifest.systemIdentifier !== null && identifier !== manifest.systemIdentifier) {
    throw refusal(`${manifest.key} is of another server`);
  }
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of await store.open(manifest.key)) {
    bytes += chunk.length;
    if (bytes > manifest.sealed.bytes) break;
    hash.update(chunk);
  }
  if (bytes === manifest.sealed.bytes && hash.digest("hex") === manifest.sealed.sha256) return manifest;
  throw refusal(`${manifest.key} does not match its manifest: it was changed in the store`);
}

async function chosen(store: ObjectStore, trust: Trust, warn: BackupNeed["warn"]): Promise<Head> {
  try {
    const manifest = await chooseBackup(store, {}, warn);
    await checkSignature(store, manifest, trust);
    return manifest;
  } catch (error) {
    // Nothing was tried on the database yet.
    throw error instanceof Failure ? refusal(error.message) : error;
  }
}

function refusal(reason: string): Failure {
  return new Failure("refused", `${reason}. Back up before migrating: npx optropic backup`);
}
