import { escapeLiteral } from "pg";
import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import type { Attempt } from "./attempt.ts";
import {
  extensionChangesQuery,
  extensionRowsQuery,
  extensionScriptRowsQuery,
  extensionSequencesQuery,
  hostPrivilegesQuery,
  removedMembersQuery,
} from "./carried-extensions.ts";
import { readObjectLosses } from "./carried-objects.ts";
import { rowsOfExtensions } from "./extension-members.ts";
import { memberCommentsQuery } from "./member-comments.ts";
import { namesOf } from "./names.ts";
import { notesNaming } from "./notes.ts";
import { type Pristine, readPristine } from "./pristine.ts";
import { readServerChanges, type ServerChange, serverChangeSchema } from "./server-changes.ts";
import { readServerObjects } from "./server-objects.ts";
import { upgradedExtensionsQuery } from "./upgraded-extensions.ts";

/**
 * What a dump does not have and a manifest carries beside it, as statements: changes of extensions, and what
 * pg_dump loses or cannot restore.
 */
export const carriedSchema = z.strictObject({
  /** What it is, such as `column note of public.spatial_ref_sys`. */
  name: z.string(),
  /** The extension that it changes. */
  extension: z.string().nullable(),
  /** The schema that it is in, when it does not belong to an extension. */
  schema: z.string().nullable(),
  /**
   * When it is made: once the extensions are there, in the place of the line that it stands for, once all
   * definitions are there, or at the end.
   */
  phase: z.enum(["first", "place", "rows", "last"]),
  /** The entry of the line in the dump's contents that it stands for. */
  replaces: z.string().nullable(),
  statements: z.array(z.string()).min(1),
  version: serverChangeSchema.shape.version.default(null),
});

export type Carried = z.infer<typeof carriedSchema>;

/** Most rows and characters of one table that are carried, and of all of them: a manifest is for little. */
const mostRows = 100_000;
const mostCharacters = 8 * 1024 * 1024;
const mostOfAll = 32 * 1024 * 1024;

/**
 * Reads what is carried of the extensions and the schemas, and what somebody added to the server's own.
 *
 * @returns with changes of extensions that no statement makes again: the extension, and what was changed
 */
export async function readCarried(
  session: Session,
  pristine: Pristine,
  schemas: readonly string[],
): Promise<{ carried: Carried[]; uncarried: { extension: string; name: string }[] }> {
  const changes = changeRows.parse([
    ...(await rowsOfExtensions(session, pristine, removedMembersQuery)),
    ...(await rowsOfExtensions(session, pristine, extensionChangesQuery)),
    ...(await session.rows(hostPrivilegesQuery, schemas)),
  ]);
  const found: Carried[] = changes.flatMap(({ statements, ...change }) =>
    statements === null ? [] : [{ ...ofNoVersion, ...change, statements, schema: null }],
  );
  const lost: { extension: string; name: string }[] = [];
  let room = mostOfAll;
  const isWithin = (statements: readonly string[]): boolean => {
    const characters = statements.reduce((sum, { length }) => sum + length, 0);
    if (characters > room) return false;
    room -= characters;
    return true;
  };
  for (const { statements, ...change } of changeRows.parse([
    ...(await rowsOfExtensions(session, pristine, upgradedExtensionsQuery)),
    ...(await rowsOfExtensions(session, pristine, memberCommentsQuery)),
  ])) {
    if (statements === null || !isWithin(statements)) continue;
    found.push({ ...change, ...ofNoVersion, statements, schema: null });
  }
  for (const table of tableRows.parse(await rowsOfExtensions(session, pristine, extensionRowsQuery))) {
    const item = { ...ofNoVersion, extension: table.extension, schema: null };
    const late = await lateRows(session, table);
    const statements = await rowStatements(session, table, late.isOwn);
    const isCarried = statements.length > 0 && isWithin(statements);
    if (isCarried) found.push({ ...item, name: `rows of ${table.table}`, phase: "rows", statements });
    if (late.isOfAnother === true && !(isCarried && table.writable)) {
      lost.push({
        extension: table.extension,
        name: `rows of ${table.table} that another version of it made`,
      });
    }
    if (late.check !== undefined) {
      found.push({ ...item, name: `${ofScript} ${table.table}`, phase: "last", statements: [late.check] });
    }
  }
  for (const table of scriptRows.parse(await rowsOfExtensions(session, pristine, extensionScriptRowsQuery))) {
    const statement = await deletionOf(session, table);
    if (statement === undefined || !isWithin([statement])) continue;
    const name = removalName(table.table);
    const item = { ...ofNoVersion, name, extension: table.extension, schema: null };
    found.push({ ...item, phase: "rows", statements: [statement] });
  }
  for (const { extension, sequence } of sequenceRows.parse(
    await rowsOfExtensions(session, pristine, extensionSequencesQuery),
  )) {
    const answer = await session.attempt(
      `select format('select setval(%L, %s, %s)', ${escapeLiteral(sequence)}, last_value, is_called::text) as statement from ${sequence}`,
    );
    const [row] = z.array(z.object({ statement: z.string() })).safeParse(answer).data ?? [];
    if (row === undefined) continue;
    const name = `value of ${sequence}`;
    const statements = [row.statement];
    found.push({ ...ofNoVersion, name, extension, schema: null, phase: "rows", statements });
  }
  // Older servers lack columns that these read.
  const losses = pristine.major < 14 ? [] : await readObjectLosses(session, schemas);
  for (const loss of lossRows.parse(losses)) found.push({ ...loss, extension: null, version: null });
  const added = await readServerObjects(session, pristine);
  return {
    carried: [...found, ...added.map((item) => ({ ...item, ...ofNoVersion, extension: null, schema: null }))],
    uncarried: [
      ...changes.flatMap(({ extension, name, statements }) =>
        statements === null ? [{ extension, name }] : [],
      ),
      ...lost,
    ],
  };
}

