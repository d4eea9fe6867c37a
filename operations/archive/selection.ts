import { Failure } from "../../lib/failure.ts";
import { counted, listed } from "../../lib/text.ts";
import { type Contents, isTable, type Line } from "./contents.ts";
import type { Details } from "./details.ts";
import { IdSet } from "./id-set.ts";
import type { Item } from "./items.ts";
import type { Manifest } from "./manifest.ts";
import {
  oneLine,
  parseQualified,
  placeOf,
  type QualifiedName,
  QualifiedNames,
  unquoted,
} from "./qualified-names.ts";
import type { Beside, Listing, Section, Sections } from "./sections.ts";
import { Dependents } from "./selected-dependents.ts";
import {
  type Dump,
  findNeeds,
  findParts,
  findTables,
  headsOf,
  keyOf,
  SchemaLines,
  type TableParts,
} from "./selected-lines.ts";

/** What of a backup a person wants, as it was typed: schemas, or tables with their schemas. */
export interface Wanted {
  schemas: readonly string[];
  tables: readonly string[];
}

/** What of a backup is restored. */
export interface Selection {
  schemas: readonly string[];
  tables: readonly QualifiedName[];
}

/** Most names that a sentence lists. */
const named = 5;

/** A selection that a backup has, and how the backup is described before its dump was read. */
export interface Selected {
  selection: Selection;
  /** What a restore would replace, and which schemas it is in. */
  manifest: Manifest;
}

/**
 * Finds the wanted schemas or tables in a backup.
 *
 * @throws {Failure} `refused`, when the backup has none of that name
 */
export async function select(manifest: Manifest, listing: Listing, wanted: Wanted): Promise<Selected> {
  const schemas = [...new Set(wanted.schemas.map((text) => schemaOf(manifest, text)))];
  const sought = wanted.tables.map(candidatesOf);
  const candidates = new QualifiedNames(sought.flat());
  const there = new Map<string, QualifiedName>();
  const count = { objects: 0, inside: 0 };
  for await (const { kind, name } of listing.items("own")) {
    if (kind === "object") {
      count.objects += 1;
      if (schemas.length > 0 && schemas.includes(placeOf(name)?.schema ?? "")) count.inside += 1;
    }
    const table = kind === "table" ? parseQualified(name) : undefined;
    if (table !== undefined && candidates.has(table)) there.set(keyOf(table), table);
  }
  const found = sought.map((names, index) => {
    const table = names.map((name) => there.get(keyOf(name))).find((one) => one !== undefined);
    if (table !== undefined) return table;
    throw new Failure(
      "refused",
      `The backup has no table ${wanted.tables[index]}: give it with its schema, such as public.orders`,
    );
  });
  const tables = [...new Set(found)];
  const chosen = new Set([...schemas, ...tables.map(({ schema }) => schema)]);
  // Locks are not recorded for each schema.
  const lockable =
    tables.length > 0 ? 0 : Math.ceil((manifest.lockable * count.inside) / Math.max(1, count.objects));
  return {
    selection: { schemas, tables },
    manifest: {
      ...manifest,
      schemas: manifest.schemas.filter(({ name }) => chosen.has(name)),
      lockable,
      extensions: manifest.extensions.map((extension) => ({ ...extension, needed: false })),
    },
  };
}

function schemaOf(manifest: Manifest, text: string): string {
  const found = [text, unquoted(text), text.toLowerCase()].find((name) =>
    manifest.schemas.some((schema) => schema.name === name),
  );
  if (found !== undefined) return found;
  const names = manifest.schemas.map(({ name }) => name);
  throw new Failure("refused", `The backup has no schema ${text}: it has ${listed(names, "and")}`);
}

/** What a person may mean by the name of a table, the likelier one first. */
function candidatesOf(text: string): QualifiedName[] {
  const typed = parseQualified(text.includes(".") ? text : `public.${text}`);
  if (typed === undefined) return [];
  return [typed, { schema: typed.schema.toLowerCase(), name: typed.name.toLowerCase() }];
}

/** A part of a backup, which is restored as if it were the backup. */
export interface Narrowed {
  manifest: Manifest;
  contents: Contents;
  details: Details;
  listing: Listing;
  /** The tables with their partitions; empty when schemas are selected. */
  tables: QualifiedName[];
  /** The lines of some of the tables. */
  contentsFor: (tables: readonly QualifiedName[]) => Contents;
  /** Which of the tables an object is or belongs to. */
  tableOf: (object: string) => QualifiedName | undefined;
  /** What is left out, one sentence each. */
  leftOut: string[];
}

