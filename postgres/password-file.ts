import { readFileSync, statSync } from "node:fs";
import { type Connection, defaultFile, isSocket } from "./connection.ts";

const maximumBytes = 1024 * 1024;

/**
 * The password that a password file has for a connection, as libpq reads it: the first line whose host, port,
 * database and user match. Undefined when there is no such file or line, or when others may read the file:
 * https://www.postgresql.org/docs/17/libpq-pgpass.html
 */
export function passwordFromFile(connection: Connection): string | undefined {
  const file = connection.PGPASSFILE ?? defaultFile(".pgpass");
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile() || stat.size > maximumBytes || (stat.mode & 0o077) !== 0) {
    return undefined;
  }
  return passwordIn(readFileSync(file, "utf8"), connection);
}

/**
 * The password for a connection in the text of such a file. The package `pgpass` does not do here: it passes
 * over passwords of two characters and ends a field after an escaped backslash.
 */
export function passwordIn(text: string, connection: Connection): string | undefined {
  const { PGHOST, PGPORT, PGDATABASE, PGUSER } = connection;
  const wanted = [isSocket(connection) ? "localhost" : PGHOST, PGPORT, PGDATABASE, PGUSER];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const fields = fieldsOf(line);
    const matches = wanted.every((value, index) => fields[index] === "*" || fields[index] === value);
    if (matches && fields.length === 5) return fields[4];
  }
  return undefined;
}

/** Fields between colons; a backslash keeps what follows it. */
function fieldsOf(line: string): string[] {
  const fields = [""];
  for (const [part] of line.matchAll(/\\?./gsu)) {
    if (part === ":" && fields.length < 5) fields.push("");
    else
      fields.push((fields.pop() ?? "") + (part.length > 1 && part.startsWith("\\") ? part.slice(1) : part));
  }
  return fields;
}
