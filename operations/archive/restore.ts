import { createWriteStream, rmSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { escapeIdentifier, escapeLiteral } from "pg";
import * as z from "zod";
import { Child } from "../../lib/child.ts";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { rawBytes } from "../../lib/raw-text.ts";
import { type Connection, databaseArgument, programEnvironment } from "../../postgres/connection.ts";
import { textIn } from "../../postgres/encodings.ts";
import { type Argument, argumentIn, launchOf, majorOf, versionOf } from "../../postgres/programs.ts";
import { type Session, withSession } from "../../postgres/session.ts";
import { type Attempt, attemptEach, attemptTogether } from "./attempt.ts";
import { type Carrier, carrierFor } from "./carried.ts";
import {
  busyJobs,
  Contents,
  dataOf,
  divideContents,
  foreignKeysOf,
  schemaPrivilegesOf,
  selectContents,
  splitAttachments,
  splitLatePrivileges,
  withoutData,
  withoutObjects,
} from "./contents.ts";
import { type Dealt, dealIndexes, dealRows, runDealt } from "./dealt.ts";
import { prepareSession, withoutCompiler } from "./describe.ts";
import type { Details } from "./details.ts";
import { standInForDropped } from "./dropped-roles.ts";
import { commentExtensions } from "./extension-comments.ts";
import { createExtensions, type LeftOut, leftOutNotes } from "./extensions.ts";
import { GlobalLines } from "./global-lines.ts";
import { IdSet } from "./id-set.ts";
import { addChecks, setChecksAside } from "./late-checks.ts";
import { LentPrivileges } from "./lent-privileges.ts";
import type { Manifest } from "./manifest.ts";
import { inEnglish, inWritable, makeBlocks, namesOf, writable } from "./names.ts";
import { leftDefaults, putOwnDefaultsAside, unlisted } from "./own-defaults.ts";
import { EndedPrograms, sessionName } from "./own-sessions.ts";
import { PathLines } from "./path-lines.ts";
import {
  grantMemberships,
  membershipsOf,
  powerless,
  roleStatements,
  schemaStatements,
  withoutPublic,
} from "./prepare.ts";
import { splitReading } from "./reading-functions.ts";
import {
  emptyAmong,
  fillAll,
  fillInRounds,
  onceMoreOnPath,
  refreshedViews,
  splitRefreshes,
  unfilled,
} from "./refresh.ts";
import { Refusals } from "./refused.ts";
import { emptyViews, withoutRemote } from "./remote.ts";
import { lendSearchPath, withSearchPath } from "./search-path.ts";
import type { Listing } from "./sections.ts";
import { findMissingProviders, isLabel, labelNotes } from "./security-labels.ts";
import { serverMajor } from "./server.ts";
import { settingStatements } from "./settings.ts";
import { lendSchemas, letCreate, type Revoke, standBack, standIn } from "./stand-in.ts";
import { type Untangled, untangle, withoutMissing } from "./tangle.ts";
import { splitEventTriggers, splitTriggers } from "./triggers.ts";
import { giveToOwners } from "./unfit-owners.ts";
import type { Restored } from "./verify.ts";
import { addViolatedKeys } from "./violated-keys.ts";

export interface RestoreOptions {
  /** A session in the database, and the connection for programs. */
  session: Session;
  connection: Connection;
  manifest: Manifest;
  details: Details;
  /** What the backup has. */
  listing: Listing;
  /** The decrypted dump. */
  file: string;
  /** Its table of contents, as `listContents` returns it. */
  contents: Contents;
  /** Parallel jobs of pg_restore. */
  jobs: number;
  /**
   * Which roles are created: those that are missing with all their attributes, which is only for a server that
   * nobody else can reach, without any right, or none.
   */
  roles: "full" | "powerless" | "existing";
  /** Whether objects go into their tablespaces, which the server must have. */
  tablespaces: boolean;
  /** Whether the session's role gets everything. Default: everything goes to its owner. */
  noOwner?: boolean;
  signal: AbortSignal;
}

/** What is found out at the beginning of a restore, and on the way. */
interface Restoring extends RestoreOptions {
  /** Why the server refused some so far, one sentence each. */
  refused: string[];
  /** Programs whose sessions may count as connections until these have ended. */
  ended: EndedPrograms;
  /** Whether pg_restore is of a newer version than the server. */
  isNewer: boolean;
  /** Whether the session's role is a superuser. */
  isSuperuser: boolean;
}

/** What was restored, and what was not, one sentence each. */
export interface Outcome {
  restored: Restored;
  notes: string[];
  /** What the session granted itself, to be revoked once it has looked at what was restored. */
  granted: Granted;
}

/** What a session grants for a restore, each with what revokes it, as long as that is not done. */
class Granted {
  /** To those who own what is made. */
  toOwners: Revoke[] = [];
  /** To itself. */
  toItself: Revoke | undefined;
  /** To roles in the place of dropped ones, by making these. */
  toDropped: Revoke | undefined;
  readonly #session: Session;
  readonly #connection: Connection;

  constructor({ session, connection }: Pick<RestoreOptions, "session" | "connection">) {
    this.#session = session;
    this.#connection = connection;
  }

  lendOwners(revoke: Revoke | undefined): void {
    if (revoke !== undefined) this.toOwners.push(revoke);
  }

  async revokeFromOwners(): Promise<void> {
    for (const revoke of this.toOwners) await revoke(this.#session);
    this.toOwners = [];
  }

  async revokeFromDropped(): Promise<void> {
    await this.toDropped?.(this.#session);
    this.toDropped = undefined;
  }

  async revokeFromItself(): Promise<void> {
    await this.toItself?.(this.#session);
    this.toItself = undefined;
  }

  /** Revokes as much as possible after a failure: the session may be in a transaction, or have ended. */
  async revokeAll(): Promise<void> {
    const open = [...this.toOwners, this.toDropped, this.toItself].filter((revoke) => revoke !== undefined);
    if (open.length === 0) return;
    const revoke = async (session: Session): Promise<void> => {
      for (const one of open) await one(session).catch(() => undefined);
    };
    await withSession(this.#connection, "optropic restore", revoke).catch(() => undefined);
  }
}

/**
 * Restores a dump into an empty database, in parallel, and creates the roles, schemas and extensions that it
 * needs.
 *
 * @throws {Failure} `failed`, with the error of the server or of pg_restore
 */
export async function restoreParallel(given: RestoreOptions): Promise<Outcome> {
  const options: Restoring = {
    ...given,
    connection: await inWritable(given.session, await inEnglish(given.session, given.connection)),
    ...(await readRestoring(given)),
    refused: [],
    ended: new EndedPrograms(),
  };
  const granted = new Granted(options);
  try {
    return await restoreAll(options, granted);
  } catch (error) {
    await granted.revokeAll();
    options.signal.throwIfAborted();
    // What the server refused before may be why.
    const reason = [...options.refused, reasonOf(error)].join("\n");
    const hint = !options.isSuperuser && lacksRights.test(reason) ? `\n${needsRights}` : "";
    throw new Failure("failed", `The restore failed: ${reason}${hint}`);
  }
}

async function restoreAll(options: Restoring, granted: Granted): Promise<Outcome> {
  const { session, manifest, details, listing, refused } = options;
  const each: Attempt = (statements) => attemptEach(session, statements);
  await session.run(`${withoutCompiler}; ${writable}`);
  const { leftOut, apart, ownDefaults } = await prepare(options, granted);
  const notes = [...apart, ...leftOutNotes(leftOut)];
  await lendOwnSettings(session, details.settings);
  const carrier = await openCarrier(options, leftOut);
  await carrier.make("first");
  const uncommented = await commentExtensions(listing, each);
  for (const [name, reason] of uncommented) notes.push(`The ${name} was not restored: ${reason}.`);
  const providers = await findMissingProviders(manifest, each);
  notes.push(...labelNotes(providers));
  const isExpected = (name: string): boolean => !belongsTo(name, leftOut) && !uncommented.has(name);
  const parts = await divide(options, carrier, { leftOut, providers, isExpected });
  const lent = new LentPrivileges(session, each);
  const course = { ...parts, carrier, lent };
  const definitions = await makeDefinitions(options, course, granted);
  const notFilled = await withSearchPath(session, manifest, async () => {
    await restoreRows(options, course, definitions);
    return makeRest(options, course, definitions);
  });
  notes.push(...(await restoreSettings(options)));
  for (const statement of await unlisted(ownDefaults, listing)) await run(session, statement);
  notes.push(...(await leftDefaults(session, manifest, listing)));
  await granted.revokeFromOwners();
  await granted.revokeFromDropped();
  const given = await makeEventTriggers(options, parts);
  await options.ended.leave(session, options.signal);
  return {
    notes: [...notes, ...carrier.notes],
    granted,
    restored: {
      listing,
      schemas: manifest.schemas.map(({ name }) => name),
      surroundings: true,
      globals: isExpected,
      dependents: () => false,
      pathOperators: details.pathOperators,
      missing: [...carrier.missing, ...notFilled],
      refused: [...new Set(refused)].filter((sentence) => !given.includes(sentence)),
      extensions: manifest.extensions.filter(
        ({ name }) => !leftOut.some(({ extension }) => extension.name === name),
      ),
    },
  };
}

/** The lines of a dump that are restored, by when. */
interface Parts {
  /** All of them. */
  selected: Contents;
  /** Definitions, rows, and what comes after these but for the parts below. */
  others: Contents;
  triggers: Contents;
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
}

async function openCarrier(
  { session, manifest, details }: Restoring,
  leftOut: readonly LeftOut[],
): Promise<Carrier> {
  await session.run("begin");
  const carrier = await carrierFor(session, details.carried, {
    attempt: (statements) => attemptTogether(session, statements),
    schemas: dumpedSchemas(manifest),
    extensions: manifest.extensions,
    leftOut,
  });
  await session.run("commit");
  return carrier;
}

/** Names of the schemas of a dump. */
function dumpedSchemas({ schemas, companions }: Pick<Manifest, "schemas" | "companions">): string[] {
  return [...schemas, ...companions].map(({ name }) => name);
}

async function divide(
  options: Restoring,
  carrier: Carrier,
  {
    leftOut,
    providers,
    isExpected,
  }: { leftOut: readonly LeftOut[]; providers: readonly string[]; isExpected: (name: string) => boolean },
): Promise<Parts> {
  const { session, manifest, details, file, signal } = options;
  const isRemote = withoutRemote(manifest.remote);
  const without = (line: { entry: string; rest: string }): boolean =>
    isRemote(line) || (providers.length > 0 && isLabel(line));
  const needed = withoutObjects(options.contents, carrier.superseded);
  const globals = await GlobalLines.read(options.listing, isExpected);
  const selected = selectContents(needed, { globals, leftOut, without });
  const { others: withPrivileges, eventTriggers } = splitEventTriggers(selected);
  const { others: filled, privileges } = splitLatePrivileges(withPrivileges);
  const { others: withTriggers, refreshes } = splitRefreshes(filled);
  const pathLines = await PathLines.read(
    session,
    (statements) => attemptTogether(session, statements),
    details.pathOperators,
    { ...manifest, file, contents: selected, args: formOf(options), signal },
  );
  const onPath = pathLines.takeLate(withTriggers);
  const { early, last } = onPath;
  return {
    selected,
    ...splitTriggers(onPath.others),
    refreshes,
    privileges,
    eventTriggers,
    pathLines,
    early,
    last,
  };
}

/** Makes definitions. @returns the lines without what needs rows or keys, and that */
async function makeDefinitions(options: Restoring, course: Course, granted: Granted): Promise<Untangled> {
  const { session, manifest, contents, file, signal, refused } = options;
  const { others, carrier, pathLines, lent } = course;
  const one = { ...options, jobs: 1 };
  granted.toDropped = await standInForDropped(
    session,
    (statements) => attemptEach(session, statements),
    manifest,
    { ...manifest, file, contents, signal },
  );
  await runRestore(one, schemaPrivilegesOf(others), []);
  await lent.lend();
  granted.lendOwners(await lendSchemas(session, manifest.needsRoles, dumpedSchemas(manifest)));
  const replaced = new Set([...carrier.replaced, ...pathLines.entries]);
  const untangled = await untangle(others, replaced, (lines) => makeAll(one, lines));
  refused.push(
    ...(await runDefinitions(options, { selected: untangled.main, carrier, pathLines, replaced })),
  );
  return untangled;
}

/** Makes what definitions waited for, and restores rows. */
async function restoreRows(options: Restoring, course: Course, { main, after }: Untangled): Promise<void> {
  const { session, manifest, refused } = options;
  const { carrier, pathLines, lent, refreshes } = course;
  const one = { ...options, jobs: 1 };
  const schemas = dumpedSchemas(manifest);
  await pathLines.makeAnyway();
  await carrier.make("first");
  await carrier.make("rows");
  await lent.lend();
  const checks = await setChecksAside(session, schemas);
  // A dump does not record that a table of an extension refers to another one, so these are not parallel.
  const ofExtensions = new Set(manifest.extensions.flatMap(({ data }) => data.map(({ entry }) => entry)));
  if (ofExtensions.size > 0)
    refused.push(...(await runOn(one, dataOf(main, ofExtensions), "--section=data")));
  const rows = ofExtensions.size > 0 ? withoutData(main, ofExtensions) : main;
  const isAllMade = refused.length + pathLines.refused.length === 0;
  const present = isAllMade ? rows : await withoutMissing(session, rows);
  const { first, last, readsViews } = await splitReading(session, schemas, present);
  refused.push(...(await loadRows({ ...options, jobs: checks.inOrder ? 1 : options.jobs }, first)));
  if (readsViews) await fillEarly(options, refreshes);
  if (last !== undefined) refused.push(...(await runOn(one, last, "--section=data")));
  refused.push(
    ...(await addChecks(session, checks.statements, (statement) => attemptEach(session, [statement]))),
  );
  for (const { part, isRows } of after) {
    refused.push(...(await runOn(one, isRows ? await withoutMissing(session, part) : part)));
  }
  if (after.length > 0) await lent.lend();
}

/**
 * Makes what comes after the rows: indexes, keys, triggers and privileges, and the rows of materialized views.
 *
 * @returns a sentence for each materialized view that could not be filled
 */
async function makeRest(options: Restoring, course: Course, { main }: Untangled): Promise<string[]> {
  const { jobs, refused } = options;
  const { others, triggers, refreshes, privileges, carrier, pathLines, lent, early, last } = course;
  await pathLines.makeAll(early);
  const { before, attachments, after } = splitAttachments(main);
  const later = attachments.isEmpty
    ? [{ list: main, jobs }]
    : [
        { list: before, jobs },
        { list: attachments, jobs: 1 },
        { list: after, jobs },
      ];
  for (const { list, jobs } of together([...later, { list: triggers, jobs: 1 }])) {
    refused.push(...(await finish({ ...options, jobs }, list)));
  }
  await pathLines.makeAll(last);
  await pathLines.makeAnyway();
  refused.push(...pathLines.refused, ...(await runOn({ ...options, jobs: 1 }, privileges)));
  if (refused.length > 0) await remakeKeys(options, others);
  const unfillable = await lent.without(() => fillViews(options, refreshes));
  await carrier.make("last");
  return [...unfillable].map(([name, reason]) => unfilled(name, reason));
}

/** @returns a sentence for each setting that could not be restored */
async function restoreSettings({ session, details, roles }: Restoring): Promise<string[]> {
  const notes: string[] = [];
  for (const statement of settingStatements(details.settings, { roles: roles === "full" })) {
    const reason = await attemptEach(session, [statement]);
    if (reason !== undefined) notes.push(`A setting could not be restored: ${reason}`);
  }
  return notes;
}

/**
 * Gives to its owners what the server gives to superusers only, and makes event triggers, which run at what gives others
 * away.
 *
 * @returns the sentences on what the server refused that no longer hold
 */
async function makeEventTriggers(
  options: Restoring,
  { selected, eventTriggers }: Pick<Parts, "selected" | "eventTriggers">,
): Promise<string[]> {
  const { session, noOwner, refused } = options;
  const give = async (made: Contents): Promise<string[]> =>
    noOwner === true ? [] : giveToOwners(session, made);
  const given = await give(selected);
  refused.push(...(await runOn({ ...options, jobs: 1 }, eventTriggers, postData)));
  return [...given, ...(await give(eventTriggers))];
}

/** Does work in a restored database, and then revokes what the session granted itself. */
export async function standingBack<T>({ granted }: Outcome, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    await granted.revokeFromItself();
    return result;
  } catch (error) {
    await granted.revokeAll();
    throw error;
  }
}

async function readRestoring({
  session,
  manifest,
}: RestoreOptions): Promise<Pick<Restoring, "isNewer" | "isSuperuser">> {
  const [row] = await session.rows(
    "select current_setting('server_version') as version, current_setting('is_superuser') = 'on' as \"isSuperuser\"",
  );
  const { version, isSuperuser } = z.object({ version: z.string(), isSuperuser: z.boolean() }).parse(row);
  const program = await versionOf("pg_restore", majorOf(manifest.dumpVersion));
  return { isNewer: majorOf(program) > majorOf(version), isSuperuser };
}

/**
 * Runs a part of a dump. What the server refuses is left out, such as a foreign key that was not enforced, a view of
 * itself or rows that are not for their partition any more, and everything else is made: the comparison names what is
 * missing.
 *
 * @returns why the server refused some, one sentence each
 */
async function runOn(
  options: Restoring,
  list: Contents,
  ...sections: readonly [section?: string]
): Promise<string[]> {
  const refusals = new Refusals();
  try {
    await runRestore(options, list, sections, refusals);
  } catch (error) {
    options.signal.throwIfAborted();
    if (!refusals.wentOn) throw error;
  }
  return refusals.sentences;
}

/** Loads the rows, but for those of tables of which the server refuses some. @returns why, one sentence each */
async function loadRows(options: Restoring, list: Contents): Promise<string[]> {
  const load = (part: Contents, jobs: number): Promise<string[]> =>
    runOn({ ...options, jobs }, part, "--section=data");
  return runByJobs(dealRows(list, options.jobs), list, options.jobs, load);
}

/** Joins those of the lists that one job makes in any case: each list is a program and a session of its own. */
function together(
  lists: readonly { list: Contents; jobs: number }[],
): readonly { list: Contents; jobs: number }[] {
  const joined: { list: Contents; jobs: number }[] = [];
  for (const { list, jobs } of lists) {
    const needed = busyJobs(list, postData, jobs);
    const last = joined.at(-1);
    if (last?.jobs === 1 && needed === 1) last.list = last.list.joined(list);
    else joined.push({ list, jobs: needed === 1 ? 1 : jobs });
  }
  return joined;
}

const postData = "--section=post-data";

/** Makes what comes after the rows. @returns why the server refused some, one sentence each */
async function finish(options: Restoring, list: Contents): Promise<string[]> {
  const make = (part: Contents, jobs: number): Promise<string[]> =>
    runOn({ ...options, jobs }, part, postData);
  return runByJobs(dealIndexes(list, options.jobs), list, options.jobs, make);
}

/** Runs a list by parallel jobs, which are pg_restore's own unless it was dealt. */
async function runByJobs(
  dealt: Dealt | undefined,
  list: Contents,
  jobs: number,
  run: (part: Contents, jobs: number) => Promise<string[]>,
): Promise<string[]> {
  if (dealt === undefined) return run(list, jobs);
  const refused: string[] = [];
  await runDealt(dealt.parts, jobs, async (part) => void refused.push(...(await run(part, 1))));
  return [...refused, ...(await run(dealt.rest, 1))];
}

/** Makes definitions, all of them or none. @returns whether the server refused nothing */
async function makeAll(options: Restoring, lines: Contents): Promise<boolean> {
  if (options.isNewer) {
    // One transaction would end at a setting that the server does not know, so each is made by itself.
    const [, second] = lines.lines();
    return second === undefined && (await runOn(options, lines)).length === 0;
  }
  const refusals = new Refusals();
  try {
    await runRestore(options, lines, ["--single-transaction"], refusals);
    return true;
  } catch (error) {
    options.signal.throwIfAborted();
    if (!refusals.isRefused) throw error;
    return false;
  }
}

/** Makes foreign keys that rows violate for new rows, with the comments on them. */
async function remakeKeys(options: Restoring, contents: Contents): Promise<void> {
  const { session, manifest, file, signal } = options;
  const { keys, about } = foreignKeysOf(contents);
  const dump = { ...manifest, file, keys };
  const attempt = (statement: string) => attemptEach(session, [statement]);
  if (await addViolatedKeys(session, dump, attempt, signal)) await runOn({ ...options, jobs: 1 }, about);
}

/**
 * Gives this session and those of pg_restore the settings of the database that are not the server's: checks and functions
 * of an application ask for its own.
 */
async function lendOwnSettings(session: Session, settings: Details["settings"]): Promise<void> {
  const own = settings.filter(({ isLocal, role, name }) => isLocal && role === null && name.includes("."));
  for (const { name, values } of own) {
    const value = values.map(escapeLiteral).join(", ");
    await attemptEach(session, [`set ${name.split(".").map(escapeIdentifier).join(".")} to ${value}`]);
  }
  for (const statement of settingStatements(own, { roles: false })) await attemptEach(session, [statement]);
}

/** Fills the materialized views that can be filled by now, for functions that read them; all are filled again at the end. */
async function fillEarly({ session, manifest, file, signal }: Restoring, refreshes: Contents): Promise<void> {
  const views = await refreshedViews(session, { ...manifest, file }, refreshes, signal);
  await fillInRounds(views, (name) => attemptEach(session, [`refresh materialized view ${name}`]));
}

/** Fills materialized views. @returns those that could not be filled, each with the reason */
async function fillViews(options: Restoring, refreshes: Contents): Promise<Map<string, string>> {
  const { session, manifest, file, signal } = options;
  try {
    const refused = await runOn(options, refreshes, "--section=post-data");
    if (refused.length === 0) return new Map();
  } catch {
    signal.throwIfAborted();
  }
  const views = await refreshedViews(session, { ...manifest, file }, refreshes, signal);
  return fillAll(
    await emptyAmong(session, views),
    () => emptyViews(session),
    onceMoreOnPath(session, manifest, (statement) => attemptEach(session, [statement])),
  );
}

/**
 * Makes tables, types, functions and views, and what stands for some of them.
 *
 * @returns why the server refused some, one sentence each
 */
async function runDefinitions(
  options: Restoring,
  {
    selected,
    carrier,
    pathLines,
    replaced,
  }: { selected: Contents; carrier: Carrier; pathLines: PathLines; replaced: ReadonlySet<string> },
): Promise<string[]> {
  const { session, manifest } = options;
  const one = { ...options, jobs: 1 };
  const refused: string[] = [];
  const makeLine = async (line: Contents): Promise<void> => {
    refused.push(...(await runOn(one, line, "--section=pre-data")));
  };
  const { lend } = lendSearchPath(manifest);
  const parts = divideContents(selected, replaced, lend.length > 0);
  for (const part of parts) {
    for (const statement of lend) await session.run(statement);
    for (const entry of part.replaced) {
      await makeInPlaceOf(entry, { selected, carrier, pathLines, makeLine });
    }
    await runRestore(one, part.about, []);
    await makeLine(part.contents);
  }
  return refused;
}

/**
 * Makes what stands for a line: what the backup carries beside its dump, or the same under a search path.
 *
 * @param makeLine makes the line itself
 */
export async function makeInPlaceOf(
  entry: string,
  {
    selected,
    carrier,
    pathLines,
    makeLine,
  }: {
    selected: Contents;
    carrier: Carrier;
    pathLines: PathLines;
    makeLine: (line: Contents) => Promise<void>;
  },
): Promise<void> {
  if (!carrier.replaced.has(entry)) {
    await pathLines.makeInPlaceOf(entry);
    return;
  }
  await carrier.makeInPlaceOf(entry);
  if (!carrier.isInVain(entry)) return;
  await makeLine(selected.filtered((line) => line.entry === entry));
  await carrier.makeInPlaceOf(entry);
}

/** Whether an object in no schema is the privilege of an extension that was left out. */
export function belongsTo(name: string, leftOut: readonly LeftOut[]): boolean {
  return leftOut.some(({ extension }) => name.startsWith(`privileges of ${extension.name} on `));
}

const lacksRights = /must be (?:able to SET ROLE|member of role|owner|superuser)|permission denied/i;
const needsRights =
  "The role at the target must be able to give each object to its owner, as a superuser can. Without --target, the drill uses a scratch server, where it is one.";

/** Options of pg_restore for what statements say. */
export function formOf({ tablespaces, noOwner }: Pick<RestoreOptions, "tablespaces" | "noOwner">): string[] {
  return [...(tablespaces ? [] : ["--no-tablespaces"]), ...(noOwner === true ? ["--no-owner"] : [])];
}

/** @param refusals takes what the server refuses, after which pg_restore goes on; without it, that is the end */
async function runRestore(
  { session, connection, manifest, file, jobs, tablespaces, noOwner, isNewer, ended, signal }: Restoring,
  list: Contents,
  sections: readonly [section?: string],
  refusals?: Refusals,
): Promise<void> {
  if (list.isEmpty) return;
  const endsAtFirst = refusals === undefined;
  const found = refusals ?? new Refusals();
  const [section] = sections;
  const args = [
    databaseArgument(connection),
    `--jobs=${section === undefined ? jobs : busyJobs(list, section, jobs)}`,
    // A newer one would end at a setting of its own that the server does not know.
    ...(endsAtFirst && !isNewer ? ["--exit-on-error"] : []),
    "--no-password",
    ...formOf({ tablespaces, noOwner }),
    `--use-list=${list.file}`,
    ...(section === undefined ? [] : [section]),
    file,
  ];
  const name = sessionName("restore");
  const env = programEnvironment(connection, name);
  await ended.leave(session, signal);
  const launch = launchOf("pg_restore", args, env, majorOf(manifest.dumpVersion));
  const child: Child = new Child({
    label: "pg_restore",
    launch,
    signal,
    keepsError(line) {
      found.take(line);
      if (endsAtFirst && isNewer && found.isCertain) child.kill("SIGTERM");
      return true;
    },
  });
  child.stdin.end();
  child.stdout.resume();
  try {
    await child.success();
  } catch (error) {
    signal.throwIfAborted();
    if (found.sentences.length > 0 || !found.wentOn) throw error;
  } finally {
    ended.add(name);
  }
}

/** Writes the table of contents of a dump, with what each line needs, beside it; fails when the file is not a dump. */
export async function listContents(
  file: string,
  manifest: Pick<Manifest, "dumpVersion" | "encoding">,
  signal: AbortSignal,
): Promise<Contents> {
  return list({ file, args: ["--verbose"], into: `${file}.contents` }, manifest, signal);
}

/** The numbers of the lines of a dump's contents that are in some schemas. */
export async function listSchemas(
  file: string,
  schemas: readonly string[],
  manifest: Pick<Manifest, "dumpVersion" | "encoding">,
  signal: AbortSignal,
): Promise<Pick<IdSet, "has">> {
  const into = `${file}.schema`;
  const args = schemas.map((schema) => argumentIn(manifest.encoding, `--schema=${schema}`));
  const contents = await list({ file, args, into }, manifest, signal);
  const ids = new IdSet();
  for (const { id } of contents.lines()) ids.add(id);
  rmSync(into);
  return ids;
}

async function list(
  { file, args, into }: { file: string; args: readonly Argument[]; into: string },
  { dumpVersion, encoding }: Pick<Manifest, "dumpVersion" | "encoding">,
  signal: AbortSignal,
): Promise<Contents> {
  const launch = launchOf("pg_restore", ["--list", ...args, file], undefined, majorOf(dumpVersion));
  const child = new Child({ label: "pg_restore", launch, signal });
  child.stdin.end();
  // pg_restore reads the numbers alone of such a list.
  const read = readLines(child.stdout, encoding);
  await pipeline(read, createWriteStream(into, { mode: 0o600, flags: "wx" }));
  await child.success();
  return new Contents(into);
}

/** Lines that are in the encoding of a database, as UTF-8. */
async function* readLines(source: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    const all = Buffer.concat([rest, chunk]);
    const end = all.lastIndexOf("\n") + 1;
    rest = all.subarray(end);
    if (end > 0) yield rawBytes(textIn(encoding, all.subarray(0, end)));
  }
  if (rest.length > 0) yield rawBytes(textIn(encoding, rest));
}

/**
 * @param granted takes what the session grants
 * @returns the extensions that could not be created, what else is not as it was, one sentence each, and statements that
 *   set the session's own default privileges again
 */
async function prepare(
  { session, manifest, roles: which, noOwner }: RestoreOptions,
  granted: Granted,
): Promise<{ leftOut: LeftOut[]; apart: string[]; ownDefaults: ReadonlyMap<string, string[]> }> {
  await prepareSession(session);
  await makeBlocks(session);
  const missing = which === "existing" ? [] : manifest.roles;
  const roles = which === "full" ? missing : missing.map(powerless);
  const existing = await namesOf(session, "select rolname::text as name from pg_roles");
  const attempt = (statements: readonly string[]) => attemptEach(session, statements);
  for (const statement of roleStatements(roles, existing)) await run(session, statement);
  const apart = await grantMemberships(membershipsOf(roles, existing, await serverMajor(session)), attempt);
  const actedFor = await standIn(session);
  const ownDefaults = await putOwnDefaultsAside(session);
  if (actedFor.length > 0) granted.toItself = (by) => standBack(by, actedFor);
  for (const statement of schemaStatements(manifest, noOwner)) await run(session, statement);
  granted.lendOwners(await letCreate(session, manifest.needsRoles, dumpedSchemas(manifest)));
  const { leftOut, notes } = await createExtensions(session, manifest, {
    attempt,
    moves: true,
    noOwner: noOwner === true,
    isScratch: which === "full",
  });
  const kept = await attempt(withoutPublic(manifest));
  const left =
    kept === undefined ? [] : [`The schema public, which the source lacks, could not be dropped: ${kept}.`];
  return { leftOut, apart: [...apart, ...notes, ...left], ownDefaults };
}

async function run(session: Session, statement: string): Promise<void> {
  try {
    await session.run(statement);
  } catch (error) {
    throw new Failure("failed", `The server rejected «${statement.slice(0, 120)}»: ${reasonOf(error)}`);
  }
}
