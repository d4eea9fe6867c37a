import { escapeIdentifier, escapeLiteral } from "pg";
import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import type { Session } from "../../postgres/session.ts";
import type { Attempt } from "./attempt.ts";
import { dataEntry } from "./fragments.ts";
import { type Extension, extensionSchema, type Manifest, type Role } from "./manifest.ts";
import { namesOf, serverNames } from "./names.ts";
import { notesNaming } from "./notes.ts";

/** The extensions of a database, each after those that it requires. */
export async function readExtensions(session: Session): Promise<Extension[]> {
  const rows = extensionRows.parse(await session.rows(extensionsQuery));
  const data = await readData(session);
  const ordered: Extension[] = [];
  const seen = new Set<string>();
  const add = (name: string): void => {
    const row = rows.find((candidate) => candidate.name === name);
    if (row === undefined || seen.has(name)) return;
    seen.add(name);
    const { requires, ...extension } = row;
    for (const other of requires) add(other);
    const own = data.filter((table) => table.extension === name);
    ordered.push({ ...extension, data: own.map(({ extension: _, ...table }) => table) });
  };
  for (const { name } of rows) add(name);
  return ordered;
}

async function readData(session: Session): Promise<z.infer<typeof dataRows>> {
  const data = dataRows.parse(await session.rows(dataQuery));
  for (const table of data) table.rows = await countData(session, table);
  return data;
}

/** Counts the rows of an extension's table that are the database's; null when they cannot be counted. */
export async function countData(
  session: Session,
  { table, condition, isTable }: Pick<Extension["data"][number], "table" | "condition" | "isTable">,
): Promise<number | null> {
  if (!isTable) return null;
  const rows = await session.attempt(`select count(*)::text as count from only ${table} ${condition}`);
  const counts = z.tuple([z.object({ count: z.coerce.number().int() })]).safeParse(rows);
  return counts.success ? counts.data[0].count : null;
}

/** Statements that create an extension in the schema where it was, and that schema if it is missing. */
export function extensionStatements(
  { name, schema, own }: Pick<Extension, "name" | "schema" | "own">,
  schemas: ReadonlySet<string>,
  version?: string,
): string[] {
  const place = escapeIdentifier(schema);
  // The extension creates a schema of its own.
  const where = own.includes(schema) ? "" : ` schema ${place}`;
  return [
    ...(schemas.has(schema) || own.includes(schema) ? [] : [`create schema if not exists ${place}`]),
    `create extension if not exists ${escapeIdentifier(name)}${where}${version === undefined ? "" : ` version ${escapeLiteral(version)}`}`,
  ];
}

/**
 * Those statements, of which the owner runs the last one: an extension belongs to who creates it, and no statement gives
 * it to another role. The right to create in the database, which a trusted extension needs, is lent to the owner.
 */
function statementsAsOwner(statements: readonly string[], owner: string): string[] {
  const created = statements.at(-1) ?? "";
  const role = escapeLiteral(owner);
  const right = (change: string, preposition: string): string =>
    `execute format('${change} create on database %I ${preposition} %I', current_database(), ${role})`;
  return [
    ...statements.slice(0, -1),
    `do ${escapeLiteral(`declare
      own text := current_setting('role');
      lent boolean := not has_database_privilege(${role}, current_database(), 'create');
    begin
      if lent then ${right("grant", "to")}; end if;
      perform set_config('role', ${role}, true);
      execute ${escapeLiteral(created)};
      perform set_config('role', own, true);
      if lent then ${right("revoke", "from")}; end if;
    end`)}`,
  ];
}

/** An extension that the server does not have, and why. */
export interface LeftOut {
  extension: Extension;
  reason: string;
}

/** An extension of a backup that the database has in another schema. */
export interface Displaced {
  extension: Extension;
  /** Where the database has it. */
  place: string;
  /** Whether the session may move it. */
  isMovable: boolean;
}

