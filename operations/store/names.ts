import { randomBytes } from "node:crypto";

const dumpEnding = ".dump.age";
const manifestEnding = ".manifest.json";

/** Folder of the backups that a restore makes of its target: they are no backups of the stack. */
const beforeRestoreFolder = "before-restore/";

/** What a backup was made for: by schedule or hand, or of what a restore was about to replace. */
export type Purpose = "backup" | "before-restore";

/**
 * Key of a backup that begins now: `<prefix>20261127T021500Z-1f0a2b3c.dump.age`. Keys sort by time; the last
 * part keeps two that begin in the same second apart.
 */
export function backupKey(prefix: string, at: Date, purpose: Purpose = "backup"): string {
  const stamp = at.toISOString().replace(/\.\d+/, "").replaceAll(/[-:]/g, "");
  const folder = purpose === "backup" ? "" : beforeRestoreFolder;
  return `${prefix}${folder}${stamp}-${randomBytes(4).toString("hex")}${dumpEnding}`;
}

/** Key of the manifest beside a backup. */
export function manifestKey(key: string): string {
  return key.slice(0, -dumpEnding.length) + manifestEnding;
}

/** What a key names, below a prefix; nothing for an object that is not ours. */
export function readKey(
  prefix: string,
  key: string,
): { backup: string; part: "dump" | "manifest"; begunAt: Date; purpose: Purpose } | undefined {
  const match =
    /^(before-restore\/)?(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-[0-9a-f]{8}(\.dump\.age|\.manifest\.json)$/.exec(
      key.startsWith(prefix) ? key.slice(prefix.length) : "",
    );
  if (match === null) return undefined;
  const [, folder, year, month, day, hour, minute, second, ending = ""] = match;
  const begunAt = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // A day that its month does not have would be one of the next.
  if (Number.isNaN(begunAt.getTime()) || begunAt.getUTCDate() !== Number(day)) return undefined;
  const backup = key.slice(0, -ending.length) + dumpEnding;
  const purpose = folder === undefined ? "backup" : "before-restore";
  return { backup, part: ending === dumpEnding ? "dump" : "manifest", begunAt, purpose };
}
