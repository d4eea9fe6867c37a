import * as z from "zod";
import { reasonOf } from "../../lib/failure.ts";
import type { Connection } from "../../postgres/connection.ts";
import { readConnection } from "../../postgres/environment.ts";
import { type Session, sqlStateOf, withSession } from "../../postgres/session.ts";
import type { Context } from "../context.ts";
import { Unknown } from "../unknown.ts";
import { quotedIdentifier } from "./identifier.ts";
import { inTurn } from "./turns.ts";

/** The most rows that a probe reads of one answer. */
const maximumRows = 20_000;

/** The most that a server may send to one probe, in bytes. */
const maximumBytes = 64 * 1024 * 1024;

const application = "optropic verify";

/** Where the database is, from VERIFY_DATABASE_URL, whose password may be in PGPASSWORD or the password file. */
export function databaseOf(context: Context): Connection {
  return connectionIn(context, "VERIFY_DATABASE_URL");
}

/** The same of another variable with a connection string. */
export function connectionIn(
  context: Context,
  name: "VERIFY_DATABASE_URL" | "VERIFY_POOLER_URL",
): Connection {
  const url = context.credential(name);
  try {
    return readConnection({ ...process.env, DATABASE_URL: url });
  } catch (error) {
    throw new Unknown("not-understood", `${name} cannot be used: ${reasonOf(error)}`);
  }
}

/** Asks the database in a transaction that may only read, with a time limit on each statement. */
export async function reading<Answer>(
  context: Context,
  ask: (database: Reader) => Promise<Answer>,
): Promise<Answer> {
  const connection = databaseOf(context);
  try {
    return await inTurn(context, () =>
      withSession(
        connection,
        application,
        async (session) => {
          await session.run(
            "begin transaction isolation level repeatable read read only; set local statement_timeout = '10s'; set local lock_timeout = '2s'",
          );
          const answer = await ask(new Reader(session, context));
          await session.run("rollback");
          return answer;
        },
        context.signal,
        maximumBytes,
      ),
    );
  } catch (error) {
    if (error instanceof Unknown) throw error;
    context.signal.throwIfAborted();
    throw new Unknown("target-refused", `The database did not answer: ${reasonOf(error)}`, { cause: error });
  }
}

/** A transaction that reads. */
export class Reader {
  #session: Session;
  #context: Context;

  constructor(session: Session, context: Context) {
    this.#session = session;
    this.#context = context;
  }

  /** @throws {Unknown} `not-understood`, for an answer of another shape */
  async rows<Row>(query: string, shape: z.ZodType<Row>): Promise<Row[]> {
    return this.#parsed(await this.#session.rows(bounded(query)), shape);
  }

  /**
   * The same where the role may lack the right, or the table or view may be missing; undefined then.
   *
   * @throws {Unknown} where the query fails for another reason, such as its time limit
   */
  async rowsWhereAllowed<Row>(query: string, shape: z.ZodType<Row>): Promise<Row[] | undefined> {
    await this.#session.run("savepoint allowed");
    let rows: unknown[];
    try {
      rows = await this.#session.rows(bounded(query));
    } catch (error) {
      await this.#session.run("rollback to savepoint allowed");
      if (absences.includes(sqlStateOf(error) ?? "")) return undefined;
      throw new Unknown("target-refused", `The database did not answer: ${reasonOf(error)}`);
    }
    return this.#parsed(rows, shape);
  }

  /**
   * Runs as PostgREST does for a request of a role without a user, until the work is done; undefined where the role
   * may not be taken on.
   */
  async as<Answer>(role: string, work: () => Promise<Answer>): Promise<Answer | undefined> {
    await this.#session.run("savepoint role");
    try {
      try {
        await this.#session.run(`set local role ${quotedIdentifier(role)}`);
      } catch {
        return undefined;
      }
      await this.#session.rows(
        "select set_config('request.jwt.claims', jsonb_build_object('role', role[1])::text, true), set_config('request.jwt.claim.role', role[1], true) from (select $1::text[] as role) asked",
        [role],
      );
      return await work();
    } finally {
      await this.#session.run("rollback to savepoint role");
    }
  }

  #parsed<Row>(rows: unknown[], shape: z.ZodType<Row>): Row[] {
    this.#context.record(JSON.stringify(rows));
    const parsed = z.array(shape).safeParse(rows);
    if (parsed.success) return parsed.data;
    throw new Unknown(
      "not-understood",
      `The database answered in another shape: ${z.prettifyError(parsed.error)}`,
    );
  }
}

/**
 * Without this right the server hides what the sessions of others do, so that there seem to be none.
 *
 * @throws {Unknown} `no-right`
 */
export async function requireSight(database: Reader): Promise<void> {
  const [row] = await database.rows(
    "select pg_catalog.pg_has_role('pg_read_all_stats', 'usage') as sees, current_user::text as role",
    z.object({ sees: z.boolean(), role: z.string().max(100) }),
  );
  if (row?.sees === true) return;
  const role = row?.role ?? "of VERIFY_DATABASE_URL";
  throw new Unknown(
    "no-right",
    `The role ${role} does not see the sessions of others: grant it pg_monitor or pg_read_all_stats`,
  );
}

/** No right, no such table, no such function, and an extension that is there but not loaded. */
const absences = ["42501", "42P01", "42883", "55000"];

function bounded(query: string): string {
  return `select * from (${query}) bounded limit ${maximumRows}`;
}
