import type { LeftOut } from "./extensions.ts";
import type { Beside, Manifest } from "./manifest.ts";

/** Catalogs whose objects are in no schema, by their fixed numbers, and that of extensions. */
const globalCatalogs: ReadonlySet<string> = new Set([
  "2605", // pg_cast
  "3466", // pg_event_trigger
  "2328", // pg_foreign_data_wrapper
  "1417", // pg_foreign_server
  "2612", // pg_language
  "3576", // pg_transform
  "2601", // pg_am
  "6104", // pg_publication
  "6106", // pg_publication_rel
  "6237", // pg_publication_namespace
  "6100", // pg_subscription
]);

/** Number of pg_class, whose objects have the rows that a dump contains. */
const pgClass = "1259";

/** Most bytes of a table of contents: the longest text that Node.js has is a little longer. */
export const maximumContentsBytes = 500 * 1024 * 1024;

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

/** What is restored of a dump. */
export interface Selection {
  /** Objects in no schema, by their names in the manifest. */
  globals: ReadonlySet<string>;
  leftOut: readonly LeftOut[];
  /** Further lines to leave out. */
  without?: (line: { entry: string; rest: string }) => boolean;
}

/**
 * The part of a table of contents that is restored after the schemas and extensions were created: without
 * these, and without objects in no schema that are not selected.
 */
export function selectContents(contents: string, manifest: Manifest, selection: Selection): string {
  const lines = linesOf(contents);
  const { kept, dropped } = splitGlobals(lines, manifest.globals, selection.globals);
  const isGone = isDataOf(
    new Set(selection.leftOut.flatMap(({ extension }) => extension.data.map(({ entry }) => entry))),
  );
  const goneStarts = selection.leftOut.flatMap(({ extension }) => startsOf(extension.name, manifest));
  const isLeftOut = (line: Line): boolean => {
    const { entry, rest } = line;
    return (
      isGone(line) ||
      goneStarts.some((start) => rest.startsWith(start)) ||
      /^(?:SCHEMA|EXTENSION|COMMENT - EXTENSION|SECURITY LABEL - EXTENSION) /.test(rest) ||
      keyTrigger.test(rest) ||
      isAbout(line, dropped) ||
      selection.without?.({ entry, rest }) === true
    );
  };
  return `${kept
    .filter((line) => !isLeftOut(line))
    .map(({ text }) => text)
    .join("\n")}\n`;
}

/**
 * Where the triggers of a foreign key are disabled on a partition, pg_dump names them by the numbers that they
 * have in the source.
 */
const keyTrigger = /^TRIGGER .* RI_ConstraintTrigger_[ac]_\d+ /;

