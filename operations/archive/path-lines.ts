import type { Session } from "../../postgres/session.ts";
import type { Attempt } from "./attempt.ts";
import { type Contents, dividedAbout, type Line, withAbout } from "./contents.ts";
import { type DumpFile, ownSettings, scriptOf } from "./dump-script.ts";
import { type PathOperators, pathOf } from "./path-operators.ts";
import { refusal } from "./refused.ts";

/** Lines that come after the rows. What is about them is made with them. */
const late = /^(?:CHECK CONSTRAINT|CONSTRAINT|INDEX|POLICY|RULE|STATISTICS|TRIGGER) /;

/** What gives others a part of its meaning, or is called by what others do: it comes last. */
const last = /^(?:POLICY|RULE|TRIGGER) /;

const emptyPath = "select set_config('search_path', '', false)";

/** A line with operators that only a search path finds. */
interface PathLine {
  entry: string;
  /** Statements that make it: settings, and its own. */
  statements: string[];
  path: string;
  texts: [string, string][];
}

/**
 * The lines of a dump's contents that make something with operators which only a search path finds. pg_restore has an
 * empty one, so these are taken out of what it restores and made in the session.
 */
export class PathLines {
  readonly #session: Session;
  readonly #attempt: Attempt;
  /** By the numbers of the lines. */
  readonly #lines: ReadonlyMap<string, PathLine>;
  /** Their numbers by their entries. */
  readonly #byEntry: ReadonlyMap<string, readonly string[]>;
  /** Why a line is not made yet, by its number. */
  readonly #open = new Map<string, string>();
  /** Entries of the lines that are made where a dump has them. */
  readonly entries: ReadonlySet<string>;

  private constructor(
    session: Session,
    attempt: Attempt,
    lines: ReadonlyMap<string, PathLine>,
    entries: ReadonlySet<string>,
  ) {
    this.#session = session;
    this.#attempt = attempt;
    this.#lines = lines;
    this.#byEntry = numbersByEntry(lines);
    this.entries = entries;
  }

  /**
   * @param args options of pg_restore
   * @throws {Failure} `failed`, with the error of pg_restore
   */
  static async read(
    session: Session,
    attempt: Attempt,
    all: readonly PathOperators[],
    dump: DumpFile & { contents: Contents; args: readonly string[]; signal: AbortSignal },
  ): Promise<PathLines> {
    const byEntry = entriesOf(all, dump.contents);
    if (byEntry.size === 0) return new PathLines(session, attempt, new Map(), new Set());
    const lines = new Map<string, PathLine>();
    const wanted = withAbout(dump.contents, ({ entry }) => byEntry.has(entry));
    const statements = await statementsOf(wanted, dump);
    const entries = new Set<string>();
    for (const { id, entry, rest } of wanted.lines()) {
      const items = byEntry.get(entry) ?? [];
      const texts = items.flatMap((item) => item.texts);
      lines.set(id, { entry, statements: statements.get(id) ?? [], path: pathFor(items), texts });
      if (items.length > 0 && !late.test(rest)) entries.add(entry);
    }
    return new PathLines(session, attempt, lines, entries);
  }

  /** Takes lines out that come after the rows, with what is about them. */
  takeLate(contents: Contents): { others: Contents; early: Contents; last: Contents } {
    if (this.#lines.size === 0) {
      const none = contents.made(() => undefined);
      return { others: contents, early: none, last: none };
    }
    const isLate = ({ id, rest }: Line): boolean => this.#lines.has(id) && late.test(rest);
    const [taken, others] = dividedAbout(contents, isLate);
    const [behind, early] = dividedAbout(taken, ({ rest }) => last.test(rest));
    return { others, early, last: behind };
  }

  /** Makes lines in their order. */
  async makeAll(lines: Contents): Promise<void> {
    for (const { id } of lines.lines()) await this.#make(id);
  }

