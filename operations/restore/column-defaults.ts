import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { attempt } from "../archive/attempt.ts";
import { dependentsQuery } from "../archive/dependents.ts";
import { pathFinding, underPath } from "../archive/path-operators.ts";

/**
 * Drops the defaults of other schemas' columns that depend on the schemas, within the session's transaction: they
 * would be dropped with these. The default of a table that the session may not change stays, and is missed later.
 *
 * @returns a function that sets them again, with a sentence for each that the server refuses; undefined when there are
 *   none
 */
export async function putDefaultsAside(
  session: Session,
  schemas: readonly string[],
): Promise<(() => Promise<string[]>) | undefined> {
  const defaults = defaultRows.parse(await session.rows(defaultsQuery, schemas));
  const dropped: typeof defaults = [];
  for (const one of defaults) {
    const reason = await attempt(session, [`${one.column} drop default`]);
    if (reason === undefined) dropped.push(one);
  }
  if (dropped.length === 0) return undefined;
  return async () => {
    const lost: string[] = [];
    for (const { name, column, expression, path } of dropped) {
      const reason = await underPath(session, path, () =>
        attempt(session, [`${column} set default ${expression}`]),
      );
      if (reason !== undefined) lost.push(`${name} is missing: ${reason}.`);
    }
    return lost;
  };
}

const defaultRows = z.array(
  z.object({
    name: z.string(),
    column: z.string(),
    expression: z.string(),
    path: z.array(z.string()).nullable(),
  }),
);

const defaultsQuery = `
  select format('default of %s.%I', a.attrelid::regclass, a.attname) as name,
         format('alter table only %s alter column %I', a.attrelid::regclass, a.attname) as column,
         pg_get_expr(d.adbin, d.adrelid) as expression, ${pathFinding("pg_attrdef", "d.oid")} as path
    from pg_attrdef d
    join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
    join pg_class c on c.oid = d.adrelid
    join pg_namespace n on n.oid = c.relnamespace
   where a.attgenerated = '' and n.nspname <> all($1)
     and d.tableoid || ' ' || d.oid in (select entry from (${dependentsQuery}) dependents)
     -- What the server sets for the column itself stays with its type or table.
     and not exists (select from pg_depend t join pg_depend s on s.classid = t.refclassid and s.objid = t.refobjid
           and s.refclassid = 'pg_namespace'::regclass
           join pg_namespace m on m.oid = s.refobjid
          where t.classid = 'pg_class'::regclass and t.objid = a.attrelid and t.objsubid = a.attnum and m.nspname = any($1))`;
