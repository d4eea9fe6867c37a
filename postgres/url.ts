import { parse } from "pg-connection-string";
import { Failure } from "../lib/failure.ts";
import type { Connection } from "./connection.ts";

/** libpq's variables that a connection string sets, with unchecked values. */
export type UrlVariables = { PGHOST: string; PGPORT: string; PGDATABASE: string; PGUSER: string } & Partial<
  Record<keyof Connection, string>
>;

/** Parameters of libpq and their variables: https://www.postgresql.org/docs/17/libpq-connect.html */
export const parameters: ReadonlyMap<string, keyof Connection> = new Map([
  ["host", "PGHOST"],
  ["port", "PGPORT"],
  ["dbname", "PGDATABASE"],
  ["user", "PGUSER"],
  ["password", "PGPASSWORD"],
  ["passfile", "PGPASSFILE"],
  ["options", "PGOPTIONS"],
  ["sslmode", "PGSSLMODE"],
  ["sslrootcert", "PGSSLROOTCERT"],
  ["sslcert", "PGSSLCERT"],
  ["sslkey", "PGSSLKEY"],
  ["sslcrl", "PGSSLCRL"],
  ["sslnegotiation", "PGSSLNEGOTIATION"],
  ["ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION"],
  ["ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION"],
  ["channel_binding", "PGCHANNELBINDING"],
]);

/** Parameters that change the server or its verification, which are not supported. */
export const unsupported = [
  "hostaddr",
  "service",
  "sslpassword",
  "sslcrldir",
  "sslcertmode",
  "gssencmode",
  "requirepeer",
  "require_auth",
  "target_session_attrs",
];

/**
 * Parses a postgresql:// URL as libpq does. Parameters of others, such as Prisma, are ignored.
 *
 * @param name name of the URL in messages, such as `DATABASE_URL`
 * @throws {Failure} `refused`; the message quotes nothing from the URL
 */
export function urlVariables(url: string, name: string): UrlVariables {
  const refused = (problem: string): Failure => new Failure("refused", `${name} ${problem}`);
  // As in libpq, only `@` and `/` end the user and password.
  const parts = /^postgres(?:ql)?:\/\/([^@/]*@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(url);
  if (parts === null) throw refused("is not a postgresql:// URL");
  if (/%(?!(?!00)[0-9a-f]{2})/i.test(url)) {
    throw refused("has a % that is not part of an encoded character: write %25 for a literal %");
  }
  const [, login = "", host = "", path = "", query = ""] = parts;
  if (host.includes(",")) throw refused("names several hosts: name one");
  const given = new URLSearchParams(query.replaceAll("+", "%2B"));
  const foreign = unsupported.find((parameter) => given.has(parameter));
  if (foreign !== undefined) throw refused(`has the parameter ${foreign}, which is not supported`);
  const found: Partial<Record<keyof Connection, string>> = { PGPORT: "5432" };
  const set = (variable: keyof Connection, value: string | null | undefined): void => {
    if (value) found[variable] = value;
  };
  try {
    // Only this part: the library does not decode %2F in the database, and reads the files of parameters.
    const authority = parse(`postgresql://${login.replaceAll(/[?#\s]/g, encodeURIComponent)}${host}/`);
    set("PGHOST", authority.host);
    set("PGPORT", authority.port);
    set("PGUSER", authority.user);
    set("PGPASSWORD", authority.password);
    set("PGDATABASE", decodeURIComponent(path));
  } catch {
    throw refused(
      "cannot be read: check its host and port, and percent-encode special characters in its user, password and database",
    );
  }
  for (const [parameter, variable] of parameters) set(variable, given.get(parameter));
  const { PGHOST, PGPORT = "", PGDATABASE, PGUSER } = found;
  if (PGHOST === undefined) throw refused("has no host");
  if (PGDATABASE === undefined) throw refused("has no database");
  if (PGUSER === undefined) throw refused("has no user");
  return { ...found, PGHOST, PGPORT, PGDATABASE, PGUSER };
}

/** Environment of a job on another host. */
export type JobVariables = Record<
  "PGHOST" | "PGPORT" | "PGDATABASE" | "PGUSER" | "PGPASSWORD" | "PGSSLMODE",
  string
>;

/**
 * Converts a connection string with a password to variables, since every user of a machine can see a
 * program's arguments, but not its environment. The default for `sslmode` is `require`.
 *
 * @throws {Failure} `refused`; the message quotes nothing from the string
 */
export function connectionVariables(connectionString: string): JobVariables {
  const name = "The database's connection string";
  const { PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGSSLMODE } = urlVariables(connectionString, name);
  if (PGPASSWORD === undefined) throw new Failure("refused", `${name} has no password`);
  return { PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGSSLMODE: PGSSLMODE ?? "require" };
}
