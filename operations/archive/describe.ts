import { createHash } from "node:crypto";
import * as z from "zod";
import { noTimeLimits, type Session } from "../../postgres/session.ts";
import { globalsQuery } from "./globals.ts";
import type { Item } from "./items.ts";
import { readableMessages, serverNames } from "./names.ts";
import { objectsQuery, sequencesQuery, tablesQuery } from "./objects.ts";
import { countRows } from "./rows.ts";
import type { Beside } from "./sections.ts";
import { inTermsOf } from "./source-terms.ts";

/**
 * Lets a session read all texts of its database. Those of an SQL_ASCII database may not be valid in any other
 * encoding, and the server refuses to send them as UTF-8; unknown bytes are then replaced as they are read.
 */
export const readableEncoding =
  "select set_config('client_encoding', case when getdatabaseencoding() in ('SQL_ASCII', 'MULE_INTERNAL') then 'SQL_ASCII' else 'UTF8' end, false)";

/**
 * Queries of catalogs look dear to the planner and read few rows: the server would compile each for up to a second.
 */
export const withoutCompiler = "set jit = off";

/**
 * Settings of a session that reads definitions: names with their schemas, constants in one format, no time
 * limit, and an error when row-level security would hide a row.
 */
const sessionSettings = `
  ${serverNames};
  ${readableEncoding};
  ${readableMessages};
  set standard_conforming_strings = on;
  set datestyle = 'ISO, YMD';
  set intervalstyle = postgres;
  set timezone = 'UTC';
  set lc_time = 'C';
  set bytea_output = hex;
  set extra_float_digits = 1;
  set quote_all_identifiers = off;
  ${withoutCompiler};
  set row_security = off;
  ${noTimeLimits};
  select set_config('lock_timeout', '60s', false) where current_setting('lock_timeout') = '0'`;

/**
 * Applies the settings that reading a description needs.
 *
 * @param source version of the server with which the description is compared, where it is another one
 */
export async function prepareSession(session: Session, source?: string): Promise<void> {
  await session.run(`${sessionSettings}; ${inTermsOf(source)}`);
}

/** An object as the server describes it. */
export interface Described {
  /** Its place in a dump's table of contents. */
  entry: string;
  /** What a copy must have exactly. */
  definition: string;
  /** What `digestOf` makes of a definition that is too large to be read. */
  digest?: string | null | undefined;
  /** Its expressions, which the server may print differently after a restore. */
  expression: string | null;
}

/** Objects by their names. */
export type Objects = ReadonlyMap<string, Described>;

/** One thing that schemas have: an object with its definition, the rows of a table, or the value of a sequence. */
export type Found =
  | { kind: "object"; name: string; described: Described }
  | Exclude<Item, { kind: "object" }>;

/**
 * Describes the schemas as the session's transaction sees them: definitions, row counts, row-level security,
 * sequences. It reads every table once to count its rows, and keeps nothing in memory.
 *
 * @param isCounted whether the rows of a table are counted; by default those of every table
 * @param isHidden whether an object is left out
 * @param isRead whether the value of a sequence is read; by default that of every one
 */
export async function* describeSchemas(
  session: Session,
  schemas: readonly string[],
  {
    isCounted = () => true,
    isHidden = () => false,
    isRead = () => true,
  }: {
    isCounted?: (table: string) => boolean;
    isHidden?: (object: Described) => boolean;
    isRead?: (sequence: string) => boolean;
  } = {},
): AsyncGenerator<Found> {
  const hidden = new Set<string>();
  for await (const [name, described] of readObjects(session, schemas)) {
    if (isHidden(described)) hidden.add(name);
    else yield { kind: "object", name, described };
  }
  yield* readTables(session, schemas, { isCounted, isKnown: (name) => !hidden.has(`table ${name}`) });
  const isKnown = (name: string): boolean => isRead(name) && !hidden.has(`sequence ${name}`);
  for await (const { item } of readSequences(session, schemas, { isKnown })) yield item;
}

/** An item as a listing has it. */
export function itemOf(found: Found): Item {
  if (found.kind !== "object") return found;
  const { name, described } = found;
  const { expression } = described;
  return {
    kind: "object",
    name,
    definition: digestOf(described),
    ...(expression !== null && { expression }),
  };
}

/** Each object in the schemas, in the session's transaction. */
export async function* readObjects(
  session: Session,
  schemas: readonly string[],
): AsyncGenerator<[name: string, described: Described]> {
  if (schemas.length === 0) return;
  for await (const rows of session.batches(objectsQuery, schemas)) {
    for (const { object, ...described } of objectRows.parse(rows)) yield [object, described];
  }
}

/** Those of the objects in the schemas that have these names. */
export async function readNamed(
  session: Session,
  schemas: readonly string[],
  names: { has: (name: string) => boolean },
): Promise<Objects> {
  const found = new Map<string, Described>();
  for await (const [name, described] of readObjects(session, schemas)) {
    if (names.has(name)) found.set(name, described);
  }
  return found;
}

