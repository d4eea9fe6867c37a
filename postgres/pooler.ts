import * as z from "zod";
import { Failure, reasonOf } from "../lib/failure.ts";
import { type Connection, describeConnection } from "./connection.ts";
import { connect, type ServerSession } from "./session.ts";

/**
 * Refuses a pooler that gives each transaction another session, as PgBouncer's and Supavisor's transaction mode
 * does: settings, snapshots and locks of a dump or a restore would be lost or end up in sessions of others. Known
 * addresses are refused before anything is sent to them, all others by how they behave.
 *
 * @param session a session with the database, outside a transaction
 * @throws {Failure} `refused`, with the address to use
 */
export async function refuseTransactionPooler(session: ServerSession, connection: Connection): Promise<void> {
  if (!(await session.isPooled())) return;
  const sign = await signOfTransactionMode(session, connection);
  if (sign !== undefined) throw refusal(connection, sign);
}

/**
 * Refuses an address that is documented to be a pooler in transaction mode.
 *
 * @throws {Failure} `refused`, with the address to use
 */
export function refuseKnownPooler(connection: Connection): void {
  const known = knownPoolers.find(({ matches }) => matches(connection));
  if (known !== undefined) throw refusal(connection, known.sign);
}

interface KnownPooler {
  matches(connection: Connection): boolean;
  sign: string;
  /** The address to use in its place, as a sentence. */
  advice(connection: Connection): string;
}

const knownPoolers: readonly KnownPooler[] = [
  {
    // https://supabase.com/docs/guides/database/connecting-to-postgres
    matches: ({ PGHOST, PGPORT }) => /\.pooler\.supabase\.com\.?$/i.test(PGHOST) && PGPORT === "6543",
    sign: "port 6543 of Supabase's pooler",
    advice: ({ PGHOST, PGUSER }) => {
      const project = /^[^.]+\.([a-z0-9]{1,40})$/.exec(PGUSER)?.[1] ?? "REF";
      return `Use the direct address, db.${project}.supabase.co:5432, or the pooler in session mode, ${PGHOST}:5432`;
    },
  },
  {
    matches: ({ PGHOST, PGPORT }) => /\.supabase\.(?:co|com|in)\.?$/i.test(PGHOST) && PGPORT === "6543",
    sign: "port 6543 of a Supabase project",
    advice: ({ PGHOST }) => `Use the direct address, ${PGHOST}:5432`,
  },
  {
    // https://neon.com/docs/connect/connection-pooling
    matches: ({ PGHOST }) => /^[^.]+-pooler\..*neon\.tech\.?$/i.test(PGHOST),
    sign: "the pooler of a Neon project",
    advice: ({ PGHOST, PGPORT }) =>
      `Use the direct address, ${PGHOST.replace(/^([^.]+)-pooler\./i, "$1.")}:${PGPORT}`,
  },
];

/** How long a pooler may keep a second session waiting, in milliseconds. */
const secondSessionMs = 10_000;

/**
 * What shows that a pooler gives each transaction another session: while another session of ours is in a
 * transaction, it has the server's process that this one had, or this one no longer has it. With a session of
 * its own for each client neither can be.
 *
 * @returns undefined where nothing shows it
 */
async function signOfTransactionMode(
  session: ServerSession,
  connection: Connection,
): Promise<string | undefined> {
  let other: ServerSession | undefined;
  const abandon = new AbortController();
  const timer = setTimeout(() => abandon.abort(), secondSessionMs);
  // A pool that is used up lets the second session wait; a dump needs one too, and says so by itself.
  abandon.signal.addEventListener("abort", () => void other?.end(), { once: true });
  try {
    const before = await processOf(session);
    other = await connect(connection, "optropic pooler check");
    await other.run("begin");
    if ((await processOf(other)) === before) return "two sessions have one process of the server";
    return (await processOf(session)) === before ? undefined : "a session changes its process of the server";
  } catch (error) {
    const reason = reasonOf(error);
    // Statement mode has no transactions.
    return /statement pooling|transaction blocks not allowed/i.test(reason) ? reason : undefined;
  } finally {
    clearTimeout(timer);
    await other?.end();
  }
}

const processRow = z.tuple([z.object({ id: z.number() })]);

async function processOf(session: ServerSession): Promise<number> {
  const [{ id }] = processRow.parse(await session.rows("select pg_catalog.pg_backend_pid() as id"));
  return id;
}

function refusal(connection: Connection, sign: string): Failure {
  const known = knownPoolers.find(({ matches }) => matches(connection));
  const advice =
    known?.advice(connection) ?? "Use the database's direct address, or a pooler in session mode";
  return new Failure(
    "refused",
    `${describeConnection(connection)} is a connection pooler in transaction mode (${sign}), which gives each transaction another session. Backups, drills and restores need one session. ${advice}`,
  );
}
