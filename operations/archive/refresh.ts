import type { Contents } from "./contents.ts";
import { type DumpFile, identifier, scriptOf } from "./dump-script.ts";

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
 * The quoted names of the materialized views that lines of a table of contents fill, in that order.
 *
 * @throws {Failure} `failed`, with the error of pg_restore
 */
export async function refreshedViews(
  dump: DumpFile,
  refreshes: Contents,
  signal: AbortSignal,
): Promise<string[]> {
  const script = await scriptOf(dump, refreshes, signal);
  return [...script.matchAll(refresh)].flatMap(([, name]) => name ?? []);
}

const refresh = new RegExp(`^REFRESH MATERIALIZED VIEW (${identifier}\\.${identifier});$`, "gm");

/** A sentence on a materialized view that could not be filled. */
export function unfilled(name: string, reason: string): string {
  return `materialized view ${name} was not filled: ${reason}.`;
}
