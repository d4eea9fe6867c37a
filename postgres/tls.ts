import { readFileSync } from "node:fs";
import { type ConnectionOptions, getCACertificates } from "node:tls";
import { Failure, reasonOf } from "../lib/failure.ts";
import { type Connection, defaultFile, isSocket } from "./connection.ts";

/**
 * The ways to connect, in order; false is without TLS. As in libpq, root certificates that exist are used in
 * every mode: https://www.postgresql.org/docs/17/libpq-ssl.html
 *
 * @throws {Failure} `refused`, when root certificates are needed and missing, or a file cannot be read
 */
export function tlsAttempts(connection: Connection): (ConnectionOptions | false)[] {
  const mode = connection.PGSSLMODE;
  if (isSocket(connection) || mode === "disable") return [false];
  const options = { ...verification(connection), ...clientCertificate(connection) };
  if (mode === "allow") return [false, options];
  return mode === "prefer" ? [options, false] : [options];
}

function verification({ PGSSLMODE: mode, PGSSLROOTCERT }: Connection): ConnectionOptions {
  const anyHost = mode === "verify-full" ? {} : { checkServerIdentity: () => undefined };
  if (PGSSLROOTCERT === "system") return { ...anyHost, ca: getCACertificates("system") };
  const file = PGSSLROOTCERT ?? defaultFile("root.crt");
  const ca = readIfThere(file, "PGSSLROOTCERT");
  if (ca !== undefined) return { ...anyHost, ca };
  if (mode !== "verify-ca" && mode !== "verify-full") return { rejectUnauthorized: false };
  throw new Failure(
    "refused",
    `PGSSLMODE=${mode} needs root certificates, but ${file} does not exist: set PGSSLROOTCERT to their file, or to system for those of the operating system`,
  );
}

function clientCertificate({ PGSSLCERT, PGSSLKEY }: Connection): ConnectionOptions {
  const cert = readIfThere(PGSSLCERT ?? defaultFile("postgresql.crt"), "PGSSLCERT");
  if (cert === undefined) return {};
  const key = readIfThere(PGSSLKEY ?? defaultFile("postgresql.key"), "PGSSLKEY");
  if (key !== undefined) return { cert, key };
  throw new Failure("refused", "The client certificate has no private key: set PGSSLKEY to its file");
}

function readIfThere(file: string, variable: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) {
      return undefined;
    }
    throw new Failure("refused", `Cannot read the file in ${variable}: ${reasonOf(error)}`);
  }
}