  /** Makes the line that has an entry. */
  async makeInPlaceOf(entry: string): Promise<void> {
    for (const id of this.#byEntry.get(entry) ?? []) await this.#make(id);
  }

  /**
   * Makes what could not be made before, now that other things are there: as pg_restore would, where it cannot be made
   * under its path. The comparison says what it is then.
   */
  async makeAnyway(): Promise<void> {
    for (let before = -1; before !== this.#open.size; ) {
      before = this.#open.size;
      for (const id of [...this.#open.keys()]) await this.#make(id);
    }
    for (const id of [...this.#open.keys()]) {
      const { statements = [] } = this.#lines.get(id) ?? {};
      const reason = await this.#try([emptyPath, ...statements]);
      if (reason === undefined) this.#open.delete(id);
    }
  }

  /** Why the server refused what is not made, one sentence each. */
  get refused(): string[] {
    return [...this.#open.values()].map(refusal);
  }

  async #make(id: string): Promise<void> {
    const line = this.#lines.get(id);
    if (line === undefined || line.statements.length === 0) return;
    const { statements, path, texts } = line;
    const replaced = statements.map((statement) =>
      texts.reduce((all, [dumped, inPath]) => all.replaceAll(dumped, () => inPath), statement),
    );
    const reason = await this.#try([path, ...replaced]);
    if (reason === undefined) this.#open.delete(id);
    else this.#open.set(id, reason);
  }

  async #try(statements: readonly string[]): Promise<string | undefined> {
    const reason = await this.#attempt([
      "set check_function_bodies = off",
      "set xmloption = content",
      ...statements,
    ]);
    await this.#session.run([...ownSettings, "reset check_function_bodies", "reset xmloption"].join("; "));
    return reason;
  }
}

function numbersByEntry(lines: ReadonlyMap<string, PathLine>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [id, { entry }] of lines) {
    const ids = found.get(entry);
    if (ids === undefined) found.set(entry, [id]);
    else ids.push(id);
  }
  return found;
}

/** What a line's object has, by the line's entry. */
function entriesOf(all: readonly PathOperators[], contents: Contents): Map<string, PathOperators[]> {
  const found = new Map<string, PathOperators[]>();
  if (all.length === 0) return found;
  const wanted = new Set(all.flatMap(({ entries }) => entries));
  const there = new Set<string>();
  for (const { entry } of contents.lines()) if (wanted.has(entry)) there.add(entry);
  for (const item of all) {
    const entry = item.entries.find((one) => there.has(one));
    if (entry !== undefined) found.set(entry, [...(found.get(entry) ?? []), item]);
  }
  return found;
}

/** The path of all that is in one line. */
function pathFor(items: readonly PathOperators[]): string {
  const isBehind = items.some(({ path }) => path[0] !== "pg_catalog");
  const schemas = [...new Set(items.flatMap(({ path }) => path))].filter((schema) => schema !== "pg_catalog");
  return pathOf(isBehind ? [...schemas, "pg_catalog"] : ["pg_catalog", ...schemas]);
}

/** How pg_restore begins a line of the contents, with settings that it makes before it, and how it ends a script. */
const heading =
  /(?:^SET default_\w+ = [^\n]*;\n+)*^--\n-- TOC entry (\d+) \(class \d+ OID \d+\)\n(?:-- [^\n]*\n)*--\n/gm;
const ending = /\n(?:-- Completed on [^\n]*\n\n)?--\n-- PostgreSQL database dump complete\n--\n[\s\S]*$/;

/** The statements that make lines, by the numbers of these. */
async function statementsOf(
  lines: Contents,
  { args, signal, ...dump }: DumpFile & { args: readonly string[]; signal: AbortSignal },
): Promise<ReadonlyMap<string, string[]>> {
  const ids = [...lines.lines()].map(({ id }) => id);
  const read = (some: Contents): Promise<string> => scriptOf(dump, some, signal, [...args, "--verbose"]);
  const all = divided(await read(lines));
  if (all.length === ids.length && ids.every((id, index) => all[index]?.[0] === id)) return new Map(all);
  // A text may have in it what looks like the beginning of a line.
  const found = new Map<string, string[]>();
  for (const id of ids) {
    const [one] = divided(await read(lines.filtered((line) => line.id === id)), 1);
    if (one !== undefined) found.set(...one);
  }
  return found;
}

/** Divides a script. Settings that it makes hold for what follows. */
function divided(script: string, most?: number): [id: string, statements: string[]][] {
  const settings = new Map<string, string>();
  // The texts of the dump are written for it.
  const [strings] = /^SET standard_conforming_strings = \w+;/m.exec(script) ?? [];
  if (strings !== undefined) settings.set("standard_conforming_strings", strings);
  const headings = [...script.matchAll(heading)].slice(0, most);
  return headings.map(([text, id = ""], index) => {
    for (const [statement, name = ""] of text.matchAll(/^SET (default_\w+) = [^\n]*;/gm))
      settings.set(name, statement);
    const start = (headings[index]?.index ?? 0) + text.length;
    const next = headings[index + 1]?.index;
    const own = script.slice(start, next);
    return [id, [...settings.values(), (next === undefined ? own.replace(ending, "") : own).trim()]];
  });
}
