import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Connection } from "./connection.ts";

const maximumBytes = 1024 * 1024;

/**
 * The password that a file of passwords has for a connection, as libpq reads it: the first line whose host,
 * port, database and user fit. Undefined where there is no such file or line, or where others may read the
 * file: https://www.postgresql.org/docs/17/libpq-pgpass.html
 */
export function passwordFromFile(connection: Connection): string | undefined {
  const file = connection.PGPASSFILE ?? join(homedir(), ".pgpass");
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile() || stat.size > maximumBytes || (stat.mode & 0o077) !== 0) {
    return undefined;
  }
  return passwordIn(readFileSync(file, "utf8"), connection);
}

/** The password for a connection in the text of such a file. */
export function passwordIn(text: string, connection: Connection): string | undefined {
  const { PGHOST, PGPORT, PGDATABASE, PGUSER } = connection;
  const host = PGHOST.startsWith("/") ? "localhost" : PGHOST;
  const wanted = [host, PGPORT, PGDATABASE, PGUSER];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const fields = fieldsOf(line);
    const fits = wanted.every((value, index) => fields[index] === "*" || fields[index] === value);
    if (fits && fields.length === 5) return fields[4];
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
