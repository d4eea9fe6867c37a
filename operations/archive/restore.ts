import { writeFileSync } from "node:fs";
import { outputOf } from "../../lib/child.ts";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { type Connection, programEnvironment } from "../../postgres/connection.ts";
import { launchOf, majorOf } from "../../postgres/programs.ts";
import type { Session } from "../../postgres/session.ts";
import { attemptTogether, type Carrier, carrierFor } from "./carried.ts";
import {
  dataOf,
  divideContents,
  linesOf,
  maximumContentsBytes,
  schemaPrivilegesOf,
  selectContents,
  splitAttachments,
  withoutData,
} from "./contents.ts";
import { prepareSession, withoutCompiler } from "./describe.ts";
import type { Details } from "./details.ts";
import { extensionCommentStatements } from "./extension-comments.ts";
import { attemptEach, createExtensions, type LeftOut, leftOutNotes, versionNotes } from "./extensions.ts";
import { setChecksAside } from "./late-checks.ts";
import type { Manifest } from "./manifest.ts";
import { makeBlocks, namesOf } from "./names.ts";
import { grantMemberships, membershipsOf, powerless, roleStatements, schemaStatements } from "./prepare.ts";
import { refreshedViews, splitRefreshes, unfilled } from "./refresh.ts";
import { withoutRemote } from "./remote.ts";
import { lendSearchPath, withSearchPath } from "./search-path.ts";
import { findMissingProviders, isLabel, labelNotes } from "./security-labels.ts";
import { settingStatements } from "./settings.ts";
import { splitEventTriggers, splitTriggers } from "./triggers.ts";
import type { Restored } from "./verify.ts";

export interface RestoreOptions {
  /** A session in the database, and the connection for programs. */
  session: Session;
  connection: Connection;
  manifest: Manifest;
  details: Details;
  /** The decrypted dump. */
  file: string;
  /** Its table of contents, as `listContents` returns it. */
  contents: string;
  /** Parallel jobs of pg_restore. */
  jobs: number;
  /**
   * Which roles are created: those that are missing with all their attributes, which is only for a server that
   * nobody else can reach, without any right, or none.
   */
  roles: "full" | "powerless" | "existing";
  /** Whether objects go into their tablespaces, which the server must have. */
  tablespaces: boolean;
  signal: AbortSignal;
}

/** What was restored, and what was not, one sentence each. */
export interface Outcome {
  restored: Restored;
  notes: string[];
}

/**
 * Restores a dump into an empty database, in parallel, and creates the roles, schemas and extensions that it
 * needs.
 *
 * @throws {Failure} `failed`, with the error of the server or of pg_restore
 */
