import type { Line } from "./contents.ts";
import { IdSet } from "./id-set.ts";
import { NameSet } from "./name-set.ts";
import { oneLine, placeOf, unquoted } from "./qualified-names.ts";
import { type Dump, headsOf } from "./selected-lines.ts";

/** A line of what depends on a selection. */
interface Dependent {
  id: string;
  entry: string;
}

/**
 * What depends on lines of a complete dump and is not among them: what is dropped with their objects, and what the
 * dump can make again. Keys, checks and defaults are put aside at the target instead, and tables have rows that are not
 * restored.
 */
export class Dependents {
  /** Those in schemas by their names, as a listing has them, with their entries. */
  readonly entries = new Map<string, string>();
  readonly schemas = new Set<string>();
  /** Names of those in no schema. */
  readonly globals = new NameSet();
  readonly #byHead: ReadonlyMap<string, Dependent>;
  readonly #byEntry: ReadonlyMap<string, string>;
  readonly #ids = new IdSet();

  private constructor(byHead: ReadonlyMap<string, Dependent>, byEntry: ReadonlyMap<string, string>) {
    this.#byHead = byHead;
    this.#byEntry = byEntry;
  }

  static find({ contents, roles }: Omit<Dump, "schemas">, chosen: Pick<IdSet, "has">): Dependents {
    const found = new IdSet();
    const byHead = new Map<string, Dependent>();
    const byEntry = new Map<string, string>();
    for (let isDone = false; !isDone; ) {
      isDone = true;
      const open = new IdSet();
      const passed = new IdSet();
      for (const { id, entry, rest, needs } of contents.lines()) {
        passed.add(id);
        if (!again.test(rest) || chosen.has(id) || found.has(id)) continue;
        if (!needs.some((need) => chosen.has(need) || found.has(need))) {
          for (const need of needs) if (!passed.has(need)) open.add(need);
          continue;
        }
        found.add(id);
        // Lines come after what they need. Were one not to, those before it would be looked at again.
        if (open.has(id)) isDone = false;
        byEntry.set(entry, id);
        for (const head of headsOf(rest, roles)) byHead.set(head, { id, entry });
      }
    }
    return new Dependents(byHead, byEntry);
  }

  /** Takes an object of the listing for a dependent, where it is one. */
  name(object: string): void {
    if (this.#byHead.size === 0) return;
    for (const head of headsOfObject(object)) {
      const found = this.#byHead.get(head);
      if (found === undefined) continue;
      this.entries.set(object, found.entry);
      this.schemas.add(placeOf(object)?.schema ?? "");
      this.#ids.add(found.id);
    }
  }

  /** Takes an object in no schema for a dependent, where it is one. */
  nameGlobal(object: string, entry: string): void {
    const id = this.#byEntry.get(entry);
    if (id === undefined) return;
    this.globals.add(object);
    this.#ids.add(id);
  }

  /** Whether a line is of one that was named, or about it; lines are asked for in their order. */
  has({ id, rest, needs }: Line): boolean {
    if (/^(?:COMMENT|ACL|SECURITY LABEL) /.test(rest) && needs.some((need) => this.#ids.has(need))) {
      this.#ids.add(id);
    }
    return this.#ids.has(id);
  }
}

const again =
  /^(?:VIEW|MATERIALIZED VIEW(?! DATA)|FUNCTION|PROCEDURE|AGGREGATE|TRIGGER|POLICY|RULE|INDEX(?! ATTACH)|STATISTICS|DOMAIN|TYPE|CAST|TRANSFORM|EVENT TRIGGER) /;

/** How the line of an object may begin in a table of contents, up to its owner. */
function headsOfObject(name: string): string[] {
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
