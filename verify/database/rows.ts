import * as z from "zod";
import { counted, listedSome } from "../../lib/text.ts";
import type { Context } from "../context.ts";
import { type Check, compare, probe, unknownCheck } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { exposedSchemas, listOf } from "./exposed.ts";
import { ofExtension } from "./extension.ts";
import { quotedIdentifier } from "./identifier.ts";
import { clients } from "./lint.ts";
import { type Reader, reading } from "./session.ts";

const relation = z.object({
  schema: z.string().max(100),
  name: z.string().max(100),
  kind: z.enum(["table", "view", "materialized view", "foreign table"]),
  enabled: z.boolean(),
  policies: z.int().min(0),
  readable: z.boolean(),
  /** Columns that a client of the API may read. */
  columns: z.array(z.string().max(100)),
  opened: z.boolean(),
  /** Whether the server has counted rows that are there. */
  filled: z.boolean(),
});

type Relation = z.infer<typeof relation>;

/**
 * Everything with rows in the exposed schemas, with what `anon` may do there. Prisma's table of migrations is left out
 * where no client reaches it: Prisma makes it without row-level security.
 */
const relations = (list: string): string => `
  select n.nspname as schema, c.relname as name, c.relrowsecurity as enabled,
    case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' else 'table' end as kind,
    (select count(*)::int from pg_catalog.pg_policy p where p.polrelid = c.oid) as policies,
    coalesce(has_any_column_privilege(anon.oid, c.oid, 'select'), false) as readable,
    coalesce(pg_catalog.pg_stat_get_live_tuples(c.oid), 0) > 0 as filled,
    array(select a.attname::text from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      and exists (select from ${clients} and has_column_privilege(r.oid, c.oid, a.attnum, 'select')) order by a.attnum) as columns,
    exists (select from pg_catalog.pg_policy p, unnest(p.polroles) role where p.polrelid = c.oid and p.polpermissive
      and p.polcmd in ('r', '*') and (role = 0 or pg_has_role(anon.oid, role, 'usage'))) as opened
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join pg_catalog.pg_roles anon on anon.rolname = 'anon'
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname = any(${list})
    and (c.relname <> '_prisma_migrations' or exists (
      select from pg_catalog.pg_roles r where r.rolname in ('anon', 'authenticated')
        and (has_any_column_privilege(r.oid, c.oid, 'select, insert, update') or has_table_privilege(r.oid, c.oid, 'delete, truncate'))))
    and not ${ofExtension("pg_class", "c.oid")}
  order by 1, 2`;

/** Item 3.7: row-level security is on, with policies. */
export const rowLevelSecurity = probe({
  name: "row-level-security",
  items: ["3.7", "S3.5"],
  title: "Every table of an exposed schema must have row-level security on, and at least one policy.",
  needs: ["database"],
  settings: [],
  measure: (context) =>
    reading(context, async (database) => {
      const exposed = await exposedSchemas(database);
      const all = await database.rows(relations(listOf(exposed)), relation);
      const found = all.filter(({ kind }) => kind === "table");
      if (found.length === 0) {
        throw new Unknown(
          "no-data",
          `The schemas ${exposed.schemas.join(", ")} (${exposed.how}) have no table`,
        );
      }
      const off = found.filter(({ enabled }) => !enabled);
      const bare = found.filter(({ enabled, policies }) => enabled && policies === 0);
      const telling = off.flatMap(({ schema, name, columns }) =>
        columns.filter(isTelling).map((column) => `${schema}.${name}.${column}`),
      );
      const where = `${counted(found.length, "table")} of ${exposed.schemas.join(", ")} (${exposed.how})`;
      return [
        compare(`0013_rls_disabled_in_public: ${where}`, {
          expected: "row-level security on",
          measured: named(off, "on everywhere", "off"),
          holds: off.length === 0,
        }),
        compare(`0008_rls_enabled_no_policy: ${where}`, {
          expected: "at least one each",
          measured: named(bare, "at least one each", "none"),
          holds: bare.length === 0,
        }),
        compare(`0023_sensitive_columns_exposed: ${where}`, {
          expected: "no column with a telling name that clients read without row-level security",
          measured: listedSome(telling, 5) || "none",
          holds: telling.length === 0,
        }),
      ];
    }),
});