/** A backup that a part is taken of. */
export interface Complete {
  manifest: Manifest;
  contents: Contents;
  details: Details;
  listing: Listing;
}

/**
 * Narrows a backup to a selection. What the selected objects need comes along where a database is made anew, sequences
 * with their values and tables without their rows; in place it has to be there. Of the backup, only what is selected and
 * what is said of the rest are kept in memory.
 *
 * @param list the numbers of the lines of a schema in the dump
 * @param isNew whether a new database is made
 */
export async function narrow(
  { manifest, contents, details, listing }: Complete,
  selection: Selection,
  { list, isNew }: { list: (schema: string) => Promise<Pick<IdSet, "has">>; isNew: boolean },
): Promise<Narrowed> {
  const roles = new Set([...manifest.roles.map(({ name }) => name), ...manifest.needsRoles].map(oneLine));
  const dump: Dump = { contents, schemas: new SchemaLines(list), roles };
  const companions = manifest.companions.map(({ name }) => name);
  const schemas = new Set(selection.schemas);
  const hasSchemas = schemas.size > 0;
  await dump.schemas.read([...schemas, ...(isNew ? [] : companions)]);
  const tableLines = await findTables(dump, listing, selection.tables);
  const tables = [...tableLines.values()];
  const parts = findParts(dump, tableLines);
  const { chosen, keys } = choose(dump, selection.schemas, parts, isNew);
  const needed = findNeeds(dump, chosen);
  if (isNew) addValues(dump, needed.ids);
  const leftKeys = new Set(keys.flatMap((rest) => [...headsOf(rest, roles)]));
  const isExpected = (object: string): boolean => {
    const place = placeOf(object);
    if (place === undefined || !(schemas.has(place.schema) || parts.tableOf(place) !== undefined))
      return false;
    if (place.kind !== "constraint" || leftKeys.size === 0) return true;
    const { schema, rest, part = "" } = place;
    return !leftKeys.has(oneLine(`FK CONSTRAINT ${schema} ${unquoted(rest)} ${part}`));
  };
  // The manifest of a backup of schemas names its own. A table that is made again has some in its schema, too.
  const around = isNew || (hasSchemas && !manifest.whole) ? undefined : Dependents.find(dump, chosen);
  const names = await nameAll(listing, {
    isExpected,
    tables: new QualifiedNames(tables),
    sequences: isNew ? new Set() : needed.sequences,
    around,
    hasGlobals: hasSchemas,
  });
  const isKept = ({ kind, name }: Item): boolean => {
    if (kind !== "object") return isExpected(`${kind} ${name}`);
    return isExpected(name) && (hasSchemas || !name.startsWith("schema "));
  };
  const extensions = manifest.extensions
    .filter(({ name }) => needed.extensions.has(oneLine(name)))
    .map((extension) => ({ ...extension, data: [], needed: true }));
  const wanted = new Set([...schemas, ...tables.map(({ schema }) => schema)]);
  const narrowed: Manifest = {
    ...manifest,
    schemas: manifest.schemas.filter(({ name }) => wanted.has(name)),
    companions: isNew
      ? [...manifest.schemas, ...manifest.companions].filter(({ name }) => !wanted.has(name))
      : [...manifest.companions, ...manifest.schemas.filter(({ name }) => around?.schemas.has(name))],
    whole: false,
    companionRows: {},
    extensions,
    labelProviders: manifest.labelProviders,
    remote: Object.fromEntries(
      Object.entries(manifest.remote).filter(([view]) => schemas.has(parseQualified(view)?.schema ?? "")),
    ),
  };
  const { shown, kept, entries } = show(dump, details, {
    isKept: (id) => chosen.has(id) || (isNew && needed.ids.has(id)),
    isBeside: (line) =>
      !isNew && (companions.some((name) => dump.schemas.has(name, line.id)) || around?.has(line) === true),
  });
  return {
    manifest: narrowed,
    contents: shown,
    details: {
      ...details,
      settings: [],
      properties: null,
      carried: details.carried.filter(({ extension, schema, replaces, name }) => {
        if (extension !== null)
          return (
            extensions.some((one) => one.name === extension) &&
            !/^(?:removal of )?(?:rows|value) of /.test(name)
          );
        if (replaces !== null) return kept.has(replaces);
        if (schema === null || !wanted.has(schema)) return false;
        return tables.length === 0 || names.quoted.some((table) => isOf(name, table));
      }),
      pathOperators: details.pathOperators.filter((item) => item.entries.some((entry) => entries.has(entry))),
    },
    listing: narrowedListing(listing, { isKept, hasDependents: !isNew, around }),
    tables,
    contentsFor: (some) => {
      const names = new QualifiedNames(some);
      const lines = new Map([...tableLines].filter(([, table]) => names.has(table)));
      const { ids } = findParts({ contents: shown, roles }, lines);
      return shown.filtered(({ id }) => ids.has(id));
    },
    tableOf: (object) => {
      const place = placeOf(object);
      return place && parts.tableOf(place);
    },
    leftOut: [
      ...keys.map(
        (rest) =>
          `The foreign key «${rest.replace(/^FK CONSTRAINT /, "")}» was left out: the rows that it refers to are not restored.`,
      ),
      ...(names.counters.count === 0
        ? []
        : [
            `${counted(names.counters.count, "sequence")} that the selection takes values from (${names.counters.listed}) ${names.counters.count === 1 ? "keeps its value" : "keep their values"}.`,
          ]),
      restSentence(manifest, names),
    ],
  };
}

