import * as z from "zod";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { type Connection, describeConnection } from "../../postgres/connection.ts";
import { type ServerSession, sqlStateOf, withPatientSession } from "../../postgres/session.ts";
import { type Accepted, acceptedSentences, knownDifferences } from "../archive/accepted.ts";
import { databaseStatement, emptiness } from "../archive/database.ts";
import {
  type DatabaseProperties,
  readProperties,
  restoreProperties,
} from "../archive/database-properties.ts";
import type { Manifest } from "../archive/manifest.ts";
import { serverNames, writable } from "../archive/names.ts";
import { restoreParallel, standingBack } from "../archive/restore.ts";
import { verify } from "../archive/verify.ts";
import { droppedDefaults, isDefaultPrivilegesOf, withoutDefaultPrivileges } from "./default-privileges.ts";
import { inFirst, isMissing, maintenance } from "./maintenance.ts";
import type { DumpFiles, Replaced } from "./replace.ts";

export interface NewDatabaseOptions {
  target: Connection;
  /** Parallel jobs of pg_restore. */
  jobs: number;
  createRoles: boolean;
  /** Let the role that restores own everything. */
  noOwner: boolean;
  acceptDifferences: boolean;
  /** What may differ, by the settings. */
  accepted?: readonly Accepted[] | undefined;
  signal: AbortSignal;
}

/**
 * Restores a dump into a database that does not exist or is empty, by parallel jobs, and compares the result.
 * A restore that fails leaves the database without connections allowed and with a comment that says why. So does one
 * that is killed. A limit to connections would hold up the sessions of a role that is no superuser: in its place, the
 * right to connect is taken from everybody until then, since functions have no privileges yet.
 *
 * @throws {Failure} `refused`, when the database is not empty; `failed`
 */
export async function restoreIntoNew(
  options: NewDatabaseOptions,
  manifest: Manifest,
  files: DumpFiles,
): Promise<Replaced> {
  const { target } = options;
  let isClaimed = false;
  const run = (): Promise<Replaced> =>
    withPatientSession(
      target,
      "optropic restore",
      async (session) => {
        await claim(session, target);
        isClaimed = true;
        return restoreWithin(session, options, manifest, files);
      },
      options.signal,
    );
  try {
    return await run().catch(async (error: unknown) => {
      if (isClaimed || !isMissing(error)) throw error;
      await create(target, manifest);
      return run();
    });
  } catch (error) {
    // It is as it was, or another restore's.
    if (!isClaimed) throw error;
    const marked = await markUnusable(target, manifest);
    throw new Failure("failed", `${reasonOf(error)}\n${marked}`, { cause: error });
  }
}

async function restoreWithin(
  session: ServerSession,
  {
    target,
    jobs,
    createRoles,
    noOwner,
    acceptDifferences,
    accepted: acceptable = [],
    signal,
  }: NewDatabaseOptions,
  manifest: Manifest,
  { file, contents, details, listing, foreignRoles, tablespaces, part }: DumpFiles,
): Promise<Replaced> {
  const begun = await markBegun(session, target, manifest);
  const isForeign = isDefaultPrivilegesOf(foreignRoles);
  const outcome = await restoreParallel({
    session,
    connection: target,
    manifest,
    details,
    listing,
    file,
    contents: withoutDefaultPrivileges(contents, foreignRoles),
    jobs,
    roles: createRoles ? "powerless" : "existing",
    tablespaces,
    noOwner,
    signal,
  });
  const { globals: isMade } = outcome.restored;
  const globals = (name: string): boolean => isMade(name) && !isForeign(name);
  const restored = { ...outcome.restored, globals, isIgnored: isForeign };
  const foreign: string[] = [];
  if (foreignRoles.length > 0) {
    for await (const { name } of listing.items("global"))
      if (isMade(name) && isForeign(name)) foreign.push(name);
  }
  return standingBack(outcome, async () => {
    await session.run("begin");
    const { figures, missed, differences, accepted, refused } = await verify(
      session,
      manifest,
      part === undefined ? restored : { ...restored, surroundings: false, isPart: true },
      [...acceptable, ...knownDifferences(details)],
    );
    await session.run("rollback");
    if (differences.length > 0 && !acceptDifferences) {
      throw new Failure(
        "failed",
        `The restored database differs from the backup:\n${[...differences, ...refused, ...outcome.notes].join("\n")}\nPass --accept-differences to accept that.`,
      );
    }
    // A new owner or privileges could forbid the comparison.
    const wanted = details.properties ?? begun;
    const kept = await restoreProperties(session, noOwner ? { ...wanted, owner: begun.owner } : wanted);
    return {
      ...figures,
      differences: [
        ...outcome.notes,
        ...droppedDefaults([...missed, ...foreign]),
        ...kept,
        ...acceptedSentences(accepted),
        ...differences,
        ...refused,
      ],
    };
  });
}

