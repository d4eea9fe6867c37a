import { Failure } from "../../lib/failure.ts";
import { counted, listed, listedSome } from "../../lib/text.ts";
import { type Contents, hasAttached, type Line } from "./contents.ts";
import type { Details } from "./details.ts";
import type { Item } from "./items.ts";
import type { Manifest } from "./manifest.ts";
import {
  oneLine,
  type Place,
  parseQualified,
  placeOf,
  type QualifiedName,
  unquoted,
} from "./qualified-names.ts";
import type { Beside, Listing, Section, Sections } from "./sections.ts";
import { dependentsOf } from "./selected-dependents.ts";

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

/**
 * Finds the wanted schemas or tables in a backup.
 *
 * @throws {Failure} `refused`, when the backup has none of that name
 */
export function selectionOf(manifest: Manifest, names: ListedNames, wanted: Wanted): Selection {
  const schemas = wanted.schemas.map((text) => {
    const found = [text, unquoted(text), text.toLowerCase()].find((name) =>
      manifest.schemas.some((schema) => schema.name === name),
    );
    if (found !== undefined) return found;
    const names = manifest.schemas.map(({ name }) => name);
    throw new Failure("refused", `The backup has no schema ${text}: it has ${listed(names, "and")}`);
  });
  const there = names.tables.flatMap((name) => parseQualified(name) ?? []);
  const tables = wanted.tables.map((text) => {
    const typed = parseQualified(text.includes(".") ? text : `public.${text}`);
    const folded = typed && { schema: typed.schema.toLowerCase(), name: typed.name.toLowerCase() };
    const found = [typed, folded].flatMap(
      (one) => there.find((table) => one !== undefined && isSame(table, one)) ?? [],
    )[0];
    if (found !== undefined) return found;
    throw new Failure(
      "refused",
      `The backup has no table ${text}: give it with its schema, such as public.orders`,
    );
  });
  return { schemas: [...new Set(schemas)], tables };
}

/** Names of what a backup has, which a selection is found by. */
export interface ListedNames {
  objects: string[];
  tables: string[];
  /** Objects in no schema, with their entries. */
  globals: { name: string; entry: string }[];
}

/** Reads the names of a listing. */
export async function readNames(listing: Listing): Promise<ListedNames> {
  const found: ListedNames = { objects: [], tables: [], globals: [] };
  for await (const { kind, name } of listing.items("own")) {
    if (kind === "object") found.objects.push(name);
    if (kind === "table") found.tables.push(name);
  }
  for await (const { name, entry } of listing.items("global")) found.globals.push({ name, entry });
  return found;
}

/** The manifest of a selection before the dump was read: what a restore would replace, and which schemas it is in. */
export function selectedManifest(
  manifest: Manifest,
  { objects }: ListedNames,
  selection: Selection,
): Manifest {
  const wanted = new Set([...selection.schemas, ...selection.tables.map(({ schema }) => schema)]);
  const inside = objects.filter((object) => wanted.has(placeOf(object)?.schema ?? "")).length;
  return {
    ...manifest,
    schemas: manifest.schemas.filter(({ name }) => wanted.has(name)),
    // Locks are not recorded for each schema.
    lockable:
      selection.tables.length > 0 ? 0 : Math.ceil((manifest.lockable * inside) / Math.max(1, objects.length)),
    extensions: manifest.extensions.map((extension) => ({ ...extension, needed: false })),
  };
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
  names: ListedNames;
}

/**
 * Narrows a backup to a selection. What the selected objects need comes along where a database is made anew, sequences
 * with their values and tables without their rows; in place it has to be there.
 *
 * @param idsIn the lines of the contents in each schema, by their numbers
 * @param isNew whether a new database is made
 */