/** Names of columns that hold what nobody else may know, without their underscores, as splinter has them. */
const tellingNames = new Set(
  [
    "password passwordhash passwd pwd secret apikey apisecret token jwt privatekey",
    "accesstoken refreshtoken sessiontoken authcode otp totpsecret 2fasecret clientsecret",
    "ssn socialsecurity socialsecuritynumber driverlicense passportnumber nationalid taxid",
    "creditcard cardnumber cvv cvc bankaccount accountnumber routingnumber iban swiftcode",
    "healthrecord medicalrecord patientid insurancenumber diagnosis macaddress imei deviceuuid",
    "sshkey pgpkey gpgkey certificate licensekey activationkey",
    "fingerprint biometric biometricdata facialrecognition",
  ].flatMap((line) => line.split(" ")),
);

/** The same name is written api_key, apiKey and API-KEY. */
function isTelling(column: string): boolean {
  return tellingNames.has(column.toLowerCase().replaceAll(/[^a-z0-9]/g, ""));
}

/** Item 3.7: what a stranger reads, tried as the role that a stranger has. */
export const anonymousReads = probe({
  name: "anonymous-reads",
  items: ["3.7"],
  title: "The anonymous role may read no row of an exposed table that the settings do not name.",
  needs: ["database"],
  settings: ["database.anonymousReads"],
  measure: (context) =>
    reading(context, async (database) => {
      const roles = await database.rows(
        "select rolname::text as name from pg_catalog.pg_roles where rolname = 'anon'",
        z.object({ name: z.string() }),
      );
      if (roles.length === 0) throw new Unknown("no-data", "The database has no role anon");
      const exposed = await exposedSchemas(database);
      const found = await database.rows(relations(listOf(exposed)), relation);
      if (found.length === 0) throw new Unknown("no-data", "There is no exposed table to read");
      const checks: Check[] = [];
      for (const one of found) checks.push(await readAsStranger(database, one, context));
      return checks;
    }),
});

async function readAsStranger(database: Reader, found: Relation, context: Context): Promise<Check> {
  const { schema, name } = found;
  const subject = `${schema}.${name}`;
  const may = context.settings.database.anonymousReads.includes(subject);
  const check = (measured: string) =>
    compare(`${subject} as anon`, {
      expected: may ? "rows or none" : "no row",
      measured,
      holds: may || measured !== "rows",
      setting: "database.anonymousReads",
    });
  try {
    const answer = await database.as("anon", async () => ({ rows: await oneRow(database, found) }));
    if (answer !== undefined) {
      if (answer.rows === undefined) return check("no right");
      if (answer.rows.length > 0) return check("rows");
      if (may || isClosed(found) || (await hasRows(database, found))) return check("no row");
      // An empty answer tells nothing where there is nothing to answer with.
      const message = `${subject} has no row to try: anon may ask for them, and whether it gets them is not known`;
      return unknownCheck(subject, new Unknown("no-data", message));
    }
  } catch (error) {
    if (error instanceof Unknown) return unknownCheck(subject, error);
    throw error;
  }
  // Without acting as the role, the catalogs tell of what is closed for certain.
  if (!found.readable) return check("no right");
  if (isClosed(found)) return check("no policy that lets it read");
  return unknownCheck(
    subject,
    new Unknown("no-right", "The role of VERIFY_DATABASE_URL may not act as anon"),
  );
}

/** No policy lets anon read what is there or will be. */
function isClosed({ kind, enabled, opened }: Relation): boolean {
  return kind === "table" && enabled && !opened;
}

/** Whether anything is there to be read: rows that the role of the probes sees, or that the server has counted. */
async function hasRows(database: Reader, found: Relation): Promise<boolean> {
  if (found.filled) return true;
  const seen = await oneRow(database, found);
  return seen !== undefined && seen.length > 0;
}

/** One row, where the relation has one for the role; undefined where the role may not ask. */
function oneRow(database: Reader, { schema, name }: Relation) {
  return database.rowsWhereAllowed(
    `select 1 as one from ${quotedIdentifier(schema)}.${quotedIdentifier(name)} limit 1`,
    z.object({ one: z.literal(1) }),
  );
}

function named(found: readonly { schema: string; name: string }[], otherwise: string, what: string): string {
  if (found.length === 0) return otherwise;
  const names = found.map(({ schema, name }) => `${schema}.${name}`);
  return `${what}: ${listedSome(names, 5)}`;
}
