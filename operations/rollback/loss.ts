import * as z from "zod";
import { counted } from "../../lib/text.ts";
import { formatMinutes } from "../../lib/units.ts";
import type { Session } from "../../postgres/session.ts";

/** What a database loses that goes back to a moment. */
export interface Loss {
  minutes: number;
  /** Rows that were written since, by table; undefined where nothing tells. Tables without any are left out. */
  tables: { table: string; rows: number | undefined }[];
  /** Tables that were looked at. */
  looked: number;
  /** The server's time of the count, in ISO 8601. */
  countedAt: string;
}

const mostTables = 1000;
/** A count may read a whole table, which must not hold up a rollback. */
const countSeconds = 10;
/** What is not counted by then is not. */
const allSeconds = 30;

const tableRows = z.array(z.object({ name: z.string(), column: z.string().nullable(), zoned: z.boolean() }));
const oneCount = z.tuple([z.object({ count: z.coerce.number() })]);

/**
 * Counts what was written since a moment: by the time of each row's transaction where the server keeps it
 * (`track_commit_timestamp`), and else by a column whose default is the time of the insert, which does not tell of
 * later changes. Rows that were deleted since come back, and are not counted. The server's clock counts, since that is
 * what wrote the rows.
 *
 * @param until rows that were written later are left out
 */
export async function measureLoss(
  session: Pick<Session, "rows" | "run" | "attempt">,
  at: Date,
  until?: Date,
): Promise<Loss> {
  const moment = literal(at);
  const [{ tracks, now }] = z
    .tuple([z.object({ tracks: z.boolean(), now: z.date() })])
    .parse(
      await session.rows(
        "select current_setting('track_commit_timestamp')::boolean as tracks, clock_timestamp() as now",
      ),
    );
  const all = tableRows.parse(
    await session.rows(
      `select format('%I.%I', n.nspname, c.relname) as name, found.attname as column, coalesce(found.zoned, false) as zoned
         from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
         left join lateral (
           select quote_ident(a.attname) as attname, a.atttypid = 'timestamptz'::regtype as zoned
             from pg_catalog.pg_attribute a join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
            where a.attrelid = c.oid and a.atttypid in ('timestamptz'::regtype, 'timestamp'::regtype)
              and pg_get_expr(d.adbin, d.adrelid) ~* '^[(]?(now[(][)]|current_timestamp|(statement|clock|transaction)_timestamp[(][)])'
            order by a.attnum limit 1) found on true
        where c.relkind = 'r' and c.relpersistence = 'p' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
          and c.relname <> '_prisma_migrations'
        order by 1 limit ${mostTables}`,
    ),
  );
  await session.run(`begin; set local statement_timeout = '${countSeconds}s'`);
  const isWhole = tracks && (await tracksSince(session, moment));
  const tables: Loss["tables"] = [];
  const deadline = performance.now() + allSeconds * 1000;
  try {
    for (const { name, column, zoned } of all) {
      const local = "at time zone current_setting('TimeZone')";
      // A row of before the server tracked commits has its own time alone.
      const own = column === null ? [] : [zoned ? column : `${column} ${local}`];
      const isTold = isWhole || column !== null;
      const tracked = isTold ? `coalesce(${["pg_xact_commit_timestamp(xmin)", ...own].join(", ")})` : null;
      const written = tracks ? tracked : column;
      const of = (time: string): string => (tracks || zoned ? time : `(${time} ${local})`);
      const condition =
        written === null
          ? undefined
          : `${written} > ${of(moment)}${until === undefined ? "" : ` and ${written} <= ${of(literal(until))}`}`;
      // The server quotes the names.
      const found =
        condition === undefined || performance.now() > deadline
          ? undefined
          : await session.attempt(`select count(*) as count from ${name} where ${condition}`);
      const rows = found === undefined ? undefined : oneCount.parse(found)[0].count;
      if (rows !== 0) tables.push({ table: name, rows });
    }
  } finally {
    await session.run("rollback");
  }
  return {
    minutes: Math.max(0, (now.getTime() - at.getTime()) / 60_000),
    ...{ tables, looked: all.length, countedAt: now.toISOString() },
  };
}

const trackedSince = z.tuple([z.object({ isWhole: z.boolean() })]);

/** Whether the server has tracked every commit since a moment: the oldest that it knows is of before. */
async function tracksSince(session: Pick<Session, "attempt">, moment: string): Promise<boolean> {
  const found = await session.attempt(
    `select coalesce(pg_xact_commit_timestamp(nullif(oldest_commit_ts_xid::text, '0')::xid) <= ${moment}, false) as "isWhole"
       from pg_control_checkpoint()`,
  );
  return found !== undefined && trackedSince.parse(found)[0].isWhole;
}

function literal(moment: Date): string {
  return `timestamptz '${moment.toISOString()}'`;
}

/** One sentence: minutes, rows, and where nothing tells. */
export function lossText({ minutes, tables }: Pick<Loss, "minutes" | "tables">): string {
  const known = tables.filter(({ rows }) => rows !== undefined);
  const open = tables.filter(({ rows }) => rows === undefined).map(({ table }) => table);
  const total = known.reduce((sum, { rows = 0 }) => sum + rows, 0);
  const most = known.toSorted((one, other) => (other.rows ?? 0) - (one.rows ?? 0)).slice(0, 5);
  const where =
    most.length === 0 ? "" : ` (${most.map(({ table, rows }) => `${table}: ${rows}`).join(", ")})`;
  const more = open.length > 5 ? ` and ${open.length - 5} more` : "";
  return [
    `the last ${formatMinutes(Math.ceil(minutes))} of every table`,
    `${counted(total, "row")} written since${where}`,
    ...(open.length === 0 ? [] : [`and rows that nothing counts in ${open.slice(0, 5).join(", ")}${more}`]),
  ].join(", ");
}
