import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import type { Contents, Line } from "./contents.ts";
import { oneLine } from "./qualified-names.ts";

/** Lines that stand behind the first rows or keys where pg_dump wrote them in order. */
const behind =
  /^(?:TABLE DATA|SEQUENCE SET|BLOBS|BLOB METADATA|CHECK CONSTRAINT|CONSTRAINT|FK CONSTRAINT|DEFAULT ACL|EVENT TRIGGER|INDEX|MATERIALIZED VIEW DATA|POLICY|PUBLICATION|ROW SECURITY|RULE|STATISTICS|SUBSCRIPTION|TRIGGER) /;
const rows = /^(?:TABLE DATA|SEQUENCE SET|BLOBS|BLOB METADATA) /;
const about = /^(?:COMMENT|ACL|SECURITY LABEL) /;

/** Most lines that are tried one by one, since each is a run of pg_restore. */
const mostTried = 1000;

/** A table of contents whose sections can be restored one after the other, but for what follows the rows. */
export interface Untangled {
  /** What is left of it. */
  main: Contents;
  /** What comes after the rows of `main` and before its keys, in the order of the dump: rows apart from definitions. */
  after: { part: Contents; isRows: boolean }[];
}

/**
 * Makes definitions that pg_dump wrote behind rows and keys: a function with a body in SQL's own form can need a key, and
 * a table, a type or a default that function. pg_dump then breaks circles of its own that the server does not have, and
 * its sections cannot be restored one after the other. What such a definition needs is made before all others, keys
 * included, in any order that works; what cannot be made so stays where the dump has it.
 *
 * @param replaced entries of lines that something else stands for
 * @param make makes some lines, which changes nothing when one fails; resolves with whether it did
 */
export async function untangle(
  contents: Contents,
  replaced: ReadonlySet<string>,
  make: (lines: Contents) => Promise<boolean>,
): Promise<Untangled> {
  const late = lateDefinitions(contents, replaced);
  if (late.size === 0) return { main: contents, after: [] };
  const tangled = withNeeds(contents, late).filter(({ entry }) => !replaced.has(entry));
  const made = await makeInAnyOrder(contents, tangled, make);
  return divide(contents, late, made);
}

/** Lines of definitions behind the first rows or keys. */
function lateDefinitions(contents: Contents, replaced: ReadonlySet<string>): ReadonlySet<string> {
  const found = new Set<string>();
  let isBehind = false;
  for (const { id, entry, rest } of contents.lines()) {
    isBehind ||= behind.test(rest);
    if (isBehind && !behind.test(rest) && !about.test(rest) && !replaced.has(entry)) found.add(id);
  }
  return found;
}

/** Lines and what they need, in the order of the dump. */
function withNeeds(contents: Contents, ids: ReadonlySet<string>): Line[] {
  const lines = [...contents.lines()];
  const byId = new Map(lines.map((line) => [line.id, line]));
  const found = new Set(ids);
  for (const id of found) {
    for (const need of byId.get(id)?.needs ?? []) {
      const rest = byId.get(need)?.rest;
      if (rest !== undefined && !rows.test(rest) && !about.test(rest)) found.add(need);
    }
  }
  return lines.filter(({ id }) => found.has(id));
}

/** @returns the lines that were made */
async function makeInAnyOrder(
  contents: Contents,
  lines: readonly Line[],
  make: (lines: Contents) => Promise<boolean>,
): Promise<ReadonlySet<string>> {
  // Mostly their order is right.
  const all = contents.made((write) => {
    for (const line of lines) write(line);
  });
  if (await make(all)) return new Set(lines.map(({ id }) => id));
  const made = new Set<string>();
  if (lines.length > mostTried) return made;
  for (let before = -1; before !== made.size; ) {
    before = made.size;
    for (const line of lines) {
      if (!made.has(line.id) && (await make(contents.made((write) => write(line))))) made.add(line.id);
    }
  }
  return made;
}

/**
 * Takes out what was made, and what is about it: pg_restore knows the section of a comment by the line before it. What
 * was not made comes in the order of the dump, with everything that stands before it there.
 */
function divide(contents: Contents, late: ReadonlySet<string>, made: ReadonlySet<string>): Untangled {
  const isLeft = (id: string): boolean => late.has(id) && !made.has(id);
  let last: string | undefined;
  for (const { id } of contents.lines()) if (isLeft(id)) last = id;
  const main = contents.begin();
  const aboutMade = contents.begin();
  const after: Untangled["after"] = [];
  let open: ReturnType<Contents["begin"]> | undefined;
  let isBehind = false;
  let isPastLeft = false;
  let isPastLast = last === undefined;
  for (const line of contents.lines()) {
    isBehind ||= behind.test(line.rest);
    isPastLeft ||= isLeft(line.id);
    const isRows = rows.test(line.rest);
    if (made.has(line.id)) continue;
    // Rows of what is left come after it, wherever they stand.
    if (about.test(line.rest) && line.needs.some((need) => made.has(need))) aboutMade.write(line);
    else if (!isBehind || (isRows ? !isPastLeft : isPastLast)) main.write(line);
    else {
      if (open === undefined || after.at(-1)?.isRows !== isRows) {
        open?.end();
        open = contents.begin();
        after.push({ part: open.contents, isRows });
      }
      open.write(line);
    }
    isPastLast ||= line.id === last;
  }
  open?.end();
  aboutMade.end();
  main.end();
  if (!aboutMade.contents.isEmpty) after.unshift({ part: aboutMade.contents, isRows: false });
  return { main: main.contents, after };
}

/**
 * The lines of a table of contents without the rows and values of tables and sequences that are not there, since the
 * server refused them: the comparison names these.
 */
export async function withoutMissing(session: Session, contents: Contents): Promise<Contents> {
  const there = new Set(
    nameRows.parse(await session.rows(namesQuery)).map(({ schema, name }) => oneLine(`${schema} ${name}`)),
  );
  return contents.filtered(({ rest }) => {
    const [, text] = /^(?:TABLE DATA|SEQUENCE SET) (.*)$/s.exec(rest) ?? [];
    if (text === undefined) return true;
    // Any of the names in it may have spaces.
    for (let at = text.indexOf(" "); at !== -1; at = text.indexOf(" ", at + 1)) {
      if (there.has(text.slice(0, at))) return true;
    }
    return false;
  });
}

const nameRows = z.array(z.object({ schema: z.string(), name: z.string() }));

const namesQuery = `
  select n.nspname::text as schema, c.relname::text as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'f', 'S')`;