export async function restoreParallel(options: RestoreOptions): Promise<Outcome> {
  const { session, manifest, details, file, contents, signal } = options;
  const fullRoles = options.roles === "full";
  try {
    await session.run(withoutCompiler);
    const { leftOut, apart } = await prepare(options);
    const notes = [...apart, ...leftOutNotes(leftOut), ...(await versionNotes(session, manifest))];
    await session.run("begin");
    const carrier = await carrierFor(session, details.carried, {
      attempt: (statements) => attemptTogether(session, statements),
      schemas: [...manifest.schemas, ...manifest.companions].map(({ name }) => name),
      extensions: manifest.extensions,
      leftOut,
    });
    await session.run("commit");
    await carrier.make("first");
    const globals = new Set(Object.keys(manifest.globals).filter((name) => !belongsTo(name, leftOut)));
    for (const [name, statement] of extensionCommentStatements(manifest, details)) {
      const reason = await attemptEach(session, [statement]);
      if (reason === undefined) continue;
      globals.delete(name);
      notes.push(`The ${name} was not restored: ${reason}.`);
    }
    const list = `${file}.contents`;
    const providers = await findMissingProviders(manifest, (statements) => attemptEach(session, statements));
    notes.push(...labelNotes(providers));
    const isRemote = withoutRemote(manifest.remote);
    const without = (line: { entry: string; rest: string }): boolean =>
      isRemote(line) || (providers.length > 0 && isLabel(line));
    const selected = selectContents(contents, manifest, { globals, leftOut, without });
    const { others: filled, eventTriggers } = splitEventTriggers(selected);
    const { others: withTriggers, refreshes } = splitRefreshes(filled);
    const notFilled: string[] = [];
    const { others, triggers } = splitTriggers(withTriggers);
    const privileges = schemaPrivilegesOf(others);
    if (privileges.trim() !== "") {
      writeFileSync(list, privileges, { mode: 0o600 });
      await runRestore({ ...options, jobs: 1 }, list, []);
    }
    writeFileSync(list, others, { mode: 0o600 });
    await runDefinitions(options, { list, selected: others, carrier });
    const all = [...manifest.schemas, ...manifest.companions].map(({ name }) => name);
    await withSearchPath(session, manifest, async () => {
      await carrier.make("first");
      await carrier.make("rows");
      const checks = await setChecksAside(session, all);
      // A dump does not record that a table of an extension refers to another one, so these are not parallel.
      const ofExtensions = new Set(manifest.extensions.flatMap(({ data }) => data.map(({ entry }) => entry)));
      if (ofExtensions.size > 0) {
        writeFileSync(list, dataOf(others, ofExtensions), { mode: 0o600 });
        await runRestore({ ...options, jobs: 1 }, list, ["--section=data"]);
        writeFileSync(list, withoutData(others, ofExtensions), { mode: 0o600 });
      }
      await runRestore({ ...options, jobs: checks.inOrder ? 1 : options.jobs }, list, ["--section=data"]);
      if (ofExtensions.size > 0) writeFileSync(list, others, { mode: 0o600 });
      for (const statement of checks.statements) await run(session, statement);
      const { before, attachments, after } = splitAttachments({ contents, selected: others });
      const isDivided = attachments.trim() !== "";
      for (const [text, jobs] of [
        [isDivided ? before : others, options.jobs],
        [attachments, 1],
        [isDivided ? after : "", options.jobs],
        [triggers, 1],
      ] as const) {
        if (text.trim() === "") continue;
        writeFileSync(list, text, { mode: 0o600 });
        await runRestore({ ...options, jobs }, list, ["--section=post-data"]);
      }
      notFilled.push(...(await fillViews(options, list, refreshes)));
      await carrier.make("last");
    });
    for (const statement of settingStatements(details.settings, { roles: fullRoles })) {
      const reason = await attemptEach(session, [statement]);
      if (reason !== undefined) notes.push(`A setting could not be restored: ${reason}`);
    }
    if (eventTriggers.trim() !== "") {
      writeFileSync(list, eventTriggers, { mode: 0o600 });
      await runRestore(options, list, ["--section=post-data"]);
    }
    return {
      notes,
      restored: {
        description: manifest.description,
        schemas: manifest.schemas.map(({ name }) => name),
        surroundings: true,
        globals,
        dependents: new Set(),
        missing: [...carrier.missing, ...notFilled],
        extensions: manifest.extensions.filter(
          ({ name }) => !leftOut.some(({ extension }) => extension.name === name),
        ),
      },
    };
  } catch (error) {
    signal.throwIfAborted();
    const reason = reasonOf(error);
    const hint = !fullRoles && lacksRights.test(reason) ? `\n${needsRights}` : "";
    throw new Failure("failed", `The restore failed: ${reason}${hint}`);
  }
}

/** Fills materialized views. @returns a sentence for each that could not be filled */
async function fillViews(options: RestoreOptions, list: string, refreshes: string): Promise<string[]> {
  if (refreshes.trim() === "") return [];
  const { session, manifest, file, signal } = options;
  writeFileSync(list, refreshes, { mode: 0o600 });
  try {
    await runRestore(options, list, ["--section=post-data"]);
    return [];
  } catch {
    signal.throwIfAborted();
  }
  const failed: string[] = [];
  for (const name of await refreshedViews({ file, dumpVersion: manifest.dumpVersion }, refreshes, signal)) {
    const reason = await attemptEach(session, [`refresh materialized view ${name}`]);
    if (reason !== undefined) failed.push(unfilled(name, reason));
  }
  return failed;
}

