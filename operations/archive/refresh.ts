import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import type { Contents } from "./contents.ts";
import { asSessionText, type DumpFile, identifier, scriptOf } from "./dump-script.ts";
import type { Manifest } from "./manifest.ts";
import { underPath } from "./path-operators.ts";

/**
 * Divides a table of contents: materialized views are filled last, as pg_restore does it too, and each on its own,
 * in rounds, where that fails. A view may have been filled when its query still could be run, and its rows are in no dump.
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
  session: Session,
  dump: DumpFile,
  refreshes: Contents,
  signal: AbortSignal,
): Promise<string[]> {
  const script = await scriptOf(dump, refreshes, signal);
  const names = [...script.matchAll(refresh)].flatMap(([, name]) => name ?? []);
  return asSessionText(session, dump, names);
}

const refresh = new RegExp(`^REFRESH MATERIALIZED VIEW (${identifier}\\.${identifier});$`, "gm");

/**
 * Runs statements that fill views. What the server refuses is run again in the search path of the source's database: a
 * query within a text, such as that of `ts_stat`, names its tables as a session there finds them.
 *
 * @param attempt runs a statement, which changes nothing when it fails; resolves with the reason then
 */
export function onceMoreOnPath(
  session: Session,
  { server: { searchPath } }: Pick<Manifest, "server">,
  attempt: (statement: string) => Promise<string | undefined>,
): (statement: string) => Promise<string | undefined> {
  return async (statement) => {
    const reason = await attempt(statement);
    if (reason === undefined || searchPath.length === 0) return reason;
    const again = await underPath(session, searchPath, () => attempt(statement));
    return again && reason;
  };
}

/**
 * Fills materialized views in rounds, until one fills none: a view may read another by a function, which no dump
 * records, and the server refuses that until the other one is filled.
 *
 * @param fill returns the server's reason; undefined when the view is filled
 * @returns the views that could not be filled, each with the last reason
 */
export async function fillInRounds(
  views: readonly string[],
  fill: (view: string) => Promise<string | undefined>,
): Promise<Map<string, string>> {
  let open = [...views];
  for (;;) {
    const failed = new Map<string, string>();
    for (const view of open) {
      const reason = await fill(view);
      if (reason !== undefined) failed.set(view, reason);
    }
    if (failed.size === 0 || failed.size === open.length) return failed;
    open = [...failed.keys()];
  }
}

/**
 * Fills materialized views like `fillInRounds`. Those that are left may read, by functions, others that are not to be
 * filled: these are filled for them, and emptied again.
 *
 * @param beside answers the materialized views that are not filled and may be
 * @param run runs a statement, which changes nothing when it fails; resolves with the reason then
 */
export async function fillAll(
  views: readonly string[],
  beside: () => Promise<readonly string[]>,
  run: (statement: string) => Promise<string | undefined>,
): Promise<Map<string, string>> {
  const fill = (view: string): Promise<string | undefined> => run(`refresh materialized view ${view}`);
  const failed = await fillInRounds(views, fill);
  if (failed.size === 0) return failed;
  const others = (await beside()).filter((name) => !failed.has(name));
  const unfillable = await fillInRounds(others, fill);
  const filled = others.filter((name) => !unfillable.has(name));
  if (filled.length === 0) return failed;
  const left = await fillInRounds([...failed.keys()], fill);
  for (const name of filled) await run(`refresh materialized view ${name} with no data`);
  return left;
}

/** Materialized views that are not filled, as a description names them. */
export const unfilledViewsQuery = `
  select format('materialized view %s', oid::regclass) as name from pg_class where relkind = 'm' and not relispopulated`;

/** Those of some materialized views that are not filled, or are missing. */
export async function emptyAmong(session: Session, views: readonly string[]): Promise<string[]> {
  const rows = await session.rows(
    `select v.name from unnest($1::text[]) with ordinality v(name, position)
       left join pg_class c on c.oid = to_regclass(v.name)
      where c.relispopulated is not true order by v.position`,
    views,
  );
  return z
    .array(z.object({ name: z.string() }))
    .parse(rows)
    .map(({ name }) => name);
}

/** A sentence on a materialized view that could not be filled. */
export function unfilled(name: string, reason: string): string {
  return `materialized view ${name} was not filled: ${reason}.`;
}