export function narrow(
  { manifest, contents, details, listing, names }: Complete,
  selection: Selection,
  { idsIn, isNew }: { idsIn: ReadonlyMap<string, ReadonlySet<string>>; isNew: boolean },
): Narrowed {
  const lines = [...contents.lines()];
  const roles = new Set([...manifest.roles.map(({ name }) => name), ...manifest.needsRoles]);
  const found = new Finder(lines, idsIn, roles);
  const tables = selection.tables.length > 0 ? found.withPartitions(selection.tables) : [];
  const chosen = new Set<string>(selection.schemas.flatMap((schema) => [...(idsIn.get(schema) ?? [])]));
  for (const id of found.aboutSchemas(selection.schemas)) chosen.add(id);
  for (const table of tables) for (const id of found.partsOf(table)) chosen.add(id);
  const withRows = new Set([...chosen].filter((id) => found.line(id)?.rest.startsWith("TABLE ")));
  const keys = isNew
    ? lines.filter((line) => chosen.has(line.id) && found.isKeyElsewhere(line, withRows))
    : [];
  for (const id of found.withComments(keys)) chosen.delete(id);
  const needed = found.closure(chosen);
  if (isNew) for (const id of found.valuesOf(needed)) needed.add(id);
  const counters = isNew ? [] : found.sequencesOf(chosen, names.objects);
  const kept = lines.filter(({ id }) => chosen.has(id) || (isNew && needed.has(id)));
  const keptEntries = new Set(kept.map(({ entry }) => entry));
  const extensions = manifest.extensions
    .filter(({ name }) => found.hasExtension(needed, name))
    .map((extension) => ({ ...extension, data: [], needed: true }));
  const isChosen = (place: Place): boolean =>
    selection.schemas.includes(place.schema) || tables.some((table) => found.belongs(place, table, chosen));
  const isLeftKey = (place: Place): boolean =>
    place.kind === "constraint" &&
    keys.some(({ rest }) =>
      rest.startsWith(`FK CONSTRAINT ${place.schema} ${unquoted(place.rest)} ${place.part} `),
    );
  const isExpected = (object: string): boolean => {
    const place = placeOf(object);
    return place !== undefined && isChosen(place) && !isLeftKey(place);
  };
  const hasSchemas = selection.schemas.length > 0;
  // The manifest of a backup of schemas names its own. A table that is made again has some in its schema, too.
  const around =
    isNew || (hasSchemas && !manifest.whole)
      ? undefined
      : dependentsOf(lines, chosen, {
          names: names.objects,
          roles,
          globals: hasSchemas ? names.globals : [],
        });
  const globals = new Set(around?.globals);
  const isKept = ({ kind, name }: Item): boolean => {
    if (kind !== "object") return isExpected(`${kind} ${name}`);
    return isExpected(name) && (hasSchemas || !name.startsWith("schema "));
  };
  const wanted = new Set([...selection.schemas, ...tables.map(({ schema }) => schema)]);
  const narrowed: Manifest = {
    ...manifest,
    schemas: manifest.schemas.filter(({ name }) => wanted.has(name)),
    companions: isNew
      ? [...manifest.schemas, ...manifest.companions].filter(({ name }) => !wanted.has(name))
      : [...manifest.companions, ...manifest.schemas.filter(({ name }) => around?.schemas.includes(name))],
    whole: false,
    companionRows: {},
    extensions,
    labelProviders: manifest.labelProviders,
    remote: Object.fromEntries(
      Object.entries(manifest.remote).filter(([view]) =>
        selection.schemas.includes(parseQualified(view)?.schema ?? ""),
      ),
    ),
  };
  const beside = isNew ? [] : manifest.companions.flatMap(({ name }) => [...(idsIn.get(name) ?? [])]);
  const shown = new Set([...kept.map(({ id }) => id), ...beside, ...(around?.ids ?? [])]);
  const shownEntries = new Set(lines.filter(({ id }) => shown.has(id)).map(({ entry }) => entry));
  return {
    manifest: narrowed,
    contents: contents.filtered(({ id }) => shown.has(id)),
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
        if (replaces !== null) return keptEntries.has(replaces);
        if (schema === null || !wanted.has(schema)) return false;
        return tables.length === 0 || tables.some((table) => name.includes(` ${quotedName(names, table)}`));
      }),
      pathOperators: details.pathOperators.filter(({ entries }) =>
        entries.some((entry) => shownEntries.has(entry)),
      ),
    },
    listing: narrowedListing(listing, {
      isKept,
      globals,
      hasDependents: !isNew,
      dependents: around?.entries ?? new Map(),
    }),
    tables,
    contentsFor: (some) => {
      const ids = new Set(some.flatMap((table) => [...found.partsOf(table)]));
      return contents.filtered(({ id }) => ids.has(id) && shown.has(id));
    },
    tableOf: (object) => {
      const place = placeOf(object);
      return place && tables.find((table) => found.belongs(place, table, found.partsOf(table)));
    },
    leftOut: [
      ...keys.map(
        ({ rest }) =>
          `The foreign key «${rest.replace(/^FK CONSTRAINT /, "")}» was left out: the rows that it refers to are not restored.`,
      ),
      ...(counters.length === 0
        ? []
        : [
            `${counted(counters.length, "sequence")} that the selection takes values from (${listedSome(counters, named)}) ${counters.length === 1 ? "keeps its value" : "keep their values"}.`,
          ]),
      restSentence(manifest, {
        tables: names.tables.filter((name) => !isExpected(`table ${name}`)),
        globals: names.globals.flatMap(({ name }) => (globals.has(name) ? [] : [name])),
      }),
    ],
  };
}

