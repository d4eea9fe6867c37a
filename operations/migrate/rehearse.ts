import { escapeIdentifier, escapeLiteral } from "pg";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { counted } from "../../lib/text.ts";
import type { Connection } from "../../postgres/connection.ts";
import { type ServerSession, withSession } from "../../postgres/session.ts";
import { objectDifferences } from "../archive/compare.ts";
import { type Catalog, readCatalog, removedBetween } from "./catalog.ts";
import { definitions, objectsIn } from "./definitions.ts";
import type { Migration } from "./folder.ts";
import { hiddenChanges } from "./hidden.ts";
import { readHistory, refuseUnclear } from "./history.ts";
import { type Access, accessChanges, contractProblems, few, harmIn, securityProblems } from "./judge.ts";
import { type Linted, type MigrationWaiver, waiverOf } from "./lint.ts";
import { type Observation, observe, type Sessions } from "./observe.ts";
import { brokenBetween, type Planned, planChanges, planQueries } from "./plans.ts";
import type { Previous } from "./previous.ts";
import { record } from "./record-applied.ts";
import { resetSession } from "./run-migration.ts";
import { unguardedTables } from "./unguarded.ts";

export interface RehearsalOptions {
  /** A copy of the database, which is changed. */
  connection: Connection;
  migrations: readonly Migration[];
  /** What is pending, as it was understood. */
  lint: (pending: readonly Migration[]) => Promise<Linted[]>;
  /** The release that a rollback would return to; undefined where it is not known. */
  previous: Previous | undefined;
  /** The slowest statements of the source. */
  statements?: Previous["queries"];
  /** Who reaches which rows: a value for each cell of the matrix. */
  access?: ((session: ServerSession) => Promise<Readonly<Record<string, string>>>) | undefined;
  /** The role that migrates production, so that a right it lacks shows here; undefined runs as the copy's superuser. */
  role?: { name: string; mayCreateSchemas: boolean } | undefined;
  /** A lock that blocks others and is held for longer is a problem, in milliseconds. */
  longestLockMs: number;
  /** For the rules `rewrite` and `blocking-lock`, besides those of the lint. */
  waivers?: readonly MigrationWaiver[];
  progress?: ((step: string) => void) | undefined;
  signal: AbortSignal;
}

/** What a rehearsal found. It holds if there is no problem. */
export interface Rehearsal {
  /** Migrations that the copy had already. */
  applied: string[];
  migrations: RehearsedMigration[];
  /** What is gone or has another name afterwards. */
  removed: string[];
  /** Cells of the row access matrix that changed. */
  access: string[];
  plans: string[];
  /** Whether the down scripts lead back to the schema before; undefined where there are none. */
  down: { holds: boolean; differences: string[] } | undefined;
  /** What does not hold, one sentence each. */
  problems: string[];
  /** What a person should know. */
  notes: string[];
}

/** The role is switched to for each migration alone, since whoever looks at the copy must see everything. */
async function become(session: ServerSession, role: RehearsalOptions["role"]): Promise<void> {
  if (role !== undefined) await session.run(`set session authorization ${escapeIdentifier(role.name)}`);
}

/** @throws {Failure} `refused`, where the copy does not have the role */
async function prepareRole(session: ServerSession, role: RehearsalOptions["role"]): Promise<void> {
  if (role === undefined) return;
  const name = escapeLiteral(role.name);
  const [[known] = []] = await session.lists(`select 1 from pg_catalog.pg_roles where rolname = ${name}`);
  if (known === undefined) {
    throw new Failure("refused", `The backup has no role ${role.name}, which migrates production`);
  }
  if (!role.mayCreateSchemas) return;
  // A dump has no privileges of the database itself.
  await session.run(
    `do $$ begin execute format('grant create on database %I to %I', current_database(), ${name}); end $$`,
  );
}

export interface RehearsedMigration {
  name: string;
  checksum: string;
  phase: "expand" | "contract";
  durationMs: number;
  observations: Observation[];
}

/**
 * Runs what is pending on a copy of the database with its rows, and records what really happens: locks, rewrites,
 * time, what is gone, who reaches which rows, and whether the release before still works.
 *
 * @throws {Failure} `refused`, where the copy is not in a state to migrate
 */
export function rehearseMigrations(options: RehearsalOptions): Promise<Rehearsal> {
  const { connection, signal } = options;
  return withSession(
    connection,
    "optropic migrate",
    (subject) =>
      withSession(
        connection,
        "optropic migrate: witness",
        (witness) => rehearse({ subject, witness }, options),
        signal,
      ),
    signal,
  );
}

