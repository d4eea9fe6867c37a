import { Child } from "../../lib/child.ts";
import { launchOf, majorOf } from "../../postgres/programs.ts";
import { type Attempt, attempt } from "../archive/attempt.ts";
import type { Carrier } from "../archive/carried.ts";
import {
  type Contents,
  contentsOf,
  divideContents,
  foreignKeysOf,
  isDataOf,
  type Line,
  privilegesOf,
  schemaPrivilegesOf,
  selectContents,
  splitLatePrivileges,
  splitPartitionsElsewhere,
  withoutObjects,
} from "../archive/contents.ts";
import { readableEncoding } from "../archive/describe.ts";
import { standInForDropped } from "../archive/dropped-roles.ts";
import { type DumpFile, ownSettings } from "../archive/dump-script.ts";
import { GlobalLines } from "../archive/global-lines.ts";
import { IdSet } from "../archive/id-set.ts";
import { addChecks, setChecksAside } from "../archive/late-checks.ts";
import { LentPrivileges } from "../archive/lent-privileges.ts";
import type { Manifest } from "../archive/manifest.ts";
import { PathLines } from "../archive/path-lines.ts";
import type { PathOperators } from "../archive/path-operators.ts";
import { oneLine } from "../archive/qualified-names.ts";
import { splitReading } from "../archive/reading-functions.ts";
import {
  fillAll,
  fillInRounds,
  onceMoreOnPath,
  refreshedViews,
  splitRefreshes,
  unfilled,
} from "../archive/refresh.ts";
import { emptyViews, withoutRemote } from "../archive/remote.ts";
import { belongsTo, formOf, listSchemas, makeInPlaceOf } from "../archive/restore.ts";
import { lendSearchPath } from "../archive/search-path.ts";
import type { Listing } from "../archive/sections.ts";
import { isLabel } from "../archive/security-labels.ts";
import { lendSchemas } from "../archive/stand-in.ts";
import { type Untangled, untangle, withoutMissing } from "../archive/tangle.ts";
import { splitEventTriggers } from "../archive/triggers.ts";
import { giveToOwners } from "../archive/unfit-owners.ts";
import { addViolatedKeys, type MissingKey } from "../archive/violated-keys.ts";
import { colonsApart } from "./colons.ts";
import { type RoleName, withoutDefaultPrivileges } from "./default-privileges.ts";
import type { Room } from "./make-room.ts";
import type { Plan } from "./plan.ts";
import { type ScriptSession, withKnownSettings, withoutCommit } from "./script-session.ts";

/** A decrypted dump, and how it is run. */
export interface DumpRun extends DumpFile {
  /** Its table of contents. */
  contents: Contents;
  /** Roles whose default privileges are left out. */
  foreignRoles: readonly RoleName[];
  noOwner: boolean;
  /** Whether objects go into their tablespaces, which the server must have. */
  tablespaces: boolean;
  /** What has operators that only a search path finds. */
  pathOperators: readonly PathOperators[];
  signal: AbortSignal;
}

/** What puts rows into tables outside of the schemas. */
interface Elsewhere {
  /** Gives those that are empty the rows of the backup. */
  fillEmpty(): Promise<void>;
  /** Makes a key by the rows that it needs. @returns whether it is made */
  mend(key: MissingKey): Promise<boolean>;
}

/**
 * Runs the part of a dump that is restored, in the session's transaction: first rows of other schemas that
 * foreign keys refer to, then the schemas and what is in none, then what other schemas lost.
 *
 * @returns a function that makes the event triggers, which run at what is made after them, and gives to its owners what
 *   the server gives to superusers only; it resolves with the sentences on what was refused that no longer hold. And a
 *   sentence for each materialized view that could not be filled and for each check that was refused
 */
