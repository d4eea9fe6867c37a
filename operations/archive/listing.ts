import { once } from "node:events";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip, createGzip } from "node:zlib";
import * as z from "zod";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { parseJson } from "../../lib/json.ts";
import { listingKey } from "../store/names.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { type Details, type EarlierDetails, openDetails } from "./details.ts";
import { fetchObject } from "./fetch.ts";
import type { Item } from "./items.ts";
import type { Description, Earlier, Head, Lists, Manifest } from "./manifest.ts";
import { type Beside, type Listing, type Section, type Sections, sectionSchemas } from "./sections.ts";
import { refuseContradiction, Sum } from "./summary.ts";

/** Most characters of a line: a definition can be as long as a value of a database. */
const maximumLine = 256 * 1024 * 1024;

/** Sections that a restore keeps in memory, and the most characters of all their lines. */
const keptSections = [
  "schema",
  "companion",
  "extension",
  "role",
  "neededRole",
  "evaluated",
  "companionRows",
  "remote",
  "note",
  "setting",
  "properties",
  "carried",
  "pathOperators",
  "unmetKey",
] as const satisfies Section[];
const mostKept = 256 * 1024 * 1024;

/** Characters that are compressed at a time: each piece costs a task of its own, whatever its length. */
const pieceLength = 64 * 1024;

const isKept: ReadonlySet<string> = new Set(keptSections);

/** Sections that are read when a backup is opened: those, and what its manifest sums up. */
const readSections: ReadonlySet<string> = new Set([...keptSections, "own", "summary"]);

/**
 * Writes a listing as lines of JSON, compressed. Names and expressions may be secrets, so it is stored encrypted.
 */
export class ListingWriter {
  /** How many items were written. */
  items = 0;
  #kept = 0;
  #texts: string[] = [];
  #length = 0;
  #gzip = createGzip();
  #signal: AbortSignal;

  /** @param signal ends the writing */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    // Whoever reads the stream is told, if anybody does.
    this.#gzip.on("error", () => undefined);
  }

  /** What is to be stored. It is read only as fast as its reader takes it. */
  get stream(): AsyncIterable<Uint8Array> {
    return this.#gzip;
  }

  /** @throws {Failure} `failed`, when a restore could not keep in memory what there is of schemas, roles and the like */
  async write<S extends Section>(section: S, item: Sections[S]): Promise<void> {
    this.items += 1;
    const line = `${JSON.stringify([section, item])}\n`;
    if (isKept.has(section)) this.#kept += line.length;
    if (this.#kept > mostKept) {
      throw new Failure(
        "failed",
        `The names of schemas and roles, and what is carried beside the dump, exceed the limit of ${mostKept} characters: back up fewer schemas at a time`,
      );
    }
    this.#texts.push(line);
    this.#length += line.length;
    if (this.#length < pieceLength || this.#flush()) return;
    await once(this.#gzip, "drain", { signal: this.#signal });
  }

  /** @returns whether there is room for more */
  #flush(): boolean {
    const text = this.#texts.join("");
    this.#texts = [];
    this.#length = 0;
    return this.#gzip.write(text);
  }

  async writeAll<S extends Section>(section: S, items: Iterable<Sections[S]>): Promise<void> {
    for (const item of items) await this.write(section, item);
  }

  end(): void {
    this.#flush();
    this.#gzip.end();
  }

  /** Ends the stream with an error. */
  fail(error: unknown): void {
    this.#gzip.destroy(error instanceof Error ? error : new Error(reasonOf(error)));
  }
}

/** A backup that can be read, except for its dump. */
export interface Opened {
  manifest: Manifest;
  details: Details;
  listing: Listing;
}

/**
 * Gets the listing of a backup into a file, and checks its digest.
 *
 * @param file to create, compressed and readable only by this account
 * @throws {Failure} `failed`, when it does not match the manifest, or the manifest contradicts it
 */
