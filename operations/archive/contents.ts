import { closeSync, fstatSync, openSync, readSync, writeFileSync } from "node:fs";
import { rawBytes, rawText } from "../../lib/raw-text.ts";
import type { LeftOut } from "./extensions.ts";
import type { GlobalLines } from "./global-lines.ts";
import { IdSet } from "./id-set.ts";
import { textsBackwards } from "./texts-backwards.ts";

/** Number of pg_class, whose objects have the rows that a dump contains. */
const pgClass = "1259";

/** A line of a table of contents, as `pg_restore --list --verbose` prints it. */
export interface Line {
  text: string;
  /** Number of the line in the dump. */
  id: string;
  /** Catalog and number of the object, as in an entry of a manifest. */
  entry: string;
  /** Kind, schema, name and owner: any of these may have spaces. */
  rest: string;
  /** Numbers of the lines whose objects it needs. */
  needs: string[];
}

/**
 * A table of contents, or a part of one, in a file that pg_restore takes with `--use-list`: that of a large database does
 * not fit into memory.
 */
export class Contents {
  readonly file: string;
  #made: { count: number };
  #beginning: string;

  /** @param file as `pg_restore --list --verbose` writes it; parts of it are written beside it */
  constructor(file: string, family: { beginning: string; made: { count: number } } | undefined = undefined) {
    this.file = file;
    this.#beginning = family?.beginning ?? file;
    this.#made = family?.made ?? { count: 0 };
  }

  /** Its lines, and what each needs where the listing is verbose. */
  *lines(): Generator<Line> {
    let line: Line | undefined;
    for (const text of textsOf(this.file)) {
      const next = lineOf(text);
      if (next === undefined) {
        line?.needs.push(...needsOf(text));
        continue;
      }
      if (line !== undefined) yield line;
      line = next;
    }
    if (line !== undefined) yield line;
  }

  /** Its lines from the last to the first: most come before what they need. */
  *backwards(): Generator<Line> {
    let needs: string[] = [];
    for (const text of textsBackwards(this.file)) {
      const line = lineOf(text);
      if (line === undefined) {
        needs.unshift(...needsOf(text));
        continue;
      }
      yield { ...line, needs };
      needs = [];
    }
  }

  get isEmpty(): boolean {
    // A loop that ends early closes the file.
    for (const line of this.lines()) return line === undefined;
    return true;
  }

  /** How many of the lines fit; no further than `most` are counted. */
  countUpTo(most: number, fits: (line: Line) => boolean): number {
    let count = 0;
    for (const line of this.lines()) {
      if (fits(line)) count += 1;
      if (count === most) break;
    }
    return count;
  }

  /** Those of the lines that fit. */
  filtered(fits: (line: Line) => boolean): Contents {
    return this.made((write) => {
      for (const line of this.lines()) if (fits(line)) write(line);
    });
  }

  /** The lines that fit, and the others. */
  divided(fits: (line: Line) => boolean): [fitting: Contents, others: Contents] {
    const { fitting, others } = this.sorted(["fitting", "others"], (line) =>
      fits(line) ? "fitting" : "others",
    );
    return [fitting, others];
  }

  /** Parts by their names, each with its lines, which are read once for all of them. */
  sorted<T extends string>(names: readonly T[], partOf: (line: Line) => T): Record<T, Contents>;
  sorted(names: readonly string[], partOf: (line: Line) => string): Record<string, Contents> {
    const parts = new Map(names.map((name) => [name, this.begin()]));
    try {
      for (const line of this.lines()) parts.get(partOf(line))?.write(line);
    } finally {
      for (const { end } of parts.values()) end();
    }
    return Object.fromEntries([...parts].map(([name, { contents }]) => [name, contents]));
  }

  /** Its lines, and those of others after them. */
  joined(...others: readonly Contents[]): Contents {
    return this.made((write) => {
      for (const part of [this, ...others]) for (const line of part.lines()) write(line);
    });
  }

  /** A part of lines that are written one after the other. */
  made(work: (write: (line: Line) => void) => void): Contents {
    const part = this.begin();
    try {
      work((line) => part.write(line));
    } finally {
      part.end();
    }
    return part.contents;
  }