/**
 * The lines of schemas and of the parts of tables, without the foreign keys, for a new database, to tables that are not
 * among them.
 *
 * @returns with these keys
 */
function choose(
  { contents, schemas }: Dump,
  names: readonly string[],
  parts: TableParts,
  isNew: boolean,
): { chosen: IdSet; keys: string[] } {
  const chosen = new IdSet();
  const tables = new IdSet();
  const left = new IdSet();
  const keys: string[] = [];
  // The comments, privileges and labels of schemas, which are in no schema themselves.
  const starts = names.map((name) => ` - SCHEMA ${oneLine(name)} `);
  for (const line of contents.lines()) {
    const { id, rest, needs } = line;
    if (isTable(line)) tables.add(id);
    const isWanted =
      parts.ids.has(id) ||
      names.some((name) => schemas.has(name, id)) ||
      starts.some((start) =>
        ["ACL", "COMMENT", "SECURITY LABEL"].some((kind) => rest.startsWith(`${kind}${start}`)),
      );
    if (!isWanted) continue;
    const isKey = rest.startsWith("FK CONSTRAINT ");
    const isLeft =
      isNew &&
      (isKey
        ? needs.some((need) => tables.has(need) && !chosen.has(need))
        : rest.startsWith("COMMENT ") && needs.some((need) => left.has(need)));
    (isLeft ? left : chosen).add(id);
    if (isKey && isLeft) keys.push(rest);
  }
  return { chosen, keys };
}

/** Adds the lines with the values of sequences. */
function addValues({ contents }: Dump, ids: IdSet): void {
  for (const { id, rest, needs } of contents.lines()) {
    if (rest.startsWith("SEQUENCE SET ") && needs.some((need) => ids.has(need))) ids.add(id);
  }
}

/** The lines that are restored or needed for it, and which entries of the details they have. */
function show(
  { contents }: Dump,
  details: Details,
  { isKept, isBeside }: { isKept: (id: string) => boolean; isBeside: (line: Line) => boolean },
): { shown: Contents; kept: ReadonlySet<string>; entries: ReadonlySet<string> } {
  const replaced = new Set(details.carried.flatMap(({ replaces }) => replaces ?? []));
  const placed = new Set(details.pathOperators.flatMap(({ entries }) => entries));
  const kept = new Set<string>();
  const entries = new Set<string>();
  const shown = contents.filtered((line) => {
    const { id, entry } = line;
    const isOwn = isKept(id);
    if (isOwn && replaced.has(entry)) kept.add(entry);
    if (!isBeside(line) && !isOwn) return false;
    if (placed.has(entry)) entries.add(entry);
    return true;
  });
  return { shown, kept, entries };
}

/** A number of names, of which the first are kept. */
class Some {
  count = 0;
  #first: string[] = [];

  add(name: string): void {
    this.count += 1;
    if (this.count <= named) this.#first.push(name);
  }

