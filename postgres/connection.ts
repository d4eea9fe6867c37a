import { readFileSync } from "node:fs";
import { Client, type ClientConfig, type QueryConfig, types } from "pg";
import * as z from "zod";
import { Failure, reasonOf } from "../lib/failure.ts";
import { passwordFromFile } from "./password-file.ts";

function textOf(characters: number): z.ZodString {
  return z.string().min(1).max(characters, `a text of at most ${characters} characters`);
}

const modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;

/**
 * A connection as PostgreSQL's own programs take it from their environment, so that no password is ever an
 * argument: https://www.postgresql.org/docs/17/libpq-envars.html
 */
export const connectionSchema = z.looseObject({
  PGHOST: textOf(1000),
  PGPORT: z
    .string()
    .regex(/^\d{1,5}$/, "a port")
    .default("5432"),
  PGDATABASE: textOf(1000),
  PGUSER: textOf(1000),
  PGPASSWORD: textOf(10_000).optional(),
  PGPASSFILE: textOf(4096).optional(),
  PGSSLMODE: z.enum(modes, `one of ${modes.join(", ")}`).default("require"),
  PGSSLROOTCERT: textOf(4096).optional(),
});

export type Connection = Pick<
  z.infer<typeof connectionSchema>,
  "PGHOST" | "PGPORT" | "PGDATABASE" | "PGUSER" | "PGPASSWORD" | "PGPASSFILE" | "PGSSLMODE" | "PGSSLROOTCERT"
>;

/** A session in which statements run one after another. */
export interface Session {
  /** Rows of a query, which is one SELECT without a semicolon; `$1` is its only value. */
  rows(query: string, value?: readonly string[]): Promise<unknown[]>;
  run(statements: string): Promise<void>;
}

/** A session of the client library. */
export class ServerSession implements Session {
  #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async rows(query: string, value?: readonly string[]): Promise<unknown[]> {
    return (await this.#client.query(query, value && [value])).rows;
  }

  /** As rows, each of which is a list of texts, as the server writes them and a cast to text does. */
  async lists(query: string): Promise<unknown[][]> {
    return (await this.#client.query<unknown[]>({ text: query, rowMode: "array", types: asText })).rows;
  }

  /** Runs one statement: the server refuses a text that holds a second one. */
  async only(statement: string): Promise<void> {
    const query: QueryConfig & { queryMode: "extended" } = { text: statement, queryMode: "extended" };
    await this.#client.query(query);
  }

  async run(statements: string): Promise<void> {
    await this.#client.query(statements);
  }

  /** Ends the session, and with it a statement that runs. */
  async end(): Promise<void> {
    await this.#client.end().catch(() => undefined);
  }
}

/** A boolean is the one type whose cast to text is another text than that which the server sends. */
const asText = {
  getTypeParser: (type: number) => (value: string) =>
    type === types.builtins.BOOL ? `${value === "t"}` : value,
};

/** Seconds that a server has to take a connection. */
const connectSeconds = 30;

/** `host:port/database`: which database it is, for people. */
export function describeConnection(connection: Connection): string {
  return `${connection.PGHOST}:${connection.PGPORT}/${connection.PGDATABASE}`;
}

/** The environment in which one of PostgreSQL's programs reaches the database: the connection and nothing else of ours. */
export function programEnvironment(connection: Connection, name: string): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, TMPDIR, LD_LIBRARY_PATH } = process.env;
  return {
    PATH,
    HOME,
    LANG,
    TMPDIR,
    LD_LIBRARY_PATH,
    ...connection,
    PGAPPNAME: name,
    PGCONNECT_TIMEOUT: `${connectSeconds}`,
  };
}

/**
 * A session in the database, with the same meaning of `PGSSLMODE` as libpq has; end it with `end()`.
 *
 * @throws {Failure} `failed`, when there is no such connection to be had
 */
export async function connect(connection: Connection, name: string): Promise<ServerSession> {
  let failure: unknown;
  for (const ssl of encryptions(connection)) {
    const client = new Client({ ...clientConfig(connection), ssl, application_name: name });
    // A session that ends by itself fails the statement that waits, or the next one.
    client.on("error", () => undefined);
    try {
      await client.connect();
      return new ServerSession(client);
    } catch (error) {
      failure ??= error;
      await client.end().catch(() => undefined);
    }
  }
  const reason = reasonOf(failure);
  throw new Failure("failed", `No connection to ${describeConnection(connection)}: ${reason}`);
}

function clientConfig(connection: Connection): ClientConfig {
  return {
    host: connection.PGHOST,
    port: Number(connection.PGPORT),
    database: connection.PGDATABASE,
    user: connection.PGUSER,
    password: connection.PGPASSWORD ?? passwordFromFile(connection) ?? "",
    connectionTimeoutMillis: connectSeconds * 1000,
    keepAlive: true,
  };
}

/** How to connect, by turns: https://www.postgresql.org/docs/17/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS */
function encryptions(connection: Connection): NonNullable<ClientConfig["ssl"]>[] {
  if (connection.PGHOST.startsWith("/")) return [false];
  const unverified = { rejectUnauthorized: false };
  switch (connection.PGSSLMODE) {
    case "disable":
      return [false];
    case "allow":
      return [false, unverified];
    case "prefer":
      return [unverified, false];
    case "require":
      return [unverified];
    case "verify-ca":
      return [{ ...authorities(connection), checkServerIdentity: () => undefined }];
    case "verify-full":
      return [authorities(connection)];
  }
}

function authorities({ PGSSLROOTCERT: file }: Connection) {
  if (file === undefined || file === "system") return { rejectUnauthorized: true };
  try {
    return { rejectUnauthorized: true, ca: readFileSync(file, "utf8") };
  } catch (error) {
    throw new Failure("refused", `PGSSLROOTCERT cannot be read: ${reasonOf(error)}`);
  }
}
