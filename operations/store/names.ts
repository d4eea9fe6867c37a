import { randomBytes } from "node:crypto";

const dumpEnding = ".dump.age";
const manifestEnding = ".manifest.json";

/**
 * Key of a backup that begins now: `<prefix>20261127T021500Z-1f0a2b3c.dump.age`. Keys sort by time; the last
 * part keeps two that begin in the same second apart.
 */
export function backupKey(prefix: string, at: Date): string {
  const stamp = at.toISOString().replace(/\.\d+/, "").replaceAll(/[-:]/g, "");
  return `${prefix}${stamp}-${randomBytes(4).toString("hex")}${dumpEnding}`;
}

/** Key of the manifest beside a backup. */
export function manifestKey(key: string): string {
  return key.slice(0, -dumpEnding.length) + manifestEnding;
}

/** What a key names, below a prefix; nothing for an object that is not ours. */
export function readKey(
  prefix: string,
  key: string,
): { backup: string; part: "dump" | "manifest"; begunAt: Date } | undefined {
  const match =
    /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-[0-9a-f]{8}(\.dump\.age|\.manifest\.json)$/.exec(
      key.startsWith(prefix) ? key.slice(prefix.length) : "",
    );
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, ending = ""] = match;
  const begunAt = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(begunAt.getTime())) return undefined;
  const backup = key.slice(0, -ending.length) + dumpEnding;
  return { backup, part: ending === dumpEnding ? "dump" : "manifest", begunAt };
}
