import { homedir } from "node:os";
import { join } from "node:path";
import * as z from "zod";

function text(characters: number): z.ZodString {
  return z.string().max(characters, `a text of at most ${characters} characters`);
}

const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
const sslNegotiations = ["postgres", "direct"] as const;
const tlsVersions = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;
const channelBindings = ["disable", "prefer", "require"] as const;

/**
 * A connection in the variables that PostgreSQL's programs read, so that a password is never an argument:
 * https://www.postgresql.org/docs/17/libpq-envars.html
 */
export const connectionSchema = z.object({
  PGHOST: text(1000),
  PGPORT: z
    .string()
    .regex(/^\d{1,5}$/, "a port")
    .default("5432"),
  PGDATABASE: text(1000),
  PGUSER: text(1000),
  PGPASSWORD: text(10_000).optional(),
  PGPASSFILE: text(4096).optional(),
  PGOPTIONS: text(4096).optional(),
  /** libpq's own default, `prefer`, would accept a connection without TLS. */
  PGSSLMODE: z.enum(sslModes, `one of ${sslModes.join(", ")}`).default("require"),
  PGSSLROOTCERT: text(4096).optional(),
  PGSSLCERT: text(4096).optional(),
  PGSSLKEY: text(4096).optional(),
  PGSSLCRL: text(4096).optional(),
  PGSSLNEGOTIATION: z.enum(sslNegotiations, `one of ${sslNegotiations.join(", ")}`).optional(),
  PGSSLMINPROTOCOLVERSION: z.enum(tlsVersions, `one of ${tlsVersions.join(", ")}`).optional(),
  PGSSLMAXPROTOCOLVERSION: z.enum(tlsVersions, `one of ${tlsVersions.join(", ")}`).optional(),
  PGCHANNELBINDING: z.enum(channelBindings, `one of ${channelBindings.join(", ")}`).optional(),
});

export type Connection = z.infer<typeof connectionSchema>;

/** Time limit for connecting, in seconds. */
export const connectSeconds = 30;

/** Names a database in messages: `host:port/database`. */
export function describeConnection(connection: Connection): string {
  return `${connection.PGHOST}:${connection.PGPORT}/${connection.PGDATABASE}`;
}

/**
 * The database as an argument of a program, which takes a name with `=` in it, or one that begins like a URL, for a
 * connection string: https://www.postgresql.org/docs/17/libpq-connect.html#LIBPQ-CONNSTRING
 */
export function databaseArgument({ PGDATABASE }: Pick<Connection, "PGDATABASE">): string {
  return `--dbname=dbname='${PGDATABASE.replaceAll(/['\\]/g, "\\$&")}'`;
}

/**
 * Environment for one of PostgreSQL's programs: the connection, and nothing secret besides. What they print is read, so
 * it is in English.
 */
export function programEnvironment(connection: Connection, name: string): NodeJS.ProcessEnv {
  // The last two say where the operating system's certificates are, to this process too.
  const { PATH, HOME, LANG, TMPDIR, LD_LIBRARY_PATH, SSL_CERT_FILE, SSL_CERT_DIR } = process.env;
  return {
    PATH,
    HOME,
    LANG,
    LC_MESSAGES: "C",
    TMPDIR,
    LD_LIBRARY_PATH,
    SSL_CERT_FILE,
    SSL_CERT_DIR,
    ...connection,
    PGAPPNAME: name,
    PGCONNECT_TIMEOUT: `${connectSeconds}`,
  };
}

/** Whether the host is a folder with a Unix socket. */
export function isSocket({ PGHOST }: Pick<Connection, "PGHOST">): boolean {
  return PGHOST.startsWith("/");
}

/** Where libpq looks for a file when no variable names one. */
export function defaultFile(name: DefaultFile): string {
  return join(homedir(), name.startsWith(".") ? name : join(".postgresql", name));
}

type DefaultFile =
  | ".pgpass"
  | ".pg_service.conf"
  | "root.crt"
  | "root.crl"
  | "postgresql.crt"
  | "postgresql.key";