/** Finds the extensions that are in another schema than in the backup, where its definitions look for their types. */
export async function displacedExtensions(
  session: Session,
  { extensions }: Pick<Manifest, "extensions">,
): Promise<Displaced[]> {
  const rows = placeRows.parse(
    await session.rows(
      `select e.extname::text as name, n.nspname::text as place, e.extrelocatable and pg_has_role(e.extowner, 'usage') as "isMovable"
         from pg_extension e join pg_namespace n on n.oid = e.extnamespace`,
    ),
  );
  const places = new Map(rows.map(({ name, ...row }) => [name, row]));
  return extensions.flatMap((extension) => {
    const found = places.get(extension.name);
    return found === undefined || found.place === extension.schema ? [] : [{ extension, ...found }];
  });
}

const placeRows = z.array(z.object({ name: z.string(), place: z.string(), isMovable: z.boolean() }));

/** Says where an extension is. */
export function displacement({ extension: { name, schema }, place }: Displaced): string {
  return `The extension ${name} is in the schema ${place}, and in ${schema} in the backup`;
}

/**
 * Says which extensions of a backup a role that is no superuser cannot create, as far as the server's own rules say it:
 * some vendors let others create more.
 *
 * @param session of a server that has the extensions of the backup
 */
export async function notesOnCreating(
  session: Session,
  { extensions }: Pick<Manifest, "extensions">,
  role: Pick<Role, "name" | "superuser"> | undefined,
): Promise<string[]> {
  if (role === undefined || role.superuser || extensions.length === 0) return [];
  const untrusted = await namesOf(session, untrustedQuery);
  const found = extensions.filter(({ name, isDelegated }) => untrusted.has(name) && !isDelegated);
  const say = (needed: boolean, consequence: string): string[] =>
    notesNaming(
      found.filter((extension) => extension.needed === needed).map(({ name }) => name),
      (names) =>
        `By PostgreSQL's own rules, the role ${role.name} may not create these extensions, since it is not a superuser: ${names}. ${consequence}`,
    );
  return [
    ...say(
      true,
      "The backup needs them, so that a restore by this role into a database without them ends in an error.",
    ),
    ...say(
      false,
      "A restore by this role into a database without them leaves them out, with the rows that they have in the backup.",
    ),
  ];
}

/** What became of the extensions of a backup. */
export interface Created {
  leftOut: LeftOut[];
  /** What is not where or as it was, one sentence each. */
  notes: string[];
}

/**
 * Creates the extensions of a backup that are missing, and moves those that are in another schema.
 *
 * @param moves whether extensions are moved: what is not restored may name them where they are
 * @param noOwner whether the session's role is to own those that it creates
 * @param isScratch whether the server has but the roles that own something else, so that it is not said who owns them
 */
export async function createExtensions(
  session: Session,
  manifest: Pick<Manifest, "extensions">,
  {
    attempt,
    moves,
    noOwner,
    isScratch = false,
  }: { attempt: Attempt; moves: boolean; noOwner: boolean; isScratch?: boolean },
): Promise<Created> {
  const owned = noOwner ? withoutOwners(manifest) : manifest;
  const leftOut = await createMissing(session, owned, attempt);
  const notes: string[] = [];
  for (const displaced of await displacedExtensions(session, manifest)) {
    const { extension, isMovable, place } = displaced;
    const schema = escapeIdentifier(extension.schema);
    const reason =
      moves && isMovable
        ? await attempt([
            `create schema if not exists ${schema}`,
            `alter extension ${escapeIdentifier(extension.name)} set schema ${schema}`,
          ])
        : "";
    if (reason === undefined) {
      notes.push(
        `The extension ${extension.name} was moved from the schema ${place} to ${extension.schema}.`,
      );
    } else if (extension.needed) {
      const why = reason === "" ? "" : `, and cannot be moved: ${reason}`;
      leftOut.push({
        extension,
        reason: `it is in the schema ${place} there, and in ${extension.schema} in the backup${why}`,
      });
    } else notes.push(`${displacement(displaced)}.`);
  }
  const ofOwners = isScratch ? [] : await ownerNotes(session, owned);
  return { leftOut, notes: [...notes, ...(await versionNotes(session, manifest)), ...ofOwners] };
}

