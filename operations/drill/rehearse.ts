import { randomBytes } from "node:crypto";
import { escapeIdentifier } from "pg";
import { reasonOf } from "../../lib/failure.ts";
import { listed, listedSome, shortened } from "../../lib/text.ts";
import { formatDuration } from "../../lib/units.ts";
import type { Connection } from "../../postgres/connection.ts";
import { type ServerSession, type Session, withPatientSession } from "../../postgres/session.ts";
import type { Accepted } from "../archive/accepted.ts";
import { notesOnCreating } from "../archive/extensions.ts";
import type { Manifest, Role } from "../archive/manifest.ts";
import { namesOf, neutralSettings, serverNames } from "../archive/names.ts";
import { serverMajor } from "../archive/server.ts";
import { anew } from "../restore/anew.ts";
import type { RoleName } from "../restore/default-privileges.ts";
import { foreignRolesOf, ownersAmong } from "../restore/inspect.ts";
import { restoreIntoNew } from "../restore/new-database.ts";
import { type DumpFiles, replace } from "../restore/replace.ts";
import { createDatabase, dropDatabase } from "./scratch-server.ts";

/** A drill tries a restore in place when the restore before it took no longer, in milliseconds. */
const limitMs = 30 * 60_000;

/** Longest difference: evidence takes no longer one. */
const mostCharacters = 999;

/** A database that has been restored from a backup, and how to restore in place there. */
export interface Rehearsal {
  /** As the role that restored. */
  connection: Connection;
  /** Whether the server is the drill's own, with every role of the source as it was. */
  isOwn: boolean;
  /** The role that restores at the source. */
  role?: string | undefined;
  jobs: number;
  restoreMs: number;
  accepted?: readonly Accepted[] | undefined;
  signal: AbortSignal;
}

/** What a rehearsal found. */
export interface Rehearsed {
  /** The role as which it was tried; undefined where it was not. */
  role?: string | undefined;
  /** A sentence for each way to restore that was not tried, or not possible beside another. */
  notes: string[];
  /** A sentence where the role could restore in no way. */
  differences: string[];
}

type Files = Pick<DumpFiles, "file" | "contents" | "details" | "listing">;

/**
 * Restores a backup in place, into a database that has been restored from it already, as a restore of the source
 * would: by the role that restores there. Where that role cannot, it tries to restore into a new database.
 */
export async function rehearse(rehearsal: Rehearsal, manifest: Manifest, files: Files): Promise<Rehearsed> {
  const { connection, isOwn, restoreMs } = rehearsal;
  if (restoreMs > limitMs) {
    const reason = `because the restore took ${formatDuration(restoreMs)}`;
    return { notes: [`The drill did not try a restore in place, ${reason}.`], differences: [] };
  }
  const chosen = isOwn ? await chooseRole(rehearsal, manifest) : undefined;
  const target = { ...connection, PGUSER: chosen?.name ?? connection.PGUSER };
  const place = { ...rehearsal, target };
  const role = target.PGUSER;
  if (chosen !== undefined && !chosen.superuser)
    return { ...(await rehearseAs(chosen, place, manifest, files)), role };
  const { notes, failure } = await tryInPlace(place, manifest, files);
  if (chosen === undefined) notes.unshift(notTried(rehearsal));
  if (failure !== undefined) {
    notes.push(`A restore in place failed in the drill; restore into a new database with --jobs. ${failure}`);
  }
  return { notes, differences: [], role };
}

