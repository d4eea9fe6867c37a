import * as z from "zod";
import { reasonOf } from "../../lib/failure.ts";
import type { Connection } from "../../postgres/connection.ts";
import { readConnection } from "../../postgres/environment.ts";
import { type Session, withSession } from "../../postgres/session.ts";
import type { Context } from "../context.ts";
import { Unknown } from "../unknown.ts";
import { quotedIdentifier } from "./identifier.ts";
import { inTurn } from "./turns.ts";

/** The most rows that a probe reads of one answer. */
const maximumRows = 20_000;

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
      ),
    );
  } catch (error) {
    if (error instanceof Unknown) throw error;
    context.signal.throwIfAborted();
    throw new Unknown("target-refused", `The database did not answer: ${reasonOf(error)}`);
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

  /** The same where the role may lack the right, or the view may be missing; undefined then. */
  async rowsWhereAllowed<Row>(query: string, shape: z.ZodType<Row>): Promise<Row[] | undefined> {
    const rows = await this.#session.attempt(bounded(query));
    return rows === undefined ? undefined : this.#parsed(rows, shape);
  }

  /** Runs as another role until the work is done; undefined where that is not allowed. */
  async as<Answer>(role: string, work: () => Promise<Answer>): Promise<Answer | undefined> {
    await this.#session.run("savepoint role");
    try {
      await this.#session.run(`set local role ${quotedIdentifier(role)}`);
    } catch {
      await this.#session.run("rollback to savepoint role");
      return undefined;
    }
    const answer = await work();
    await this.#session.run("rollback to savepoint role");
    return answer;
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

function bounded(query: string): string {
  return `select * from (${query}) bounded limit ${maximumRows}`;
}