/** Makes tables, types, functions and views, and what stands for some of them. */
async function runDefinitions(
  options: RestoreOptions,
  { list, selected, carrier }: { list: string; selected: string; carrier: Carrier },
): Promise<void> {
  const { session, manifest, contents } = options;
  const { lend } = lendSearchPath(manifest);
  const parts = divideContents({ contents, selected }, carrier.replaced, lend.length > 0);
  for (const [index, part] of parts.entries()) {
    if (index > 0) for (const statement of lend) await session.run(statement);
    if (part.replaced !== undefined) await carrier.makeInPlaceOf(part.replaced);
    for (const [text, sections] of [
      [part.about, []],
      [part.contents, ["--section=pre-data"]],
    ] as const) {
      if (text.trim() === "") continue;
      writeFileSync(list, text, { mode: 0o600 });
      await runRestore({ ...options, jobs: 1 }, list, sections);
    }
  }
  writeFileSync(list, selected, { mode: 0o600 });
}

/** Whether an object in no schema is the privilege of an extension that was left out. */
export function belongsTo(name: string, leftOut: readonly LeftOut[]): boolean {
  return leftOut.some(({ extension }) => name.startsWith(`privileges of ${extension.name} on `));
}

const lacksRights = /must be (?:able to SET ROLE|member of role|owner|superuser)|permission denied/i;
const needsRights =
  "The role at the target must be able to give each object to its owner, as a superuser can. Without --target, the drill uses a scratch server, where it is one.";

async function runRestore(
  { connection, manifest, file, jobs, tablespaces, signal }: RestoreOptions,
  list: string,
  sections: readonly string[],
): Promise<void> {
  const args = [
    `--dbname=${connection.PGDATABASE}`,
    `--jobs=${jobs}`,
    "--exit-on-error",
    "--no-password",
    ...(tablespaces ? [] : ["--no-tablespaces"]),
    `--use-list=${list}`,
    ...sections,
    file,
  ];
  const env = programEnvironment(connection, "optropic drill");
  await outputOf("pg_restore", launchOf("pg_restore", args, env, majorOf(manifest.dumpVersion)), signal);
}

/** Reads the table of contents of a dump, with what each line needs; fails when the file is not a dump. */
export function listContents(
  file: string,
  { dumpVersion }: Pick<Manifest, "dumpVersion">,
  signal: AbortSignal,
): Promise<string> {
  const launch = launchOf("pg_restore", ["--list", "--verbose", file], undefined, majorOf(dumpVersion));
  return outputOf("pg_restore", launch, signal, maximumContentsBytes);
}

/** The numbers of the lines of a dump's contents that are in a schema. */
export async function listSchema(
  file: string,
  schema: string,
  { dumpVersion }: Pick<Manifest, "dumpVersion">,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const args = ["--list", `--schema=${schema}`, file];
  const launch = launchOf("pg_restore", args, undefined, majorOf(dumpVersion));
  const contents = await outputOf("pg_restore", launch, signal, maximumContentsBytes);
  return new Set(linesOf(contents).map(({ id }) => id));
}

/** @returns the extensions that could not be created, and a sentence for each membership that could not be made */
async function prepare({
  session,
  manifest,
  roles: which,
}: RestoreOptions): Promise<{ leftOut: LeftOut[]; apart: string[] }> {
  await prepareSession(session);
  await makeBlocks(session);
  const missing = which === "existing" ? [] : manifest.roles;
  const roles = which === "full" ? missing : missing.map(powerless);
  const existing = await namesOf(session, "select rolname::text as name from pg_roles");
  const attempt = (statements: readonly string[]) => attemptEach(session, statements);
  for (const statement of roleStatements(roles, existing)) await run(session, statement);
  const apart = await grantMemberships(membershipsOf(roles, existing), attempt);
  for (const statement of schemaStatements(manifest)) await run(session, statement);
  return { leftOut: await createExtensions(session, manifest, attempt), apart };
}

async function run(session: Session, statement: string): Promise<void> {
  try {
    await session.run(statement);
  } catch (error) {
    throw new Failure("failed", `The server rejected «${statement.slice(0, 120)}»: ${reasonOf(error)}`);
  }
}