export async function openBackup(
  options: { store: ObjectStore; identities: readonly string[]; file: string; signal: AbortSignal },
  head: Head,
): Promise<Opened> {
  const { legacy, key } = head;
  const details = legacy && (await openDetails(legacy, options.identities));
  if (legacy?.version !== 2) {
    await fetchObject({ ...options, key: listingKey(key), sealed: head.listing.sealed });
  }
  const stored = fileListing(options.file, head);
  if (legacy === undefined || details === undefined) {
    return { ...(await readLists(options.file, head)), listing: stored };
  }
  if (legacy.version === 3) {
    const sum = new Sum();
    for await (const item of stored.items("own")) sum.add(item);
    refuseContradiction(head, sum, legacy);
  }
  const { schemas, companions, extensions, roles, needsRoles, evaluated, companionRows, remote, notes } =
    legacy;
  const lists = {
    schemas,
    companions,
    extensions,
    roles,
    needsRoles,
    evaluated,
    companionRows,
    remote,
    notes,
  };
  return { manifest: { ...head, ...lists }, details, listing: earlierListing(legacy, details, stored) };
}

function fileListing(file: string, head: Head): Listing {
  return {
    async *items(section) {
      for await (const { line } of linesIn(file, head, new Set([section]))) {
        yield itemOf(section, line, head);
      }
    },
  };
}

function itemOf<S extends Section>(section: S, line: string, head: Head): Sections[S] {
  const schema: z.ZodType<Sections[S]> = sectionSchemas[section];
  const parts = lineSchema.safeParse(parseJson(line));
  const { data } = schema.safeParse(parts.data?.[1]);
  if (data === undefined) throw invalid(head);
  return data;
}

const lineSchema = z.tuple([z.string(), z.unknown()]);

/**
 * Reads what a restore keeps in memory, all of it at once.
 *
 * @throws {Failure} `failed`, when it is invalid or the manifest contradicts it
 */
async function readLists(file: string, head: Head): Promise<Omit<Opened, "listing">> {
  const found = new Map<string, string[]>();
  const sum = new Sum();
  let summary: Sections["summary"] | undefined;
  let characters = 0;
  for await (const { section, line } of linesIn(file, head, readSections)) {
    if (section === "own") sum.add(itemOf(section, line, head));
    if (section === "summary") summary = itemOf(section, line, head);
    if (!isKept.has(section)) continue;
    characters += line.length;
    if (characters > mostKept) throw invalid(head);
    const lines = found.get(section);
    if (lines === undefined) found.set(section, [line]);
    else lines.push(line);
  }
  const list = <S extends (typeof keptSections)[number]>(section: S): Sections[S][] =>
    (found.get(section) ?? []).map((line) => itemOf(section, line, head));
  const placed = (section: "companionRows" | "remote"): Record<string, string> =>
    Object.fromEntries(list(section).map(({ name, entry }) => [name, entry]));
  const [properties = null] = list("properties");
  const read: Omit<Opened, "listing"> = {
    manifest: {
      ...head,
      schemas: list("schema"),
      companions: list("companion"),
      extensions: list("extension"),
      roles: list("role"),
      needsRoles: list("neededRole"),
      evaluated: list("evaluated"),
      companionRows: placed("companionRows"),
      remote: placed("remote"),
      notes: list("note"),
    },
    details: {
      settings: list("setting"),
      properties,
      carried: list("carried"),
      pathOperators: list("pathOperators"),
      unmetKeys: list("unmetKey"),
    },
  };
  refuseContradiction(head, sum, { summary, companions: read.manifest.companions });
  return read;
}

type KeptItems = { [S in (typeof keptSections)[number]]: () => Iterable<Sections[S]> };