  /** Begins a part, to which lines can be written until its end. */
  begin(): { contents: Contents; write: (line: Line) => void; end: () => void } {
    this.#made.count += 1;
    const file = `${this.#beginning}-${this.#made.count}`;
    const target = openSync(file, "wx", 0o600);
    let texts: string[] = [];
    let length = 0;
    const flush = (): void => {
      if (length > 0) writeFileSync(target, rawBytes(texts.join("")));
      texts = [];
      length = 0;
    };
    return {
      contents: new Contents(file, { beginning: this.#beginning, made: this.#made }),
      write: ({ text, needs }) => {
        const lines = needs.length === 0 ? `${text}\n` : `${text}\n;\tdepends on: ${needs.join(" ")}\n`;
        texts.push(lines);
        length += lines.length;
        if (length > chunkBytes) flush();
      },
      end: () => {
        flush();
        closeSync(target);
      },
    };
  }
}

/** A line without what it needs; undefined for a comment. */
function lineOf(text: string): Line | undefined {
  const [, id, entry, rest] = /^(\d+); (\d+ \d+) (.*)$/s.exec(text) ?? [];
  if (id === undefined || entry === undefined || rest === undefined) return undefined;
  return { text, id, entry, rest, needs: [] };
}

/** What the line above a comment needs. */
function needsOf(text: string): string[] {
  const [, needs] = /^;\tdepends on: ([\d ]+)$/.exec(text) ?? [];
  return needs?.split(" ") ?? [];
}

const chunkBytes = 256 * 1024;

/** The lines of a file as texts. */
export function* textsOf(file: string): Generator<string> {
  const source = openSync(file, "r");
  try {
    // Most are small, and read many times. The last read finds the end.
    const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, fstatSync(source).size + 1));
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      const bytes = readSync(source, chunk);
      const all = Buffer.concat([rest, chunk.subarray(0, bytes)]);
      const end = bytes === 0 ? all.length : all.lastIndexOf("\n") + 1;
      rest = all.subarray(end);
      if (end > 0) yield* rawText(all.subarray(0, end)).replace(/\n$/, "").split("\n");
      if (bytes === 0) break;
    }
  } finally {
    closeSync(source);
  }
}

/** What is restored of a dump. */
export interface Selection {
  /** Those objects in no schema that are restored. */
  globals: GlobalLines;
  leftOut: readonly LeftOut[];
  /** Further lines to leave out. */
  without?: (line: { entry: string; rest: string }) => boolean;
}

/**
 * The part of a table of contents that is restored after the schemas and extensions were created: without
 * these, and without objects in no schema that are not selected.
 */
export function selectContents(contents: Contents, selection: Selection): Contents {
  const isKept = (line: Line): boolean => selection.globals.isKept(line);
  const dropped = idsOf(contents.lines(), (line) => !isKept(line));
  const isGone = isDataOf(
    new Set(selection.leftOut.flatMap(({ extension }) => extension.data.map(({ entry }) => entry))),
  );
  const isLeftOut = (line: Line): boolean => {
    const { entry, rest } = line;
    return (
      isGone(line) ||
      /^(?:SCHEMA|EXTENSION|COMMENT - EXTENSION|SECURITY LABEL - EXTENSION) /.test(rest) ||
      keyTrigger.test(rest) ||
      isAbout(line, dropped) ||
      selection.without?.({ entry, rest }) === true
    );
  };
  return contents.filtered((line) => isKept(line) && !isLeftOut(line));
}

/**
 * Where the triggers of a foreign key are disabled on a partition, pg_dump names them by the numbers that they
 * have in the source.
 */
const keyTrigger = /^TRIGGER .* RI_ConstraintTrigger_[ac]_\d+ /s;

