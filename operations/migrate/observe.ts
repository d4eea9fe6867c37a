import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { reasonOf } from "../../lib/failure.ts";
import type { ServerSession } from "../../postgres/session.ts";
import { type Catalog, readCatalog } from "./catalog.ts";
import { blocks, type Held, type LockMode, lockModes, raise, readLocks } from "./locks.ts";
import { targetsOf } from "./names.ts";
import { inShort, type Statement } from "./parse.ts";
import { boundaryOf, type Wrapping } from "./transaction.ts";

/** What a statement did to the database as it ran. */
export interface Observation {
  line: number;
  statement: string;
  durationMs: number;
  /** Locks that it took on tables and indexes that were there before the migration. */
  locks: TakenLock[];
  /** Tables that were there before and whose rows were all written again, with their size in bytes. */
  rewritten: { table: string; bytes: number }[];
  /** Rows that were there before and are changed or gone: whoever writes one of them waits. */
  changed: ChangedRows[];
}

export interface ChangedRows {
  table: string;
  rows: number;
  /** Whether they are half of the table or more. */
  most: boolean;
  /** From the statement to the end of its transaction, in milliseconds of statements. */
  heldMs: number;
}

export interface TakenLock {
  relation: string;
  mode: LockMode;
  blocks: "nothing" | "writes" | "reads and writes";
  /** From the statement that took it to the end of its transaction, in milliseconds of statements. */
  heldMs: number;
}

export interface Observed {
  observations: Observation[];
  /** What ended the script early; the last observation is of the statement that failed. */
  failure: string | undefined;
}

/** Two sessions with one database. */
export interface Sessions {
  /** Runs the script. */
  subject: ServerSession;
  /** Looks at the locks meanwhile, and stands in the way of what must not be over too soon. */
  witness: ServerSession;
}

/**
 * Runs a script statement by statement, as the server runs it when Prisma sends it, and records which locks each
 * statement really takes and which tables it writes again.
 */
export async function observe(
  sessions: Sessions,
  statements: readonly Statement[],
  wrapping: Wrapping,
): Promise<Observed> {
  const [{ id }] = processRow.parse(await sessions.subject.rows("select pg_backend_pid() as id"));
  const observer = new Observer(sessions, id);
  try {
    for (const statement of statements) {
      if (wrapping === "none") await observer.alone(statement);
      else await observer.inTransaction(statement);
    }
    await observer.end("commit");
    return { observations: observer.observations, failure: undefined };
  } catch (error) {
    await sessions.subject.run("rollback").catch(() => undefined);
    const place = observer.observations.at(-1);
    return {
      observations: observer.observations,
      failure: `line ${place?.line ?? 1}: ${reasonOf(error)} (${place?.statement ?? ""})`,
    };
  }
}

const processRow = z.tuple([z.object({ id: z.number() })]);

class Observer {
  readonly observations: Observation[] = [];
  #sessions: Sessions;
  #process: number;
  /** Of the transaction that is open: tables as they were before it, and the locks so far. */
  #open: { before: Catalog; held: Held } | undefined;
  /** Observations of the transaction that is open. */
  #since = 0;

  constructor(sessions: Sessions, process: number) {
    this.#sessions = sessions;
    this.#process = process;
  }