export async function runDump(
  session: ScriptSession,
  manifest: Manifest,
  {
    plan,
    room,
    carrier,
    listing,
    elsewhere,
  }: { plan: Plan; room: Room; carrier: Carrier; listing: Listing; elsewhere: Elsewhere },
  run: DumpRun,
): Promise<{ runEventTriggers: () => Promise<string[]>; notFilled: string[]; refusedChecks: string[] }> {
  const tried: Attempt = (statements) => attempt(session, statements);
  await carrier.make("first");
  await elsewhere.fillEmpty();
  const globals = await GlobalLines.read(
    listing,
    (name) => plan.globals.has(name) && !belongsTo(name, room.leftOut),
  );
  const parts = await divide(session, manifest, { globals, room, carrier }, run);
  const { lend, takeBack } = lendSearchPath(manifest);
  const leaveDropped = await standInForDropped(session, tried, manifest, run);
  await runList(session, run, schemaPrivilegesOf(parts.others), []);
  const lent = new LentPrivileges(session, tried);
  await lent.lend();
  const schemas = manifest.schemas.map(({ name }) => name);
  const takeSchemasBack = await lendSchemas(session, manifest.needsRoles, schemas);
  const course = { ...parts, carrier, lent, lend };
  const definitions = await makeDefinitions(session, course, run);
  const refusedChecks = await restoreRows(session, schemas, { course, definitions }, run);
  await makeRest(session, { course, definitions, elsewhere }, run);
  const views = await refreshedViews(session, run, parts.refreshes, run.signal);
  let notFilled = await lent.without(() => fillViews(session, manifest, views));
  await carrier.make("last");
  // Extensions may be in other schemas.
  if (manifest.companions.length > 0) {
    await runList(session, run, privilegesOf(parts.selected, globals), []);
  }
  const { pathLines } = parts;
  const ofOthers = await makeDependents(session, manifest, { plan, pathLines }, run);
  if (ofOthers.length > 0) {
    for (const statement of lend) await session.run(statement);
    notFilled = await fillViews(session, manifest, [...notFilled.keys(), ...ofOthers]);
  }
  await leaveDropped(session);
  for (const statement of takeBack) await session.run(statement);
  await takeSchemasBack?.(session);
  return {
    runEventTriggers: () => makeEventTriggers(session, parts, run),
    notFilled: [...notFilled].map(([view, reason]) => unfilled(view, reason)),
    refusedChecks: [...refusedChecks, ...pathLines.refused],
  };
}

/** The lines of a dump that are restored, by when. */
interface Parts {
  /** All of them. */
  selected: Contents;
  /** Definitions, rows, and what comes after these but for the parts below. */
  others: Contents;
  attachments: Contents;
  afterAttachments: Contents;
  /** Foreign keys, with the comments on them. */
  foreignKeys: { keys: Contents; about: Contents };
  refreshes: Contents;
  privileges: Contents;
  eventTriggers: Contents;
  /** Lines that find operators in a search path, of which some are made apart, before and after the others. */
  pathLines: PathLines;
  early: Contents;
  last: Contents;
}

/** What makes the parts, and what is made beside them. */
interface Course extends Parts {
  carrier: Carrier;
  lent: LentPrivileges;
  /** Statements that lend functions the search path of the source. */
  lend: readonly string[];
}

async function divide(
  session: ScriptSession,
  manifest: Manifest,
  { globals, room, carrier }: { globals: GlobalLines; room: Room; carrier: Carrier },
  run: DumpRun,
): Promise<Parts> {
  const needed = withoutObjects(run.contents, carrier.superseded);
  const selected = mainContents(manifest, { globals, room }, { ...run, contents: needed });
  const companions = manifest.companions.map(({ name }) => name);
  // Other schemas stay as they are. pg_restore would leave out a comment whose object it does not make at the same time.
  const apart =
    companions.length === 0 ? new IdSet() : await listSchemas(run.file, companions, run, run.signal);
  const { others: withPrivileges, eventTriggers } = splitEventTriggers(
    selected.filtered(({ id }) => !apart.has(id)),
  );
  const { others: filled, privileges } = splitLatePrivileges(withPrivileges);
  const { others: filledLast, refreshes } = splitRefreshes(filled);
  const pathLines = await pathLinesOf(session, run);
  const { others, early, last } = pathLines.takeLate(filledLast);
  const { before, attachments, after } = splitPartitionsElsewhere(others);
  return {
    selected,
    others: before,
    attachments,
    afterAttachments: after,
    foreignKeys: foreignKeysOf(filledLast),
    refreshes,
    privileges,
    eventTriggers,
    pathLines,
    early,
    last,
  };
}

/** Makes definitions. @returns the lines without what needs rows or keys, and that */
async function makeDefinitions(
  session: ScriptSession,
  { others, carrier, pathLines, lend }: Course,
  run: DumpRun,
): Promise<Untangled> {
  const replaced = new Set([...carrier.replaced, ...pathLines.entries]);
  const untangled = await untangle(others, replaced, (line) =>
    session.tries(() => runList(session, run, line, [])),
  );
  // What the server refuses, such as a view of itself, is left out, and the comparison names it.
  const makeLines = (lines: Contents): Promise<void> =>
    session.makingAll(() => runList(session, run, lines, ["--section=pre-data"]));
  for (const part of divideContents(untangled.main, replaced, lend.length > 0)) {
    for (const statement of lend) await session.run(statement);
    for (const entry of part.replaced) {
      await makeInPlaceOf(entry, { selected: untangled.main, carrier, pathLines, makeLine: makeLines });
    }
    await runList(session, run, part.about, []);
    await makeLines(part.contents);
  }
  for (const statement of lend) await session.run(statement);
  await pathLines.makeAnyway();
  return untangled;
}