function withoutOwners({ extensions }: Pick<Manifest, "extensions">): Pick<Manifest, "extensions"> {
  return { extensions: extensions.map(({ owner: _, ...extension }) => extension) };
}

/** @returns those that could not be created */
async function createMissing(
  session: Session,
  { extensions }: Pick<Manifest, "extensions">,
  attempt: Attempt,
): Promise<LeftOut[]> {
  const present = await namesOf(session, "select extname::text as name from pg_extension");
  const missing = extensions.filter(({ name }) => !present.has(name));
  if (missing.length === 0) return [];
  const available = await namesOf(session, "select name::text as name from pg_available_extensions");
  const schemas = await namesOf(session, "select nspname::text as name from pg_namespace");
  const roles = await namesOf(session, "select rolname::text as name from pg_roles");
  const own = await namesOf(session, "select current_user::text as name");
  const createExtension = async (extension: Extension): Promise<string | undefined> => {
    const { name, version, owner } = extension;
    if (!available.has(name)) return "it is not available on the server";
    // Its own version, where the server still has that: to read which it has takes longer than to make most of them.
    const ways = [extensionStatements(extension, schemas, version), extensionStatements(extension, schemas)];
    const isOwn = owner === undefined || own.has(owner) || !roles.has(owner);
    let reason: string | undefined;
    for (const way of isOwn ? ways : [...ways.map((each) => statementsAsOwner(each, owner)), ...ways]) {
      reason = await attempt(way);
      if (reason === undefined) break;
    }
    return reason;
  };
  const leftOut: LeftOut[] = [];
  for (const extension of missing) {
    const reason = await createExtension(extension);
    if (reason !== undefined) leftOut.push({ extension, reason });
  }
  // Scripts may leave a search path of their own, as postgis_topology's does.
  await session.run(serverNames);
  return leftOut;
}

/** Sentences on the extensions that have another version than in the backup. */
async function versionNotes(
  session: Session,
  { extensions }: Pick<Manifest, "extensions">,
): Promise<string[]> {
  const present = await namesOf(
    session,
    "select format('%s %s', extname, extversion) as name from pg_extension",
  );
  const versions = new Map([...present].map((text) => [text.slice(0, text.lastIndexOf(" ")), text]));
  return extensions.flatMap(({ name, version }) => {
    const found = versions.get(name);
    if (found === undefined || found === `${name} ${version}`) return [];
    return [
      `The extension ${name} is of version ${found.slice(name.length + 1)}, and of ${version} in the backup.`,
    ];
  });
}

/** Sentences on the extensions that belong to another role than in the backup. */
async function ownerNotes(session: Session, { extensions }: Pick<Manifest, "extensions">): Promise<string[]> {
  const rows = ownerRows.parse(
    await session.rows(
      "select extname::text as name, pg_get_userbyid(extowner)::text as owner from pg_extension",
    ),
  );
  const owners = new Map(rows.map(({ name, owner }) => [name, owner]));
  return notesNaming(
    extensions.flatMap(({ name, owner }) => {
      const found = owners.get(name);
      if (found === undefined || owner === undefined || found === owner) return [];
      return [`${name} (${found} instead of ${owner})`];
    }),
    (names) => `These extensions belong to another role than in the backup: ${names}.`,
  );
}

const ownerRows = z.array(z.object({ name: z.string(), owner: z.string() }));

/**
 * Sentences on the extensions that could not be created.
 *
 * @throws {Failure} `failed`, when something in the dump needs one
 */
