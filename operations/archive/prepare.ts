import { escapeIdentifier, escapeLiteral } from "pg";
import type { Attempt } from "./attempt.ts";
import { grantee, isThere } from "./fragments.ts";
import type { Manifest, Role } from "./manifest.ts";
import type { Schema } from "./scope.ts";

/** Statements that create the missing roles of a backup, with their attributes but without passwords. */
export function roleStatements(roles: readonly Role[], existing: ReadonlySet<string>): string[] {
  return roles
    .filter(({ name }) => !existing.has(name))
    .map((role) => `create role ${escapeIdentifier(role.name)} with ${attributes(role)}`);
}

/** A role that is to be a member of another one. */
export interface Membership {
  member: string;
  group: string;
  /** Who is to grant it; undefined for the role of the session. */
  grantor: string | undefined;
  /** Grants it in the name of the session's role. */
  statement: string;
}

/**
 * The memberships of a backup in which a role that was missing takes part: what other roles had at the target stays. Each
 * comes after that by which its grantor may grant it.
 *
 * @param existing the roles that the target had
 * @param major version of the target's server
 */
export function membershipsOf(
  roles: readonly Role[],
  existing: ReadonlySet<string>,
  major: number,
): Membership[] {
  const made = new Set(roles.map(({ name }) => name).filter((name) => !existing.has(name)));
  const all = roles.flatMap((role) => grantsOf(role).map((grant) => ({ member: role.name, ...grant })));
  const isOpen = ({ member, group }: { member: string; group: string }): boolean =>
    (made.has(member) || made.has(group)) && (made.has(group) || existing.has(group));
  const adminKeys = (some: typeof all): string[] =>
    some.flatMap(({ member, group, admin }) => (admin ? [keyOf(member, group)] : []));
  const admins = new Set(adminKeys(all));
  const done = new Set(adminKeys(all.filter((grant) => !isOpen(grant))));
  const ordered: Membership[] = [];
  const order = ({ member, group, ...grant }: (typeof all)[number], grantor: string | undefined): void => {
    const statement = `grant ${escapeIdentifier(group)} to ${escapeIdentifier(member)}${optionsOf(grant, major)}`;
    ordered.push({ member, group, grantor, statement });
    if (grant.admin) done.add(keyOf(member, group));
  };
  let open = all.filter(isOpen);
  for (let before = -1; before !== open.length; ) {
    before = open.length;
    open = open.filter((grant) => {
      const { grantor, group } = grant;
      // Others granted it as superusers, which the session does in their place.
      const isOfAdmin = grantor !== null && admins.has(keyOf(grantor, group));
      if (isOfAdmin && !done.has(keyOf(grantor, group))) return true;
      order(grant, isOfAdmin ? grantor : undefined);
      return false;
    });
  }
  for (const grant of open) order(grant, undefined);
  return ordered;
}

type Grant = Role["memberships"][number];

function grantsOf({ memberships, memberOf, adminOf }: Role): Grant[] {
  if (memberships.length > 0) return memberships;
  return memberOf.map((group) => ({
    group,
    grantor: null,
    admin: adminOf.includes(group),
    inherit: null,
    set: null,
  }));
}

function keyOf(member: string, group: string): string {
  return JSON.stringify([member, group]);
}

/** First version that knows whether a member has the rights of the other role and may become it. */
const selective = 16;

function optionsOf({ admin, inherit, set }: Pick<Grant, "admin" | "inherit" | "set">, major: number): string {
  if (major < selective || inherit === null || set === null) return admin ? " with admin option" : "";
  return ` with admin ${admin}, inherit ${inherit}, set ${set}`;
}

/**
 * Makes memberships, some of which the session's role may not make, or not in the name of who granted them.
 *
 * @returns a sentence for each that could not be made, or only by the session's role
 */
export async function grantMemberships(
  memberships: readonly Membership[],
  attempt: Attempt,
): Promise<string[]> {
  const notes: string[] = [];
  for (const { member, group, grantor, statement } of memberships) {
    const asGranted =
      grantor === undefined ? statement : `${statement} granted by ${escapeIdentifier(grantor)}`;
    const reason = await attempt([asGranted]);
    if (reason === undefined) continue;
    const again = grantor === undefined ? reason : await attempt([statement]);
    notes.push(
      again === undefined
        ? `The role ${member} is a member of ${group}, and not as ${grantor} granted it: ${reason}.`
        : `The role ${member} is not a member of ${group}: ${again}.`,
    );
  }
  return notes;
}

function attributes(role: Role): string {
  const words: [string, boolean][] = [
    ["superuser", role.superuser],
    ["inherit", role.inherit],
    ["createrole", role.createRole],
    ["createdb", role.createDatabase],
    ["login", role.login],
    ["replication", role.replication],
    ["bypassrls", role.bypassRls],
  ];
  return words.map(([word, is]) => (is ? word : `no${word}`)).join(" ");
}

/** The same role without any right of its own: it can own objects, be granted privileges and be a member. */
export function powerless(role: Role): Role {
  return {
    ...role,
    superuser: false,
    createRole: false,
    createDatabase: false,
    login: false,
    replication: false,
    bypassRls: false,
  };
}

/**
 * Statements that create the schemas of a backup, empty. They replace those in the dump, because `public`
 * already exists in some databases and not in others.
 *
 * @param noOwner whether the session's role gets the schemas
 */
export function schemaStatements(
  { schemas, companions }: Pick<Manifest, "schemas" | "companions">,
  noOwner = false,
): string[] {
  return [...schemas, ...companions].flatMap((one) => {
    const { name, owner } = one;
    return [
      `drop schema if exists ${escapeIdentifier(name)} cascade`,
      ...creationOf(name, noOwner ? undefined : owner),
      ...asInitialized(one),
    ];
  });
}

/**
 * Statements that create a schema without what default privileges of its owner give.
 *
 * @param owner undefined lets the session's role own it
 */
export function creationOf(schema: string, owner: string | undefined): string[] {
  const name = escapeLiteral(schema);
  const body = `declare one record; begin
    for one in select distinct ${grantee} as grantee
      from pg_namespace n cross join lateral aclexplode(n.nspacl) x where n.nspname = ${name} and ${isThere}
    loop execute format('revoke all on schema %I from %s', ${name}, one.grantee); end loop;
    for one in select quote_ident(pg_get_userbyid(n.nspowner)) as owner
      from pg_namespace n where n.nspname = ${name} and n.nspacl is not null
    loop execute format('grant all on schema %I to %s', ${name}, one.owner); end loop;
  end`;
  const authorization = owner === undefined ? "" : ` authorization ${escapeIdentifier(owner)}`;
  return [`create schema ${escapeIdentifier(schema)}${authorization}`, `do ${escapeLiteral(body)}`];
}

/** Statements that make a new schema as initdb makes it, since a dump has only what differs from that. */
export function asInitialized({ name, initial = [] }: Pick<Schema, "name" | "initial">): string[] {
  if (name === "public") {
    return ["grant usage on schema public to public", "comment on schema public is 'standard public schema'"];
  }
  return initial.map((privilege) => `grant ${privilege} on schema ${escapeIdentifier(name)} to public`);
}

/**
 * A statement that drops the schema `public`, which every new database has, where a complete database has none: somebody
 * renamed or dropped it.
 */
export function withoutPublic({ whole, schemas }: Pick<Manifest, "whole" | "schemas">): string[] {
  return whole && schemas.every(({ name }) => name !== "public") ? ["drop schema if exists public"] : [];
}
