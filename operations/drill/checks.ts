import type { Drill } from "../../checklist/evidence.ts";
import type { ServerSession } from "../database/connection.ts";
import { reasonOf } from "../failure.ts";

/** A question to the restored database, and the answer that it must give. */
export interface Check {
  name: string;
  /** A query of one row and one column. */
  sql: string;
  /** Its answer as text. */
  expect: string;
}

const timeoutMs = 60_000;

/** Asks each question in a transaction of its own that can write nothing, and compares the answers. */
export async function runChecks(session: ServerSession, checks: readonly Check[]): Promise<Drill["checks"]> {
  const results: Drill["checks"] = [];
  for (const { name, sql, expect } of checks) {
    const found = await ask(session, sql);
    results.push({ name, holds: found === expect, found: found.slice(0, 200) });
  }
  return results;
}

async function ask(session: ServerSession, sql: string): Promise<string> {
  await session.run("begin transaction read only");
  try {
    await session.run(`set local statement_timeout = ${timeoutMs}`);
    await session.run("set local search_path = public");
    const rows = await session.lists(sql);
    const [row, ...rest] = rows;
    if (row === undefined || rest.length > 0 || row.length !== 1) {
      return `${rows.length} rows of ${row?.length ?? 0} columns in place of one value`;
    }
    const [value] = row;
    return value instanceof Date ? value.toISOString() : String(value);
  } catch (error) {
    return `error: ${reasonOf(error)}`;
  } finally {
    await session.run("rollback");
  }
}