/** Makes what definitions waited for, and restores rows. @returns a sentence for each check that was refused */
async function restoreRows(
  session: ScriptSession,
  schemas: readonly string[],
  { course, definitions }: { course: Course; definitions: Untangled },
  run: DumpRun,
): Promise<string[]> {
  const { carrier, pathLines, lent, refreshes } = course;
  const { main, after: tangled } = definitions;
  await carrier.make("first");
  await carrier.make("rows");
  await lent.lend();
  const checks = await setChecksAside(session, schemas);
  const isAllMade = (await session.refused()).length + pathLines.refused.length === 0;
  const rows = isAllMade ? main : await withoutMissing(session, main);
  const { first, last, readsViews } = await splitReading(session, schemas, rows);
  await runRows(session, run, first);
  // For functions that read them; all are filled again at the end.
  if (readsViews) {
    await fillInRounds(await refreshedViews(session, run, refreshes, run.signal), (view) =>
      attempt(session, [`refresh materialized view ${view}`]),
    );
  }
  if (last !== undefined) await runRows(session, run, last);
  const refused = await addChecks(session, checks.statements, (statement) => attempt(session, [statement]));
  for (const { part, isRows } of tangled) {
    if (isRows) await runRows(session, run, await withoutMissing(session, part));
    else await session.goingOn(() => runList(session, run, part, []));
  }
  if (tangled.length > 0) await lent.lend();
  return refused;
}

/** Makes what comes after the rows: indexes, keys, triggers and privileges. What the rows do not allow is left out. */
async function makeRest(
  session: ScriptSession,
  {
    course,
    definitions: { main },
    elsewhere,
  }: { course: Course; definitions: Untangled; elsewhere: Elsewhere },
  run: DumpRun,
): Promise<void> {
  const { attachments, afterAttachments, foreignKeys, privileges, pathLines, early, last } = course;
  await pathLines.makeAll(early);
  const finish = async (): Promise<void> => {
    await runList(session, run, main, ["--section=post-data"]);
    await runList(session, run, attachments, []);
    await runList(session, run, afterAttachments, ["--section=post-data"]);
  };
  await (hasManyIndexes(main) ? session.makingAll(finish) : session.goingOn(finish));
  await pathLines.makeAll(last);
  await pathLines.makeAnyway();
  await session.makingAll(() => runList(session, run, privileges, []));
  if ((await session.refused()).length === 0) return;
  const { keys, about } = foreignKeys;
  const add = (statement: string): Promise<string | undefined> => attempt(session, [statement]);
  const mend = (key: MissingKey): Promise<boolean> => elsewhere.mend(key);
  const made = await addViolatedKeys(session, { ...run, keys }, add, run.signal, mend);
  if (made) await session.goingOn(() => runList(session, run, about, []));
}

/** @returns the sentences on what the server refused that no longer hold */
async function makeEventTriggers(
  session: ScriptSession,
  { selected, eventTriggers }: Pick<Parts, "selected" | "eventTriggers">,
  run: DumpRun,
): Promise<string[]> {
  const give = async (made: Contents): Promise<string[]> => (run.noOwner ? [] : giveToOwners(session, made));
  const given = await give(selected);
  await session.makingAll(() => runList(session, run, eventTriggers, ["--section=post-data"]));
  return [...given, ...(await give(eventTriggers))];
}

/**
 * Makes what depends on what was restored and went with it.
 *
 * @returns the materialized views to be filled
 */
export async function makeDependents(
  session: ScriptSession,
  { remote }: Pick<Manifest, "remote">,
  { plan, pathLines }: { plan: Pick<Plan, "dependents" | "filled">; pathLines: PathLines },
  run: DumpRun,
): Promise<string[]> {
  const entries = new Set(plan.dependents.values());
  if (entries.size > 0) {
    const list = contentsOf(run.contents, entries);
    const { keys, about } = foreignKeysOf(list);
    const later = new Set([...keys.lines(), ...about.lines()].map(({ id }) => id));
    await runOnPath(session, run, { list: list.filtered(({ id }) => !later.has(id)), pathLines });
    if (!keys.isEmpty) await makeKeys(session, { keys, about }, run);
  }
  // The dump does not fill the materialized views of other schemas, which may be what a view of these waits for.
  return plan.filled.filter((name) => !Object.hasOwn(remote, name));
}