/** The lines of these objects, with their comments and privileges. */
export function contentsOf(contents: Contents, entries: ReadonlySet<string>): Contents {
  const isRefresh = ({ entry, rest }: Line): boolean =>
    rest.startsWith("MATERIALIZED VIEW DATA ") && entries.has(entry.replace(/^0 /, `${pgClass} `));
  const isChosen = (line: Line): boolean => entries.has(line.entry) || isRefresh(line);
  const ids = idsOf(contents.lines(), isChosen);
  return contents.made((write) => {
    for (const line of contents.lines()) if (isChosen(line)) write(line);
    for (const line of contents.lines()) if (isAbout(line, ids)) write(line);
  });
}

/**
 * Whether a line has the rows of a table or the value of a sequence, by the entries of the manifest. The line of a
 * sequence's value has no number, so its entry is how the line begins.
 */
export function isDataOf(entries: ReadonlySet<string>): (line: { entry: string; rest: string }) => boolean {
  const starts = [...entries].filter((entry) => entry.startsWith(sequenceStart));
  return ({ entry, rest }) =>
    entries.has(entry) || (rest.startsWith(sequenceStart) && starts.some((start) => rest.startsWith(start)));
}

const sequenceStart = "SEQUENCE SET ";

/** The lines of the rows of tables, and of the values of sequences. */
export function dataOf(contents: Contents, entries: ReadonlySet<string>): Contents {
  return contents.filtered(isDataOf(entries));
}

/** All lines but those that `dataOf` chooses. */
export function withoutData(contents: Contents, entries: ReadonlySet<string>): Contents {
  const isData = isDataOf(entries);
  return contents.filtered((line) => !isData(line));
}

/** The lines that fit and what is about them, in their order. */
export function withAbout(contents: Contents, fits: (line: Line) => boolean): Contents {
  const ids = idsOf(contents.lines(), fits);
  return contents.filtered((line) => ids.has(line.id) || isAbout(line, ids));
}

/** The lines that fit with what is about them, and the others. */
export function dividedAbout(
  contents: Contents,
  fits: (line: Line) => boolean,
): [fitting: Contents, others: Contents] {
  const ids = idsOf(contents.lines(), fits);
  return contents.divided((line) => ids.has(line.id) || isAbout(line, ids));
}

/** All lines but those of some objects, and what is about these. */
export function withoutObjects(contents: Contents, entries: ReadonlySet<string>): Contents {
  if (entries.size === 0) return contents;
  const gone = idsOf(contents.lines(), ({ entry }) => entries.has(entry));
  return contents.filtered((line) => !gone.has(line.id) && !isAbout(line, gone));
}

/** A part of a table of contents. */
export interface Part {
  /** The entries of lines before it that were taken out, in their order. */
  replaced: readonly string[];
  /** Comments, privileges and labels at its beginning. pg_restore knows their section by the lines before them. */
  about: Contents;
  contents: Contents;
}

/**
 * Divides a table of contents where work is to be done between its lines: in the place of lines that something
 * stands for, which are taken out, and before a table or view whose expressions call functions that were made since
 * the last division, when the server needs them to find names. Lines that need nothing of what is taken out come
 * before it, and those that do come after it, so that there are few parts however many lines are taken out.
 *
 * @param selected the lines that are restored
 * @param calls whether functions need something before they are called
 */
export function divideContents(selected: Contents, replaced: ReadonlySet<string>, calls: boolean): Part[] {
  const parts: Part[] = [];
  const shells = shellsOf(selected, replaced);
  let open = selected;
  let before: readonly string[] = [];
  for (;;) {
    const round = divideRound(open, { before, replaced, shells, calls, isFirst: parts.length === 0 });
    parts.push(...round.parts);
    if (round.taken.length === 0) return parts;
    open = round.later;
    before = round.taken;
  }
}

