import * as z from "zod";
import { reasonOf } from "../../lib/failure.ts";
import type { Connection } from "../../postgres/connection.ts";
import { connect, type ServerSession } from "../../postgres/session.ts";
import type { Context } from "../context.ts";
import { type Check, compare, probe, unknownCheck } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { connectionIn, databaseOf } from "./session.ts";
import { inTurn } from "./turns.ts";

type Mode = "session" | "transaction" | "statement";

/** Port of the transaction mode of Supabase's pooler (supabase.com/docs/guides/database/connecting-to-postgres). */
const transactionPort = "6543";

/** Item 3.4: what the application connects to shares the server's sessions as declared. */
export const poolerAsDeclared = probe({
  name: "pooler-as-declared",
  items: ["3.4"],
  title:
    "The pooler must share out sessions in the declared mode, and the address of migrations and backups must keep each session whole.",
  needs: ["database"],
  settings: ["database.pool.mode"],
  measure: async (context) => {
    const { pool } = context.settings.database;
    const direct = databaseOf(context);
    const checks = [await modeCheck(context, "the address of sessions", direct, "session")];
    if (!pool.enabled) return checks;
    const subject = "the pooler of the application";
    try {
      return [...checks, await modeCheck(context, subject, poolerOf(context, direct), pool.mode)];
    } catch (error) {
      if (error instanceof Unknown) return [...checks, unknownCheck(subject, error)];
      throw error;
    }
  },
});

/**
 * Named by VERIFY_POOLER_URL; Supabase's own is the same host at another port.
 *
 * @throws {Unknown} where nobody names it
 */
export function poolerOf(context: Context, direct: Connection): Connection {
  const { mode } = context.settings.database.pool;
  const isSupabase = /\.pooler\.supabase\.com\.?$/i.test(direct.PGHOST);
  if (context.hasCredential("VERIFY_POOLER_URL") || !isSupabase) {
    return connectionIn(context, "VERIFY_POOLER_URL");
  }
  return mode === "transaction" ? { ...direct, PGPORT: transactionPort } : direct;
}

async function modeCheck(
  context: Context,
  subject: string,
  connection: Connection,
  declared: Mode,
): Promise<Check> {
  const words: Readonly<Record<Mode, string>> = {
    session: "a session of its own for each client",
    transaction: "a session for each transaction",
    statement: "a session for each statement",
  };
  const found = await inTurn(context, () => modeOf(context, connection));
  return compare(subject, {
    expected: words[declared],
    measured: words[found],
    holds: found === declared,
    setting: "database.pool.mode",
  });
}

/** Transactions of each of two clients; a pool in transaction mode shows itself at the first. */
const rounds = 3;

/**
 * How sessions are shared out: two clients that take turns share one process of the server, or change it, only where
 * none of them keeps its session.
 */
async function modeOf(context: Context, connection: Connection): Promise<Mode> {
  const clients: ServerSession[] = [];
  const hangUp = (): void => void Promise.all(clients.map((client) => client.end()));
  context.signal.addEventListener("abort", hangUp, { once: true });
  try {
    clients.push(await connect(connection, "optropic verify"), await connect(connection, "optropic verify"));
    const processes = clients.map(() => new Set<number>());
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, client] of clients.entries()) processes[index]?.add(await processOf(client));
    }
    const [first = new Set<number>(), second = new Set<number>()] = processes;
    context.record(JSON.stringify([first.size, second.size, first.isDisjointFrom(second)]));
    return first.size === 1 && second.size === 1 && first.isDisjointFrom(second) ? "session" : "transaction";
  } catch (error) {
    context.signal.throwIfAborted();
    const reason = reasonOf(error);
    if (/statement pooling|transaction blocks not allowed/i.test(reason)) return "statement";
    throw new Unknown("target-refused", `It did not answer: ${reason}`);
  } finally {
    context.signal.removeEventListener("abort", hangUp);
    hangUp();
  }
}

const row = z.tuple([z.object({ id: z.number() })]);

async function processOf(client: ServerSession): Promise<number> {
  await client.run("begin read only");
  const [{ id }] = row.parse(await client.rows("select pg_backend_pid() as id"));
  await client.run("commit");
  return id;
}