/** Makes foreign keys of other schemas' tables. One that rows of the target violate is made for new rows only. */
async function makeKeys(
  session: ScriptSession,
  { keys, about }: { keys: Contents; about: Contents },
  run: DumpRun,
): Promise<void> {
  await session.makingAll(() => runList(session, run, keys, []));
  await addViolatedKeys(session, { ...run, keys }, (statement) => attempt(session, [statement]), run.signal);
  await session.goingOn(() => runList(session, run, about, []));
}

/** Fills materialized views in an order in which they can be, in the session's transaction. */
export function fillViews(
  session: ScriptSession,
  manifest: Pick<Manifest, "server">,
  views: readonly string[],
): Promise<Map<string, string>> {
  return fillAll(
    views,
    () => emptyViews(session),
    onceMoreOnPath(session, manifest, (statement) => attempt(session, [statement])),
  );
}

/** The lines of a dump that find operators in a search path. */
export function pathLinesOf(session: ScriptSession, run: DumpRun): Promise<PathLines> {
  return PathLines.read(session, (statements) => attempt(session, statements), run.pathOperators, {
    ...run,
    args: formOf(run),
  });
}

/** Runs a part of a dump's contents in its order, with what finds operators in a search path. */
export async function runOnPath(
  session: ScriptSession,
  run: DumpRun,
  { list, pathLines }: { list: Contents; pathLines: PathLines },
  ...options: readonly string[]
): Promise<void> {
  const { others, early, last } = pathLines.takeLate(list);
  for (const part of divideContents(others, pathLines.entries, false)) {
    for (const entry of part.replaced) await pathLines.makeInPlaceOf(entry);
    await runList(session, run, part.about, []);
    await runList(session, run, part.contents, options);
  }
  await pathLines.makeAll(early);
  await pathLines.makeAll(last);
  await pathLines.makeAnyway();
}

/**
 * Whether there are so many indexes and constraints that savepoints take longer than to make some of them twice: at the
 * end of each, the server looks through everything that the transaction has made.
 */
function hasManyIndexes(contents: Contents): boolean {
  const isOne = ({ rest }: Line): boolean => /^(?:INDEX|CONSTRAINT|FK CONSTRAINT) /.test(rest);
  return contents.countUpTo(manyIndexes + 1, isOne) > manyIndexes;
}

const manyIndexes = 1000;

function mainContents(
  manifest: Manifest,
  { globals, room }: { globals: GlobalLines; room: Room },
  { contents, foreignRoles }: DumpRun,
): Contents {
  const unchanged = manifest.extensions
    .filter(({ name }) => !room.withData.has(name))
    .flatMap(({ data }) => data.map(({ entry }) => entry));
  const isLeft = isDataOf(new Set(unchanged));
  const companions = manifest.companions.map(({ name }) => name);
  const schemas = [...companions, ...room.foreignSchemas].flatMap((name) =>
    ["ACL", "COMMENT", "SECURITY LABEL"].map((kind) => `${kind} - SCHEMA ${oneLine(name)} `),
  );
  const isRemote = withoutRemote(manifest.remote);
  const selected = selectContents(contents, {
    globals,
    leftOut: room.leftOut,
    without: ({ entry, rest }) =>
      isLeft({ entry, rest }) ||
      isRemote({ entry, rest }) ||
      (!room.hasLabels && isLabel({ rest })) ||
      schemas.some((start) => rest.startsWith(start)),
  });
  return withoutDefaultPrivileges(selected, foreignRoles);
}

/**
 * Restores the rows and values of a dump's contents. Those that the server refuses, such as rows that are not for their
 * partition any more, are left out, and the comparison names their tables.
 */
export async function runRows(session: ScriptSession, run: DumpRun, list: Contents): Promise<void> {
  await session.makingAll(() => runList(session, run, list, ["--section=data"]));
}

/**
 * Runs a part of a dump's contents in the session.
 *
 * @param changed the script as it is run
 */
export async function runList(
  session: ScriptSession,
  run: DumpRun,
  list: Contents,
  options: readonly string[],
  changed: (script: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array> = (script) => script,
): Promise<void> {
  const { file, dumpVersion, signal } = run;
  if (list.isEmpty) return;
  const args = [
    "--file=-",
    "--single-transaction",
    `--use-list=${list.file}`,
    ...formOf(run),
    ...options,
    file,
  ];
  const settings = await session.settings();
  const script = new Child({
    label: "pg_restore",
    launch: launchOf("pg_restore", args, undefined, majorOf(dumpVersion)),
    signal,
  });
  script.stdin.end();
  try {
    const statements = changed(withKnownSettings(withoutCommit(script), settings));
    if (options.includes("--section=data")) await session.rowScript(statements);
    else await session.script(colonsApart(statements));
    // All go to the server at once.
    await session.run([readableEncoding, ...ownSettings].join(" \\; "));
  } finally {
    await script.stop();
  }
}