/** The lines of these objects, with their comments and privileges. */
export function contentsOf(contents: string, entries: ReadonlySet<string>): string {
  const lines = linesOf(contents);
  const isRefresh = ({ entry, rest }: Line): boolean =>
    rest.startsWith("MATERIALIZED VIEW DATA ") && entries.has(entry.replace(/^0 /, `${pgClass} `));
  const chosen = lines.filter((line) => entries.has(line.entry) || isRefresh(line));
  const ids = idsOf(chosen);
  const others = lines.filter((line) => isAbout(line, ids));
  return `${[...chosen, ...others].map(({ text }) => text).join("\n")}\n`;
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
export function dataOf(contents: string, entries: ReadonlySet<string>): string {
  return `${linesOf(contents)
    .filter(isDataOf(entries))
    .map(({ text }) => text)
    .join("\n")}\n`;
}

/** All lines but those that `dataOf` chooses. */
export function withoutData(contents: string, entries: ReadonlySet<string>): string {
  const isData = isDataOf(entries);
  return `${linesOf(contents)
    .filter((line) => !isData(line))
    .map(({ text }) => text)
    .join("\n")}\n`;
}

/** A part of a table of contents. */
export interface Part {
  /** The entry of the line before it, which was taken out. */
  replaced: string | undefined;
  /** Comments, privileges and labels at its beginning. pg_restore knows their section by the lines before them. */
  about: string;
  contents: string;
}

/**
 * Divides a table of contents where work is to be done between its lines: in the place of lines that something
 * stands for, which are taken out, and before a table or view whose expressions call functions that were made since
 * the last division, when the server needs them to find names.
 *
 * @param selected the lines that are restored, of all `contents`
 * @param calls whether functions need something before they are called
 */
export function divideContents(
  { contents, selected }: { contents: string; selected: string },
  replaced: ReadonlySet<string>,
  calls: boolean,
): Part[] {
  const needs = new Map(calls ? linesOf(contents).map((line) => [line.id, line.needs]) : []);
  const parts: { lines: string[]; replaced: string | undefined }[] = [{ lines: [], replaced: undefined }];
  const recent = new Set<string>();
  for (const line of linesOf(selected)) {
    if (replaced.has(line.entry)) {
      parts.push({ lines: [], replaced: line.entry });
      continue;
    }
    if (calls && line.rest.startsWith("TABLE ") && needs.get(line.id)?.some((id) => recent.has(id))) {
      parts.push({ lines: [], replaced: undefined });
      recent.clear();
    }
    if (line.rest.startsWith("FUNCTION ")) recent.add(line.id);
    parts.at(-1)?.lines.push(line.text);
  }
  return parts.map(({ lines, replaced: entry }, index) => {
    const start = lines.findIndex((text) => !/^\d+; \d+ \d+ (?:COMMENT|ACL|SECURITY LABEL) /.test(text));
    const end = index === 0 ? 0 : start === -1 ? lines.length : start;
    return {
      replaced: entry,
      about: `${lines.slice(0, end).join("\n")}\n`,
      contents: `${lines.slice(end).join("\n")}\n`,
    };
  });
}

/** The lines of the privileges on schemas: owners of tables need theirs before they get the tables. */
export function schemaPrivilegesOf(contents: string): string {
  return `${contents
    .split("\n")
    .filter((line) => /^\d+; \d+ \d+ ACL - SCHEMA /.test(line))
    .join("\n")}\n`;
}

/** The lines about schemas, and about the privileges of extensions that are selected. */
export function privilegesOf(contents: string, selected: ReadonlySet<string>, { globals }: Manifest): string {
  const starts = Object.entries(globals).flatMap(([name, { entry }]) =>
    selected.has(name) && entry.startsWith("ACL ") ? [entry] : [],
  );
  const isWanted = ({ rest }: Line): boolean =>
    /^(?:ACL|COMMENT|SECURITY LABEL) - SCHEMA /.test(rest) || starts.some((start) => rest.startsWith(start));
  return `${linesOf(contents)
    .filter(isWanted)
    .map(({ text }) => text)
    .join("\n")}\n`;
}

/**
 * Divides a table of contents where indexes of partitions are attached to those of their tables. Attaching locks the
 * indexes above it too, which pg_restore's workers do not know: they would wait for each other. Foreign keys come
 * after it, since they need the index of the topmost table.
 *
 * @param selected the lines that are restored, of all `contents`
 */
export function splitAttachments({ contents, selected }: { contents: string; selected: string }): {
  before: string;
  attachments: string;
  after: string;
} {
  const needs = new Map(linesOf(contents).map((line) => [line.id, line.needs]));
  const lines = linesOf(selected).map((line) => ({ ...line, needs: needs.get(line.id) ?? [] }));
  const isAttachment = ({ rest }: Line): boolean => rest.startsWith("INDEX ATTACH ");
  const keys = idsOf(lines.filter(({ rest }) => rest.startsWith("FK CONSTRAINT ")));
  const isAfter = (line: Line): boolean => keys.has(line.id) || isAbout(line, keys);
  const text = (some: readonly Line[]): string => `${some.map((line) => line.text).join("\n")}\n`;
  return {
    before: text(lines.filter((line) => !isAttachment(line) && !isAfter(line))),
    attachments: text(lines.filter(isAttachment)),
    after: text(lines.filter(isAfter)),
  };
}

/** The lines of a table of contents, and what each needs where the listing is verbose. */
export function linesOf(contents: string): Line[] {
  const lines: Line[] = [];
  for (const text of contents.split("\n")) {
    const [, id, entry, rest] = /^(\d+); (\d+ \d+) (.*)$/.exec(text) ?? [];
    if (id !== undefined && entry !== undefined && rest !== undefined) {
      lines.push({ text, id, entry, rest, needs: [] });
      continue;
    }
    const [, needs] = /^;\tdepends on: ([\d ]+)$/.exec(text) ?? [];
    lines.at(-1)?.needs.push(...(needs?.split(" ") ?? []));
  }
  return lines;
}

function splitGlobals(lines: readonly Line[], all: Beside, wanted: ReadonlySet<string>) {
  const entries = new Set<string>();
  const starts: string[] = [];
  for (const [name, { entry }] of Object.entries(all)) {
    if (!wanted.has(name)) {
      // Privileges of an extension that stay as they are.
      if (/^ACL /.test(entry)) starts.push(entry);
      continue;
    }
    entries.add(entry);
  }
  const texts = [...entries].filter((entry) => entry.startsWith("USER MAPPING "));
  const isKept = ({ entry, rest }: Line): boolean => {
    if (globalCatalogs.has(entry.split(" ")[0] ?? "")) return entries.has(entry);
    if (rest.startsWith("DEFAULT ACL - ")) return entries.has(entry);
    if (rest.startsWith("USER MAPPING - ")) return texts.some((text) => rest.startsWith(text));
    return !starts.some((start) => rest.startsWith(start));
  };
  return {
    kept: lines.filter(isKept),
    dropped: idsOf(lines.filter((line) => !isKept(line))),
  };
}

/** How the lines of an extension's privileges begin. */
function startsOf(extension: string, { globals }: Manifest): string[] {
  return Object.entries(globals).flatMap(([name, { entry }]) =>
    name.startsWith(`privileges of ${extension} on `) ? [entry] : [],
  );
}

const aboutLine = /^(?:COMMENT|ACL|SECURITY LABEL) /;

/** Whether a line has the comment, the privileges or the label of one of these lines' objects. */
function isAbout({ rest, needs }: Line, lines: ReadonlySet<string>): boolean {
  return aboutLine.test(rest) && needs.some((id) => lines.has(id));
}

function idsOf(lines: readonly Line[]): ReadonlySet<string> {
  return new Set(lines.map(({ id }) => id));
}
