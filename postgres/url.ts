import { parse } from "pg-connection-string";
import { Failure } from "../lib/failure.ts";
import type { Connection } from "./connection.ts";

/** libpq's variables that a connection string sets. Every value is as the string has it, unchecked. */
export type UrlVariables = { PGHOST: string; PGPORT: string; PGDATABASE: string; PGUSER: string } & Partial<
  Record<keyof Connection, string>
>;

/** Parameters of libpq, and what they set: https://www.postgresql.org/docs/17/libpq-connect.html */
const parameters: ReadonlyMap<string, keyof Connection> = new Map([
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
  ["channel_binding", "PGCHANNELBINDING"],
]);

/** Parameters that decide which server it is or how it proves that, and that have no counterpart here. */
const unsupported = [
  "hostaddr",
  "service",
  "sslpassword",
  "sslcrl",
  "sslcrldir",
  "requirepeer",
  "require_auth",
  "target_session_attrs",
];

/**
 * Takes a postgresql:// URL apart as libpq does. Parameters that are not libpq's, such as Prisma's, are left
 * out.
 *
 * @param name what a message calls the URL, such as `DATABASE_URL`
 * @throws {Failure} `refused`, which says what is wrong and repeats nothing of the URL
 */
export function urlVariables(url: string, name: string): UrlVariables {
  const refused = (problem: string): Failure => new Failure("refused", `${name} ${problem}`);
  // As libpq reads it: before the host, only `@` and `/` have a meaning.
  const parts = /^postgres(?:ql)?:\/\/([^@/]*@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(url);
  if (parts === null) throw refused("is not a postgresql:// URL");
  if (/%(?!(?!00)[0-9a-f]{2})/i.test(url)) {
    throw refused("has a % that encodes nothing: write %25 for a % in the user, password or database");
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
    // The library leaves %2F in the name of a database, and reads the files that parameters name.
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

/** What a job of another host gets as its environment. Without `sslmode` it is `require`. */
export type JobVariables = Record<
  "PGHOST" | "PGPORT" | "PGDATABASE" | "PGUSER" | "PGPASSWORD" | "PGSSLMODE",
  string
>;

/**
 * The environment in which a program reaches the database of a connection string that holds the password, since
 * a program shows its arguments to the whole machine and its environment only to itself.
 *
 * @throws {Failure} `refused`, which says what is wrong and repeats nothing of the string
 */
export function connectionVariables(connectionString: string): JobVariables {
  const name = "The database's connection string";
  const { PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGSSLMODE } = urlVariables(connectionString, name);
  if (PGPASSWORD === undefined) throw new Failure("refused", `${name} has no password`);
  return { PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGSSLMODE: PGSSLMODE ?? "require" };
}