async function rehearse(sessions: Sessions, options: RehearsalOptions): Promise<Rehearsal> {
  const { subject } = sessions;
  const { progress, previous, statements = [] } = options;
  const history = await readHistory(subject, options.migrations);
  refuseUnclear(history);
  await prepareRole(subject, options.role);
  const linted = await options.lint(history.pending);
  progress?.("the copy before");
  // A restored database has no statistics, and plans need some.
  await subject.run("analyze");
  const queries = [...(previous?.queries ?? []), ...statements];
  const before = await lookAt(subject, queries, options);
  const objects = await definitions(subject);
  const migrations: RehearsedMigration[] = [];
  const problems: string[] = [];
  const changed: string[] = [];
  let hasFailed = false;
  for (const each of linted) {
    progress?.(each.migration.name);
    const catalog = await readCatalog(subject);
    // Whatever was parsed tells by itself; of the rest only what it leaves behind does.
    const hides = each.phase === "unclear";
    const objectsBefore = hides ? await objectsIn(subject) : new Map();
    await become(subject, options.role);
    const { observations, failure } = await observe(sessions, each.statements, each.wrapping);
    await resetSession(subject);
    const hidden =
      hides && failure === undefined ? hiddenChanges(objectsBefore, await objectsIn(subject)) : [];
    const durationMs = observations.reduce((sum, { durationMs: ms }) => sum + ms, 0);
    const removed = failure === undefined ? removedBetween(catalog, await readCatalog(subject)) : [];
    const { name, checksum } = each.migration;
    const phase = removed.length + hidden.length > 0 || each.phase === "contract" ? "contract" : "expand";
    if (hidden.length > 0) changed.push(`${name}: ${few(hidden)}`);
    migrations.push({ name, checksum, phase, durationMs: Math.round(durationMs), observations });
    if (failure !== undefined) {
      problems.push(`${name} failed on the copy at ${failure}`);
      hasFailed = true;
      break;
    }
    const harm = harmIn(name, observations, options.longestLockMs);
    const { waivers = [] } = options;
    problems.push(
      ...harm.filter(({ rule }) => waiverOf(waivers, rule, name) === undefined).map(({ text }) => text),
    );
    await record(subject, each.migration);
  }
  if (hasFailed) {
    return { ...empty(history.applied), migrations, problems };
  }
  progress?.("the copy after");
  await subject.run("analyze");
  const after = await lookAt(subject, queries, options);
  const removed = removedBetween(before.catalog, after.catalog);
  const access = accessChanges(before.access, after.access);
  problems.push(
    ...contractProblems(removed, linted, previous),
    ...brokenBetween(before.planned, after.planned).map(
      ({ name, problem }) =>
        `The query ${name} of ${previous?.release ?? "the source"} no longer works: ${problem}`,
    ),
    ...securityProblems(before.catalog, after.catalog),
    ...(await unguardedTables(subject, new Set(before.catalog.keys()))),
    ...access.problems,
  );
  const down = await rehearseDown(subject, linted, objects);
  if (down?.holds === false) {
    problems.push(`The down scripts do not lead back: ${down.differences.slice(0, 3).join(" ")}`);
  }
  return {
    applied: history.applied,
    migrations,
    removed,
    access: access.changes,
    plans: planChanges(before.planned, after.planned),
    down,
    problems,
    notes: [
      ...notesOf(options, linted, { before, down, late: history.late }),
      ...changed.map(
        (each) =>
          `Code that nobody parsed changed what was there, so the release before may miss it: ${each}.`,
      ),
    ],
  };
}

function empty(applied: string[]): Omit<Rehearsal, "migrations" | "problems"> {
  return { applied, removed: [], access: [], plans: [], down: undefined, notes: [] };
}

interface Look {
  catalog: Catalog;
  planned: Planned[];
  access: Access;
}

async function lookAt(
  session: ServerSession,
  queries: Previous["queries"],
  { access }: RehearsalOptions,
): Promise<Look> {
  return {
    catalog: await readCatalog(session),
    planned: await planQueries(session, queries),
    access: access === undefined ? { unmeasured: "it was not asked for" } : await measured(session, access),
  };
}

async function measured(
  session: ServerSession,
  access: NonNullable<RehearsalOptions["access"]>,
): Promise<Access> {
  try {
    return await access(session);
  } catch (error) {
    return { unmeasured: reasonOf(error) };
  }
}

async function rehearseDown(
  session: ServerSession,
  linted: readonly Linted[],
  before: Readonly<Record<string, string>>,
): Promise<Rehearsal["down"]> {
  const downs = linted.map(({ migration }) => migration.down);
  if (downs.length === 0 || downs.includes(undefined)) return undefined;
  try {
    for (const down of downs.toReversed()) await session.run(down ?? "");
  } catch (error) {
    return { holds: false, differences: [`it failed: ${reasonOf(error)}`] };
  }
  const differences = objectDifferences(before, await definitions(session)).map((text) =>
    text.replace("is not in the backup", "is left"),
  );
  return { holds: differences.length === 0, differences: differences.slice(0, 50) };
}

function notesOf(
  { previous, longestLockMs }: RehearsalOptions,
  linted: readonly Linted[],
  { before, down, late }: { before: Look; down: Rehearsal["down"]; late: readonly string[] },
): string[] {
  const tightened = linted.flatMap(({ changes }) => changes).filter(({ how }) => how === "tightens");
  const unplanned = before.planned.filter((each) => "problem" in each);
  return [
    `A copy has nobody else on it: in production a statement also waits for others, up to the lock time limit. The limit for a lock here is ${longestLockMs} ms.`,
    ...(previous === undefined ? ["The release that a rollback would return to is not known."] : []),
    ...("unmeasured" in before.access
      ? [`Who reaches which rows was not measured: ${before.access.unmeasured}.`]
      : []),
    ...(tightened.length === 0
      ? []
      : [
          `The release before may write what ${few([...new Set(tightened.map(({ object }) => object))])} no longer takes.`,
        ]),
    ...(down === undefined && linted.length > 0
      ? ["There is no down script for each of the migrations: the ways back are a forward fix or a restore."]
      : []),
    ...(late.length === 0
      ? []
      : [`${few(late)} ${late.length === 1 ? "is" : "are"} older than what is applied already.`]),
    ...(unplanned.length === 0
      ? []
      : [
          `${counted(unplanned.length, "query", "queries")} did not work before either: ${few(unplanned.map(({ name }) => name))}.`,
        ]),
  ];
}