/** @returns the parts of what needs nothing that is taken out, what is taken out after them, and what comes later */
function divideRound(
  lines: Contents,
  {
    before,
    replaced,
    shells,
    calls,
    isFirst,
  }: {
    before: readonly string[];
    replaced: ReadonlySet<string>;
    shells: ReadonlySet<string>;
    calls: boolean;
    isFirst: boolean;
  },
): { parts: Part[]; taken: string[]; later: Contents } {
  const parts: Part[] = [];
  const taken: string[] = [];
  const takenIds = new IdSet();
  const laterIds = new IdSet();
  let recent = new IdSet();
  const later = lines.begin();
  const begin = (entries: readonly string[]) => {
    const [about, contents] = [lines.begin(), lines.begin()];
    parts.push({ replaced: entries, about: about.contents, contents: contents.contents });
    return { about, contents, isBeginning: !isFirst || parts.length > 1 };
  };
  const end = ({ about, contents }: ReturnType<typeof begin>): void => {
    about.end();
    contents.end();
  };
  let part = begin(before);
  for (const line of lines.lines()) {
    const { id, entry, rest, needs } = line;
    if (shells.has(rest)) continue;
    const isReplaced = replaced.has(entry);
    if (needs.some((need) => laterIds.has(need) || (!isReplaced && takenIds.has(need)))) {
      later.write(line);
      laterIds.add(id);
      continue;
    }
    if (isReplaced) {
      taken.push(entry);
      takenIds.add(id);
      continue;
    }
    if (calls && rest.startsWith("TABLE ") && needs.some((need) => recent.has(need))) {
      end(part);
      part = begin([]);
      recent = new IdSet();
    }
    if (rest.startsWith("FUNCTION ")) recent.add(id);
    part.isBeginning &&= aboutLine.test(rest);
    (part.isBeginning ? part.about : part.contents).write(line);
  }
  end(part);
  later.end();
  return { parts, taken, later: later.contents };
}

/** The lines of the shells of types that something stands for: these have numbers of their own. */
function shellsOf(selected: Contents, replaced: ReadonlySet<string>): ReadonlySet<string> {
  const shells = new Set<string>();
  if (replaced.size === 0) return shells;
  for (const { entry, rest } of selected.lines()) {
    if (rest.startsWith("TYPE ") && replaced.has(entry)) shells.add(`SHELL ${rest}`);
  }
  return shells;
}

/** What takes long enough to be done beside others, by the section of a dump. */
const long: Readonly<Record<string, RegExp>> = {
  "--section=data": /^(?:TABLE DATA|BLOBS) /,
  "--section=post-data": /^(?:INDEX(?! ATTACH)|CONSTRAINT|FK CONSTRAINT|MATERIALIZED VIEW DATA) /,
};

/** How many of the jobs have something to do in a section: each other one would begin a session and end it. */
export function busyJobs(contents: Contents, section: string, jobs: number): number {
  return Math.max(
    1,
    contents.countUpTo(jobs, ({ rest }) => long[section]?.test(rest) === true),
  );
}

/** The lines of the privileges on schemas: owners of tables need theirs before they get the tables. */
export function schemaPrivilegesOf(contents: Contents): Contents {
  return contents.filtered(({ rest }) => rest.startsWith("ACL - SCHEMA "));
}

/**
 * Divides a table of contents: privileges on functions are given last, as pg_restore does. The server makes an index as
 * the owner of its table, who may not call the function of one that was made by somebody else. So are privileges and
 * labels of what the dump does not make: it may be made later, such as a table that belongs to an extension.
 */
export function splitLatePrivileges(contents: Contents): { others: Contents; privileges: Contents } {
  const functions = idsOf(contents.lines(), ({ rest }) => /^(?:FUNCTION|PROCEDURE|AGGREGATE) /.test(rest));
  const isOfOthers = aboutOthers(contents);
  const [privileges, others] = contents.divided(
    (line) =>
      (line.rest.startsWith("ACL ") && isAbout(line, functions)) ||
      (/^(?:ACL|SECURITY LABEL) (?!- )/.test(line.rest) && isOfOthers(line)),
  );
  return { others, privileges };
}

/** Whether a line needs nothing that the others make. */
function aboutOthers(contents: Contents): (line: Line) => boolean {
  const made = idsOf(contents.lines(), () => true);
  return ({ needs }) => needs.every((id) => !made.has(id));
}

/** The lines about schemas, and about the privileges of extensions that are selected. */
export function privilegesOf(contents: Contents, globals: GlobalLines): Contents {
  return contents.filtered(
    (line) => /^(?:ACL|COMMENT|SECURITY LABEL) - SCHEMA /.test(line.rest) || globals.isWantedPrivilege(line),
  );
}