/** A listing with some of the objects, and with the definitions of what depends on these. */
function narrowedListing(
  listing: Listing,
  part: {
    isKept: (item: Item) => boolean;
    /** Names of the objects in no schema. */
    globals: ReadonlySet<string>;
    /** Whether it has what depends on the schemas of the backup. */
    hasDependents: boolean;
    /** What a complete backup has among its own objects, with its entries. */
    dependents: ReadonlyMap<string, string>;
  },
): Listing {
  const { isKept, globals, hasDependents, dependents } = part;
  const ofAll = async function* (): AsyncGenerator<Beside> {
    if (dependents.size === 0) return;
    for await (const item of listing.items("own")) {
      const entry = item.kind === "object" ? dependents.get(item.name) : undefined;
      if (item.kind !== "object" || entry === undefined) continue;
      const { name, definition, expression } = item;
      yield { name, definition, entry, expression };
    }
  };
  const parts: { [S in Section]?: () => AsyncIterable<Sections[S]> } = {
    own: () => filtered(listing.items("own"), isKept),
    global: () => filtered(listing.items("global"), ({ name }) => globals.has(name)),
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
function restSentence(
  manifest: Manifest,
  { tables, globals }: { tables: readonly string[]; globals: readonly string[] },
): string {
  const { largeObjects } = manifest.contains;
  const parts = [
    ...(tables.length === 0 ? [] : [`${counted(tables.length, "table")} (${listedSome(tables, named)})`]),
    ...(largeObjects === 0 ? [] : [counted(largeObjects, "large object")]),
    ...(globals.length === 0
      ? []
      : [`${counted(globals.length, "object")} in no schema (${listedSome(globals, named)})`]),
    "everything else of the backup",
  ];
  return `Only the selection was restored. Left out: ${listed(parts, "and")}.`;
}

function quotedName({ tables }: ListedNames, table: QualifiedName): string {
  return (
    tables.find((name) => {
      const parsed = parseQualified(name);
      return parsed !== undefined && isSame(parsed, table);
    }) ?? ""
  );
}

function isSame(one: QualifiedName, other: QualifiedName): boolean {
  return one.schema === other.schema && one.name === other.name;
}

/** Finds lines of a table of contents by what they are about. */
class Finder {
  readonly #lines: readonly Line[];
  readonly #byId: ReadonlyMap<string, Line>;
  readonly #idsIn: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #roles: ReadonlySet<string>;
  readonly #parts = new Map<QualifiedName, ReadonlySet<string>>();

  constructor(
    lines: readonly Line[],
    idsIn: ReadonlyMap<string, ReadonlySet<string>>,
    roles: ReadonlySet<string>,
  ) {
    this.#lines = lines;
    this.#byId = new Map(lines.map((line) => [line.id, line]));
    this.#idsIn = idsIn;
    this.#roles = roles;
  }

  line(id: string): Line | undefined {
    return this.#byId.get(id);
  }

  /** The line that makes a table. */
  #tableLine({ schema, name }: QualifiedName): Line {
    const start = `TABLE ${oneLine(schema)} ${oneLine(name)} `;
    const ids = this.#idsIn.get(schema) ?? new Set();
    const found = this.#lines.find(
      ({ id, rest }) => ids.has(id) && rest.startsWith(start) && this.#roles.has(rest.slice(start.length)),
    );
    if (found !== undefined) return found;
    throw new Failure("failed", `The dump has no table ${schema}.${name}`);
  }

  #nameOf(line: Line): QualifiedName | undefined {
    for (const [schema, ids] of this.#idsIn) {
      const start = `TABLE ${oneLine(schema)} `;
      if (!ids.has(line.id) || !line.rest.startsWith(start)) continue;
      const owner = [...this.#roles].find((role) => line.rest.endsWith(` ${role}`));
      return { schema, name: line.rest.slice(start.length, -1 - (owner ?? "").length) };
    }
    return undefined;
  }

  /** Tables, and the partitions below them. */
  withPartitions(tables: readonly QualifiedName[]): QualifiedName[] {
    const found = [...tables];
    for (const table of found) {
      const { id } = this.#tableLine(table);
      for (const { rest, needs } of this.#lines) {
        if (!rest.startsWith("TABLE ATTACH ") || !needs.includes(id)) continue;
        for (const need of needs) {
          const line = this.line(need);
          const name = line?.rest.startsWith("TABLE ") ? this.#nameOf(line) : undefined;
          // The line needs the partition and the table above it.
          const isBelow =
            name !== undefined &&
            rest.startsWith(`TABLE ATTACH ${oneLine(name.schema)} ${oneLine(name.name)} `);
          if (isBelow && !found.some((one) => isSame(one, name))) found.push(name);
        }
      }
    }
    return found;
  }

  /** The comments, privileges and labels of schemas, which are in no schema themselves. */
  aboutSchemas(schemas: readonly string[]): string[] {
    const starts = schemas.flatMap((name) =>
      ["ACL", "COMMENT", "SECURITY LABEL"].map((kind) => `${kind} - SCHEMA ${oneLine(name)} `),
    );
    return this.#lines.flatMap(({ id, rest }) =>
      starts.some((start) => rest.startsWith(start)) ? [id] : [],
    );
  }

  /** The lines of a table, its rows and everything that belongs to it. */
  partsOf(table: QualifiedName): ReadonlySet<string> {
    const known = this.#parts.get(table);
    if (known !== undefined) return known;
    const ids = this.#findParts(table);
    this.#parts.set(table, ids);
    return ids;
  }

  #findParts(table: QualifiedName): ReadonlySet<string> {
    const own = this.#tableLine(table);
    const ids = new Set([own.id]);
    const start = `${oneLine(table.schema)} ${oneLine(table.name)} `;
    const owned = new Set<string>();
    for (const { id, rest, needs } of this.#lines) {
      if (!needs.includes(own.id)) continue;
      owned.add(id);
      if (rest.startsWith("SEQUENCE OWNED BY ")) for (const need of needs) owned.add(need);
    }
    const sequences = this.#lines.filter(
      ({ id, rest }) =>
        owned.has(id) && rest.startsWith("SEQUENCE ") && !/^SEQUENCE (?:SET|OWNED BY) /.test(rest),
    );
    for (const { id } of sequences) ids.add(id);
    for (const line of this.#lines) {
      const kind = tableKinds.find((name) => line.rest.startsWith(`${name} `));
      const isOfTable =
        kind !== undefined &&
        line.needs.includes(own.id) &&
        (kind.startsWith("INDEX") ||
        kind === "STATISTICS" ||
        kind.startsWith("SEQUENCE") ||
        kind === "TABLE ATTACH"
          ? kind !== "TABLE ATTACH" || line.rest.startsWith(`TABLE ATTACH ${start}`)
          : line.rest.startsWith(`${kind} ${start}`));
      if (isOfTable) ids.add(line.id);
    }
    // Comments, privileges, values of sequences, and indexes that are attached.
    for (const line of this.#lines) {
      if (/^(?:COMMENT|ACL|SECURITY LABEL|SEQUENCE SET|SEQUENCE OWNED BY|INDEX ATTACH) /.test(line.rest)) {
        if (line.needs.some((id) => ids.has(id))) ids.add(line.id);
      }
    }
    return ids;
  }

  /** Whether a line is a foreign key to a table without its rows. */
  isKeyElsewhere({ rest, needs }: Line, withRows: ReadonlySet<string>): boolean {
    return (
      rest.startsWith("FK CONSTRAINT ") &&
      needs.some((id) => this.line(id)?.rest.startsWith("TABLE ") === true && !withRows.has(id))
    );
  }

  /** Lines, and the comments on what they make. */
  withComments(lines: readonly Line[]): ReadonlySet<string> {
    const ids = new Set(lines.map(({ id }) => id));
    const comments = this.#lines.filter(
      ({ rest, needs }) => rest.startsWith("COMMENT ") && needs.some((id) => ids.has(id)),
    );
    return new Set([...ids, ...comments.map(({ id }) => id)]);
  }

  /** What lines need, and what that needs: definitions without rows. */
  closure(chosen: ReadonlySet<string>): Set<string> {
    const found = new Set(chosen);
    for (const id of found) {
      for (const need of this.line(id)?.needs ?? []) {
        const line = this.line(need);
        if (line !== undefined && !/^(?:TABLE DATA|SEQUENCE SET|MATERIALIZED VIEW DATA) /.test(line.rest))
          found.add(need);
      }
    }
    return found;
  }

  /** The values of sequences. */
  valuesOf(ids: ReadonlySet<string>): string[] {
    return this.#lines.flatMap(({ id, rest, needs }) =>
      rest.startsWith("SEQUENCE SET ") && needs.some((need) => ids.has(need)) ? [id] : [],
    );
  }

  /** The sequences of a backup that lines take values from and that are not among them. */
  sequencesOf(chosen: ReadonlySet<string>, objects: readonly string[]): string[] {
    const needs = new Set([...chosen].flatMap((id) => this.line(id)?.needs ?? []));
    const lines = new Set([...needs].flatMap((id) => (chosen.has(id) ? [] : (this.line(id)?.rest ?? []))));
    if (![...lines].some((rest) => rest.startsWith("SEQUENCE "))) return [];
    return objects.flatMap((object) => {
      const name = object.startsWith("sequence ") ? object.slice("sequence ".length) : "";
      const parsed = parseQualified(name);
      if (parsed === undefined) return [];
      const start = `SEQUENCE ${oneLine(parsed.schema)} ${oneLine(parsed.name)} `;
      return [...this.#roles].some((role) => lines.has(`${start}${role}`)) ? [name] : [];
    });
  }

  hasExtension(ids: ReadonlySet<string>, name: string): boolean {
    return this.#lines.some(
      ({ id, rest }) => ids.has(id) && rest.startsWith(`EXTENSION - ${oneLine(name)} `),
    );
  }

  /** Whether an object of the description belongs to a table. */
  belongs({ kind, schema, rest }: Place, table: QualifiedName, chosen: ReadonlySet<string>): boolean {
    if (schema !== table.schema) return false;
    const name = unquoted(rest);
    if (kind === "index" || kind === "sequence" || kind === "statistics") {
      const word = kind.toUpperCase();
      const start = `${oneLine(schema)} ${oneLine(name)} `;
      const key = `CONSTRAINT ${oneLine(schema)} ${oneLine(table.name)} ${oneLine(name)} `;
      return [...chosen].some((id) => {
        const text = this.line(id)?.rest ?? "";
        return text.startsWith(`${word} ${start}`) || text.startsWith(key);
      });
    }
    return name === table.name && /^(?:table|constraint|trigger|policy|rule)$/.test(kind);
  }
}

/** Kinds of lines that belong to a table, the longer ones first. */
const tableKinds = [
  "TABLE DATA",
  "TABLE ATTACH",
  "CHECK CONSTRAINT",
  "FK CONSTRAINT",
  "CONSTRAINT",
  "DEFAULT",
  "INDEX",
  "TRIGGER",
  "POLICY",
  "ROW SECURITY",
  "RULE",
  "STATISTICS",
  "SEQUENCE OWNED BY",
];

/** Schemas whose lines a selection is found by: partitions may be in any. */
export function schemasToList(manifest: Manifest, selection: Selection, contents: Contents): string[] {
  const all = [...manifest.schemas, ...manifest.companions].map(({ name }) => name);
  const companions = manifest.companions.map(({ name }) => name);
  const hasPartitions = selection.tables.length > 0 && hasAttached(contents);
  const own = [...selection.schemas, ...selection.tables.map(({ schema }) => schema)];
  return hasPartitions ? all : [...new Set([...own, ...companions])];
}
