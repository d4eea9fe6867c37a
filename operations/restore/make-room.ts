import { escapeLiteral } from "pg";
import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { attempt } from "../archive/attempt.ts";
import { createExtensions, type LeftOut, leftOutNotes } from "../archive/extensions.ts";
import type { Manifest } from "../archive/manifest.ts";
import { namesOf } from "../archive/names.ts";
import { putOwnDefaultsAside } from "../archive/own-defaults.ts";
import { grantMemberships, membershipsOf, powerless, roleStatements } from "../archive/prepare.ts";
import { findMissingProviders, labelNotes } from "../archive/security-labels.ts";
import { serverMajor } from "../archive/server.ts";
import { standIn } from "../archive/stand-in.ts";
import { clearSchemas } from "./clear.ts";

/** What a restore did before it runs the dump. */
export interface Room {
  /** The roles that the session granted itself. */
  actedFor: string[];
  /** Statements that set the session's own default privileges again, by their names in a manifest. */
  ownDefaults: ReadonlyMap<string, string[]>;
  /** Extensions that could not be created. */
  leftOut: LeftOut[];
  /** Names of the extensions whose data is restored. */
  withData: ReadonlySet<string>;
  /** Schemas that the session does not own, which keep their privileges and comments. */
  foreignSchemas: ReadonlySet<string>;
  /** Whether the server takes all security labels of the dump. */
  hasLabels: boolean;
  /** What is not restored, one sentence each. */
  notes: string[];
}

/** Empties the schemas, and makes the roles, schemas and extensions that the dump needs. */
export async function makeRoom(
  session: Session,
  options: { createRoles: boolean; noOwner: boolean; isPart: boolean },
  manifest: Manifest,
): Promise<Room> {
  const roles = await namesOf(session, "select rolname::text as name from pg_roles");
  const made = options.createRoles ? manifest.roles.map(powerless) : [];
  for (const statement of roleStatements(made, roles)) await session.run(statement);
  const apart = await grantMemberships(membershipsOf(made, roles, await serverMajor(session)), (statements) =>
    attempt(session, statements),
  );
  const actedFor = await standIn(session);
  const ownDefaults = await putOwnDefaultsAside(session);
  // Every backup contains all of them, and a selection none.
  // They are counted, so that no line is printed for each.
  if (!options.isPart) await session.run("select count(lo_unlink(oid)) from pg_largeobject_metadata");
  const foreignSchemas = await clearSchemas(session, manifest.schemas, options.noOwner);
  const { leftOut, notes: ofExtensions } = await createExtensions(session, manifest, {
    attempt: (statements) => attempt(session, statements),
    moves: !options.isPart,
    noOwner: options.noOwner,
  });
  const providers = await findMissingProviders(manifest, (statements) => attempt(session, statements));
  const notes = [...apart, ...leftOutNotes(leftOut), ...ofExtensions, ...labelNotes(providers)];
  const { withData, refused } = await clearData(session, manifest, leftOut);
  return {
    actedFor,
    ownDefaults,
    leftOut,
    withData,
    foreignSchemas,
    hasLabels: providers.length === 0,
    notes: [
      ...notes,
      ...refused.map(
        (name) => `The data of the extension ${name} was left unchanged: the role may not replace it.`,
      ),
    ],
  };
}

/** Removes the rows that a dump has of the extensions' own tables. */
async function clearData(
  session: Session,
  { extensions }: Manifest,
  leftOut: readonly LeftOut[],
): Promise<{ withData: ReadonlySet<string>; refused: string[] }> {
  const withData = new Set<string>();
  const refused: string[] = [];
  for (const { name, data } of extensions) {
    if (leftOut.some(({ extension }) => extension.name === name)) continue;
    const tables = data.filter(({ isTable }) => isTable);
    const deletions = tables.map(({ table, condition }) => `delete from only ${table} ${condition}`);
    // Whether rows may be added, and sequences set, too.
    const privileges = data.map(({ table, isTable }) => {
      const may = isTable
        ? `has_table_privilege(${escapeLiteral(table)}, 'insert')`
        : `has_sequence_privilege(${escapeLiteral(table)}, 'update')`;
      return `do $do$ begin if not ${may} then raise exception 'no'; end if; end $do$`;
    });
    // Tables that others refer to mostly come first.
    const reason =
      (await attempt(session, [...deletions].reverse().concat(privileges))) &&
      (await attempt(session, deletions.concat(privileges)));
    if (reason === undefined) withData.add(name);
    else if (tables.some(({ rows }) => rows !== 0)) refused.push(name);
  }
  return { withData, refused };
}

/** The companions' tables that are empty and sequences that are unused, if the dump has their rows, with their entries. */
export async function emptyCompanions(
  session: Session,
  { companionRows }: Manifest,
): Promise<ReadonlyMap<string, { entry: string; isSequence: boolean }>> {
  const found = new Map<string, { entry: string; isSequence: boolean }>();
  const there = relationRows.parse(
    await session.rows(
      "select c.oid::regclass::text as name, c.relkind = 'S' as \"isSequence\" from pg_class c where c.oid::regclass::text = any($1)",
      Object.keys(companionRows),
    ),
  );
  for (const { name, isSequence } of there) {
    const entry = companionRows[name];
    if (entry === undefined) continue;
    const used = isSequence
      ? `bool_or(is_called) or not has_sequence_privilege(${escapeLiteral(name)}, 'update') as found from ${name}`
      : `exists (select from ${name}) as found`;
    const [row] = await session.rows(`select ${used}`);
    if (!z.object({ found: z.boolean() }).parse(row).found) found.set(name, { entry, isSequence });
  }
  return found;
}

const relationRows = z.array(z.object({ name: z.string(), isSequence: z.boolean() }));
