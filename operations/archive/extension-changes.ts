import { escapeLiteral } from "pg";
import * as z from "zod";
import { counted } from "../../lib/text.ts";
import type { Session } from "../../postgres/session.ts";
import { type readCarried, removalName } from "./carried.ts";
import { extensionScriptRowsQuery } from "./carried-extensions.ts";
import { members, rowsOfExtensions } from "./extension-members.ts";
import { notesNaming } from "./notes.ts";
import type { Pristine } from "./pristine.ts";
import { upgradedNamesQuery, upgradedTablesQuery } from "./upgraded-extensions.ts";

/**
 * Says what a database has of its own in its extensions and no dump contains: rows and values of tables and
 * sequences that an extension does not mark as its configuration, and what was added or changed after it was
 * created and is not carried beside the dump. `CREATE EXTENSION` makes the rest again.
 *
 * Which transaction made a row tells what the extension's script made. After pg_upgrade it does not: functions, comments
 * and members are carried then, and rows are noted.
 */
export async function notesOnExtensions(
  session: Session,
  pristine: Pristine,
  { carried, uncarried }: Awaited<ReturnType<typeof readCarried>>,
): Promise<string[]> {
  const isCarried = new Set(carried.map(({ name }) => name));
  const byExtension = Map.groupBy(uncarried, ({ extension }) => extension);
  const changed = [...byExtension].flatMap(([extension, found]) =>
    notesNaming(
      found.map(({ name }) => name),
      (names) =>
        `The extension ${extension} was changed after it was created, and the backup does not have these changes: ${names}.`,
    ),
  );
  const notes: string[] = [];
  for (const table of tableRows.parse(await rowsOfExtensions(session, pristine, tablesQuery))) {
    if (isCarried.has(`rows of ${table.table}`)) continue;
    const rows = await countRows(session, table);
    if (rows === undefined) {
      notes.push(`${whose(table)} could not be read, and its rows may be missing from the backup.`);
    } else if (rows > 0) {
      notes.push(
        `${whose(table)} has ${counted(rows, "row")} that the backup does not have, because the extension does not mark them as configuration data.`,
      );
    }
    const late = await countLate(session, table);
    if (late > 0) {
      notes.push(
        `${whose(table)} has ${counted(late, "row")} that its script wrote last, or somebody after it in the same transaction: a restored database has those of the script.`,
      );
    }
  }
  for (const table of scriptTables.parse(
    await rowsOfExtensions(session, pristine, extensionScriptRowsQuery),
  )) {
    if (isCarried.has(removalName(table.table))) continue;
    notes.push(
      `${whose(table)} has again, in a restored database, all rows that the extension's script makes: which of them were removed is not in the backup, since the table has too many rows or could not be read.`,
    );
  }
  const again = nameRows.parse(await rowsOfExtensions(session, pristine, upgradedTablesQuery));
  notes.push(
    ...notesNaming(
      again.map(({ name }) => name),
      (names) =>
        `pg_upgrade made these tables again, so it is unknown which rows of the extension's script were changed or removed: ${names}. A restored database has those of the script.`,
    ),
  );
  const unknown = nameRows.parse(await rowsOfExtensions(session, pristine, upgradedNamesQuery));
  notes.push(
    ...notesNaming(
      unknown.map(({ name }) => name),
      (names) =>
        `pg_upgrade or SET SCHEMA wrote these extensions again, so it is unknown what was changed of them after they were created, and only a superuser can make that again: ${names}. A restored database has them as they are created.`,
    ),
  );
  const sequences = sequenceRows.parse(await rowsOfExtensions(session, pristine, sequencesQuery));
  for (const { extension, sequence, start } of sequences) {
    const rows = await session.attempt(
      `select (is_called or last_value <> ${start})::int as count from ${sequence}`,
    );
    if (isCarried.has(`value of ${sequence}`)) continue;
    const moved = countRow.safeParse(rows);
    if (moved.success && moved.data[0].count === 0) continue;
    notes.push(
      `The sequence ${sequence} of the extension ${extension} starts again in a restored database: its value is not in the backup, because the extension does not mark it as configuration data.`,
    );
  }
  return [...changed, ...notes];
}

type Table = z.infer<typeof tableRows>[number];

function whose({ table, extension }: Pick<Table, "table" | "extension">): string {
  return `The table ${table} of the extension ${extension}`;
}

/** Counts rows that neither the script of the extension made nor the dump has; undefined when they cannot be read. */
async function countRows(session: Session, { table, made, condition }: Table): Promise<number | undefined> {
  const own = `where made <> all (${escapeLiteral(`{${made.join(",")}}`)}::text[])`;
  const count = async (which: string): Promise<number | undefined> => {
    const query = `select count(*)::text as count from (select xmin::text as made from only ${table} ${which}) rows ${own}`;
    return countRow.safeParse(await session.attempt(query)).data?.[0].count;
  };
  const all = await count("");
  // A condition may have hundreds of parts, as that of PostGIS has.
  if (condition === null || all === undefined || all === 0) return all;
  const dumped = await count(condition);
  return dumped === undefined ? undefined : all - dumped;
}

/** Counts the rows of a table that is not marked as configuration, of which it is unknown whether the script made them. */
async function countLate(session: Session, { table, condition, written, last }: Table): Promise<number> {
  if (condition !== null || last === null) return 0;
  const query = `select count(*)::text as count from only ${table} t
    where t.xmin::text = ${escapeLiteral(written)} and t.cmin::text::bigint > ${last}`;
  return countRow.safeParse(await session.attempt(query)).data?.[0].count ?? 0;
}

const tableRows = z.array(
  z.object({
    extension: z.string(),
    table: z.string(),
    /** Transactions of the extension's script, the last one, and the command in it that made its last object. */
    made: z.array(z.string()),
    written: z.string(),
    last: z.string().nullable(),
    condition: z.string().nullable(),
  }),
);
const scriptTables = z.array(z.object({ extension: z.string(), table: z.string() }));
const nameRows = z.array(z.object({ name: z.string() }));
const sequenceRows = z.array(z.object({ extension: z.string(), sequence: z.string(), start: z.string() }));
const countRow = z.tuple([z.object({ count: z.coerce.number().int() })]);

/** Tables of extensions with rows that a dump does not have. */
const tablesQuery = `
  with ${members}
  select e.extname::text as extension, c.oid::regclass::text as table, coalesce(script.made, '{}') as made,
         e.xmin::text as written, script.lasts ->> e.xmin::text as last,
         nullif(e.extcondition[array_position(e.extconfig, c.oid)], '') as condition
    from member m
    join pg_extension e on e.oid = m.extension
    join pg_class c on m.classid = c.tableoid and c.oid = m.objid
    left join script on script.extension = m.extension
   where c.relkind = 'r'
     and (array_position(e.extconfig, c.oid) is null
       or (script.made is not null and e.extcondition[array_position(e.extconfig, c.oid)] <> ''))
   order by e.extname collate "C", 2`;

const sequencesQuery = `
  with ${members}
  select e.extname::text as extension, c.oid::regclass::text as sequence, s.seqstart::text as start
    from member m
    join pg_extension e on e.oid = m.extension
    join pg_class c on m.classid = c.tableoid and c.oid = m.objid
    join pg_sequence s on s.seqrelid = c.oid
   where array_position(e.extconfig, c.oid) is null
   order by e.extname collate "C", 2`;
