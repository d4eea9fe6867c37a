import { Socket } from "node:net";
import {
  Client,
  type ClientConfig,
  DatabaseError,
  type QueryConfig,
  type QueryResult,
  type QueryResultRow,
  types,
} from "pg";
import { Failure, reasonOf } from "../lib/failure.ts";
import { type Connection, connectSeconds, describeConnection } from "./connection.ts";
import { isRaw } from "./encodings.ts";
import { passwordFileProblem, passwordFromFile } from "./password-file.ts";
import { beginRaw, passRawText } from "./raw-stream.ts";
import { tlsAttempts } from "./tls.ts";

/**
 * A session in which statements run one after another, in the order in which they are asked for. One that is asked for
 * before another was answered is sent at once, so that a distant server costs the time of one way there and back, not
 * of two; it runs also where the other one failed.
 */
export interface Session {
  /** Rows of a query, which is one SELECT without a semicolon; `$1` is its only value. */
  rows(query: string, value?: readonly string[]): Promise<unknown[]>;
  /**
   * The same rows within a transaction, some at a time: a list of every object of a large database does not fit into
   * memory.
   */
  batches(query: string, value?: readonly string[]): AsyncIterable<unknown[]>;
  run(statements: string): Promise<void>;
  /**
   * Rows of a query within a transaction, which goes on when the query fails; undefined then.
   *
   * @param failed called with the error then; what it throws is thrown
   */
  attempt(query: string, failed?: (error: unknown) => void): Promise<unknown[] | undefined>;
}

/** Bytes that a batch of rows is to have, about, and the most rows. */
const batchBytes = 1024 * 1024;
const mostRows = 2000;

/**
 * Reads a cursor to its end, so many rows at a time that they have about 1 MiB.
 *
 * @param fetch reads the next rows, and says how many bytes they have
 */
export async function* batchesOf<T>(
  fetch: (rows: number) => Promise<{ rows: T[]; bytes: number }>,
): AsyncGenerator<T[]> {
  for (let wanted = 100; ; ) {
    const { rows, bytes } = await fetch(wanted);
    if (rows.length > 0) yield rows;
    if (rows.length < wanted) return;
    const fitting = Math.floor((wanted * batchBytes) / Math.max(1, bytes));
    wanted = Math.max(1, Math.min(mostRows, 4 * wanted, fitting));
  }
}

/** A session of the client library, which sends statements as they are asked for. */
export class ServerSession implements Session {
  #client: Client;
  #cursors = 0;
  /** How many statements are not answered. */
  #open = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  async rows(query: string, value?: readonly string[]): Promise<unknown[]> {
    return (await this.#query({ text: query, ...(value && { values: [value] }) })).rows;
  }

  async *batches(query: string, value?: readonly string[]): AsyncGenerator<unknown[]> {
    this.#cursors += 1;
    const cursor = `optropic_${this.#cursors}`;
    const declared = this.rows(`declare ${cursor} no scroll cursor for ${query}`, value);
    yield* batchesOf(async (count) => {
      const fetched = this.#query<Record<string, unknown>>({ text: `fetch ${count} from ${cursor}` });
      const [, { rows }] = await inOrder(declared, fetched);
      return { rows, bytes: bytesOf(rows) };
    });
    // What fails after it says the same.
    this.run(`close ${cursor}`).catch(() => undefined);
  }

  async attempt(query: string, failed?: (error: unknown) => void): Promise<unknown[] | undefined> {
    const begun = this.run("savepoint attempt");
    try {
      const [, rows] = await inOrder(begun, this.rows(query));
      this.run("release savepoint attempt").catch(() => undefined);
      return rows;
    } catch (error) {
      // Without a session there is nothing to go back to.
      await this.run("rollback to savepoint attempt; release savepoint attempt").catch(() => {
        throw error;
      });
      failed?.(error);
      return undefined;
    }
  }

