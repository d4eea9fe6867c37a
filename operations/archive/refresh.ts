import { outputOf } from "../../lib/child.ts";
import { launchOf, majorOf } from "../../postgres/programs.ts";
import type { Contents } from "./contents.ts";

/**
 * Divides a table of contents: materialized views are filled last, as pg_restore does it too, and each on its own
 * where that fails. A view may have been filled when its query still could be run, and its rows are in no dump.
 */
export function splitRefreshes(contents: Contents): { others: Contents; refreshes: Contents } {
  const [refreshes, others] = contents.divided(({ text }) =>
    /^\d+; 0 \d+ MATERIALIZED VIEW DATA /.test(text),
  );
  return { others, refreshes };
}

/**
 * The quoted names of the materialized views that lines of a table of contents fill, in that order. The lines have
 * texts in which a name cannot be told from its schema, so the names are read from the script.
 *
 * @param file the decrypted dump
 * @throws {Failure} `failed`, with the error of pg_restore
 */
export async function refreshedViews(
  { file, dumpVersion }: { file: string; dumpVersion: string },
  refreshes: Contents,
  signal: AbortSignal,
): Promise<string[]> {
  if (refreshes.isEmpty) return [];
  const args = ["--file=-", `--use-list=${refreshes.file}`, file];
  const launch = launchOf("pg_restore", args, undefined, majorOf(dumpVersion));
  const script = await outputOf("pg_restore", launch, signal);
  return [...script.matchAll(refresh)].flatMap(([, name]) => name ?? []);
}

/** A name as pg_dump writes it. */
export const identifier = String.raw`(?:"(?:[^"]|"")*"|[^\s".;]+)`;
const refresh = new RegExp(`^REFRESH MATERIALIZED VIEW (${identifier}\\.${identifier});$`, "gm");

/** A sentence on a materialized view that could not be filled. */
export function unfilled(name: string, reason: string): string {
  return `materialized view ${name} was not filled: ${reason}.`;
}
