import { escapeIdentifier, escapeLiteral } from "pg";
import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { attempt } from "./attempt.ts";
import { inThisDatabase } from "./this-database.ts";

const grantSchema = z.strictObject({
  /** A role; null for everyone. */
  grantee: z.string().nullable(),
  privilege: z.string(),
  isGrantable: z.boolean(),
});

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
             'privilege', x.privilege_type, 'isGrantable', x.is_grantable)), '[]')
            from (select distinct grantee, privilege_type, is_grantable
                    from aclexplode(coalesce(d.datacl, acldefault('d', d.datdba)))) x) as grants
    from pg_database d where d.datname = current_database()`;

/** A change of a database: what it changes, in words, and its statements. */
interface Change {
  what: string;
  statements: string[];
}

/**
 * Gives the session's database the properties of a backup. The owner is last, since the session may lose its
 * rights with it.
 *
 * @returns a sentence for each that could not be restored
 */
export async function restoreProperties(session: Session, wanted: DatabaseProperties): Promise<string[]> {
  const failed: string[] = [];
  for (const { what, statements } of changesOf(wanted, await readProperties(session))) {
    const reason = await attempt(session, statements);
    if (reason !== undefined) failed.push(`The ${what} of the database could not be restored: ${reason}.`);
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
      grantsText(wanted) !== grantsText(present),
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

/** Privileges in a fixed order, with the owner's as such. */
function grantsText({ owner, grants }: DatabaseProperties): string {
  return grants
    .map(({ grantee, privilege, isGrantable }) =>
      JSON.stringify([grantee === owner ? "" : grantee, privilege, isGrantable]),
    )
    .sort()
    .join("\n");
}

function grantStatements(wanted: DatabaseProperties, present: DatabaseProperties): string[] {
  const name = (grantee: string | null, owner: string): string => {
    if (grantee === null) return "public";
    return escapeIdentifier(grantee === owner ? present.owner : grantee);
  };
  const grantees = new Set(present.grants.map(({ grantee }) => name(grantee, present.owner)));
  return [
    ...[...grantees].map((grantee) => inThisDatabase("revoke all on database ", ` from ${grantee} cascade`)),
    ...wanted.grants.map(({ grantee, privilege, isGrantable }) =>
      inThisDatabase(
        `grant ${privilege} on database `,
        ` to ${name(grantee, wanted.owner)}${isGrantable ? " with grant option" : ""}`,
      ),
    ),
  ];
}