  /** Rows as lists of texts, as a cast to text writes them. */
  async lists(query: string): Promise<unknown[][]> {
    return (await this.#query<unknown[]>({ text: query, rowMode: "array", types: asText })).rows;
  }

  /** Runs one statement. The server rejects a second one. */
  async runOne(statement: string): Promise<void> {
    const query: QueryConfig & { queryMode: "extended" } = { text: statement, queryMode: "extended" };
    await this.#query(query);
  }

  async run(statements: string): Promise<void> {
    await this.#query({ text: statements });
  }

  async #query<Row extends QueryResultRow>(
    query: QueryConfig & { rowMode?: "array" },
  ): Promise<QueryResult<Row>> {
    this.#open += 1;
    try {
      return await this.#client.query<Row>(query);
    } finally {
      this.#open -= 1;
    }
  }

  /**
   * Whether something between here and the server, such as a pooler, shares the server's sessions out: the
   * process that a client is told at the start is then not the one that runs its statements.
   */
  async isPooled(): Promise<boolean> {
    const { rows } = await this.#query<{ id: number }>({ text: "select pg_catalog.pg_backend_pid() as id" });
    return this.#told !== rows[0]?.id;
  }

  /**
   * Undoes the time limits that the settings of a database or a role give the session, as pg_dump does it for its own.
   * Where a pooler shares the server's sessions out, they stay: they may be those of others.
   */
  async undoTimeLimits(): Promise<void> {
    const told = this.#told;
    if (typeof told !== "number") return;
    await this.run(`${noTimeLimits} and pg_catalog.pg_backend_pid() operator(pg_catalog.=) ${told}`);
  }

  /** The process that the client was told at the start. The library's types leave it out. */
  get #told(): unknown {
    return "processID" in this.#client ? this.#client.processID : undefined;
  }

  /** Ends the session and a running statement. */
  async end(): Promise<void> {
    // The library would wait for the answers.
    if (this.#open > 0) this.#client.connection.stream.destroy();
    await this.#client.end().catch(() => undefined);
  }
}

/**
 * Waits for all of what was asked for one after another.
 *
 * @throws the error of the first that failed, which may be why the others did
 */
export async function inOrder<T extends readonly unknown[]>(
  ...asked: T
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const ended = await Promise.allSettled(asked);
  const failed = ended.find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return Promise.all(asked);
}

/**
 * A query that undoes the time limits of a session and of its statements and transactions, where it has any. Servers
 * before version 17 have no limit for transactions, and before version 14 none for idle sessions. To read the view of
 * all settings takes a millisecond each time.
 */
export const noTimeLimits = `
  select pg_catalog.set_config(name, '0', false)
    from pg_catalog.unnest(array['statement_timeout', 'idle_in_transaction_session_timeout',
       'idle_session_timeout', 'transaction_timeout']::pg_catalog.text[]) name
   where pg_catalog.current_setting(name, true) operator(pg_catalog.<>) '0'`;

/** Bytes of the texts in rows. */
function bytesOf(rows: readonly Record<string, unknown>[]): number {
  let bytes = 0;
  for (const row of rows)
    for (const field of Object.values(row)) bytes += typeof field === "string" ? field.length : 8;
  return bytes;
}

/** Boolean is the one type whose text form differs from what the server sends. */
const asText = {
  getTypeParser: (type: number) => (value: string) =>
    type === types.builtins.BOOL ? `${value === "t"}` : value,
};

/**
 * Opens a session in the database, with libpq's meaning of every variable; end it with `end()`.
 *
 * @param mostBytes that the server may send until the session ends; a server that sends more is hung up on
 * @throws {Failure} `refused`, when a certificate file is missing or unreadable; `failed`, when the server
 * cannot be reached or rejects the connection
 */