/** The lines of the privileges on what a dump does not make itself: on members of extensions. */
export function memberPrivilegesOf(contents: Contents): Contents {
  const isOfOthers = aboutOthers(contents);
  return contents.filtered((line) => line.rest.startsWith("ACL ") && isOfOthers(line));
}

/** Lines before some that attach, these, and those after them. */
interface AroundAttachments {
  before: Contents;
  attachments: Contents;
  after: Contents;
}

/**
 * Divides a table of contents where indexes of partitions are attached to those of their tables. Attaching locks the
 * indexes above it too, which pg_restore's workers do not know: they would wait for each other. Foreign keys come
 * after it, since they need the index of the topmost table.
 */
export function splitAttachments(selected: Contents): AroundAttachments {
  const isAttachment = ({ rest }: Line): boolean => rest.startsWith("INDEX ATTACH ");
  const keys = idsOf(selected.lines(), ({ rest }) => rest.startsWith("FK CONSTRAINT "));
  return splitAround(selected, isAttachment, keys);
}

/**
 * Divides a table of contents where partitions are attached to tables that it does not make. Those have their indexes
 * and triggers already, which a partition would get when it is attached: it is attached once it has its own rows and
 * indexes, which then become parts of theirs. Foreign keys and triggers come after it.
 */
export function splitPartitionsElsewhere(selected: Contents): AroundAttachments {
  const made = idsOf(selected.lines(), ({ rest }) => rest.startsWith("TABLE "));
  const elsewhere = new Set<string>();
  for (const { rest, needs } of selected.lines()) {
    if (!rest.startsWith("TABLE ATTACH ")) continue;
    for (const id of needs) if (!made.has(id)) elsewhere.add(id);
  }
  const isLate = ({ rest, needs }: Line): boolean =>
    /^(?:TABLE|INDEX) ATTACH /.test(rest) && needs.some((id) => elsewhere.has(id));
  const isAfter = ({ rest }: Line): boolean => /^(?:FK CONSTRAINT|TRIGGER) /.test(rest);
  const after = elsewhere.size === 0 ? new IdSet() : idsOf(selected.lines(), isAfter);
  return splitAround(selected, isLate, after);
}

/** @param later lines that come after the attachments, as what is about them does */
function splitAround(
  selected: Contents,
  isAttachment: (line: Line) => boolean,
  later: Ids,
): AroundAttachments {
  const isAfter = (line: Line): boolean => later.has(line.id) || isAbout(line, later);
  return selected.sorted(["before", "attachments", "after"], (line) =>
    isAttachment(line) ? "attachments" : isAfter(line) ? "after" : "before",
  );
}

/** The lines of foreign keys, and those of the comments on them. */
export function foreignKeysOf(contents: Contents): { keys: Contents; about: Contents } {
  const isKey = ({ rest }: Line): boolean => rest.startsWith("FK CONSTRAINT ");
  const ids = idsOf(contents.lines(), isKey);
  return { keys: contents.filtered(isKey), about: contents.filtered((line) => isAbout(line, ids)) };
}

/** Whether a line makes a table. */
export function isTable({ entry, rest }: Pick<Line, "entry" | "rest">): boolean {
  // Those that begin alike, such as with its rows, are of no catalog.
  return rest.startsWith("TABLE ") && entry.startsWith(`${pgClass} `);
}

const aboutLine = /^(?:COMMENT|ACL|SECURITY LABEL) /;

/** Whether a line has the comment, the privileges or the label of one of these lines' objects. */
function isAbout({ rest, needs }: Line, lines: Ids): boolean {
  return aboutLine.test(rest) && needs.some((id) => lines.has(id));
}

/** Numbers of lines. */
type Ids = Pick<IdSet, "has">;

/** The numbers of the lines that fit. */
function idsOf(lines: Iterable<Line>, fits: (line: Line) => boolean): Ids {
  const ids = new IdSet();
  for (const line of lines) if (fits(line)) ids.add(line.id);
  return ids;
}
