import { escapeLiteral } from "pg";
import * as z from "zod";
import { counted, listed } from "../../lib/text.ts";
import type { Session } from "../../postgres/session.ts";

/** Most changes of an extension that a note names. */
const named = 5;

/**
 * Says what a database has of its own in its extensions and no dump contains: rows and values of tables and
 * sequences that an extension does not mark as its configuration, and what was added or changed after it was
 * created. `CREATE EXTENSION` makes the rest again.
 *
 * Which transaction made a row tells what the extension's script made. After pg_upgrade it does not, and only rows
 * and values are noted then.
 */
export async function notesOnExtensions(session: Session): Promise<string[]> {
  const changes = changeRows.parse(await session.rows(changesQuery));
  const byExtension = Map.groupBy(changes, ({ extension }) => extension);
  const changed = [...byExtension].map(([extension, found]) => {
    const names = found.map(({ name }) => name);
    const some = names.length <= named ? names : [...names.slice(0, named), `${names.length - named} more`];
    return `The extension ${extension} was changed after it was created, and the backup does not have these changes: ${listed(some, "and")}.`;
  });
  const notes: string[] = [];
  for (const table of tableRows.parse(await session.rows(tablesQuery))) {
    const rows = await session.attempt(countQuery(table));
    const counts = countRows.safeParse(rows);
    if (!counts.success) {
      notes.push(`${whose(table)} could not be read, and its rows may be missing from the backup.`);
    } else if (counts.data[0].count > 0) {
      notes.push(
        `${whose(table)} has ${counted(counts.data[0].count, "row")} that the backup does not have, because the extension does not mark them as configuration data.`,
      );
    }
  }
  const sequences = sequenceRows.parse(await session.rows(sequencesQuery));
  for (const { extension, sequence, start } of sequences) {
    const rows = await session.attempt(
      `select (is_called or last_value <> ${start})::int as count from ${sequence}`,
    );
    const moved = countRows.safeParse(rows);
    if (moved.success && moved.data[0].count === 0) continue;
    notes.push(
      `The sequence ${sequence} of the extension ${extension} starts again in a restored database: its value is not in the backup, because the extension does not mark it as configuration data.`,
    );
  }
  return [...changed, ...notes];
}

type Table = z.infer<typeof tableRows>[number];

function whose({ table, extension }: Table): string {
  return `The table ${table} of the extension ${extension}`;
}

/** Counts rows that neither the script of the extension made nor the dump has. */
function countQuery({ table, made, condition }: Table): string {
  const own = `where made <> all (${escapeLiteral(`{${made.join(",")}}`)}::text[])`;
  const rows = (which: string): string =>
    `(select count(*) from (select xmin::text as made from only ${table} ${which}) rows ${own})`;
  return condition === null
    ? `select ${rows("")}::text as count`
    : `select (${rows("")} - ${rows(condition)})::text as count`;
}

const changeRows = z.array(z.object({ extension: z.string(), name: z.string() }));
const tableRows = z.array(
  z.object({
    extension: z.string(),
    table: z.string(),
    /** Transactions of the extension's script. */
    made: z.array(z.string()),
    condition: z.string().nullable(),
  }),
);
const sequenceRows = z.array(z.object({ extension: z.string(), sequence: z.string(), start: z.string() }));
const countRows = z.tuple([z.object({ count: z.coerce.number().int() })]);

/** Extensions, their members, and the transactions that made them. */
const members = `
  member as materialized (
    select d.refobjid as extension, d.classid, d.objid, d.xmin as made
      from pg_depend d join pg_extension e on e.oid = d.refobjid
     where d.refclassid = 'pg_extension'::regclass and d.deptype = 'e' and e.extname <> 'plpgsql'
  ), added as materialized (
    -- What was there before it became a member.
    select m.extension, m.classid, m.objid, format('%s %s', i.type, i.identity) as name
      from member m
      left join pg_class c on m.classid = c.tableoid and c.oid = m.objid
      left join pg_type t on t.oid = case when m.classid = t.tableoid then m.objid else c.reltype end
      left join pg_proc p on m.classid = p.tableoid and p.oid = m.objid
      left join pg_sequence q on q.seqrelid = c.oid
     cross join lateral pg_identify_object(m.classid, m.objid, 0) i
     where age(coalesce(t.xmin, p.xmin, q.xmin)) > age(m.made)
  ), own as materialized (
    select m.* from member m
     where not exists (select from added a where a.classid = m.classid and a.objid = m.objid)
  ), script as materialized (
    -- After pg_upgrade, no member is of the transaction that made the extension.
    select e.oid as extension, array(select distinct m.made::text from own m where m.extension = e.oid) as made
      from pg_extension e
     where exists (select from member m where m.extension = e.oid and m.made::text = e.xmin::text)
  )`;

const changesQuery = `
  with ${members}, part as (
    select m.extension, format('index %s', i.indexrelid::regclass) as name, a.xmin::text as made
      from own m
      join pg_index i on m.classid = 'pg_class'::regclass and i.indrelid = m.objid
      join pg_attribute a on a.attrelid = i.indexrelid and a.attnum = 1
     where not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.conrelid = i.indrelid)
    union all
    select m.extension, format('constraint %I of %s', k.conname, k.conrelid::regclass), k.xmin::text
      from own m join pg_constraint k on m.classid = 'pg_class'::regclass and k.conrelid = m.objid
    union all
    select m.extension, format('trigger %I on %s', t.tgname, t.tgrelid::regclass), t.xmin::text
      from own m join pg_trigger t on m.classid = 'pg_class'::regclass and t.tgrelid = m.objid
     where not t.tgisinternal
    union all
    select m.extension, format('policy %I on %s', p.polname, p.polrelid::regclass), p.xmin::text
      from own m join pg_policy p on m.classid = 'pg_class'::regclass and p.polrelid = m.objid
    union all
    select m.extension, format('column %I of %s', a.attname, a.attrelid::regclass), a.xmin::text
      from own m
      join pg_class c on m.classid = c.tableoid and c.oid = m.objid and c.relkind in ('r', 'p', 'f')
      join pg_attribute a on a.attrelid = c.oid
     where a.attnum > 0 and not a.attisdropped and a.attacl is null
    union all
    -- A grant is in the dump.
    select m.extension, format('function %s', p.oid::regprocedure), p.xmin::text
      from own m
      join pg_proc p on m.classid = 'pg_proc'::regclass and p.oid = m.objid
      left join pg_init_privs b on b.classoid = p.tableoid and b.objoid = p.oid and b.objsubid = 0
     where p.proacl is not distinct from b.initprivs
  )
  select e.extname::text as extension, found.name
    from (
      select part.extension, part.name from part join script using (extension) where part.made <> all (script.made)
      union
      select added.extension, added.name from added join script using (extension)
    ) found
    join pg_extension e on e.oid = found.extension
   order by e.extname collate "C", found.name collate "C"`;

/** Tables of extensions with rows that a dump does not have. */
const tablesQuery = `
  with ${members}
  select e.extname::text as extension, c.oid::regclass::text as table, coalesce(script.made, '{}') as made,
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