/** What a restore keeps in memory, as a listing has it. */
function keptItems(lists: Lists, details: Details): KeptItems {
  const placed = (record: Readonly<Record<string, string>>) =>
    Object.entries(record).map(([name, entry]) => ({ name, entry }));
  return {
    schema: () => lists.schemas,
    companion: () => lists.companions,
    extension: () => lists.extensions,
    role: () => lists.roles,
    neededRole: () => lists.needsRoles,
    evaluated: () => lists.evaluated,
    companionRows: () => placed(lists.companionRows),
    remote: () => placed(lists.remote),
    note: () => lists.notes,
    setting: () => details.settings,
    properties: () => (details.properties === null ? [] : [details.properties]),
    carried: () => details.carried,
    pathOperators: () => details.pathOperators,
    unmetKey: () => details.unmetKeys,
  };
}

/** Writes what a restore keeps in memory. */
export async function writeLists(listing: ListingWriter, lists: Lists, details: Details): Promise<void> {
  const items = keptItems(lists, details);
  const write = <S extends keyof KeptItems>(section: S): Promise<void> =>
    listing.writeAll(section, items[section]());
  for (const section of keptSections) await write(section);
}

function invalid({ key }: Pick<Head, "key">): Failure {
  return new Failure("failed", `The list of objects of ${key} is invalid`);
}

/** The lines of some sections; the others are only counted. */
async function* linesIn(
  file: string,
  head: Head,
  wanted: ReadonlySet<string>,
): AsyncGenerator<{ section: string; line: string }> {
  // Whoever reads the text is told of an error of either stream, and who stops early closes both.
  const text = pipeline(createReadStream(file), createGunzip(), () => undefined).setEncoding("utf8");
  let items = 0;
  try {
    for await (const line of linesOf(text, () => invalid(head))) {
      items += 1;
      // A small file may unpack to an endless one.
      if (items > head.listing.items) throw invalid(head);
      const section = line.slice(2, line.indexOf('"', 2));
      if (!line.startsWith('["') || !Object.hasOwn(sectionSchemas, section)) throw invalid(head);
      if (wanted.has(section)) yield { section, line };
    }
    if (items < head.listing.items) throw invalid(head);
  } catch (error) {
    throw error instanceof Failure ? error : invalid(head);
  }
}

async function* linesOf(source: AsyncIterable<string>, invalid: () => Failure): AsyncGenerator<string> {
  let rest: string[] = [];
  let length = 0;
  for await (const text of source) {
    const [first = "", ...others] = text.split("\n");
    rest.push(first);
    length += first.length;
    if (length > maximumLine) throw invalid();
    for (const next of others) {
      yield rest.join("");
      rest = [next];
      length = next.length;
    }
  }
  if (length > 0) throw invalid();
}

/** The listing of a backup whose manifest has in it what is now in the listing, or some of that. */
function earlierListing(
  legacy: Earlier,
  { expressions, ...details }: EarlierDetails,
  stored: Listing,
): Listing {
  const expressionOf = (name: string): { expression?: string } => {
    const expression = Object.hasOwn(expressions, name) ? expressions[name] : undefined;
    return expression === undefined ? {} : { expression };
  };
  const beside = (objects: Earlier["globals"]): Beside[] =>
    Object.entries(objects).map(([name, rest]) => ({ name, ...rest, ...expressionOf(name) }));
  const parts: { [S in Section]: () => Iterable<Sections[S]> | AsyncIterable<Sections[S]> } = {
    own: () => (legacy.version === 3 ? stored.items("own") : described(legacy.description, expressionOf)),
    around: () =>
      legacy.version === 3 ? stored.items("around") : described(legacy.surroundings, expressionOf),
    global: () => beside(legacy.globals),
    dependent: () => beside(legacy.dependents),
    summary: () => [],
    ...keptItems(legacy, details),
  };
  return {
    async *items(section) {
      yield* parts[section]();
    },
  };
}

function* described(
  { objects, tables, sequences }: Description,
  expressionOf: (name: string) => { expression?: string },
): Generator<Item> {
  for (const [name, digest] of Object.entries(objects)) {
    yield { kind: "object", name, definition: digest, ...expressionOf(name) };
  }
  for (const [name, table] of Object.entries(tables)) yield { kind: "table", name, ...table };
  for (const [name, sequence] of Object.entries(sequences)) yield { kind: "sequence", name, ...sequence };
}
