import { randomBytes } from "node:crypto";

const dumpEnding = ".dump.age";
const manifestEnding = ".manifest.json";
const listingEnding = ".objects.age";
const signatureEnding = ".signature.json";

/** Folder for the backups that a restore takes of its target, which are not backups of the stack. */
const beforeRestoreFolder = "before-restore/";

/** Why a backup was taken: to keep, on schedule or by hand, or before a restore replaced its target. */
export type Purpose = "backup" | "before-restore";

/**
 * Key of a backup that begins at a time: `<prefix>20261127T021500Z-1f0a2b3c.dump.age`. Keys sort by time; the
 * random part distinguishes two backups that begin in the same second.
 */
export function backupKey(prefix: string, at: Date, purpose: Purpose = "backup"): string {
  const stamp = at.toISOString().replace(/\.\d+/, "").replaceAll(/[-:]/g, "");
  const folder = purpose === "backup" ? "" : beforeRestoreFolder;
  return `${prefix}${folder}${stamp}-${randomBytes(4).toString("hex")}${dumpEnding}`;
}

/** Key of the manifest of a backup. */
export function manifestKey(key: string): string {
  return key.slice(0, -dumpEnding.length) + manifestEnding;
}

/** Key of the list of everything that a backup has. */
export function listingKey(key: string): string {
  return key.slice(0, -dumpEnding.length) + listingEnding;
}

/** Key of the signature of a backup. */
export function signatureKey(key: string): string {
  return key.slice(0, -dumpEnding.length) + signatureEnding;
}

/** Parses a key below a prefix; undefined for an object that is not part of a backup. */
export function readKey(
  prefix: string,
  key: string,
): { backup: string; part: "dump" | "listing" | "manifest"; begunAt: Date; purpose: Purpose } | undefined {
  const match =
    /^(before-restore\/)?(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-[0-9a-f]{8}(\.dump\.age|\.objects\.age|\.manifest\.json)$/.exec(
      key.startsWith(prefix) ? key.slice(prefix.length) : "",
    );
  if (match === null) return undefined;
  const [, folder, year, month, day, hour, minute, second, ending = ""] = match;
  const begunAt = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // Date reads 31 February as 3 March.
  if (Number.isNaN(begunAt.getTime()) || begunAt.getUTCDate() !== Number(day)) return undefined;
  const backup = key.slice(0, -ending.length) + dumpEnding;
  const purpose = folder === undefined ? "backup" : "before-restore";
  const part = ending === dumpEnding ? "dump" : ending === listingEnding ? "listing" : "manifest";
  return { backup, part, begunAt, purpose };
}
