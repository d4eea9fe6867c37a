import { readVariables } from "../lib/environment.ts";
import { Failure } from "../lib/failure.ts";
import { type Connection, connectionSchema } from "./connection.ts";
import { serviceVariables } from "./service-file.ts";
import { urlVariables } from "./url.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the connection from `DATABASE_URL`, from the service that `PGSERVICE` names, or from libpq's variables. Variables for the password and for TLS
 * also apply to a URL that does not set them.
 *
 * @throws {Failure} `refused`
 */
export function readConnection(environment: Environment): Connection {
  refuseUnsupported(environment);
  const { DATABASE_URL: url } = environment;
  return url
    ? connectionOf({ ...environment, ...urlVariables(url, "DATABASE_URL") })
    : connectionOf({ ...environment, ...serviceVariables(environment) });
}

/** Variables that would change the server or its verification, which are not supported. */
const unsupportedVariables = [
  "PGHOSTADDR",
  "PGSSLCRLDIR",
  "PGSSLCERTMODE",
  "PGREQUIREPEER",
  "PGREQUIREAUTH",
  "PGTARGETSESSIONATTRS",
] as const;

/** Ignoring one would connect to another server, or less securely, than whoever set it asked for. */
function refuseUnsupported(environment: Environment): void {
  const name = unsupportedVariables.find((each) => (environment[each] ?? "") !== "");
  if (name !== undefined) {
    throw new Failure("refused", `${name} is set, which is not supported: unset it`);
  }
}

/** Parameters that a URL may have on the command line. */
const publicParameters: ReadonlySet<string> = new Set(["sslmode", "sslrootcert"]);

/**
 * Reads the connection from a URL on the command line, which must not contain a password: that comes from
 * `PGPASSWORD` or a password file. Host, port, user and database are always those of the URL.
 *
 * @throws {Failure} `refused`
 */
export function targetConnection(url: string, environment: Environment): Connection {
  refuseUnsupported(environment);
  const name = "--target";
  const parts = urlVariables(url, name);
  if (parts.PGPASSWORD !== undefined) {
    throw new Failure(
      "refused",
      `${name} contains a password, which every user of this machine could see: set PGPASSWORD or PGPASSFILE instead`,
    );
  }
  const query = new URLSearchParams(url.split("?").slice(1).join("?"));
  if ([...query.keys()].some((parameter) => !publicParameters.has(parameter))) {
    throw new Failure("refused", `${name} accepts only the parameters sslmode and sslrootcert`);
  }
  return connectionOf({ ...environment, ...parts });
}

/** Modes in which a connection is encrypted in any case. */
const strictModes: ReadonlySet<string> = new Set(["require", "verify-ca", "verify-full"]);

/**
 * Applies libpq's rule for the system's certificates: any public authority may have signed, so the host must
 * match.
 */
function connectionOf(variables: Environment): Connection {
  const isSystem = variables.PGSSLROOTCERT === "system";
  const connection = readVariables(connectionSchema, {
    ...variables,
    PGSSLMODE: variables.PGSSLMODE || (isSystem ? "verify-full" : undefined),
  });
  if (isSystem && connection.PGSSLMODE !== "verify-full") {
    throw new Failure("refused", "PGSSLROOTCERT=system needs PGSSLMODE=verify-full");
  }
  if (connection.PGSSLNEGOTIATION === "direct" && !strictModes.has(connection.PGSSLMODE)) {
    throw new Failure("refused", "PGSSLNEGOTIATION=direct needs PGSSLMODE=require, verify-ca or verify-full");
  }
  return connection;
}
