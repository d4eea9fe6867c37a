import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { type Connection, defaultFile, isSocket } from "./connection.ts";

const maximumBytes = 1024 * 1024;

/** Folders of sockets that `localhost` stands for: PostgreSQL's own default and Debian's. */
const defaultSocketFolders: ReadonlySet<string> = new Set(["/tmp", "/var/run/postgresql"]);

/**
 * Looks up a password in the password file as libpq does: in the first line whose host, port, database and
 * user match. Undefined when there is no such file or line, or when other users may access the file:
 * https://www.postgresql.org/docs/17/libpq-pgpass.html
 */
export function passwordFromFile(connection: Connection): string | undefined {
  if (passwordFileProblem(connection) !== undefined) return undefined;
  return passwordIn(readFileSync(fileOf(connection), "utf8"), connection);
}

/** Why the password file is not read; undefined when it is. */
export function passwordFileProblem(connection: Connection): string | undefined {
  const file = fileOf(connection);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return `the password file ${file} does not exist`;
  if (!stat.isFile()) return `the password file ${file} is not a regular file`;
  if (stat.size > maximumBytes) return `the password file ${file} is larger than ${maximumBytes} bytes`;
  if (!mayRead(file)) return `you may not read the password file ${file}`;
  if ((stat.mode & 0o077) === 0) return undefined;
  return `other users may access the password file ${file}, so it is not read: set its mode to 600`;
}

/**
 * Looks up a password in the text of a password file. The package `pgpass` is not used, because it ignores
 * lines with short passwords and does not end a field after an escaped backslash.
 */
export function passwordIn(text: string, connection: Connection): string | undefined {
  const { PGHOST, PGPORT, PGDATABASE, PGUSER } = connection;
  const host = isSocket(connection) && defaultSocketFolders.has(PGHOST) ? "localhost" : PGHOST;
  const wanted = [host, PGPORT, PGDATABASE, PGUSER];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const fields = fieldsOf(line);
    const matches = wanted.every((value, index) => {
      const field = fields[index];
      // An escaped star is a star.
      return field === "*" || (field !== undefined && unescaped(field) === value);
    });
    const [, , , , password] = fields;
    if (matches && password !== undefined) return unescaped(password);
  }
  return undefined;
}

/** Splits a line at its colons that no backslash escapes; the fifth field is the rest. */
function fieldsOf(line: string): string[] {
  const fields = [""];
  for (const [part] of line.matchAll(/\\?./gsu)) {
    if (part === ":" && fields.length < 5) fields.push("");
    else fields.push((fields.pop() ?? "") + part);
  }
  return fields;
}

function unescaped(field: string): string {
  return field.replaceAll(/\\(.)/gsu, "$1");
}

function mayRead(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function fileOf({ PGPASSFILE }: Connection): string {
  return PGPASSFILE ?? defaultFile(".pgpass");
}
