import * as z from "zod";
import { type Check, compare, probe, unknownCheck } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { exposedSchemas, listOf } from "./exposed.ts";
import { quotedIdentifier } from "./identifier.ts";
import { type Reader, reading } from "./session.ts";

const table = z.object({
  schema: z.string().max(100),
  name: z.string().max(100),
  enabled: z.boolean(),
  policies: z.int().min(0),
});

const tables = (list: string): string => `
  select n.nspname as schema, c.relname as name, c.relrowsecurity as enabled,
    (select count(*)::int from pg_catalog.pg_policy p where p.polrelid = c.oid) as policies
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and n.nspname = any(${list}) and c.relname <> '_prisma_migrations'
    and not exists (select from pg_catalog.pg_depend d where d.objid = c.oid and d.deptype = 'e')
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
      const found = await database.rows(tables(listOf(exposed)), table);
      if (found.length === 0) {
        throw new Unknown(
          "no-data",
          `The schemas ${exposed.schemas.join(", ")} (${exposed.how}) have no table`,
        );
      }
      const off = found.filter(({ enabled }) => !enabled);
      const bare = found.filter(({ enabled, policies }) => enabled && policies === 0);
      const where = `${found.length} tables of ${exposed.schemas.join(", ")} (${exposed.how})`;
      return [
        compare(where, {
          expected: "row-level security on",
          measured: named(off, "on everywhere", "off"),
          holds: off.length === 0,
        }),
        compare(`policies of ${where}`, {
          expected: "at least one each",
          measured: named(bare, "at least one each", "none"),
          holds: bare.length === 0,
        }),
      ];
    }),
});

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
      const found = await database.rows(tables(listOf(exposed)), table);
      const allowed = new Set(context.settings.database.anonymousReads);
      const checks: Check[] = [];
      for (const { schema, name } of found)
        checks.push(await readAsStranger(database, schema, name, allowed));
      if (checks.length === 0) throw new Unknown("no-data", "There is no exposed table to read");
      return checks;
    }),
});

async function readAsStranger(
  database: Reader,
  schema: string,
  name: string,
  allowed: ReadonlySet<string>,
): Promise<Check> {
  const subject = `${schema}.${name}`;
  // Undefined where the role may not be taken on; an empty list where it may not read.
  const answer = await database.as("anon", async () => ({
    rows: await database.rowsWhereAllowed(
      `select 1 as one from ${quotedIdentifier(schema)}.${quotedIdentifier(name)} limit 1`,
      z.object({ one: z.literal(1) }),
    ),
  }));
  if (answer === undefined)
    return unknownCheck(
      subject,
      new Unknown("no-right", "The role of VERIFY_DATABASE_URL may not act as anon"),
    );
  const reads = (answer.rows?.length ?? 0) > 0;
  const may = allowed.has(subject);
  return compare(`${subject} as anon`, {
    expected: may ? "rows or none" : "no row",
    measured: reads ? "rows" : answer.rows === undefined ? "no right" : "no row",
    holds: may || !reads,
    setting: "database.anonymousReads",
  });
}

function named(found: readonly { schema: string; name: string }[], otherwise: string, what: string): string {
  if (found.length === 0) return otherwise;
  const shown = found.slice(0, 5).map(({ schema, name }) => `${schema}.${name}`);
  return `${what}: ${shown.join(", ")}${found.length > 5 ? ` and ${found.length - 5} more` : ""}`;
}