/** A change of what the server or an extension brings, as it is carried. */
export function carriedChange(change: ServerChange): Carried {
  return { ...change, schema: null, replaces: null };
}

const ofNoVersion = { replaces: null, version: null };

/** How what is carried of rows is called that the script of an extension makes and a database no longer has. */
const removed = "removal of rows of";

export function removalName(table: string): string {
  return `${removed} ${table}`;
}

/** A statement that removes the rows which a table no longer has, by those that it has; undefined when these are too many. */
async function deletionOf(
  session: Session,
  { extension, table, condition, key }: z.infer<typeof scriptRows>[number],
): Promise<string | undefined> {
  const texts = key.map((name) => `t.${name}::text`).join(", ");
  const answer = await session.attempt(
    `select jsonb_build_array(${texts}) as key from only ${table} t ${condition} order by 1 limit ${mostRows + 1}`,
  );
  const rows = z.array(z.object({ key: z.array(z.string()) })).safeParse(answer).data;
  if (rows === undefined || rows.length > mostRows) return undefined;
  const kept = JSON.stringify(rows.map((row) => row.key));
  if (kept.length > mostCharacters) return undefined;
  const parts = key.map((_, index) => `k ->> ${index}`).join(", ");
  // The transaction tells what the script made.
  return `delete from only ${table} t
    where t.xmin::text = (select e.xmin::text from pg_extension e where e.extname = ${escapeLiteral(extension)})
      and (${texts}) not in (select ${parts} from json_array_elements(${escapeLiteral(kept)}) k)`;
}

/** How what the script of an extension wrote last is called. */
const ofScript = "script's part of";

/** Rows that the script of an extension may have written at its end, or somebody after it in its transaction. */
const mostLate = 1000;

/** Rows of an extension's table that its script may not make again. */
interface Late {
  /** Whether a row `t` is the database's. */
  isOwn: string;
  /** Fails where the script made other rows than in the source. */
  check?: string;
  /** Whether another version of the script may have made some. */
  isOfAnother?: boolean;
}

/**
 * Decides which rows of a table are the database's. No row tells whether the script of the extension wrote it after its last
 * object, or somebody after the script in the same transaction: where these are few, they are carried. Where they are many, as
 * those of PostGIS are, a statement compares them with what the script makes. Once the extension was updated or moved, its
 * rows may be those of another script.
 */