export function leftOutNotes(leftOut: readonly LeftOut[]): string[] {
  const needed = leftOut.filter(({ extension }) => extension.needed);
  if (needed.length > 0) {
    const reasons = needed.map(({ extension, reason }) => `${extension.name}: ${reason}`);
    throw new Failure(
      "failed",
      `The backup needs extensions that the server cannot create:\n${reasons.join("\n")}`,
    );
  }
  return leftOut.map(
    ({ extension, reason }) =>
      `The extension ${extension.name} was left out${extension.data.length > 0 ? " with its data" : ""}: ${reason}.`,
  );
}

/** Extensions of which the server has no version that others than superusers may create. */
const untrustedQuery = `
  select name::text as name from pg_available_extension_versions
   group by name having bool_and(superuser and not trusted)`;

const extensionRows = z.array(extensionSchema.omit({ data: true }).extend({ requires: z.array(z.string()) }));
const dataRows = z.array(extensionSchema.shape.data.element.extend({ extension: z.string() }));

const extensionsQuery = `
  with member as materialized (
    select classid, objid, refobjid as extension from pg_depend
     where refclassid = 'pg_extension'::regclass and deptype = 'e'
  ), part as materialized (
    -- What belongs to a table of an extension is the extension's, although it is no member.
    select k.tableoid as classid, k.oid as objid, k.conrelid as relation from pg_constraint k
    union all select t.tableoid, t.oid, t.tgrelid from pg_trigger t
    union all select d.tableoid, d.oid, d.adrelid from pg_attrdef d
    union all select 'pg_class'::regclass, i.indexrelid, i.indrelid from pg_index i
    union all select r.tableoid, r.oid, r.ev_class from pg_rewrite r
    union all select p.tableoid, p.oid, p.polrelid from pg_policy p
  ), owned as materialized (
    select classid, objid from member
    union select part.classid, part.objid from part join member on member.objid = part.relation
       and member.classid = 'pg_class'::regclass
  ), needed as materialized (
    select distinct member.extension as oid
      from member
      join pg_depend d on d.refclassid = member.classid and d.refobjid = member.objid and d.deptype in ('n', 'a', 'x')
      left join owned on owned.classid = d.classid and owned.objid = d.objid
     where owned.objid is null and member.classid <> 'pg_namespace'::regclass and d.classid <> 'pg_extension'::regclass
       and not exists (select from pg_depend x where x.classid = d.classid and x.objid = d.objid and x.deptype = 'i'
                          and d.classid = 'pg_type'::regclass)
  )
  select e.extname::text as name, n.nspname::text as schema, e.extversion as version,
         pg_get_userbyid(e.extowner)::text as owner,
         array(select r.extname::text from pg_depend d join pg_extension r on r.oid = d.refobjid
                where d.classid = 'pg_extension'::regclass and d.objid = e.oid
                  and d.refclassid = 'pg_extension'::regclass order by r.extname collate "C") as requires,
         array(select s.nspname::text from pg_depend d join pg_namespace s on s.oid = d.objid
                where d.classid = 'pg_namespace'::regclass and d.refclassid = 'pg_extension'::regclass
                  and d.refobjid = e.oid and d.deptype = 'e') as own,
         e.oid in (select needed.oid from needed) as needed,
         -- A setting of supautils, Supabase's library.
         coalesce(e.extname = any(regexp_split_to_array(current_setting('supautils.privileged_extensions', true), '\\s*,\\s*')), false) as "isDelegated"
    from pg_extension e
    join pg_namespace n on n.oid = e.extnamespace
   where e.extname <> 'plpgsql'
   order by e.extname collate "C"`;

/** Tables and sequences of extensions whose rows are the database's. */
const dataQuery = `
  select e.extname::text as extension, c.oid::regclass::text as table, ${dataEntry("c")} as entry,
         coalesce(e.extcondition[place], '') as condition, c.relkind in ('r', 'p') as "isTable",
         null as rows
    from pg_extension e
   cross join lateral generate_subscripts(e.extconfig, 1) place
    join pg_class c on c.oid = e.extconfig[place]
   order by e.extname collate "C", place`;