async function rehearseAs(role: Role, place: Place, manifest: Manifest, files: Files): Promise<Rehearsed> {
  await actLikeLibrary(place, role, manifest.roles);
  const { notes, failure, owners } = await tryInPlace(place, manifest, files);
  // A database that has been restored has them. A backup by the same role says it itself.
  if (!role.tookBackup) {
    notes.push(...(await asSuperuser(place, (session) => notesOnCreating(session, manifest, role))));
  }
  if (failure === undefined) {
    if (owners.length > 0) {
      notes.push(
        `The role ${role.name} can restore this backup in place only: into a new database, it may not give objects to ${listed(owners, "and")}.`,
      );
    }
    return { notes, differences: [] };
  }
  const reason = await tryNew(place, manifest, files);
  if (reason === undefined) {
    const note = `A restore in place by the role ${role.name} failed in the drill, and one into a new database passed: restore ${anew(role)}. ${failure}`;
    return { notes: [...notes, note], differences: [] };
  }
  const difference = `The restore by the role ${role.name} is not possible. In place: ${failure} Into a new database: ${reason}`;
  return { notes, differences: [shortened(difference, mostCharacters)] };
}

/** A rehearsal as the role that restores. */
type Place = Rehearsal & { target: Connection };

/**
 * The role of the settings, or the one that took the backup where it can restore anything.
 *
 * @returns undefined where neither is known
 */
async function chooseRole(rehearsal: Rehearsal, { roles, schemas }: Manifest): Promise<Role | undefined> {
  const { role } = rehearsal;
  const found = roles.find(({ name, tookBackup }) => (role === undefined ? tookBackup : name === role));
  if (found === undefined || role !== undefined || found.superuser) return found;
  const owned = await asSuperuser(rehearsal, (session) =>
    namesOf(session, ownsQuery, [found.name, ...schemas.map(({ name }) => name)]),
  );
  return owned.size > 0 ? found : undefined;
}

/** Schemas of the names after the first that the role of the first owns. */
const ownsQuery = `
  select n.nspname::text as name from pg_namespace n
   where n.nspname = any(($1::text[])[2:]) and pg_has_role(($1::text[])[1], n.nspowner, 'usage') limit 1`;

/**
 * Lets a role do what supautils lets it do at the source, and no more, since the drill's server does not have that
 * library: it gets the tables whose policies it may manage, and cannot grant itself reserved roles, which a role that
 * creates roles may do before version 16 unless they are superusers.
 */
function actLikeLibrary(place: Place, { name, managesPolicies }: Role, roles: readonly Role[]) {
  const reserved = roles.filter(({ isReserved, superuser }) => isReserved && !superuser);
  return asSuperuser(place, async (session) => {
    await session.run(serverNames);
    for (const table of await namesOf(session, othersQuery, [name, ...managesPolicies]))
      await session.run(`alter table ${table} owner to ${escapeIdentifier(name)}`);
    if (reserved.length === 0 || (await serverMajor(session)) >= 16) return;
    for (const role of reserved) await session.run(`alter role ${escapeIdentifier(role.name)} superuser`);
  });
}

/** Tables of the names after the first, each as `schema.table`, that the role of the first does not own. */
const othersQuery = `
  select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname || '.' || c.relname = any(($1::text[])[2:]) and c.relkind in ('r', 'p')
     and not pg_has_role(($1::text[])[1], c.relowner, 'usage')`;

function notTried({ connection, isOwn }: Rehearsal): string {
  return isOwn
    ? "The drill tried a restore in place as a superuser: which role restores at the source is not known. Name it in backups.drill.role."
    : `The drill tried a restore in place as the role ${connection.PGUSER} of --target, where the roles of the source have no rights.`;
}

/** @returns what a restore in place left out, and to whom one into a new database could not give objects; or why it failed */
async function tryInPlace(
  { target, accepted, signal }: Place,
  manifest: Manifest,
  files: Files,
): Promise<{ notes: string[]; owners: string[]; failure?: string }> {
  try {
    const unreadable = await unreadableFor(target, manifest, signal);
    if (unreadable.length > 0) {
      const failure = `The backup of the target that a restore takes first is not possible: the role may not read ${listedSome(unreadable, 5)}.`;
      return { notes: [], owners: [], failure };
    }
    const foreignRoles = await foreignRolesFor(target, signal);
    const restored = { ...asTried(files), foreignRoles };
    const { differences } = await replace({ ...strict, target, accepted, signal }, manifest, restored);
    const notes = differences.map((difference) => `A restore in place: ${difference}`);
    return { notes, owners: ownersAmong(foreignRoles, files.contents) };
  } catch (error) {
    signal.throwIfAborted();
    return { notes: [], owners: [], failure: sentenceOf(error) };
  }
}

