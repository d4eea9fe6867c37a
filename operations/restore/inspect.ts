import { escapeLiteral } from "pg";
import { Failure } from "../../lib/failure.ts";
import { listed } from "../../lib/text.ts";
import { type Connection, describeConnection } from "../../postgres/connection.ts";
import { isRaw } from "../../postgres/encodings.ts";
import { refuseKnownPooler, refuseTransactionPooler } from "../../postgres/pooler.ts";
import { type ServerSession, type Session, withPatientSession } from "../../postgres/session.ts";
import type { Contents } from "../archive/contents.ts";
import { type Displaced, displacedExtensions, displacement } from "../archive/extensions.ts";
import { lockableObjects, lockCapacity, locksProblem } from "../archive/locks.ts";
import type { Manifest } from "../archive/manifest.ts";
import { namesOf, neutralSettings, serverNames } from "../archive/names.ts";
import { oneLine, type QualifiedName } from "../archive/qualified-names.ts";
import { schemasQuery } from "../archive/scope.ts";
import { standIn } from "../archive/stand-in.ts";
import { hasLargeObjects } from "../archive/surroundings.ts";
import { anew } from "./anew.ts";
import { type RoleName, readForeignRoles } from "./default-privileges.ts";
import { inFirst, maintenance } from "./maintenance.ts";

/**
 * What the restore replaces in the target, and what the target can do. Large objects have no schema, so all
 * are replaced.
 */
export interface Present {
  schemas: string[];
  largeObjects: boolean;
  /** Companions of the backup that the target lacks. */
  missingCompanions: string[];
  /** Roles that the restore cannot act for, even after it granted itself what it may. */
  foreignRoles: RoleName[];
  /** Roles that the backup needs and the target lacks. */
  missingRoles: string[];
  /** Whether the target has the tablespaces of the backup. */
  tablespaces: boolean;
  /** Locks that the restore takes, and those that the server has room for. */
  locks: { needed: number; capacity: number };
  /** Extensions that something in the backup needs and the target cannot have. */
  missingExtensions: string[];
  /** Extensions that something in the backup needs, and that the target has elsewhere and the role may not move. */
  displaced: Displaced[];
  /** Whether the role may create a database. */
  createDatabase: boolean;
}

/**
 * Looks at the target of a restore, without changing it.
 *
 * @param tables those that are restored alone: their partitions are in any schema, and are replaced with them
 */
export async function inspectTarget(
  target: Connection,
  manifest: Manifest,
  tables: readonly QualifiedName[] = [],
): Promise<Present> {
  refuseKnownPooler(target);
  return withPatientSession(target, "optropic restore", (session) =>
    inspectWithin(session, target, manifest, tables),
  );
}

async function inspectWithin(
  session: ServerSession,
  target: Connection,
  manifest: Manifest,
  tables: readonly QualifiedName[],
): Promise<Present> {
  await refuseTransactionPooler(session, target);
  await session.run(`${neutralSettings}; ${serverNames}`);
  const [below, all, everySchema, roles, tablespaces, available, largeObjects, capacity, displaced, makers] =
    await Promise.all([
      namesOf(session, partitionSchemasQuery, [JSON.stringify(tables)]),
      namesOf(session, schemasQuery),
      namesOf(session, "select nspname::text as name from pg_namespace"),
      namesOf(session, "select rolname::text as name from pg_roles"),
      namesOf(session, "select spcname::text as name from pg_tablespace"),
      namesOf(session, "select name::text as name from pg_available_extensions"),
      hasLargeObjects(session),
      lockCapacity(session),
      displacedExtensions(session, manifest),
      namesOf(
        session,
        "select rolname::text as name from pg_roles where rolname = current_user and (rolcreatedb or rolsuper)",
      ),
    ]);
  const restored = new Set([...manifest.schemas.map(({ name }) => name), ...below]);
  const schemas = [...all].filter((name) => restored.has(name));
  return {
    schemas,
    largeObjects,
    missingCompanions: manifest.companions.map(({ name }) => name).filter((name) => !everySchema.has(name)),
    foreignRoles: await foreignRolesOf(session),
    missingRoles: await missingOf(
      session,
      manifest.needsRoles.filter((name) => !roles.has(name)),
      manifest.encoding,
    ),
    tablespaces: manifest.server.tablespaces.every((name) => tablespaces.has(name)),
    locks: { needed: (await lockableObjects(session, schemas)) + manifest.lockable, capacity },
    missingExtensions: manifest.extensions
      .filter(({ name, needed }) => needed && !available.has(name))
      .map(({ name }) => name),
    displaced: displaced.filter(({ extension, isMovable }) => extension.needed && !isMovable),
    createDatabase: makers.size > 0,
  };
}

/**
 * Takes those out of the names of missing roles that the server has in the encoding of the database that was backed up:
 * it keeps a name in the encoding of the database in which it was made, and shows it in any other as if it were in that
 * one's.
 */
