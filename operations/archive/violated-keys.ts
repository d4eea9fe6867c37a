import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import type { Contents } from "./contents.ts";
import { asSessionText, type DumpFile, identifier, scriptOf } from "./dump-script.ts";
import { unquoted } from "./qualified-names.ts";

/** A foreign key that is missing. */
export interface MissingKey {
  /** As pg_dump writes it. */
  statement: string;
  /** Quoted name of its table. */
  table: string;
  name: string;
}

/**
 * Makes the foreign keys again that the server refused, for new rows only: rows of the backup violate them, as they did
 * in the source. The server has no such keys of partitioned tables before version 18, which stay missing.
 *
 * @param keys their lines in the contents of a dump, and those of keys that are there
 * @param mend may make a key as it was
 * @param attempt runs a statement, which changes nothing when it fails; resolves with the reason then
 * @returns whether some were made
 * @throws {Failure} `failed`, with the error of pg_restore
 */
export async function addViolatedKeys(
  session: Session,
  { keys, ...dump }: DumpFile & { keys: Contents },
  attempt: (statement: string) => Promise<string | undefined>,
  signal: AbortSignal,
  mend: (key: MissingKey) => Promise<boolean> = async () => false,
): Promise<boolean> {
  if (keys.isEmpty) return false;
  const script = await scriptOf(dump, keys, signal);
  const parts = [...script.matchAll(addition)].flatMap(([statement, table = "", name = ""]) => [
    statement,
    table,
    unquoted(name),
  ]);
  const texts = await asSessionText(session, dump, parts);
  const all = texts.flatMap((statement, index) =>
    index % 3 === 0 ? [{ statement, table: texts[index + 1], name: texts[index + 2] }] : [],
  );
  const missing = missingRows.parse(await session.rows(missingQuery, [JSON.stringify(all)]));
  let isMade = false;
  for (const key of missing) {
    if (await mend(key)) isMade = true;
    else if ((await attempt(key.statement.replace(/;$/, " not valid"))) === undefined) isMade = true;
  }
  return isMade;
}

/** How pg_dump writes a foreign key. */
const addition = new RegExp(
  `^ALTER TABLE (?:ONLY )?(${identifier}\\.${identifier})\\n {4}ADD CONSTRAINT (${identifier}) FOREIGN KEY (?:"(?:[^"]|"")*"|[^";])*;$`,
  "gm",
);

const missingRows = z.array(z.object({ statement: z.string(), table: z.string(), name: z.string() }));

const missingQuery = `
  select k.statement, k."table", k.name
    from json_to_recordset(($1::text[])[1]::json) k(statement text, "table" text, name text)
   where not exists (select from pg_constraint c where c.conrelid = to_regclass(k."table") and c.conname = k.name)`;
