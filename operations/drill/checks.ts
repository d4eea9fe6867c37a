import * as z from "zod";
import type { Drill } from "../../evidence/drill.ts";
import { reasonOf } from "../../lib/failure.ts";
import { counted } from "../../lib/text.ts";
import type { ServerSession } from "../../postgres/session.ts";

/** A query of the restored database, and the value that it must return. */
export interface Check {
  name: string;
  /** A query that returns one row with one column. */
  sql: string;
  /** The value as text. */
  expect: string;
}

const timeoutMs = 60_000;

/** Most characters of a value that are kept. */
const keptCharacters = 200;

/** Runs each query in a read-only transaction of its own, and compares the values. */
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
    // A cursor accepts one query and no other command, and returns only as many rows as are fetched.
    await session.runOne(`declare answer no scroll cursor for ${sql}`);
    const rows = await session.lists("fetch 2 from answer");
    const answer = oneValue.safeParse(rows);
    if (answer.success) return { holds: answer.data === expected, found: answer.data };
    const count = rows.length === 2 ? "2 or more rows" : counted(rows.length, "row");
    const columns = counted(rows[0]?.length ?? 0, "column");
    return { holds: false, found: `${count} with ${columns} instead of one value` };
  } catch (error) {
    return { holds: false, found: `error: ${reasonOf(error)}` };
  } finally {
    await session.run("rollback");
  }
}

const oneValue = z.tuple([z.tuple([z.string().nullable()])]).transform(([[value]]) => value ?? "null");
