import { escapeLiteral } from "pg";
import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import { counted, listed } from "../../lib/text.ts";
import { attempt } from "../archive/attempt.ts";
import { type Contents, dataOf } from "../archive/contents.ts";
import { quotable } from "../archive/dump-script.ts";
import type { Manifest } from "../archive/manifest.ts";
import { namesOf } from "../archive/names.ts";
import { parseQualified } from "../archive/qualified-names.ts";
import type { MissingKey } from "../archive/violated-keys.ts";
import { emptyCompanions } from "./make-room.ts";
import { checkingNow, keysWaiting, quietTriggers, replicationRole } from "./quiet-triggers.ts";
import {
  equalityOf,
  inOrderOfKeys,
  isUnmet,
  meets,
  type Reference,
  referencesOf,
  rowsOf,
} from "./references.ts";
import { type DumpRun, runList, runRows } from "./run-dump.ts";
import type { ScriptSession } from "./script-session.ts";
import { stageRows } from "./staged-rows.ts";

/** A table outside of the schemas of which the backup has rows. */
interface Elsewhere {
  table: string;
  /** Temporary tables: of all its rows in the backup, and of those that are to be put there. */
  all: string;
  chosen: string;
  columns: readonly string[];
  references: readonly Reference[];
}

/**
 * Puts rows of a backup into tables outside of the schemas that are restored, to which foreign keys of these lead. The
 * triggers of the target do not run at them: they may send a mail to everybody who signed up years ago.
 */
export class RowsElsewhere {
  readonly #session: ScriptSession;
  readonly #manifest: Manifest;
  readonly #run: DumpRun;
  readonly #all: Contents;
  readonly #acceptDifferences: boolean;
  readonly #filled: string[] = [];
  readonly #unmet: string[] = [];
  readonly #unfilled: string[] = [];
  /** Tables that were looked for in the backup; a reason where their rows cannot be had. */
  readonly #sought = new Map<string, Elsewhere | string>();
  readonly #put = new Map<string, { rows: number; loud: readonly string[] }>();
  /** Names of keys that could be made in the end, and of their tables with the partitions. */
  readonly #mended: { name: string; tables: ReadonlySet<string> }[] = [];

  /** @param all every line of the dump's contents */
  constructor(
    session: ScriptSession,
    manifest: Manifest,
    run: DumpRun,
    { all, acceptDifferences }: { all: Contents; acceptDifferences: boolean },
  ) {
    this.#session = session;
    this.#manifest = manifest;
    this.#run = run;
    this.#all = all;
    this.#acceptDifferences = acceptDifferences;
  }

  /** What was put where, one sentence each. */
  get notes(): string[] {
    return [
      ...this.#filled,
      ...[...this.#put].map(
        ([table, { rows, loud }]) =>
          `${counted(rows, "row")} of ${table} that restored rows refer to ${rows === 1 ? "was" : "were"} missing and put back${ran(loud)}.`,
      ),
    ];
  }

  /** Which keys could not get the rows that they need, one sentence each. */
  get unmet(): readonly string[] {
    return this.#unmet;
  }

  /** Which tables are empty because the rows that the backup has of them do not go there, one sentence each. */
  get unfilled(): readonly string[] {
    return this.#unfilled;
  }

