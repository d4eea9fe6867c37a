import { Buffer } from "node:buffer";
import { hasSqlDetails, type Node, parse } from "libpg-query";
import { Failure, reasonOf } from "../../lib/failure.ts";

/** One statement of a script. */
export interface Statement {
  /** As it is written, without comments before it. */
  text: string;
  /** Line of its first word, from 1, and of its last. */
  line: number;
  lastLine: number;
  node: Node;
}

const mostStatements = 10_000;

/**
 * Parses a script with PostgreSQL's own parser.
 *
 * @throws {Failure} `refused`, with the place of what is no SQL
 */
export async function parseScript(name: string, sql: string): Promise<Statement[]> {
  // Prisma removes the mark of a text file too.
  const text = sql.replace(/^\uFEFF/, "");
  if (/^[\s;]*$/.test(text)) return [];
  const bytes = Buffer.from(text);
  const { stmts = [] } = await parse(text).catch((error: unknown) => {
    const place = hasSqlDetails(error) ? error.sqlDetails?.cursorPosition : undefined;
    const line = place === undefined ? "" : `:${lineAt(text.slice(0, place))}`;
    throw new Failure("refused", `${name}${line} is not valid SQL for PostgreSQL: ${reasonOf(error)}`);
  });
  if (stmts.length > mostStatements) {
    throw new Failure("refused", `${name} has ${stmts.length} statements; the limit is ${mostStatements}`);
  }
  return stmts.flatMap(({ stmt, stmt_location: start = 0, stmt_len: length }) => {
    if (stmt === undefined) return [];
    const end = length === undefined || length === 0 ? bytes.length : start + length;
    const raw = bytes.subarray(start, end).toString("utf8");
    const skipped = leading.exec(raw)?.[0] ?? "";
    const written = raw.slice(skipped.length).trimEnd();
    const line = lineAt(bytes.subarray(0, start).toString("utf8") + skipped);
    return [{ text: written, line, lastLine: line + written.split("\n").length - 1, node: stmt }];
  });
}

/** Space and comments before a statement. Nested comments are rare; one that is left is only shown. */
const leading = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*(?:[^*]|\*(?!\/))*\*\/)*/;

function lineAt(before: string): number {
  return before.split("\n").length;
}

/** A statement in one line, as messages and evidence name it: without its texts where one may be a secret. */
export function inShort({ text }: Pick<Statement, "text">): string {
  const shown = secretive.test(text) ? text.replaceAll(quoted, (found) => masked(found)) : text;
  const line = shown.replaceAll(/\s+/g, " ");
  return line.length <= 120 ? line : `${line.slice(0, 119)}…`;
}

const secretive =
  /passw(?:or)?d|passphrase|secret|token|credential|api_?key|private_?key|\bpwd\b|SCRAM-SHA|:\/\/[^\s/@]*@|\b(?:[srp]k_(?:live|test)_|gh[pousr]_|xox[abprs]-|AKIA|eyJ)\w{8}/i;

/** Comments, names in quotes, and texts in each kind of quotes. */
const quoted =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"[^"]*"|\$(\w*)\$[\s\S]*?(?:\$\1\$|$)|\be'(?:[^'\\]|''|\\[\s\S])*(?:'|$)|'(?:[^']|'')*(?:'|$)/gi;

function masked(found: string): string {
  if (found.startsWith('"')) return found;
  return found.startsWith("--") || found.startsWith("/*") ? "" : "'…'";
}
