import * as z from "zod";
import { Child } from "../../lib/child.ts";
import { Failure } from "../../lib/failure.ts";
import { textIn } from "../../postgres/encodings.ts";
import { launchOf, majorOf } from "../../postgres/programs.ts";
import { attempt } from "../archive/attempt.ts";
import type { Contents } from "../archive/contents.ts";
import { asSessionText, type DumpFile, quotable } from "../archive/dump-script.ts";
import { oneLine, type QualifiedName } from "../archive/qualified-names.ts";
import { type DumpRun, runList } from "./run-dump.ts";
import type { ScriptSession } from "./script-session.ts";

/** Rows of a dump in a temporary table, which goes with the transaction. */
export interface Staged {
  name: string;
  /** The columns that the dump has, quoted. */
  columns: string[];
}

/**
 * Puts the rows that a dump has of a table, or of its partitions, into a temporary table with the same columns.
 *
 * @param table quoted name of one that the target has
 * @param all every line of the dump's contents
 * @param name of the temporary table
 * @returns a reason where that is not possible; undefined where the dump has no rows of it
 */
export async function stageRows(
  session: ScriptSession,
  run: DumpRun,
  { table, all, name }: { table: string; all: Contents; name: string },
): Promise<Staged | { reason: string } | undefined> {
  const parts = partRows.parse(await session.rows(partsQuery, [table]));
  const tables = new Set(parts.map((part) => part.table));
  let staged: Staged | undefined;
  for (const list of dataOf(all, parts)) {
    const head = await headOf(run, list);
    if (head === undefined) continue;
    const [found = "", ...columns] = await asSessionText(session, run, [head.table, ...head.columns]);
    if (!tables.has(found)) continue;
    if (staged === undefined) {
      const reason = await attempt(session, [
        `create temporary table ${name} on commit drop as select ${columns.join(", ")} from ${table} with no data`,
      ]);
      if (reason !== undefined) return { reason };
      staged = { name, columns };
    }
    if (columns.some((column) => staged?.columns.includes(column) !== true))
      return { reason: `the partitions of ${table} have different columns` };
    const isRead = await session.tries(() =>
      runList(session, run, list, ["--section=data"], (script) => into(script, name)),
    );
    if (!isRead) return { reason: `the rows of the backup do not fit into ${table}` };
  }
  if (staged !== undefined) await session.run(`analyze ${name}`);
  return staged;
}

const partRows = z.array(z.object({ schema: z.string(), name: z.string(), table: z.string() }));

const partsQuery = `
  select n.nspname::text as schema, c.relname::text as name, c.oid::regclass::text as table
    from pg_class t
   cross join lateral (select t.oid as relid union select relid from pg_partition_tree(t.oid)) p
    join pg_class c on c.oid = p.relid and c.relkind = 'r'
    join pg_namespace n on n.oid = c.relnamespace
   where t.oid = to_regclass(($1::text[])[1])`;

/** Lines that may have the rows of some tables, each by itself: names may have spaces. */
function dataOf(all: Contents, tables: readonly QualifiedName[]): Contents[] {
  const heads = new Set(tables.map(({ schema, name }) => `TABLE DATA ${oneLine(schema)} ${oneLine(name)}`));
  const ids: string[] = [];
  // All in one pass: a dump has many lines, and a table may have many partitions.
  const data = all.filtered(({ id, rest }) => {
    if (!rest.startsWith("TABLE DATA ")) return false;
    for (let end = rest.lastIndexOf(" "); end > 0; end = rest.lastIndexOf(" ", end - 1)) {
      if (!heads.has(rest.slice(0, end))) continue;
      ids.push(id);
      return true;
    }
    return false;
  });
  return ids.map((one) => data.filtered(({ id }) => id === one));
}

/** How pg_dump begins the rows of a table. */
const beginning = new RegExp(
  `\\nCOPY (${quotable}\\.${quotable}) (\\((${quotable}(?:, ${quotable})*)\\) )?FROM stdin;\\n`,
);

/** The beginning of the rows of a dump's line, in its encoding; undefined where they begin in another way. */
async function headOf(
  { file, dumpVersion, encoding, signal }: DumpFile & { signal: AbortSignal },
  list: Contents,
): Promise<{ table: string; columns: string[] } | undefined> {
  const args = ["--file=-", `--use-list=${list.file}`, "--section=data", file];
  const launch = launchOf("pg_restore", args, undefined, majorOf(dumpVersion));
  const script = new Child({ label: "pg_restore", launch, signal });
  script.stdin.end();
  try {
    let head = "";
    for await (const chunk of script.stdout) {
      head += chunk.toString("latin1");
      const [, table, , columns = ""] = beginning.exec(head) ?? [];
      if (table === undefined && head.length < mostBytes) continue;
      if (table === undefined) return undefined;
      const [name = "", ...names] = [table, ...(columns.match(new RegExp(quotable, "g")) ?? [])].map((text) =>
        textIn(encoding, Buffer.from(text, "latin1")),
      );
      return { table: name, columns: names };
    }
    return undefined;
  } finally {
    await script.stop();
  }
}

/** Most bytes before the rows. */
const mostBytes = 1_000_000;

/**
 * A script of rows which go into a temporary table.
 *
 * @throws {Failure} `failed`, before any of the rows, where it begins in another way
 */
async function* into(script: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  let head: string | undefined = "";
  for await (const chunk of script) {
    if (head === undefined) {
      yield chunk;
      continue;
    }
    head += Buffer.from(chunk).toString("latin1");
    if (!beginning.test(head)) continue;
    const changed: string = head.replace(
      beginning,
      (_, _table: string, columns = "") => `\nCOPY pg_temp.${name} ${columns}FROM stdin;\n`,
    );
    yield Buffer.from(changed, "latin1");
    head = undefined;
  }
  if (head !== undefined) throw new Failure("failed", "The script of pg_restore has no rows");
}
