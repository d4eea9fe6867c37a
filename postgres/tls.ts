import { X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { type ConnectionOptions, getCACertificates } from "node:tls";
import { Failure } from "../lib/failure.ts";
import { cannotRead, isMissing } from "../lib/file-reasons.ts";
import { isFor } from "./certificate-host.ts";
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
  const options = {
    ...verification(connection),
    ...clientCertificate(connection),
    // libpq's own lower limit.
    minVersion: connection.PGSSLMINPROTOCOLVERSION ?? "TLSv1.2",
    ...(connection.PGSSLMAXPROTOCOLVERSION && { maxVersion: connection.PGSSLMAXPROTOCOLVERSION }),
  } satisfies ConnectionOptions;
  if (mode === "allow") return [false, options];
  return mode === "prefer" ? [options, false] : [options];
}

function verification({ PGSSLMODE: mode, PGSSLROOTCERT, PGSSLCRL, PGHOST }: Connection): ConnectionOptions {
  const checkServerIdentity: ConnectionOptions["checkServerIdentity"] = (_, { raw }) =>
    mode !== "verify-full" || isFor(new X509Certificate(raw), PGHOST)
      ? undefined
      : new Error(`the server's certificate is for another host than ${PGHOST}`);
  const crl = readIfThere(PGSSLCRL ?? defaultFile("root.crl"), "PGSSLCRL");
  const checks = { checkServerIdentity, ...(crl === undefined ? {} : { crl }) };
  if (PGSSLROOTCERT === "system") return { ...checks, ca: getCACertificates("system") };
  const file = PGSSLROOTCERT ?? defaultFile("root.crt");
  const ca = readIfThere(file, "PGSSLROOTCERT");
  if (ca !== undefined) return { ...checks, ca };
  if (mode !== "verify-ca" && mode !== "verify-full") return { rejectUnauthorized: false };
  throw new Failure(
    "refused",
    `PGSSLMODE=${mode} needs root certificates, but ${file} does not exist: set PGSSLROOTCERT to their file, or to system for those of the operating system`,
  );
}

function clientCertificate({ PGSSLCERT, PGSSLKEY }: Connection): ConnectionOptions {
  const cert = readIfThere(PGSSLCERT ?? defaultFile("postgresql.crt"), "PGSSLCERT");
  if (cert === undefined) return {};
  const file = PGSSLKEY ?? defaultFile("postgresql.key");
  const key = readIfThere(file, "PGSSLKEY");
  if (key !== undefined) {
    checkPrivate(file);
    return { cert, key };
  }
  throw new Failure("refused", "The client certificate has no private key: set PGSSLKEY to its file");
}

/** libpq's rule: others may not access the key, but root's may be readable by its group. */
function checkPrivate(file: string): void {
  const { mode, uid } = statSync(file);
  if ((mode & (uid === 0 ? 0o037 : 0o077)) === 0) return;
  throw new Failure(
    "refused",
    `Other users may access the private key ${file}: set its mode to 600 (u=rw), or to 640 if root owns it`,
  );
}

function readIfThere(file: string, variable: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw cannotRead(`${variable} ${file}`, error);
  }
}
