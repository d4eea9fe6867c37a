import * as z from "zod";
import { reasonOf } from "../../lib/failure.ts";
import type { Session } from "../../postgres/session.ts";
import { parseScript } from "./parse.ts";
import type { Query } from "./previous.ts";

/** The statements that are read, by the time that they took together. */
const most = 50;

/** A longer one was cut by the server, or is not worth a look. */
const longest = 20_000;

/** The slowest statements of a database, or why they cannot be read. */
export type Slowest = { queries: Query[] } | { unread: string };

/** What migrations do not change. */
const ofCatalogs =
  /\b(?:pg_catalog|information_schema|pg_(?:class|namespace|locks|index|roles|stat_\w+)|_prisma_migrations)\b/i;

const extensionRows = z.array(z.object({ view: z.string() }));

const statementRows = z.array(
  z.object({ id: z.string(), calls: z.string(), mean: z.number(), query: z.string() }),
);

/**
 * Reads the statements that took most time from `pg_stat_statements`: with parameters in place of values, and only
 * those that read or write rows, so that no password of a CREATE ROLE is among them.
 */
export async function readSlowest(session: Session): Promise<Slowest> {
  try {
    const [extension] = extensionRows.parse(
      await session.rows(
        `select format('%I.pg_stat_statements', n.nspname) as view from pg_catalog.pg_extension e
           join pg_catalog.pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_stat_statements'`,
      ),
    );
    if (extension === undefined)
      return { unread: "the database does not have the extension pg_stat_statements" };
    const rows = statementRows.parse(
      // The server quotes the name of the view.
      await session.rows(
        `select s.queryid::text as id, s.calls::text as calls, s.mean_exec_time as mean, s.query
           from ${extension.view} s join pg_catalog.pg_database d on d.oid = s.dbid
          where d.datname = current_database() and s.queryid is not null and length(s.query) < ${longest}
          order by s.total_exec_time desc limit ${most * 4}`,
      ),
    );
    const queries: Query[] = [];
    const known = new Set<string>();
    for (const { id, calls, mean, query } of rows) {
      if (queries.length >= most) break;
      if (known.has(id) || ofCatalogs.test(query) || !(await isOfRows(query))) continue;
      known.add(id);
      queries.push({ name: `statement ${id} (${mean.toFixed(1)} ms, ${calls} calls)`, sql: query });
    }
    return { queries };
  } catch (error) {
    return { unread: reasonOf(error) };
  }
}

/** Whether a text is one statement that reads or writes rows. What a role may not see has another text. */
async function isOfRows(query: string): Promise<boolean> {
  try {
    const [statement, ...more] = await parseScript("statement", query);
    return (
      statement !== undefined &&
      more.length === 0 &&
      ["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"].some(
        (kind) => kind in statement.node,
      )
    );
  } catch {
    return false;
  }
}
