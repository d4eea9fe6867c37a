import { readFileSync, statSync } from "node:fs";
import { type Connection, defaultFile, isSocket } from "./connection.ts";

const maximumBytes = 1024 * 1024;

/**
 * Looks up a password in the password file as libpq does: in the first line whose host, port, database and
 * user match. Undefined when there is no such file or line, or when other users may access the file:
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
 * Looks up a password in the text of a password file. The package `pgpass` is not used, because it ignores
 * lines with short passwords and does not end a field after an escaped backslash.
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

/** Splits a line at its colons; a backslash escapes the next character. */
function fieldsOf(line: string): string[] {
  const fields = [""];
  for (const [part] of line.matchAll(/\\?./gsu)) {
    if (part === ":" && fields.length < 5) fields.push("");
    else
      fields.push((fields.pop() ?? "") + (part.length > 1 && part.startsWith("\\") ? part.slice(1) : part));
  }
  return fields;
}