  /**
   * Gives tables of the companions that are empty the rows of the backup, those that others refer to first.
   *
   * @throws {Failure} `failed`, where triggers would run at them
   */
  async fillEmpty(): Promise<void> {
    const empty = await emptyCompanions(this.#session, this.#manifest);
    if (empty.size === 0) return;
    const byEntry = new Map([...empty].map(([name, { entry }]) => [entry, name]));
    const data = dataOf(this.#run.contents, new Set(byEntry.keys()));
    const rows = new Map<string, Contents>();
    for (const { entry } of data.lines()) {
      const table = byEntry.get(entry);
      if (table !== undefined) rows.set(table, dataOf(data, new Set([entry])));
    }
    const { ordered, circle } = await inOrderOfKeys(this.#session, [...rows.keys()]);
    for (const table of ordered) {
      const list = rows.get(table);
      if (list !== undefined) await this.#fill(table, list);
    }
    if (circle.length > 0) await this.#fillByKeys(circle);
    const values = data.filtered(({ entry }) => !byEntry.has(entry));
    await runRows(this.#session, this.#run, values);
  }

  /** Gives an empty table its rows. */
  async #fill(table: string, rows: Contents): Promise<void> {
    const quiet = await quietTriggers(this.#session, [table]);
    if (quiet.loud.length > 0 && !this.#acceptDifferences) {
      await quiet.checkAgain();
      await this.#refuseLoud(table, quiet.loud);
      await quiet.end();
      return;
    }
    const references = quiet.isUnchecked ? await referencesOf(this.#session, table) : [];
    const checks = [
      ...(await checkingNow(this.#session, [table])),
      ...references.map((reference) => refusal(reference, table)),
    ];
    const reason = await this.#session.refusalOf(async () => {
      await runList(this.#session, this.#run, rows, ["--section=data"]);
      for (const check of checks) await this.#session.run(check);
    });
    await quiet.end();
    if (reason === undefined) this.#noteFilled(table, await this.#count(table), quiet.loud);
    // What its rows refer to may be missing, too.
    else await this.#fillByKeys([table]);
  }

  /** Gives empty tables their rows together with those that these refer to. */
  async #fillByKeys(tables: readonly string[]): Promise<void> {
    let reason: string | undefined;
    for (const table of tables) {
      const found = await this.#stage(table);
      if (typeof found !== "string")
        await this.#session.run(`insert into ${found.chosen} select * from ${found.all}`);
      else if (found !== nothing) reason = found;
    }
    reason ??= (await this.#chooseFurther()) ?? (await this.#putChosen());
    await this.#chooseNothing();
    for (const table of tables) {
      const put = this.#put.get(table);
      this.#put.delete(table);
      if (put !== undefined) this.#noteFilled(table, put.rows, put.loud);
      else if (reason !== undefined && reason !== nothing) {
        this.#unfilled.push(
          `${table} is empty, and the rows that the backup has of it could not be put there: ${reason}. Copy the rows of ${table} from a drill with --keep, and restore again.`,
        );
      }
    }
  }

  #noteFilled(table: string, rows: number, loud: readonly string[]): void {
    if (rows === 0) return;
    this.#filled.push(
      `${table} was empty and got the ${counted(rows, "row")} that the backup has of it${ran(loud)}.`,
    );
  }

  /**
   * Makes a key that the server refused, where the backup has the rows of another schema that it needs: puts these there,
   * and those that they need themselves.
   *
   * @returns whether it is made
   */
  async mend(key: MissingKey): Promise<boolean> {
    const [, only = "", table = "", name = "", own = "", parent = "", theirs = ""] =
      definition.exec(key.statement) ?? [];
    if (!this.#isElsewhere(parent)) return false;
    const columns = namesIn(theirs);
    const equals = await equalityOf(this.#session, parent);
    const pairs = namesIn(own).map((from, index) => {
      const to = columns[index] ?? "";
      return { from, to, operator: equals.get(to) ?? "pg_catalog.=" };
    });
    const reference: Reference = { name: `constraint ${name} of ${table}`, table: parent, pairs };
    const reason =
      (await this.#choose(reference, `${only}${table}`)) ??
      (await this.#chooseFurther()) ??
      (await this.#putChosen());
    await this.#chooseNothing();
    if (reason !== undefined && reason !== nothing) {
      this.#unmet.push(
        `${parent} is not in the schemas that are restored. The backup has the rows of it that the ${reference.name} needs, the target lacks some, and they could not be put back: ${reason}. Copy the missing rows of ${parent} from a drill with --keep, and restore again.`,
      );
      return false;
    }
    // Another key may have brought back what this one needs.
    if (reason === nothing && this.#put.size === 0) return false;
    if ((await attempt(this.#session, [key.statement])) !== undefined) return false;
    this.#mended.push({ name: key.name, tables: await namesOf(this.#session, partitionsQuery, [table]) });
    return true;
  }

  /** Whether the server's reason is that of a key which could be made in the end. */
  isMended(sentence: string): boolean {
    return this.#mended.some(
      ({ name, tables }) => hasName(sentence, name) && [...tables].some((table) => hasName(sentence, table)),
    );
  }

  /** The tables of which the backup has rows, so far as they were looked for. */
  get #elsewhere(): Elsewhere[] {
    return [...this.#sought.values()].filter((one) => typeof one !== "string");
  }

  #isElsewhere(table: string): boolean {
    const schema = parseQualified(table)?.schema;
    return schema !== undefined && !this.#manifest.schemas.some(({ name }) => name === schema);
  }

  /** A table with its rows in the backup; a reason where they cannot be had. */
  async #stage(table: string): Promise<Elsewhere | string> {
    const known = this.#sought.get(table);
    if (known !== undefined) return known;
    const found = await this.#seek(table, this.#sought.size + 1);
    this.#sought.set(table, found);
    return found;
  }

  async #seek(table: string, number: number): Promise<Elsewhere | string> {
    const all = `optropic_all_${number}`;
    const chosen = `optropic_chosen_${number}`;
    const staged = await stageRows(this.#session, this.#run, { table, all: this.#all, name: all });
    if (staged === undefined) return nothing;
    if ("reason" in staged) return staged.reason;
    await this.#session.run(
      `create temporary table ${chosen} on commit drop as select * from ${all} with no data`,
    );
    const references = await referencesOf(this.#session, table);
    return { table, all, chosen, columns: staged.columns, references };
  }

  /**
   * Chooses those rows that a reference needs and the target lacks.
   *
   * @param rows the table with the rows that refer to them
   * @returns why not
   */
  async #choose({ table, pairs }: Reference, rows: string): Promise<string | undefined> {
    const found = await this.#stage(table);
    if (typeof found === "string") return found;
    // A row that is referred to has all of these values. Rows of a large table are compared by an index or by hashes then.
    const same = (other: string): string =>
      pairs.map(({ to, operator }) => `${other}.${to} operator(${operator}) s.${to}`).join(" and ");
    return attempt(this.#session, [
      `insert into ${found.chosen} select s.* from ${found.all} s
        where exists (select from ${rows} r where ${meets(pairs, "s", "r")})
          and not exists (select from ${table} t where ${same("t")})
          and not exists (select from ${found.chosen} c where ${same("c")})`,
    ]);
  }

  /** Chooses what those that are chosen refer to themselves. */
  async #chooseFurther(): Promise<string | undefined> {
    for (let before = -1, now = await this.#chosen(); before !== now; ) {
      for (const { chosen, references } of this.#elsewhere) {
        for (const reference of references) {
          if (!this.#isElsewhere(reference.table)) continue;
          const isMet = (await attempt(this.#session, [refusal(reference, chosen)])) === undefined;
          if (isMet) continue;
          const reason = await this.#choose(reference, rowsOf(reference, chosen));
          if (reason !== undefined && reason !== nothing) return reason;
        }
      }
      before = now;
      now = await this.#chosen();
    }
    return undefined;
  }

  async #chooseNothing(): Promise<void> {
    for (const { chosen } of this.#elsewhere) await this.#session.run(`delete from ${chosen}`);
  }

  async #chosen(): Promise<number> {
    let rows = 0;
    for (const { chosen } of this.#elsewhere) rows += await this.#count(chosen);
    return rows;
  }

  /** Puts what is chosen into its tables, those that others refer to first. @returns why not */
  async #putChosen(): Promise<string | undefined> {
    let left: Elsewhere[] = [];
    for (const one of this.#elsewhere) if ((await this.#count(one.chosen)) > 0) left.push(one);
    if (left.length === 0) return nothing;
    let reason: string | undefined;
    for (let before = 0; left.length !== before && left.length > 0; ) {
      before = left.length;
      const refused: Elsewhere[] = [];
      for (const one of left) {
        const why = await this.#putInto(one);
        if (why === undefined) continue;
        refused.push(one);
        reason = why;
      }
      left = refused;
    }
    if (left.length < 2) return left.length === 0 ? undefined : reason;
    return this.#putTogether(left);
  }

  /** Puts rows into tables that refer to each other, and has the keys checked once all are there. @returns why not */
  async #putTogether(all: readonly Elsewhere[]): Promise<string | undefined> {
    const tables = all.map(({ table }) => table);
    const quiet = await quietTriggers(this.#session, tables);
    await quiet.checkAgain();
    if (quiet.loud.length > 0 && !this.#acceptDifferences) {
      await quiet.end();
      return wouldRun(quiet.loud);
    }
    const counts = new Map<string, number>();
    for (const { table, chosen } of all) counts.set(table, await this.#count(chosen));
    const puts = all.map(insertion);
    const { wait, end } = await keysWaiting(this.#session, tables);
    const checks = await checkingNow(this.#session, tables);
    const withoutChecks = async (): Promise<string | undefined> =>
      attempt(this.#session, [
        "set local session_replication_role = replica",
        ...puts,
        `set local session_replication_role = ${await replicationRole(this.#session)}`,
        ...all.flatMap(({ chosen, references }) => references.map((reference) => refusal(reference, chosen))),
      ]);
    // Where a trigger may not be stopped otherwise, the session has to replicate.
    let reason = quiet.isUnchecked ? "" : await attempt(this.#session, [...wait, ...puts, ...checks, ...end]);
    if (reason !== undefined && quiet.isQuietReplicating) reason = await withoutChecks();
    await quiet.end();
    if (reason !== undefined) return reason;
    for (const [table, rows] of counts) this.#notePut(table, rows, quiet.loud);
    return undefined;
  }

  #notePut(table: string, rows: number, loud: readonly string[]): void {
    const before = this.#put.get(table)?.rows ?? 0;
    this.#put.set(table, { rows: before + rows, loud });
  }

  async #putInto(one: Elsewhere): Promise<string | undefined> {
    const { table, chosen, references } = one;
    const quiet = await quietTriggers(this.#session, [table]);
    if (quiet.loud.length > 0 && !this.#acceptDifferences) {
      await quiet.end();
      return wouldRun(quiet.loud);
    }
    const rows = await this.#count(chosen);
    const reason = await attempt(this.#session, [
      insertion(one),
      ...(await checkingNow(this.#session, [table])),
      ...(quiet.isUnchecked ? references.map((reference) => refusal(reference, chosen)) : []),
    ]);
    await quiet.end();
    if (reason === undefined) this.#notePut(table, rows, quiet.loud);
    return reason;
  }

  /** Refuses rows at which triggers would run. */
  async #refuseLoud(table: string, loud: readonly string[]): Promise<void> {
    const found = await this.#stage(table);
    if (found === nothing) return;
    // Rows that cannot be counted may be there.
    const count = typeof found === "string" ? undefined : await this.#count(found.all);
    if (count === 0) return;
    throw new Failure(
      "failed",
      `${table} is empty, the ${count === undefined ? "rows" : counted(count, "row")} that the backup has of it would be put there, and ${listed(loud, "and")} would run. The role may not prevent that: let the owner of ${table} disable the triggers until the restore has ended, grant the role to set session_replication_role, or pass --accept-differences to let them run.`,
    );
  }

  async #count(table: string): Promise<number> {
    const [row] = await this.#session.rows(`select count(*) as rows from ${table}`);
    return z.object({ rows: z.number() }).parse(row).rows;
  }
}

/** No reason: the backup does not have what is missing. */
const nothing = "";

/** A statement that fails where rows refer to others which are not there. */
function refusal(reference: Reference, rows: string): string {
  const body = `begin if exists (select from ${rowsOf(reference, rows)} r where ${isUnmet(reference, "r")}) then
    raise exception '%', ${escapeLiteral(`${reference.table} lacks rows that the ${reference.name} needs`)}; end if; end`;
  return `do ${escapeLiteral(body)}`;
}

function insertion({ table, chosen, columns }: Elsewhere): string {
  const names = columns.join(", ");
  return `insert into ${table} (${names}) overriding system value select ${names} from ${chosen}`;
}

function wouldRun(loud: readonly string[]): string {
  return `${listed(loud, "and")} would run, which the role may not prevent`;
}

function ran(loud: readonly string[]): string {
  return loud.length === 0 ? "" : `, at which ${listed(loud, "and")} ran`;
}

/** Whether a message has a name, not only as a part of another. */
function hasName(message: string, name: string): boolean {
  return new RegExp(`(?<![\\p{L}\\p{N}_$])${RegExp.escape(name)}(?![\\p{L}\\p{N}_$])`, "u").test(message);
}

/** Names of a table and its partitions. */
const partitionsQuery = `
  select relname::text as name from pg_class
   where oid = to_regclass(($1::text[])[1]) or oid in (select relid from pg_partition_tree(to_regclass(($1::text[])[1])))`;

/** How pg_dump writes a foreign key: the only word, the table, the key, its columns, and those that they lead to. */
const definition = new RegExp(
  `^ALTER TABLE (ONLY )?(${quotable}\\.${quotable})\\s+ADD CONSTRAINT (${quotable}) FOREIGN KEY \\((${quotable}(?:, ${quotable})*)\\) REFERENCES (${quotable}\\.${quotable})\\((${quotable}(?:, ${quotable})*)\\)`,
);

function namesIn(list: string): string[] {
  return list.match(new RegExp(quotable, "g")) ?? [];
}
