import { readVariables } from "../lib/environment.ts";
import { Failure } from "../lib/failure.ts";
import { type Connection, connectionSchema } from "./connection.ts";
import { urlVariables } from "./url.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The database that the environment names, by `DATABASE_URL` or by libpq's own variables. What the URL does not
 * say of the password and of TLS, the variables may.
 *
 * @throws {Failure} `refused`
 */
export function readConnection(environment: Environment): Connection {
  const { DATABASE_URL: url } = environment;
  return url
    ? connectionOf({ ...environment, ...urlVariables(url, "DATABASE_URL") })
    : connectionOf(environment);
}

/** What a URL may have of parameters when everybody sees it. */
const publicParameters: ReadonlySet<string> = new Set(["sslmode", "sslrootcert"]);

/**
 * The database of a URL that was given as an argument, which holds no password: that comes from `PGPASSWORD`
 * or a password file. Host, port, user and database are the URL's.
 *
 * @throws {Failure} `refused`
 */
export function targetConnection(url: string, environment: Environment): Connection {
  const name = "--target";
  const parts = urlVariables(url, name);
  if (parts.PGPASSWORD !== undefined) {
    throw new Failure(
      "refused",
      `${name} holds a password, which arguments show to everybody: set PGPASSWORD or PGPASSFILE instead`,
    );
  }
  const query = new URLSearchParams(url.split("?").slice(1).join("?"));
  if ([...query.keys()].some((parameter) => !publicParameters.has(parameter))) {
    throw new Failure("refused", `${name} takes the parameters sslmode and sslrootcert and no others`);
  }
  return connectionOf({ ...environment, ...parts });
}

/** libpq's two rules about the operating system's certificates, which every public authority may sign into. */
function connectionOf(variables: Environment): Connection {
  const isSystem = variables.PGSSLROOTCERT === "system";
  const connection = readVariables(connectionSchema, {
    ...variables,
    PGSSLMODE: variables.PGSSLMODE || (isSystem ? "verify-full" : undefined),
  });
  if (isSystem && connection.PGSSLMODE !== "verify-full") {
    throw new Failure("refused", "PGSSLROOTCERT=system needs PGSSLMODE=verify-full");
  }
  return connection;
}
