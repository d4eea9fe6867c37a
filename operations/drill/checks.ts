import * as z from "zod";
import type { Drill } from "../../checklist/evidence.ts";
import { reasonOf } from "../../lib/failure.ts";
import type { ServerSession } from "../../postgres/session.ts";

/** A question to the restored database, and the answer that it must give. */
export interface Check {
  name: string;
  /** A query of one row and one column. */
  sql: string;
  /** Its answer as text. */
  expect: string;
}

const timeoutMs = 60_000;

/** Characters of an answer that are kept. */
const keptCharacters = 200;

/** Asks each question in a transaction of its own that can write nothing, and compares the answers. */
export async function runChecks(session: ServerSession, checks: readonly Check[]): Promise<Drill["checks"]> {
  const results: Drill["checks"] = [];
  for (const { name, sql, expect } of checks) {
    const { holds, found } = await ask(session, sql, expect);
    results.push({ name, holds, found: found.slice(0, keptCharacters) });
  }
  return results;
}

async function ask(
  session: ServerSession,
  sql: string,
  expected: string,
): Promise<{ holds: boolean; found: string }> {
  await session.run("begin transaction read only");
  try {
    await session.run(`set local statement_timeout = ${timeoutMs}; set local search_path = public`);
    // A cursor takes one query and no command, and gives no more rows than it is asked for.
    await session.only(`declare answer no scroll cursor for ${sql}`);
    const rows = await session.lists("fetch 2 from answer");
    const answer = oneValue.safeParse(rows);
    if (answer.success) return { holds: answer.data === expected, found: answer.data };
    const count = rows.length === 2 ? "2 rows or more" : `${rows.length} rows`;
    return { holds: false, found: `${count} of ${rows[0]?.length ?? 0} columns in place of one value` };
  } catch (error) {
    return { holds: false, found: `error: ${reasonOf(error)}` };
  } finally {
    await session.run("rollback");
  }
}

const oneValue = z.tuple([z.tuple([z.string().nullable()])]).transform(([[value]]) => value ?? "null");
