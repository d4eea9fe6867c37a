import type { Node } from "libpg-query";
import { counted } from "../../lib/text.ts";
import { createdBefore } from "./created.ts";
import { isRecord, partsOf } from "./inside.ts";
import { few } from "./judge.ts";
import { nameOf } from "./names.ts";
import { parseScript, type Statement } from "./parse.ts";
import { type Change, labelOf } from "./phase.ts";
import type { Previous } from "./previous.ts";
import { newValuesIn } from "./rules-script.ts";

/** A migration that came between two releases. */
export interface Between {
  name: string;
  sql: string;
  /** What a rehearsal that held showed it to do; undefined where it was not rehearsed. */
  rehearsed: "expand" | "contract" | undefined;
}

/** Whether code that knows only the schema before can work with the one after. */
export interface Verdict {
  state: "compatible" | "incompatible" | "unknown";
  summary: string;
  /** What a person has to know of a schema that is compatible, in a sentence. */
  note?: string | undefined;
}

/**
 * Judges migrations by their parsed statements, by what the earlier release reads, and by their rehearsals.
 *
 * @param previous what the earlier release reads; undefined where nothing says it
 */
export async function judgeForEarlier(
  migrations: readonly Between[],
  previous: Previous | undefined,
): Promise<Verdict> {
  const broken: string[] = [];
  const open: string[] = [];
  const values: string[] = [];
  const types = new Set<string>();
  const kept = new Set<string>();
  let created: ReadonlySet<string> = new Set();
  const named = await namedIn(previous?.queries ?? []);
  for (const { name, sql, rehearsed } of migrations) {
    const statements = await parsed(name, sql);
    if (statements === undefined) {
      open.push(`${name}, which is not valid SQL for PostgreSQL`);
      continue;
    }
    values.push(...newValuesIn(statements, types).map(({ name: value }) => value));
    const news = createdBefore(statements, created);
    statements.forEach(({ node }, index) => {
      for (const table of keptBy(node)) if (news[index + 1]?.has(table) !== true) kept.add(table);
    });
    const { changes, unclear } = labelOf(statements, news);
    broken.push(...harming(changes, previous, named).map((change) => `${name} ${change}`));
    const [unproved] = unclear;
    // A rehearsal of what takes something away as well does not show what the rest did.
    if (unproved !== undefined && rehearsed !== "expand") {
      open.push(`${name}, line ${unproved.line}`);
    }
    created = news.at(-1) ?? created;
  }
  const count = counted(migrations.length, "migration");
  if (broken.length > 0) {
    const release = previous?.release === undefined ? "the earlier code" : previous.release.slice(0, 12);
    return {
      state: "incompatible",
      summary: `Takes away or tightens what ${release} may use: ${few(broken)}`,
    };
  }
  if (open.length > 0) {
    return {
      state: "unknown",
      summary: `${count} came with the release, and whether the earlier code works with ${few(open)} is not proved`,
    };
  }
  const notes = [
    ...(values.length === 0
      ? []
      : [
          `Rows that have ${few(values)} by now make an earlier Prisma client fail that reads them: look for such rows`,
        ]),
    ...(kept.size === 0
      ? []
      : [
          `A new foreign key keeps earlier code from deleting rows of ${few([...kept])} that have others by now: look for such deletions`,
        ]),
  ];
  return {
    state: "compatible",
    summary: `${count} came with the release, and nothing is taken away that the earlier code reads`,
    ...(notes.length > 0 && { note: notes.join(". ") }),
  };
}

/** Tables whose rows stay as long as others refer to them by a foreign key of the statement. */
function keptBy(node: Node): string[] {
  return partsOf(node).flatMap(({ kind, fields: { contype, fk_del_action: onDelete, pktable } }) =>
    kind === "Constraint" &&
    contype === "CONSTR_FOREIGN" &&
    (onDelete === undefined || onDelete === "a" || onDelete === "r") &&
    isRecord(pktable)
      ? [nameOf(pktable)]
      : [],
  );
}

async function parsed(name: string, sql: string): Promise<Statement[] | undefined> {
  try {
    return await parseScript(name, sql);
  } catch {
    return undefined;
  }
}

/** Changes that the earlier release meets, in words. What it does not read, it does not miss. */
function harming(
  changes: readonly Change[],
  previous: Previous | undefined,
  named: readonly Named[],
): string[] {
  // A Prisma schema without a model says nothing of what the code reads.
  const columns = previous?.columns ?? [];
  const read = columns.length === 0 ? undefined : new Set(columns);
  return changes.flatMap(({ object, how, line }) => {
    const table = object.split(".").slice(0, 2).join(".");
    // Of objects with a kind before their name, such as a function, a Prisma schema says nothing.
    const isKnown = read !== undefined && /^[^\s.]+\.[^\s.]+/.test(object);
    const isMet = (how === "tightens" ? read?.has(table) : read?.has(object)) || isNamed(object, named);
    return isKnown && isMet !== true ? [] : [`${how} ${object} (line ${line})`];
  });
}

/** What a declared query names. */
interface Named {
  sql: string;
  /** Without their schemas; undefined where the query cannot be parsed and may read anything. */
  tables: ReadonlySet<unknown> | undefined;
}

function namedIn(queries: Previous["queries"]): Promise<Named[]> {
  return Promise.all(
    queries.map(async ({ name, sql }) => {
      const statements = await parsed(name, sql);
      const tables = statements
        ?.flatMap(({ node }) => partsOf(node))
        .flatMap(({ kind, fields }) =>
          kind === "RangeVar" ? [fields.relname] : isRecord(fields.relation) ? [fields.relation.relname] : [],
        );
      return { sql, tables: tables && new Set(tables) };
    }),
  );
}

/** Whether a declared query may need a table, or a column of one: by its name, by `*`, or by an INSERT without names. */
function isNamed(object: string, named: readonly Named[]): boolean {
  const [, table, column] = object.split(".");
  return named.some(
    ({ sql, tables }) =>
      tables === undefined ||
      (tables.has(table) && (column === undefined || sql.includes(column) || /\*|\binsert\b/i.test(sql))),
  );
}