async function lateRows(session: Session, table: TableRow): Promise<Late> {
  const { added, condition, extension, key, last, made, writable, written } = table;
  const isMade = `t.xmin::text = any (${escapeLiteral(`{${made.join(",")}}`)}::text[])`;
  const isLatest = `t.xmin::text = ${escapeLiteral(written)}`;
  const isLate = last === null ? "false" : `${isLatest} and t.cmin::text::bigint > ${last}`;
  const own = { isOwn: `(not ${isMade} or ${isLate})` };
  if (added) return own;
  const some = async (which: string, most: number): Promise<number> =>
    (await session.attempt(`select from only ${table.table} t where ${which} limit ${most}`))?.length ?? 0;
  if ((await some(`${isMade} and not ${isLatest}`, 1)) > 0) {
    return { isOwn: writable ? "true" : own.isOwn, isOfAnother: true };
  }
  const late = await some(isLate, mostLate + 1);
  if (late === 0 || (late <= mostLate && key.length > 0)) return own;
  const digest = (which: string, into: string): string =>
    `select concat(count(*), ' ', md5(string_agg(md5(t::text), '' order by md5(t::text) collate "C"))) as digest ${into}
       from only ${table.table} t where ${which} and t.ctid not in (select ctid from only ${table.table} ${condition})`;
  const answer = await session.attempt(digest(isLatest, ""));
  const [row] = z.array(z.object({ digest: z.string() })).safeParse(answer).data ?? [];
  const isNew = `t.xmin::text = (select e.xmin::text from pg_extension e where e.extname = ${escapeLiteral(extension)})`;
  const isOwn = `not ${isMade}`;
  if (row === undefined) return { isOwn };
  return {
    isOwn,
    check: `do ${escapeLiteral(`#variable_conflict use_column
      declare before jsonb := '{}'; setting record; made text; begin
        for setting in select * from (values ('datestyle', 'ISO, YMD'), ('intervalstyle', 'postgres'), ('timezone', 'UTC'),
            ('bytea_output', 'hex'), ('extra_float_digits', '1')) v (key, value) loop
          before := before || jsonb_build_object(setting.key, current_setting(setting.key));
          perform set_config(setting.key, setting.value, true);
        end loop;
        ${digest(isNew, "into made")};
        for setting in select * from jsonb_each_text(before) loop perform set_config(setting.key, setting.value, true); end loop;
        if made <> ${escapeLiteral(row.digest)} then
          raise exception 'its script makes other rows than those that the source has of it';
        end if;
      end`)}`,
  };
}

/** Statements that give a table the rows that its extension did not give it; none when there are too many. */
async function rowStatements(
  session: Session,
  { table, condition, columns, key, added }: TableRow,
  isOwn: string,
): Promise<string[]> {
  if (!added && isOwn !== "true") {
    // Before a condition that may have hundreds of parts, as that of PostGIS has.
    const some = await session.attempt(`select from only ${table} t where ${isOwn} limit 1`);
    if (some === undefined || some.length === 0) return [];
  }
  const own = added ? "" : `where ${isOwn} and t.ctid not in (select ctid from only ${table} ${condition})`;
  const answer = await session.attempt(
    `select t::text as row from only ${table} t ${own} order by t::text collate "C" limit ${mostRows + 1}`,
  );
  const rows =
    z
      .array(z.object({ row: z.string() }))
      .safeParse(answer)
      .data?.map(({ row }) => row) ?? [];
  const characters = rows.reduce((sum, row) => sum + row.length, 0);
  if (rows.length === 0 || rows.length > mostRows || characters > mostCharacters) return [];
  if (!added && key.length === 0) return [];
  const source = `unnest(array[${rows.map(escapeLiteral).join(", ")}]::${table}[]) r`;
  const picked = (names: readonly string[]): string => names.map((name) => `(r).${name}`).join(", ");
  return [
    added
      ? `delete from only ${table}`
      : `delete from only ${table} where (${key.join(", ")}) in (select ${picked(key)} from ${source})`,
    `insert into ${table} (${columns.join(", ")}) overriding system value select ${picked(columns)} from ${source}`,
  ];
}

const phase = carriedSchema.shape.phase;
const changeRows = z.array(
  z.object({
    extension: z.string(),
    name: z.string(),
    phase,
    statements: z.array(z.string()).nullable(),
    replaces: z.string().nullable().default(null),
  }),
);
const tableRows = z.array(
  z.object({
    extension: z.string(),
    table: z.string(),
    /** Transactions of the extension's script, the last one, and the command in it that made its last object. */
    made: z.array(z.string()),
    written: z.string(),
    last: z.string().nullable(),
    writable: z.boolean(),
    condition: z.string(),
    columns: z.array(z.string()),
    key: z.array(z.string()),
    added: z.boolean(),
  }),
);
type TableRow = z.infer<typeof tableRows>[number];

const scriptRows = z.array(
  z.object({ extension: z.string(), table: z.string(), condition: z.string(), key: z.array(z.string()) }),
);
const sequenceRows = z.array(z.object({ extension: z.string(), sequence: z.string() }));
const lossRows = z.array(carriedSchema.omit({ extension: true, version: true }));

/**
 * Prepares to make what a backup carries and the database does not have.
 *
 * @param schemas those that are restored
 * @param extensions those of the backup
 * @param leftOut extensions that could not be created
 */