  async inTransaction(statement: Statement): Promise<void> {
    const { subject, witness } = this.#sessions;
    const boundary = boundaryOf(statement);
    if (this.#open === undefined) {
      this.#open = { before: await readCatalog(subject), held: new Map() };
      this.#since = this.observations.length;
      await subject.run("begin");
    }
    // The server begins a transaction with the first statement, and only warns of another BEGIN.
    if (boundary === "begin") return;
    if (boundary === "end") return this.end(statement.text);
    const { before, held } = this.#open;
    const observation = this.#begin(statement);
    // It locks nothing, and SET TRANSACTION must come before any query, such as those that look.
    if ("VariableSetStmt" in statement.node) return subject.run(statement.text);
    const [filesBefore, rowsBefore] = [await readCatalog(subject), await readChanged(subject)];
    const started = performance.now();
    await subject.run(statement.text).finally(() => {
      observation.durationMs = performance.now() - started;
    });
    const [now, after] = [await readLocks(witness, this.#process), await readCatalog(subject)];
    observation.locks = newLocks(before, held, now);
    observation.changed = changedSince(before, rowsBefore, await readChanged(subject));
    observation.rewritten =
      "TruncateStmt" in statement.node ? [] : rewrittenBetween(before, filesBefore, after);
    this.#open = { before, held: now };
  }

  /** Runs a statement that the server refuses in a transaction, and looks at its locks while it runs. */
  async alone(statement: Statement): Promise<void> {
    const { subject, witness } = this.#sessions;
    const before = await readCatalog(subject);
    const observation = this.#begin(statement);
    const isInTheWay = await standInTheWay(witness, statement);
    const seen = new Map<number, LockMode>();
    let isOver = false;
    const started = performance.now();
    const run = subject.run(statement.text).finally(() => {
      observation.durationMs = performance.now() - started;
      isOver = true;
    });
    const watched = this.#watchUntil(seen, () => isOver, isInTheWay);
    const [ran, looked] = await Promise.allSettled([run, watched]);
    if (ran.status === "rejected") throw ran.reason;
    if (looked.status === "rejected") throw looked.reason;
    observation.locks = newLocks(before, new Map(), seen).map((lock) => ({
      ...lock,
      heldMs: Math.round(observation.durationMs),
    }));
    observation.rewritten = rewrittenBetween(before, before, await readCatalog(subject));
  }

  /** @param how the statement that ends the transaction */
  async end(how: string): Promise<void> {
    if (this.#open === undefined) return;
    this.#open = undefined;
    await this.#sessions.subject.run(how);
    const mine = this.observations.slice(this.#since);
    mine.forEach((observation, index) => {
      const heldMs = mine.slice(index).reduce((sum, { durationMs }) => sum + durationMs, 0);
      for (const held of [...observation.locks, ...observation.changed]) held.heldMs = Math.round(heldMs);
    });
  }

  #begin(statement: Statement): Observation {
    const { line } = statement;
    const observation: Observation = {
      ...{ line, statement: inShort(statement), durationMs: 0, locks: [], rewritten: [], changed: [] },
    };
    this.observations.push(observation);
    return observation;
  }

  async #watchUntil(seen: Map<number, LockMode>, isOver: () => boolean, isInTheWay: boolean): Promise<void> {
    const { witness } = this.#sessions;
    let stands = isInTheWay;
    while (!isOver()) {
      // Looked at after it waits and before it may go on: all its locks of that moment are there.
      const waiting = stands && (await waits(witness, this.#process));
      for (const [relation, mode] of await readLocks(witness, this.#process)) raise(seen, relation, mode);
      if (waiting) {
        await witness.run("rollback");
        stands = false;
      }
      await pause(2);
    }
    if (stands) await witness.run("rollback");
  }
}

/**
 * Holds the weakest lock of a writer, which a statement that works beside others waits for after it has taken its own
 * locks, so that these can be looked at.
 *
 * @returns whether something is held
 */
async function standInTheWay(witness: ServerSession, { node }: Statement): Promise<boolean> {
  if ("VacuumStmt" in node) return false;
  const [target] = targetsOf(node);
  if (target === undefined) return false;
  const [schema = "", name = ""] = target.split(".");
  const found = z.array(z.object({ table: z.string() })).parse(
    await witness.rows(
      `select coalesce(i.indrelid, c.oid)::regclass::text as table from pg_catalog.pg_class c
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace left join pg_catalog.pg_index i on i.indexrelid = c.oid
       where n.nspname = ${literal(schema)} and c.relname = ${literal(name)}`,
    ),
  );
  const [relation] = found;
  if (relation === undefined) return false;
  // The server quotes the name.
  await witness.run(`begin; lock table ${relation.table} in row exclusive mode`);
  return true;
}

async function waits(witness: ServerSession, process: number): Promise<boolean> {
  const rows = await witness.rows(
    `select from pg_catalog.pg_locks where pid = ${process} and not granted limit 1`,
  );
  return rows.length > 0;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Locks on what was there before that a session did not hold yet, or held in a weaker mode. */
function newLocks(before: Catalog, held: Held, now: Held): TakenLock[] {
  return [...now].flatMap(([relation, mode]) => {
    const table = before.get(relation);
    const earlier = held.get(relation);
    const isStronger = earlier === undefined || lockModes.indexOf(mode) > lockModes.indexOf(earlier);
    if (table === undefined || !isStronger) return [];
    return [{ relation: table.name, mode, blocks: blocks(mode), heldMs: 0 }];
  });
}

const changedRows = z.array(
  z.object({ id: z.coerce.number(), rows: z.coerce.number(), total: z.coerce.number() }),
);

/** Rows that this transaction has changed or deleted so far, by table, with how many the table had by its statistics. */
async function readChanged(session: ServerSession): Promise<Map<number, { rows: number; total: number }>> {
  const found = changedRows.parse(
    await session.rows(
      `select s.relid::bigint as id, s.n_tup_upd + s.n_tup_del as rows, greatest(c.reltuples, 0)::bigint as total
         from pg_catalog.pg_stat_xact_user_tables s join pg_catalog.pg_class c on c.oid = s.relid
        where s.n_tup_upd + s.n_tup_del > 0`,
    ),
  );
  return new Map(found.map(({ id, ...counts }) => [id, counts]));
}

function changedSince(
  before: Catalog,
  earlier: Awaited<ReturnType<typeof readChanged>>,
  now: Awaited<ReturnType<typeof readChanged>>,
): ChangedRows[] {
  return [...now].flatMap(([id, { rows, total }]) => {
    const table = before.get(id)?.name;
    const more = rows - (earlier.get(id)?.rows ?? 0);
    return table === undefined || more <= 0
      ? []
      : [{ table, rows: more, most: more * 2 >= total, heldMs: 0 }];
  });
}

/** Tables that were there before the transaction and have another file after a statement than before it. */
function rewrittenBetween(first: Catalog, before: Catalog, after: Catalog): Observation["rewritten"] {
  return [...after.values()].flatMap(({ id, name, file, index }) => {
    const was = before.get(id);
    const isOld = first.has(id) && was !== undefined;
    return isOld && !index && was.file !== file ? [{ table: name, bytes: was.bytes }] : [];
  });
}