async function missingOf(session: Session, names: readonly string[], encoding: string): Promise<string[]> {
  const isEncoded = names.some((name) => /[^ -~]/.test(name));
  if (!isEncoded || encoding === "UTF8" || isRaw(encoding)) return [...names];
  const query = `
    select n.name from unnest($1::text[]) n(name)
     where getdatabaseencoding() = 'UTF8' and exists (
       select from pg_roles where textsend(rolname::text) = convert_to(n.name, ${escapeLiteral(encoding)}))`;
  const found = await namesOf(session, query, names);
  return names.filter((name) => !found.has(name));
}

const partitionSchemasQuery = `
  select distinct n.nspname::text as name
    from json_to_recordset(($1::text[])[1]::json) wanted(schema text, name text)
   cross join lateral pg_partition_tree(to_regclass(format('%I.%I', wanted.schema, wanted.name))) t
    join pg_class c on c.oid = t.relid
    join pg_namespace n on n.oid = c.relnamespace`;

/**
 * Looks at the server of a new database, in which nothing is replaced: in that database where it exists, else in one that
 * lets the role in.
 */
export async function inspectServer(target: Connection, manifest: Manifest): Promise<Present> {
  refuseKnownPooler(target);
  const present = await inFirst(target, [target.PGDATABASE, ...maintenance], (session) =>
    inspectWithin(session, target, manifest, []),
  );
  return {
    ...present,
    schemas: [],
    largeObjects: false,
    displaced: [],
    locks: { needed: 0, capacity: present.locks.capacity },
  };
}

/** Roles that a restore into the session's database cannot act for, even after it granted itself what it may. */
export async function foreignRolesOf(session: Session): Promise<RoleName[]> {
  await session.run("begin");
  await standIn(session);
  const roles = await readForeignRoles(session);
  await session.run("rollback");
  return roles;
}

/**
 * Refuses to restore into a new database what the role could not give to its owners, before anything is made.
 *
 * @throws {Failure} `failed`
 */
export function refuseForeignOwners(
  { target, noOwner }: { target: Connection; noOwner: boolean },
  contents: Contents,
  { foreignRoles }: Pick<Present, "foreignRoles">,
): void {
  if (noOwner) return;
  const owners = ownersAmong(foreignRoles, contents);
  if (owners.length === 0) return;
  throw new Failure(
    "failed",
    `${describeConnection(target)} is not restored: the role ${target.PGUSER} may not give objects to ${listed(owners, "and")}. Make it a member of these roles, or pass --no-owner with --accept-differences. Nothing was changed.`,
  );
}

/** Those of some roles that own what a dump has. */
export function ownersAmong(roles: readonly RoleName[], contents: Contents): string[] {
  if (roles.length === 0) return [];
  const ends = roles.map(({ name }) => ({ name, end: ` ${oneLine(name)}` }));
  const owners = new Set<string>();
  for (const { rest } of contents.lines()) {
    if (unowned.test(rest)) continue;
    for (const { name, end } of ends) if (rest.endsWith(end)) owners.add(name);
  }
  return [...owners].sort();
}

/**
 * Lines of a dump's contents that are given to nobody in a new database, such as the rows of an extension's table, and
 * default privileges, which are left out by their role.
 */
const unowned =
  /^(?:ACL|COMMENT|SECURITY LABEL|DEFAULT ACL|EXTENSION|DATABASE|DATABASE PROPERTIES|TABLE DATA|SEQUENCE SET|USER MAPPING) /;

/**
 * Refuses a restore that could not end, before anything is touched.
 *
 * @throws {Failure} `failed`
 */
export function refuseUnrestorable(
  { target, createRoles }: { target: Connection; createRoles: boolean },
  manifest: Manifest,
  { missingRoles, missingExtensions, displaced, locks, createDatabase }: Present,
): void {
  const where = describeConnection(target);
  const another = anew({ name: target.PGUSER, createDatabase });
  const problem = locksProblem(locks.needed, locks.capacity);
  const problems = [
    ...(missingRoles.length === 0 || createRoles
      ? []
      : [
          `${where} lacks the roles ${listed(missingRoles, "and")}. Pass --create-roles to create the missing roles.`,
        ]),
    ...(missingExtensions.length === 0
      ? []
      : [`${where} does not have the extensions ${listed(missingExtensions, "and")}: install them there.`]),
    ...displaced.map(
      (one) =>
        `${displacement(one)}. The role may not move it there: its owner moves it with ALTER EXTENSION, or restore ${another}.`,
    ),
    ...(problem === undefined
      ? []
      : [
          `${where} is too small: ${problem}. Raise max_locks_per_transaction there by a factor of ${Math.ceil((locks.needed + 1000) / locks.capacity)}, or restore ${another}.`,
        ]),
  ];
  if (problems.length === 0) return;
  throw new Failure(
    "failed",
    `${manifest.key} cannot be restored:\n${problems.join("\n")}\nNothing was changed.`,
  );
}