/** Restores into a new database that belongs to the role. @returns why it failed */
async function tryNew(
  { connection, target: { PGUSER }, jobs, accepted, signal }: Place,
  manifest: Manifest,
  files: Files,
): Promise<string | undefined> {
  const PGDATABASE = `optropic_${randomBytes(4).toString("hex")}`;
  const target = { ...connection, PGUSER, PGDATABASE };
  const name = escapeIdentifier(PGDATABASE);
  try {
    await asSuperuser({ connection, signal }, async (session) => {
      await createDatabase(session, { ...manifest, database: PGDATABASE });
      await session.run(`alter database ${name} owner to ${escapeIdentifier(PGUSER)}`);
    });
    const foreignRoles = await foreignRolesFor(target, signal);
    const owners = ownersAmong(foreignRoles, files.contents);
    if (owners.length > 0) return `it may not give objects to ${listed(owners, "and")}.`;
    const restored = { ...asTried(files), foreignRoles };
    await restoreIntoNew({ ...strict, target, jobs, accepted, signal }, manifest, restored);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    // Without what became of the database.
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return sentenceOf(cause);
  } finally {
    // Also after an abort.
    await asSuperuser({ connection }, (session) => dropDatabase(session, PGDATABASE));
  }
}

function asSuperuser<T>(
  { connection, signal }: { connection: Connection; signal?: AbortSignal },
  work: (session: ServerSession) => Promise<T>,
): Promise<T> {
  return withPatientSession(connection, "optropic drill", work, signal);
}

/** As a restore without any option that lets it pass. */
const strict = { createRoles: false, noOwner: false, acceptDifferences: false };

/** The drill's database is not one that a restore would keep. */
function asTried<T extends Files>(files: T) {
  return { ...files, details: { ...files.details, properties: null }, tablespaces: false };
}

function foreignRolesFor(target: Connection, signal: AbortSignal): Promise<RoleName[]> {
  return readAsRole(target, foreignRolesOf, signal);
}

/** Tables and sequences of the schemas of which a dump by the role would fail. */
function unreadableFor(target: Connection, { schemas }: Manifest, signal: AbortSignal): Promise<string[]> {
  const names = schemas.map(({ name }) => name);
  const read = async (session: Session) => [...(await namesOf(session, unreadableQuery, names))];
  return readAsRole(target, read, signal);
}

/** Reads catalogs as the role that restores. */
function readAsRole<T>(
  target: Connection,
  read: (session: Session) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const work = async (session: Session): Promise<T> => {
    await session.run(`${neutralSettings}; ${serverNames}`);
    return read(session);
  };
  return withPatientSession(target, "optropic drill", work, signal);
}

const unreadableQuery = `
  select c.oid::regclass::text as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = any($1) and c.relkind in ('r', 'p', 'S')
     and (not has_table_privilege(c.oid, 'select') or row_security_active(c.oid))
     -- Of what belongs to an extension, a dump has some rows only.
     and not exists (select from pg_depend d where d.classid = c.tableoid and d.objid = c.oid and d.deptype = 'e')
   order by n.nspname collate "C", c.relname collate "C"`;

/** Why a restore failed, without where psql read it and that it changed nothing. */
function sentenceOf(error: unknown): string {
  const lines = reasonOf(error)
    .split("\n")
    .filter((line) => line !== "Nothing was changed.");
  const said = lines.filter((line) => !line.startsWith("psql"));
  return (said.length > 0 ? said : lines).join(" ").replaceAll(/\s+/g, " ").trim();
}