export async function connect(
  connection: Connection,
  name: string,
  mostBytes?: number,
): Promise<ServerSession> {
  const reasons = new Set<string>();
  let cause: unknown;
  const attempts = tlsAttempts(connection).map((ssl) => ({ ssl, isRawText: false }));
  for (const { ssl, isRawText } of attempts) {
    const client = new Client({
      ...clientConfig(connection, ssl !== false),
      ssl,
      application_name: name,
      pipeline: true,
      ...(mostBytes !== undefined && { stream: () => boundedSocket(mostBytes) }),
    });
    if (isRawText) beginRaw(client.connection);
    // A session that the server ends fails the running or the next statement.
    client.on("error", () => undefined);
    let encoding: unknown;
    client.connection.on("parameterStatus", (status: { parameterName: string; parameterValue: string }) => {
      if (status.parameterName === "server_encoding") encoding = status.parameterValue;
    });
    try {
      await client.connect();
      const session = new ServerSession(client);
      if (isRaw(encoding)) {
        passRawText(client.connection.stream);
        await session.run("set client_encoding = 'SQL_ASCII'");
      }
      return session;
    } catch (error) {
      if (sqlStateOf(error) === unconvertible && !isRawText) attempts.push({ ssl, isRawText: true });
      else reasons.add(reasonOf(error));
      cause = error;
      await client.end().catch(() => undefined);
    }
  }
  const where = describeConnection(connection);
  throw new Failure("failed", `Cannot connect to ${where}: ${[...reasons].join("; ")}`, { cause });
}

/** The server's code where it cannot convert what the client library asks for, UTF-8. */
const unconvertible = "0A000";

/**
 * Runs work in a session, which ends with the work. An abort ends a running statement, and is then what is thrown.
 *
 * @throws what `connect` throws, what the work throws, or the reason of the abort
 */
export async function withSession<T>(
  connection: Connection,
  name: string,
  work: (session: ServerSession) => Promise<T>,
  signal?: AbortSignal,
  mostBytes?: number,
): Promise<T> {
  const session = await connect(connection, name, mostBytes);
  const hangUp = (): void => void session.end();
  signal?.addEventListener("abort", hangUp, { once: true });
  try {
    signal?.throwIfAborted();
    return await work(session);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", hangUp);
    await session.end();
  }
}

/** Runs work in a session without time limits, for what takes long. */
export function withPatientSession<T>(
  connection: Connection,
  name: string,
  work: (session: ServerSession) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const begin = async (session: ServerSession): Promise<T> => {
    await session.undoTimeLimits();
    return work(session);
  };
  return withSession(connection, name, begin, signal);
}

/** How often the bytes of a session are counted, in milliseconds. */
const countingMs = 20;

/** The client library keeps every row of an answer, and a hostile server sends rows without an end. */
function boundedSocket(mostBytes: number): Socket {
  const socket = new Socket();
  const timer = setInterval(() => {
    if (socket.bytesRead > mostBytes) {
      socket.destroy(new Error(`the server sent more than ${Math.round(mostBytes / 1024 / 1024)} MiB`));
    }
  }, countingMs);
  timer.unref();
  return socket.once("close", () => clearInterval(timer));
}

function clientConfig(connection: Connection, isEncrypted: boolean): ClientConfig {
  const { PGPASSWORD, PGOPTIONS, PGCHANNELBINDING, PGSSLNEGOTIATION = "postgres" } = connection;
  return {
    host: connection.PGHOST,
    port: Number(connection.PGPORT),
    database: connection.PGDATABASE,
    user: connection.PGUSER,
    password: () => PGPASSWORD ?? passwordFromFile(connection) ?? missingPassword(connection),
    connectionTimeoutMillis: connectSeconds * 1000,
    keepAlive: true,
    // The library would read the variable by itself.
    sslnegotiation: isEncrypted ? PGSSLNEGOTIATION : "postgres",
    ...(PGOPTIONS === undefined ? {} : { options: PGOPTIONS }),
    // The library binds the channel when the server can, but cannot require it; libpq's programs do.
    enableChannelBinding: PGCHANNELBINDING === "prefer" || PGCHANNELBINDING === "require",
  };
}

function missingPassword(connection: Connection): never {
  const problem = passwordFileProblem(connection) ?? "the password file has none for this database";
  throw new Error(
    `the server asks for a password: set PGPASSWORD, or add the database to the password file (${problem})`,
  );
}

/** The server's code for what went wrong, which is the same in every language; undefined where no server said it. */
export function sqlStateOf(error: unknown): string | undefined {
  if (error instanceof DatabaseError) return error.code;
  return error instanceof Error && error.cause !== undefined ? sqlStateOf(error.cause) : undefined;
}
