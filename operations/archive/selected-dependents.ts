import type { Line } from "./contents.ts";
import { oneLine, placeOf, unquoted } from "./qualified-names.ts";

/**
 * Finds what depends on lines of a complete dump and is not among them: what is dropped with their objects, and what the
 * dump can make again. Keys, checks and defaults are put aside at the target instead, and tables have rows that are not
 * restored.
 *
 * @param names of objects, as a listing has them
 * @returns entries of objects in schemas by their names, and the schemas; the names of objects in none; the lines
 */
export function dependentsOf(
  lines: readonly Line[],
  chosen: ReadonlySet<string>,
  {
    names,
    roles,
    globals,
  }: {
    names: readonly string[];
    roles: ReadonlySet<string>;
    globals: readonly { name: string; entry: string }[];
  },
): { entries: ReadonlyMap<string, string>; schemas: string[]; globals: string[]; ids: ReadonlySet<string> } {
  const found = linesAfter(lines, chosen);
  const byHead = new Map(names.flatMap((name) => headsOf(name).map((head) => [head, name] as const)));
  const entries = new Map<string, string>();
  const schemas = new Set<string>();
  const byEntry = new Map(globals.map(({ name, entry }) => [entry, name]));
  const wanted: string[] = [];
  const ids = new Set<string>();
  for (const { id, entry, rest } of found) {
    const owner = [...roles].find(
      (role) => rest.endsWith(` ${role}`) && byHead.has(withoutOwner(rest, role)),
    );
    const name = owner === undefined ? undefined : byHead.get(withoutOwner(rest, owner));
    const global = byEntry.get(entry);
    if (name !== undefined) {
      entries.set(name, entry);
      schemas.add(placeOf(name)?.schema ?? "");
    } else if (global === undefined) continue;
    else wanted.push(global);
    ids.add(id);
  }
  for (const { id, rest, needs } of lines) {
    if (/^(?:COMMENT|ACL|SECURITY LABEL) /.test(rest) && needs.some((need) => ids.has(need))) ids.add(id);
  }
  return { entries, schemas: [...schemas], globals: wanted, ids };
}

/** Lines that need others, directly or not, of the kinds that a dump can make again. */
function linesAfter(lines: readonly Line[], chosen: ReadonlySet<string>): Line[] {
  const users = new Map<string, Line[]>();
  for (const line of lines) {
    if (!again.test(line.rest) || chosen.has(line.id)) continue;
    for (const need of line.needs) {
      const own = users.get(need);
      if (own === undefined) users.set(need, [line]);
      else own.push(line);
    }
  }
  const found = new Set<Line>();
  const open = [...chosen];
  for (const id of open) {
    for (const line of users.get(id) ?? []) {
      if (found.has(line)) continue;
      found.add(line);
      open.push(line.id);
    }
  }
  // The order of the dump.
  return lines.filter((line) => found.has(line));
}

const again =
  /^(?:VIEW|MATERIALIZED VIEW(?! DATA)|FUNCTION|PROCEDURE|AGGREGATE|TRIGGER|POLICY|RULE|INDEX(?! ATTACH)|STATISTICS|DOMAIN|TYPE|CAST|TRANSFORM|EVENT TRIGGER) /;

/** How the line of an object may begin in a table of contents, up to its owner. */
function headsOf(name: string): string[] {
  const place = placeOf(name);
  if (place === undefined) return [];
  const { kind, schema, rest, part } = place;
  const tail = part === undefined ? unquotedHead(rest) : `${unquoted(rest)} ${part}`;
  return (words[kind] ?? []).map((word) => oneLine(`${word} ${schema} ${tail}`));
}

/** Kinds of lines by the first words of names. */
const words: Readonly<Record<string, readonly string[]>> = {
  view: ["VIEW"],
  materialized: ["MATERIALIZED VIEW"],
  function: ["FUNCTION", "PROCEDURE", "AGGREGATE"],
  trigger: ["TRIGGER"],
  policy: ["POLICY"],
  rule: ["RULE"],
  index: ["INDEX"],
  statistics: ["STATISTICS"],
  type: ["TYPE", "DOMAIN"],
};

/** A name without its quotes, and what follows it: the arguments of a function, as a dump parts them. */
function unquotedHead(rest: string): string {
  const [quoted = ""] = /^"(?:[^"]|"")*"/.exec(rest) ?? [];
  const following = rest
    .slice(quoted.length)
    .replaceAll(/"(?:[^"]|"")*"|,/g, (text) => (text === "," ? ", " : text));
  return unquoted(quoted) + following;
}

function withoutOwner(rest: string, owner: string): string {
  return rest.slice(0, -1 - owner.length);
}