export async function carrierFor(
  session: Session,
  carried: readonly Carried[],
  {
    attempt,
    schemas,
    extensions,
    leftOut,
  }: {
    attempt: Attempt;
    schemas: readonly string[];
    extensions: readonly { name: string; version: string }[];
    leftOut: readonly { extension: { name: string } }[];
  },
): Promise<Carrier> {
  const isGone = new Set(leftOut.map(({ extension }) => extension.name));
  const versions = await namesOf(
    session,
    "select format('%s %s', extname, extversion) as name from pg_extension",
  );
  // The functions and rows of another version are its own.
  const isOther = new Set(
    extensions.flatMap(({ name, version }) => (versions.has(`${name} ${version}`) ? [] : [name])),
  );
  const wanted = carried.filter(
    ({ extension, schema, name }) =>
      (extension === null ||
        (!isGone.has(extension) && !(isOther.has(extension) && isOfVersion.test(name)))) &&
      (schema === null || schemas.includes(schema)),
  );
  const names = wanted.map(({ name }) => name);
  const pristine = await readPristine(session);
  const present =
    wanted.length === 0
      ? []
      : [
          ...(await readCarried(session, pristine, schemas)).carried,
          ...(await readServerChanges(session, pristine, names)).map(carriedChange),
        ];
  return new Carrier(session, attempt, { wanted, present, major: pristine.major });
}

/** What another version of an extension has of its own. */
const isOfVersion = new RegExp(
  `^(?:function|definition of|attributes of|estimators of|${removed}|${ofScript}) `,
);

/** Makes what a backup carries. */
export class Carrier {
  readonly #session: Session;
  readonly #attempt: Attempt;
  /** What is not made yet, and why not. */
  readonly #open = new Map<Carried, string>();
  readonly #unknown: string[] = [];

  /**
   * @param present what the database has of it already
   * @param major version of the server
   */
  constructor(
    session: Session,
    attempt: Attempt,
    { wanted, present, major }: { wanted: readonly Carried[]; present: readonly Carried[]; major: number },
  ) {
    this.#session = session;
    this.#attempt = attempt;
    const there = new Set(present.map(textOf));
    for (const item of wanted) {
      const { version, name } = item;
      if (version !== null && version.major !== major) {
        const reason = `it is of a server of version ${version.major}, and this one is of ${major}`;
        if (version.isCertain) this.#open.set({ ...item, statements: [] }, reason);
        else this.#unknown.push(name);
        continue;
      }
      // What stands for a line is made when that line would be.
      if (item.phase === "place" || !there.has(textOf(item))) this.#open.set(item, "it was not tried");
    }
  }

  /** Makes what belongs to a phase, in any order that works. */
  async make(phase: Carried["phase"]): Promise<void> {
    for (let before = -1; before !== this.#open.size; ) {
      before = this.#open.size;
      for (const item of [...this.#open.keys()]) if (item.phase === phase) await this.#make(item);
    }
  }

  /** Makes what stands for a line of the dump's contents. */
  async makeInPlaceOf(entry: string): Promise<void> {
    for (const item of [...this.#open.keys()]) if (item.replaces === entry) await this.#make(item);
  }

  /** Whether the extension has nothing like what stands for a line, so that it only looked like a part of the extension. */
  isInVain(entry: string): boolean {
    return [...this.#open.keys()].some(({ replaces, extension }) => replaces === entry && extension !== null);
  }

  /** The entries of the lines in whose place something is made. */
  get replaced(): ReadonlySet<string> {
    return this.#entries(true);
  }

  /** The entries of the lines that something stands for which is made at another time. */
  get superseded(): ReadonlySet<string> {
    return this.#entries(false);
  }

  #entries(inPlace: boolean): ReadonlySet<string> {
    const items = [...this.#open.keys()].filter(({ phase }) => (phase === "place") === inPlace);
    return new Set(items.flatMap(({ replaces }) => replaces ?? []));
  }

  /** A sentence for each that could not be made. */
  get missing(): string[] {
    return [...this.#open].flatMap(([{ name, extension, phase }, reason]) => {
      const of = extension === null ? "" : ` of the extension ${extension}`;
      return phase === "place" && reason === "it was not tried"
        ? []
        : [`The ${name}${of} was not restored: ${reason}.`];
    });
  }

  /** What is not known of what is not made. */
  get notes(): string[] {
    return notesNaming(
      this.#unknown,
      (names) =>
        `The server is of another version than that of the backup, where somebody wrote these after initdb, perhaps only to grant privileges: ${names}.`,
    );
  }

  async #make(item: Carried): Promise<void> {
    // What another version of the server has is its own.
    if (item.statements.length === 0) return;
    await this.#session.run("set check_function_bodies = off");
    const reason = await this.#attempt(item.statements);
    await this.#session.run("reset check_function_bodies");
    if (reason === undefined) this.#open.delete(item);
    else this.#open.set(item, reason);
  }
}

function textOf({ name, extension, statements }: Carried): string {
  return JSON.stringify([name, extension, statements]);
}
