import { escapeIdentifier, escapeLiteral } from "pg";
import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { attempt } from "./attempt.ts";
import { isThere } from "./fragments.ts";
import { inThisDatabase } from "./this-database.ts";

const grantSchema = z.strictObject({
  /** A role; null for everyone. */
  grantee: z.string().nullable(),
  privilege: z.string(),
  isGrantable: z.boolean(),
  /** Who granted it; null in the backups of earlier versions. */
  grantor: z.string().nullable().default(null),
});

type Grant = z.infer<typeof grantSchema>;

/** What a database has of its own, besides settings: a dump of its objects has none of it. */
export const propertiesSchema = z.strictObject({
  owner: z.string(),
  comment: z.string().nullable(),
  connectionLimit: z.int(),
  isTemplate: z.boolean(),
  grants: z.array(grantSchema),
});

export type DatabaseProperties = z.infer<typeof propertiesSchema>;

/** Reads the properties of the session's database. */
export async function readProperties(session: Session): Promise<DatabaseProperties> {
  const [row] = await session.rows(propertiesQuery);
  return propertiesSchema.parse(row);
}

const propertiesQuery = `
  select pg_get_userbyid(d.datdba)::text as owner,
         (select about.description from pg_shdescription about
           where about.objoid = d.oid and about.classoid = 'pg_database'::regclass) as comment,
         d.datconnlimit as "connectionLimit", d.datistemplate as "isTemplate",
         (select coalesce(jsonb_agg(jsonb_build_object(
             'grantee', case x.grantee when 0 then null else pg_get_userbyid(x.grantee) end,
             'privilege', x.privilege_type, 'isGrantable', x.is_grantable, 'grantor',
               pg_get_userbyid(case when exists (select from pg_roles r where r.oid = x.grantor) then x.grantor else d.datdba end))), '[]')
            from (select distinct grantee, privilege_type, is_grantable, grantor
                    from aclexplode(coalesce(d.datacl, acldefault('d', d.datdba)))) x
           where ${isThere}) as grants
    from pg_database d where d.datname = current_database()`;

/** A change of a database: what it changes, in words, and its statements. */
interface Change {
  what: string;
  statements: string[];
}

/**
 * Gives the session's database the properties of a backup. The owner is last, since the session may lose its
 * rights with it. A new owner gets the privileges of the former one, also those that this one is to keep, so that all of
 * it is looked at again.
 *
 * @returns a sentence for each that could not be restored
 */
export async function restoreProperties(session: Session, wanted: DatabaseProperties): Promise<string[]> {
  let failed = await change(session, wanted);
  const left = changesOf(wanted, await readProperties(session)).map(({ what }) => what);
  if (left.length > 0) failed = await change(session, wanted);
  const rest = changesOf(wanted, await readProperties(session))
    .map(({ what }) => what)
    .filter((what) => !failed.has(what));
  return [
    ...[...failed].map(([what, reason]) => `The ${what} of the database could not be restored: ${reason}.`),
    ...rest.map((what) => `The ${what} of the database could not be restored: the server changed them.`),
  ];
}

/** @returns the reasons for what could not be changed */
async function change(session: Session, wanted: DatabaseProperties): Promise<Map<string, string>> {
  const failed = new Map<string, string>();
  for (const { what, statements } of changesOf(wanted, await readProperties(session))) {
    const reason = await attempt(session, statements);
    if (reason !== undefined) failed.set(what, reason);
  }
  return failed;
}

/** What of the session's database differs from that of a backup, in words. */
export async function differingProperties(session: Session, wanted: DatabaseProperties): Promise<string[]> {
  return changesOf(wanted, await readProperties(session)).map(({ what }) => what);
}

function changesOf(wanted: DatabaseProperties, present: DatabaseProperties): Change[] {
  const limit = wanted.connectionLimit;
  const all: [boolean, Change][] = [
    [
      wanted.comment !== present.comment,
      {
        what: "comment",
        statements: [
          inThisDatabase(
            "comment on database ",
            ` is ${wanted.comment === null ? "null" : escapeLiteral(wanted.comment)}`,
          ),
        ],
      },
    ],
    [
      grantsText(wanted, wanted) !== grantsText(present, wanted),
      { what: "privileges", statements: grantStatements(wanted, present) },
    ],
    [
      wanted.isTemplate !== present.isTemplate,
      {
        what: "state as a template",
        statements: [inThisDatabase("alter database ", ` is_template ${wanted.isTemplate}`)],
      },
    ],
    [
      limit !== present.connectionLimit,
      {
        what: "connection limit",
        statements: [inThisDatabase("alter database ", ` connection limit ${limit}`)],
      },
    ],
    [
      wanted.owner !== present.owner,
      {
        what: "owner",
        statements: [inThisDatabase("alter database ", ` owner to ${escapeIdentifier(wanted.owner)}`)],
      },
    ],
  ];
  return all.flatMap(([differs, change]) => (differs ? [change] : []));
}

/**
 * Privileges in a fixed order, with the owner's as such.
 *
 * @param wanted what is compared, which may not say who granted what
 */
function grantsText({ owner, grants }: DatabaseProperties, wanted: DatabaseProperties): string {
  const isKnown = wanted.grants.every(({ grantor }) => grantor !== null);
  const ofOwner = (role: string | null): string | null => (role === owner ? "" : role);
  const texts = grants.map(({ grantee, privilege, isGrantable, grantor }) =>
    JSON.stringify([ofOwner(grantee), privilege, isGrantable, isKnown ? ofOwner(grantor) : null]),
  );
  return [...new Set(texts)].sort().join("\n");
}

function grantStatements(wanted: DatabaseProperties, present: DatabaseProperties): string[] {
  const name = (grantee: string | null, owner: string): string => {
    if (grantee === null) return "public";
    return escapeIdentifier(grantee === owner ? present.owner : grantee);
  };
  const grantees = new Set(present.grants.map(({ grantee }) => name(grantee, present.owner)));
  return [
    ...[...grantees].map((grantee) => inThisDatabase("revoke all on database ", ` from ${grantee} cascade`)),
    ...inOrder(wanted).flatMap(({ grantee, privilege, isGrantable, grantor }) => {
      const statement = inThisDatabase(
        `grant ${privilege} on database `,
        ` to ${name(grantee, wanted.owner)}${isGrantable ? " with grant option" : ""}`,
      );
      if (grantor === null || grantor === wanted.owner) return [statement];
      return [`set local role ${escapeIdentifier(grantor)}`, statement, "reset role"];
    }),
  ];
}

/** Privileges, each after those by which its grantor may grant it. */
function inOrder({ owner, grants }: DatabaseProperties): Grant[] {
  const ordered = grants.filter(({ grantor }) => grantor === null || grantor === owner);
  let open = grants.filter((grant) => !ordered.includes(grant));
  for (let before = -1; before !== open.length; ) {
    before = open.length;
    const isAllowed = ({ grantor, privilege }: Grant): boolean =>
      ordered.some(
        (other) => other.grantee === grantor && other.privilege === privilege && other.isGrantable,
      );
    ordered.push(...open.filter(isAllowed));
    open = open.filter((grant) => !ordered.includes(grant));
  }
  return [...ordered, ...open];
}
