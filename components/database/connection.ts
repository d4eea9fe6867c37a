import { RunError } from "@pulumi/pulumi";
import type { Settings } from "../../config/settings.ts";

/** `postgres` is the only database that a Supabase project serves through its pooler. */
export const databaseName = "postgres";

/** Ports of Supabase's pooler, Supavisor, and of Postgres: https://supabase.com/docs/guides/database/connecting-to-postgres */
export const transactionPort = 6543;
export const sessionPort = 5432;

/** Seconds that Prisma waits for a free connection before it fails. This is Prisma's default, made explicit. */
const poolTimeoutSeconds = 10;

type SslMode = Settings["database"]["sslMode"];

/** Where a role connects, and as whom. */
export interface Connection {
  /** Reference of the Supabase project: 20 lower-case letters. */
  ref: string;
  /** Host of the project's pooler, such as `aws-0-eu-central-1.pooler.supabase.com`. */
  poolerHost: string;
  role: string;
  password: string;
  sslMode: SslMode;
}

/**
 * The application's connection string, in Prisma's form
 * (https://www.prisma.io/docs/orm/overview/databases/postgresql). In transaction mode, `pgbouncer=true` keeps
 * Prisma from using prepared statements, which such a pool loses. With the pool turned off, the string names
 * the database host itself, which has only an IPv6 address.
 */
export function applicationUrl(connection: Connection, pool: Settings["database"]["pool"]): string {
  const limits = {
    connection_limit: String(pool.connectionsPerInstance),
    pool_timeout: String(poolTimeoutSeconds),
    ...prismaTls(connection.sslMode),
  };
  if (!pool.enabled) return directUrl(connection, limits);
  return pool.mode === "transaction"
    ? pooledUrl(connection, transactionPort, { pgbouncer: "true", ...limits })
    : pooledUrl(connection, sessionPort, limits);
}

/**
 * The migrations' connection string, in Prisma's form. Migrations need one session from start to end, so they
 * use the pooler's session mode; the database host itself has only an IPv6 address, which neither Vercel nor
 * Render can reach.
 */
export function migrationUrl(connection: Connection): string {
  return pooledUrl(connection, sessionPort, prismaTls(connection.sslMode));
}

/** A connection string for libpq and similar clients (psql, pg_dump, node-postgres), in session mode. */
export function sessionUrl(connection: Connection): string {
  return pooledUrl(connection, sessionPort, { sslmode: connection.sslMode });
}

/**
 * Host of a project's pooler, taken from the connection strings that Supabase returns for it, by pool mode. The
 * region does not determine the host: projects of one region are spread over `aws-0-…`, `aws-1-…`.
 *
 * @throws {RunError} when none of the strings is a URL
 */
export function poolerHost(urls: Readonly<Record<string, string>>): string {
  for (const url of [urls.session, urls.transaction, ...Object.values(urls)]) {
    const host = url === undefined ? undefined : URL.parse(url)?.hostname;
    if (host !== undefined && host !== "") return host;
  }
  throw new RunError(
    "Supabase returned no connection string for the pooler of this project. Open Connect in the project's dashboard, and run the update again once the project is healthy.",
  );
}

/** The pooler identifies a project by the user name, `role.ref`. */
export function pooledUser(role: string, ref: string): string {
  return `${role}.${ref}`;
}

function pooledUrl(connection: Connection, port: number, parameters: Record<string, string>): string {
  return url(
    pooledUser(connection.role, connection.ref),
    connection,
    connection.poolerHost,
    port,
    parameters,
  );
}

function directUrl(connection: Connection, parameters: Record<string, string>): string {
  return url(connection.role, connection, `db.${connection.ref}.supabase.co`, sessionPort, parameters);
}

function url(
  user: string,
  { password }: Connection,
  host: string,
  port: number,
  parameters: Record<string, string>,
): string {
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return `postgresql://${login}@${host}:${port}/${databaseName}?${new URLSearchParams(parameters)}`;
}

/**
 * Prisma knows three modes and treats any other as `prefer`, which may fall back to plaintext. It verifies the
 * certificate only with `sslaccept=strict`, so the verifying modes become `require` with that parameter.
 */
function prismaTls(sslMode: SslMode): Record<string, string> {
  return sslMode === "verify-ca" || sslMode === "verify-full"
    ? { sslmode: "require", sslaccept: "strict" }
    : { sslmode: sslMode };
}
