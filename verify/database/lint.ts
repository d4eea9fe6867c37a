import * as z from "zod";
import type { Settings } from "../../config/settings.ts";
import { listedSome } from "../../lib/text.ts";
import { type Check, compare, unknownCheck } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { type Exposed, listOf } from "./exposed.ts";
import type { Reader } from "./session.ts";

/** A weakness that a query of the catalogs finds; ids are those of Supabase's splinter. */
export interface Lint {
  readonly id: string;
  readonly expected: string;
  /** @returns a query with a column `name` for each that may be found, and with what `judge` reads */
  readonly find: (schemas: string) => string;
  /** Whether what the query found is a weakness. Default: it is. */
  readonly judge?: (found: Found, database: Reader, settings: Settings) => boolean | Promise<boolean>;
}

const found = z.object({
  name: z.string().max(1000),
  /** Expressions of a policy. */
  terms: z.array(z.string()).default([]),
  /** A role that a policy is for. */
  role: z.string().max(100).nullish(),
});

export type Found = z.infer<typeof found>;

/** The most that is shown of what one lint found. */
const mostShown = 5;

/**
 * Runs lints over the schemas that the API exposes. One that the role may not run is unknown, and keeps no other from
 * being told.
 *
 * @throws {Unknown} where the schemas are empty
 */
export async function lint(
  exposed: Exposed,
  lints: readonly Lint[],
  database: Reader,
  settings: Settings,
): Promise<Check[]> {
  const schemas = listOf(exposed);
  const [objects] = await database.rows(
    `select count(*)::int as count from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any(${schemas}) and c.relkind in ('r', 'p', 'v', 'm', 'f')`,
    z.object({ count: z.int() }),
  );
  if (objects === undefined || objects.count === 0) {
    throw new Unknown("no-data", `The schemas ${exposed.schemas.join(", ")} (${exposed.how}) are empty`);
  }
  const checks = [];
  for (const { id, expected, find, judge = () => true } of lints) {
    const candidates = await database.rowsWhereAllowed(find(schemas), found);
    if (candidates === undefined) {
      const message = "The role of VERIFY_DATABASE_URL may not read what this lint asks of the catalogs";
      checks.push(unknownCheck(id, new Unknown("no-right", message)));
      continue;
    }
    const names: string[] = [];
    for (const each of candidates) if (await judge(each, database, settings)) names.push(each.name);
    checks.push(
      compare(id, {
        expected,
        measured: names.length === 0 ? "none found" : listedSome(names.toSorted(), mostShown),
        holds: names.length === 0,
      }),
    );
  }
  return checks;
}

/** The roles of clients of the API, as far as the database has them. */
export const clients = "pg_catalog.pg_roles r where r.rolname in ('anon', 'authenticated')";

/** Whether a policy is for a role, by a condition of SQL; 0 stands for everybody. */
export const isFor = (roles: string, role: string): string =>
  `exists (select from unnest(${roles}) policy where policy = 0 or pg_has_role(${role}, policy, 'usage'))`;

/** Policies of the exposed tables with their expressions, and a role of clients that each is for. */
export const policies = (schemas: string, condition = "true"): string => `
  select c.oid::regclass::text || ': ' || p.polname as name,
    array_remove(array[pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)], null) as terms,
    case when 'anon'::name = any(o.names) then 'anon' else o.names[1] end as role
  from pg_catalog.pg_policy p
    join pg_catalog.pg_class c on c.oid = p.polrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace,
    lateral (select array(select r.rolname from ${clients} and ${isFor("p.polroles", "r.oid")}) as names) o
  where n.nspname = any(${schemas}) and ${condition}`;
