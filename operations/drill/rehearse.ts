import { reasonOf } from "../../lib/failure.ts";
import { formatDuration } from "../../lib/units.ts";
import type { Connection } from "../../postgres/connection.ts";
import type { Accepted } from "../archive/accepted.ts";
import type { Manifest } from "../archive/manifest.ts";
import { type DumpFiles, replace } from "../restore/replace.ts";

/** A drill tries a restore in place when the restore before it took no longer, in milliseconds. */
const limitMs = 30 * 60_000;

/**
 * Restores a backup in place, into a database that has been restored from it already, as a restore of the
 * source would.
 *
 * @returns a sentence when it was not tried, or failed; a restore into a new database passed before
 */
export async function rehearse(
  place: {
    connection: Connection;
    restoreMs: number;
    accepted?: readonly Accepted[];
    signal: AbortSignal;
  },
  manifest: Manifest,
  files: Pick<DumpFiles, "file" | "contents" | "details" | "listing">,
): Promise<string[]> {
  const { connection, restoreMs, accepted, signal } = place;
  if (restoreMs > limitMs) {
    return [
      `The drill did not try a restore in place, because the restore took ${formatDuration(restoreMs)}.`,
    ];
  }
  try {
    const options = {
      target: connection,
      createRoles: false,
      noOwner: false,
      acceptDifferences: false,
      accepted,
      signal,
    };
    const { differences } = await replace(options, manifest, {
      ...files,
      // The drill's database is not one that a restore would keep.
      details: { ...files.details, properties: null },
      foreignRoles: [],
      tablespaces: false,
    });
    return differences.map((difference) => `A restore in place: ${difference}`);
  } catch (error) {
    signal.throwIfAborted();
    return [
      `A restore in place failed in the drill; restore into a new database with --jobs. ${reasonOf(error).replaceAll(/\s+/g, " ")}`,
    ];
  }
}
