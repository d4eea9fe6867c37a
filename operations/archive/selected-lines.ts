import { Failure } from "../../lib/failure.ts";
import { type Contents, isTable, type Line } from "./contents.ts";
import { IdSet } from "./id-set.ts";
import { NameSet } from "./name-set.ts";
import { oneLine, type Place, parseQualified, type QualifiedName, unquoted } from "./qualified-names.ts";
import type { Listing } from "./sections.ts";

/** Numbers of lines. */
type Ids = Pick<IdSet, "has">;

/** In which schemas the lines of a dump are, as far as that was asked for: its texts do not tell where a schema's name ends. */
export class SchemaLines {
  readonly #list: (schema: string) => Promise<Ids>;
  readonly #read = new Map<string, Ids>();

  /** @param list the numbers of the lines of a schema */
  constructor(list: (schema: string) => Promise<Ids>) {
    this.#list = list;
  }

  async read(schemas: Iterable<string>): Promise<void> {
    for (const schema of schemas) {
      if (!this.#read.has(schema)) this.#read.set(schema, await this.#list(schema));
    }
  }

  /** Whether a line is in a schema that was read. */
  has(schema: string, id: string): boolean {
    return this.#read.get(schema)?.has(id) === true;
  }
}

/** A dump in which lines are looked for. */
export interface Dump {
  contents: Contents;
  schemas: SchemaLines;
  /** Names of the roles that own something. */
  roles: ReadonlySet<string>;
}

/** What a line may begin with up to its owner, who may have spaces in the name. */
export function* headsOf(rest: string, roles: ReadonlySet<string>): Generator<string> {
  for (let end = rest.lastIndexOf(" "); end > 0; end = rest.lastIndexOf(" ", end - 1)) {
    if (roles.has(rest.slice(end + 1))) yield rest.slice(0, end);
  }
}

/** Some tables of a dump, by the numbers of their lines. */
export type TableLines = ReadonlyMap<string, QualifiedName>;

/**
 * Finds the lines of tables, and of the partitions below them.
 *
 * @throws {Failure} `failed`, when the dump does not have one
 */
export async function findTables(
  dump: Dump,
  listing: Listing,
  wanted: readonly QualifiedName[],
): Promise<TableLines> {
  await dump.schemas.read(wanted.map(({ schema }) => schema));
  const tables = new Map<string, QualifiedName>();
  const byHead = Map.groupBy(wanted, headOf);
  const attachments = dump.contents.filtered((line) => {
    if (line.rest.startsWith("TABLE ATTACH ")) return true;
    if (!isTable(line)) return false;
    for (const head of headsOf(line.rest, dump.roles)) {
      const table = byHead.get(head)?.find(({ schema }) => dump.schemas.has(schema, line.id));
      if (table !== undefined) tables.set(line.id, table);
    }
    return false;
  });
  const found = new Set(tables.values());
  const missing = wanted.find((table) => !found.has(table));
  if (missing !== undefined) {
    throw new Failure("failed", `The dump has no table ${missing.schema}.${missing.name}`);
  }
  const below = partitionsOf(dump, attachments, tables);
  if (below.size === 0) return tables;
  for (const [id, name] of await nameTables(dump, listing, below)) tables.set(id, name);
  return tables;
}

function headOf({ schema, name }: QualifiedName): string {
  return `TABLE ${oneLine(schema)} ${oneLine(name)}`;
}

/** @returns the numbers of the lines of partitions, with how these may begin */
function partitionsOf(
  { contents, roles }: Dump,
  attachments: Contents,
  tables: TableLines,
): ReadonlyMap<string, string[]> {
  const below = new Map<string, string[]>();
  if (attachments.isEmpty) return below;
  const needed = new IdSet();
  for (const { needs } of attachments.lines()) for (const id of needs) needed.add(id);
  // The line that attaches one needs the partition and the table above it, and begins like the partition's.
  const partitions = new NameSet();
  for (const line of contents.lines()) {
    if (!isTable(line) || !needed.has(line.id)) continue;
    for (const head of headsOf(line.rest.slice("TABLE ".length), roles)) partitions.add(`${line.id} ${head}`);
  }
  for (let before = -1; before !== below.size; ) {
    before = below.size;
    for (const { rest, needs } of attachments.lines()) {
      if (!needs.some((id) => tables.has(id) || below.has(id))) continue;
      const heads = [...headsOf(rest.slice("TABLE ATTACH ".length), roles)];
      for (const id of needs) {
        const own = heads.filter((head) => partitions.has(`${id} ${head}`));
        const isBelow = needs.some((other) => other !== id && (tables.has(other) || below.has(other)));
        if (own.length > 0 && isBelow && !tables.has(id)) below.set(id, own);
      }
    }
  }
  return below;
}

/** Names tables by a listing, since the lines do not tell a name from its schema. */
async function nameTables(
  { schemas }: Dump,
  listing: Listing,
  lines: ReadonlyMap<string, readonly string[]>,
): Promise<Map<string, QualifiedName>> {
  const byHead = new Map<string, string[]>();
  for (const [id, heads] of lines) {
    for (const head of heads) byHead.set(head, [...(byHead.get(head) ?? []), id]);
  }
  const candidates: [id: string, QualifiedName][] = [];
  for (const section of ["own", "around"] as const) {
    for await (const { kind, name } of listing.items(section)) {
      const table = kind === "table" ? parseQualified(name) : undefined;
      if (table === undefined) continue;
      const ids = byHead.get(`${oneLine(table.schema)} ${oneLine(table.name)}`) ?? [];
      for (const id of ids) candidates.push([id, table]);
    }
  }
  await schemas.read(new Set(candidates.map(([, { schema }]) => schema)));
  return new Map(candidates.filter(([id, { schema }]) => schemas.has(schema, id)));
}

/** What belongs to tables. */
export interface TableParts {
  /** The lines of the tables, of their rows and of everything that belongs to them. */
  ids: Ids;
  /** The table that an object of a description is or belongs to. */
  tableOf: (place: Place) => QualifiedName | undefined;
}

/** Finds the lines of tables, of their rows and of everything that belongs to them. */
export function findParts({ contents, roles }: Omit<Dump, "schemas">, tables: TableLines): TableParts {
  const ids = new IdSet();
  for (const id of tables.keys()) ids.add(id);
  const sequences = new Map<string, QualifiedName>();
  for (const { id, rest, needs } of contents.lines()) {
    if (!rest.startsWith("SEQUENCE ")) continue;
    for (const need of needs) {
      const table = tables.get(need);
      if (table === undefined) continue;
      const owned = rest.startsWith("SEQUENCE OWNED BY ") ? needs : [id];
      for (const one of owned) if (one !== need) sequences.set(one, table);
    }
  }
  /** How the lines of indexes, sequences and statistics begin, which are named in their schema. */
  const named = new Map<string, QualifiedName>();
  for (const line of contents.lines()) {
    const { id, rest, needs } = line;
    const sequence = isSequence(rest) ? sequences.get(id) : undefined;
    const table = sequence ?? tableOfPart(line, tables);
    if (table === undefined) {
      // Comments, privileges, values of sequences, and indexes that are attached come after what they are about.
      if (about.test(rest) && needs.some((need) => ids.has(need))) ids.add(id);
      continue;
    }
    ids.add(id);
    const own = `CONSTRAINT ${startOf(table)}`;
    for (const head of headsOf(rest, roles)) {
      const key = head.startsWith(own) ? `INDEX ${oneLine(table.schema)} ${head.slice(own.length)}` : head;
      if (sequence !== undefined || /^(?:INDEX|STATISTICS) /.test(key)) named.set(key, table);
    }
  }
  const byName = new Map([...tables.values()].map((table) => [keyOf(table), table]));
  return {
    ids,
    tableOf: ({ kind, schema, rest }) => {
      const name = unquoted(rest);
      if (/^(?:table|constraint|trigger|policy|rule)$/.test(kind)) return byName.get(keyOf({ schema, name }));
      const table = named.get(`${kind.toUpperCase()} ${oneLine(schema)} ${oneLine(name)}`);
      return table?.schema === schema ? table : undefined;
    },
  };
}

const about = /^(?:COMMENT|ACL|SECURITY LABEL|SEQUENCE SET|SEQUENCE OWNED BY|INDEX ATTACH) /;

/** Tells tables apart: no name has this character. */
export function keyOf({ schema, name }: QualifiedName): string {
  return `${schema}\0${name}`;
}

function startOf({ schema, name }: QualifiedName): string {
  return `${oneLine(schema)} ${oneLine(name)} `;
}

/** Whether a line makes a sequence. */
export function isSequence(rest: string): boolean {
  return rest.startsWith("SEQUENCE ") && !/^SEQUENCE (?:SET|OWNED BY) /.test(rest);
}

/** The table that a line belongs to, of those that it needs. */
function tableOfPart({ rest, needs }: Line, tables: TableLines): QualifiedName | undefined {
  const above = needs.filter((need) => tables.has(need));
  if (above.length === 0) return undefined;
  const kind = tableKinds.find((name) => rest.startsWith(`${name} `));
  if (kind === undefined) return undefined;
  const isNamedApart = /^(?:INDEX|STATISTICS|SEQUENCE OWNED BY)$/.test(kind);
  for (const need of above) {
    const table = tables.get(need);
    if (table !== undefined && (isNamedApart || rest.startsWith(`${kind} ${startOf(table)}`))) return table;
  }
  return undefined;
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

/** Lines with rows of tables or values of sequences. */
const rows = /^(?:TABLE DATA|SEQUENCE SET|MATERIALIZED VIEW DATA) /;

/** What lines need, directly or not. */
export interface Needs {
  /** The lines and what they need: definitions without rows. */
  ids: IdSet;
  /** How the lines of the sequences begin that the lines themselves need and that are not among them. */
  sequences: ReadonlySet<string>;
  /** Names of the extensions among what they need. */
  extensions: ReadonlySet<string>;
}

/** Finds what lines need, and what that needs. */
export function findNeeds({ contents, roles }: Omit<Dump, "schemas">, chosen: Ids): Needs {
  const ids = new IdSet();
  const wanted = new IdSet();
  const direct = new IdSet();
  const sequences = new Set<string>();
  const extensions = new Set<string>();
  for (let isDone = false; !isDone; ) {
    isDone = true;
    const passed = new IdSet();
    for (const { id, rest, needs } of contents.backwards()) {
      passed.add(id);
      const isChosen = chosen.has(id);
      if (!isChosen && direct.has(id) && isSequence(rest)) {
        for (const head of headsOf(rest, roles)) sequences.add(head);
      }
      if (ids.has(id) || !(isChosen || (wanted.has(id) && !rows.test(rest)))) continue;
      ids.add(id);
      // It has no owner.
      if (rest.startsWith("EXTENSION - ")) extensions.add(rest.slice("EXTENSION - ".length, -1));
      for (const need of needs) {
        if (isChosen) direct.add(need);
        // Lines come after what they need. Were one not to, those before it would be looked at again.
        if (!wanted.has(need) && passed.has(need)) isDone = false;
        wanted.add(need);
      }
    }
  }
  return { ids, sequences, extensions };
}