/** Number of the lock that the session of a restore has in its new database, until it ends. */
const restoreLock = "8030892296171121011";

/**
 * Takes an empty database for the session's restore.
 *
 * @throws {Failure} `refused`, when it is another restore's or not empty
 */
async function claim(session: ServerSession, target: Connection): Promise<void> {
  await session.run(serverNames);
  const where = describeConnection(target);
  const [row] = await session.rows(`select pg_catalog.pg_try_advisory_lock(${restoreLock}) as taken`);
  if (!z.object({ taken: z.boolean() }).parse(row).taken) {
    throw new Failure("refused", `Another restore into ${where} is under way: name another database`);
  }
  const problem = await emptiness(session);
  if (problem === undefined) return;
  throw new Failure(
    "refused",
    `${where} is not empty: it has ${problem}. With --jobs, name a database that does not exist or is empty`,
  );
}

/** The server's codes for a database that another session made, before or at the same time. */
const isMade: ReadonlySet<unknown> = new Set(["42P04", "23505"]);

async function create(target: Connection, manifest: Manifest): Promise<void> {
  try {
    await inMaintenance(target, (session) =>
      session.run(databaseStatement({ ...manifest, database: target.PGDATABASE })),
    );
  } catch (error) {
    if (!isMade.has(sqlStateOf(error))) throw error;
  }
}

/** How the comment of a database begins whose restore has not ended. */
const begunMark = "A restore is under way or was killed: do not use this database";

/** How it ends where everybody was allowed to connect. */
const closedMark = ", to which only its owner may connect";

const openToAll = { grantee: null, privilege: "CONNECT", isGrantable: false, grantor: null };

/**
 * Marks a database as incomplete, as far as the role may.
 *
 * @returns its properties without the mark
 */
async function markBegun(
  session: ServerSession,
  target: Connection,
  { key }: Manifest,
): Promise<DatabaseProperties> {
  const before = await readProperties(session);
  const [role] = await session.rows("select current_setting('is_superuser')::boolean as super");
  const isSuper = z.object({ super: z.boolean() }).parse(role).super;
  const wasMarked = before.comment?.startsWith(begunMark) === true;
  const wasClosed = wasMarked && before.comment?.endsWith(closedMark) === true;
  const isOpen =
    wasClosed || before.grants.some(({ grantee, privilege }) => grantee === null && privilege === "CONNECT");
  const closes = isSuper ? "limit" : isOpen ? "privilege" : undefined;
  const text = `${begunMark} (${key})${closes === "privilege" ? closedMark : ""}`;
  await mark(target, text, closes).catch(() => undefined);
  if (!wasMarked) return before;
  const grants = wasClosed ? [...before.grants, openToAll] : before.grants;
  return { ...before, comment: null, connectionLimit: -1, grants };
}

/** @returns a sentence on what became of the database */
async function markUnusable(target: Connection, { key }: Manifest): Promise<string> {
  const where = describeConnection(target);
  try {
    await mark(target, `The restore of ${key} did not finish: do not use this database`, "limit");
    return `${where} is incomplete. Its comment says so and it accepts no connections: drop it.`;
  } catch (error) {
    return `${where} is incomplete, and could not be marked as such (${reasonOf(error)}): drop it.`;
  }
}

/** Gives a database a comment, and closes it to all but superusers, or to those who have no right of their own to it. */
async function mark(
  target: Connection,
  text: string,
  closes: "limit" | "privilege" | undefined,
): Promise<void> {
  await inMaintenance(target, async (session) => {
    const [row] = await session.rows(
      "select quote_ident(($1::text[])[1]) as name, quote_literal(($1::text[])[2]) as comment",
      [target.PGDATABASE, text],
    );
    const { name, comment } = z.object({ name: z.string(), comment: z.string() }).parse(row);
    await session.run(`comment on database ${name} is ${comment}`);
    if (closes === "limit") await session.run(`alter database ${name} connection limit 0`);
    if (closes === "privilege") await session.run(`revoke connect on database ${name} from public`);
  });
}

/** Runs work beside the database, or in it where no other lets the role in. */
function inMaintenance<T>(target: Connection, work: (session: ServerSession) => Promise<T>): Promise<T> {
  const others = maintenance.filter((name) => name !== target.PGDATABASE);
  return inFirst(target, [...others, target.PGDATABASE], async (session) => {
    await session.run(`${serverNames}; ${writable}`);
    return work(session);
  });
}