  get listed(): string {
    const left = this.count - this.#first.length;
    return listed(left > 0 ? [...this.#first, `${left} more`] : this.#first, "and");
  }
}

/** What a listing calls what was found. */
interface Names {
  /** The selected tables, quoted. */
  quoted: string[];
  /** The sequences that values are taken from. */
  counters: Some;
  /** Tables and objects in no schema that are left out. */
  tables: Some;
  globals: Some;
}

/** Finds names in a listing, and names what depends on the selection. */
async function nameAll(
  listing: Listing,
  about: {
    isExpected: (object: string) => boolean;
    /** The selected tables. */
    tables: QualifiedNames;
    /** How the lines of sequences begin. */
    sequences: ReadonlySet<string>;
    around: Dependents | undefined;
    /** Whether what is in no schema may depend on it, too. */
    hasGlobals: boolean;
  },
): Promise<Names> {
  const names: Names = { quoted: [], counters: new Some(), tables: new Some(), globals: new Some() };
  for await (const { kind, name } of listing.items("own")) {
    if (kind === "object") about.around?.name(name);
    if (kind === "object" && about.sequences.size > 0 && name.startsWith("sequence ")) {
      const sequence = name.slice("sequence ".length);
      const { schema = "", name: own = "" } = parseQualified(sequence) ?? {};
      if (about.sequences.has(oneLine(`SEQUENCE ${schema} ${own}`))) names.counters.add(sequence);
    }
    if (kind !== "table") continue;
    const table = parseQualified(name);
    if (table !== undefined && about.tables.has(table)) names.quoted.push(name);
    if (!about.isExpected(`table ${name}`)) names.tables.add(name);
  }
  for await (const { name, entry } of listing.items("global")) {
    if (about.hasGlobals) about.around?.nameGlobal(name, entry);
    if (about.around?.globals.has(name) !== true) names.globals.add(name);
  }
  return names;
}

/** A listing with some of the objects, and with the definitions of what depends on these. */
function narrowedListing(
  listing: Listing,
  part: {
    isKept: (item: Item) => boolean;
    /** Whether it has what depends on the schemas of the backup. */
    hasDependents: boolean;
    /** What a complete backup has among its own objects. */
    around: Dependents | undefined;
  },
): Listing {
  const { isKept, hasDependents, around } = part;
  const ofAll = async function* (): AsyncGenerator<Beside> {
    if (around === undefined || around.entries.size === 0) return;
    for await (const item of listing.items("own")) {
      const entry = item.kind === "object" ? around.entries.get(item.name) : undefined;
      if (item.kind !== "object" || entry === undefined) continue;
      const { name, definition, expression } = item;
      yield { name, definition, entry, expression };
    }
  };
  const parts: { [S in Section]?: () => AsyncIterable<Sections[S]> } = {
    own: () => filtered(listing.items("own"), isKept),
    global: () => filtered(listing.items("global"), ({ name }) => around?.globals.has(name) === true),
    async *dependent() {
      if (hasDependents) yield* listing.items("dependent");
      yield* ofAll();
    },
  };
  return {
    async *items(section) {
      yield* parts[section]?.() ?? [];
    },
  };
}

async function* filtered<T>(source: AsyncIterable<T>, fits: (item: T) => boolean): AsyncGenerator<T> {
  for await (const item of source) if (fits(item)) yield item;
}

/** Says what of the backup is not restored. */
function restSentence(manifest: Manifest, { tables, globals }: Pick<Names, "tables" | "globals">): string {
  const { largeObjects } = manifest.contains;
  const parts = [
    ...(tables.count === 0 ? [] : [`${counted(tables.count, "table")} (${tables.listed})`]),
    ...(largeObjects === 0 ? [] : [counted(largeObjects, "large object")]),
    ...(globals.count === 0 ? [] : [`${counted(globals.count, "object")} in no schema (${globals.listed})`]),
    "everything else of the backup",
  ];
  return `Only the selection was restored. Left out: ${listed(parts, "and")}.`;
}

/** Whether what is carried is of a table, by its name. A sequence has that of its table in its own. */
function isOf(carried: string, table: string): boolean {
  const [, rest] = carried.split(` ${table}`, 2);
  return rest !== undefined && (/^(?:[. ]|$)/.test(rest) || carried.startsWith("type of the sequence "));
}