/**
 * Each object of the database that is in no schema, and the changed privileges of extensions, in the session's
 * transaction. There may be as many as tables: each that a publication names is one.
 */
export async function* readGlobals(session: Session): AsyncGenerator<[name: string, described: Described]> {
  for await (const rows of session.batches(globalsQuery)) {
    for (const { object, ...described } of objectRows.parse(rows)) yield [object, described];
  }
}

/** Those objects that fit, in the order of their names. */
export async function objectsOf(
  all: AsyncIterable<[name: string, described: Described]>,
  fits: (name: string, described: Described) => boolean,
): Promise<Objects> {
  const found = new Map<string, Described>();
  for await (const [name, described] of all) if (fits(name, described)) found.set(name, described);
  return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Large objects of the database. */
export async function countLargeObjects(session: Session): Promise<number> {
  const [row] = await session.rows("select count(*)::int as count from pg_largeobject_metadata");
  return z.object({ count: z.int() }).parse(row).count;
}

const objectRows = z.array(
  z.object({
    object: z.string(),
    entry: z.string(),
    definition: z
      .string()
      .nullable()
      .transform((text) => text ?? ""),
    expression: z.string().nullable(),
    digest: z.string().nullable(),
  }),
);

/** Start of the SHA-256 of a definition. */
export function digestOf({ definition, expression, digest }: Omit<Described, "entry">): string {
  if (typeof digest === "string") return digest;
  const hash = createHash("sha256").update(definition);
  if (expression !== null) hash.update(`\0${expression}`);
  return hash.digest("hex").slice(0, 16);
}

export function digestsOf(objects: Objects): Record<string, string> {
  return Object.fromEntries([...objects].map(([name, described]) => [name, digestOf(described)]));
}

/** An object as a listing has those that are beside its schemas. */
export function besideOf(name: string, described: Described): Beside {
  const { entry, expression } = described;
  return { name, definition: digestOf(described), entry, ...(expression !== null && { expression }) };
}

async function* readTables(
  session: Session,
  schemas: readonly string[],
  { isCounted, isKnown }: { isCounted: (table: string) => boolean; isKnown: (table: string) => boolean },
): AsyncGenerator<Found> {
  for await (const rows of session.batches(tablesQuery, schemas)) {
    const tables = tableRows.parse(rows).filter(({ name }) => isKnown(name));
    const counts = await countRows(session, tables.map(({ name }) => name).filter(isCounted));
    for (const { name, ...rls } of tables) yield { kind: "table", name, rows: counts.get(name) ?? null, rls };
  }
}

const tableRows = z.array(
  z.object({ name: z.string(), enabled: z.boolean(), forced: z.boolean(), policies: z.int() }),
);

/** Sequences that one query reads. */
const sequencesAtOnce = 200;

interface ReadSequence {
  item: Extract<Item, { kind: "sequence" }>;
  /** Whether it counts in a circle and may have gone round meanwhile. */
  isCircle: boolean;
}

/**
 * Reads the values of sequences as they are now: no transaction has a snapshot of them.
 *
 * @param isTolerant whether those that cannot be read, since they were dropped meanwhile, are left out
 */
export async function* readSequences(
  session: Session,
  schemas: readonly string[],
  { isKnown, isTolerant = false }: { isKnown: (sequence: string) => boolean; isTolerant?: boolean },
): AsyncGenerator<ReadSequence> {
  if (schemas.length === 0) return;
  for await (const rows of session.batches(sequencesQuery, schemas)) {
    const all = sequenceRows.parse(rows).filter(({ name }) => isKnown(name));
    for (let start = 0; start < all.length; start += sequencesAtOnce) {
      const some = all.slice(start, start + sequencesAtOnce);
      // The server quotes the names.
      const selects = some.map(
        ({ name }, index) =>
          `select ${index} as index, last_value::text as last, is_called as called from ${name}`,
      );
      for (const { index, ...state } of await readStates(session, selects, isTolerant)) {
        const sequence = some[index];
        if (sequence === undefined) continue;
        const { name, descending, isCircle } = sequence;
        yield { item: { kind: "sequence", name, descending, ...state }, isCircle };
      }
    }
  }
}

async function readStates(
  session: Session,
  selects: readonly string[],
  isTolerant: boolean,
): Promise<z.infer<typeof stateRows>> {
  const together = selects.join(" union all ");
  if (!isTolerant) return stateRows.parse(await session.rows(together));
  const answer = await session.attempt(together, () => undefined);
  if (answer !== undefined) return stateRows.parse(answer);
  const read: z.infer<typeof stateRows> = [];
  for (const select of selects) read.push(...stateRows.parse((await session.attempt(select)) ?? []));
  return read;
}

const sequenceRows = z.array(z.object({ name: z.string(), descending: z.boolean(), isCircle: z.boolean() }));
const stateRows = z.array(z.object({ index: z.int(), last: z.string(), called: z.boolean() }));
