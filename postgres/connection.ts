import { homedir } from "node:os";
import { join } from "node:path";
import * as z from "zod";

function text(characters: number): z.ZodString {
  return z.string().max(characters, `a text of at most ${characters} characters`);
}

const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
const channelBindings = ["disable", "prefer", "require"] as const;

/**
 * A connection as PostgreSQL's own programs take it from their environment, so that no password is ever an
 * argument: https://www.postgresql.org/docs/17/libpq-envars.html
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
  /** `require` where libpq's default, `prefer`, would accept a connection that anyone can read. */
  PGSSLMODE: z.enum(sslModes, `one of ${sslModes.join(", ")}`).default("require"),
  PGSSLROOTCERT: text(4096).optional(),
  PGSSLCERT: text(4096).optional(),
  PGSSLKEY: text(4096).optional(),
  PGCHANNELBINDING: z.enum(channelBindings, `one of ${channelBindings.join(", ")}`).optional(),
});

export type Connection = z.infer<typeof connectionSchema>;

/** Seconds that a server has to take a connection. */
export const connectSeconds = 30;

/** `host:port/database`: which database it is, for people. */
export function describeConnection(connection: Connection): string {
  return `${connection.PGHOST}:${connection.PGPORT}/${connection.PGDATABASE}`;
}

/** The environment in which one of PostgreSQL's programs reaches the database, with nothing else of ours. */
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

/** Whether the host is the folder of a Unix socket. */
export function isSocket({ PGHOST }: Pick<Connection, "PGHOST">): boolean {
  return PGHOST.startsWith("/");
}

/** Where libpq looks for a file that no variable names. */
export function defaultFile(name: ".pgpass" | "root.crt" | "postgresql.crt" | "postgresql.key"): string {
  return join(homedir(), name === ".pgpass" ? name : join(".postgresql", name));
}
