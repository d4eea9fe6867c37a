import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { NameSet } from "./name-set.ts";
import type { Listing } from "./sections.ts";

/**
 * Says how to find the rows that violate foreign keys and checks: the restored database has these for new rows only. No
 * row is named, since a report may go to whoever may not read it. Where a key refers to a table that is not restored,
 * the source may have what the target lacks. A key of a table that is not restored may have rows newer than the backup.
 *
 * @param differences sentences on what differs from the backup
 * @param restored where all that was restored is
 */
export async function findingViolations(
  session: Session,
  differences: readonly string[],
  restored: { schemas: readonly string[]; listing: Listing | undefined },
): Promise<string[]> {
  const end = " has a different definition.";
  const names = differences.flatMap((sentence) =>
    sentence.startsWith("constraint ") && sentence.endsWith(end) ? [sentence.slice(0, -end.length)] : [],
  );
  if (names.length === 0) return [];
  const found = violationRows.parse(await session.rows(violationsQuery, names));
  const made = new NameSet();
  if (restored.listing !== undefined)
    for await (const { kind, name } of restored.listing.items("own")) if (kind === "table") made.add(name);
  return found.map(({ name, query, parent, schema, table, own }) => {
    if (parent !== null && !restored.schemas.includes(own))
      return `Rows of ${table}, which is not restored, refer to what the backup does not have. To find those that violate the ${name}, in the target after a restore that accepts it: ${query}`;
    const isSource =
      parent === null ||
      (restored.schemas.includes(schema) && (restored.listing === undefined || made.has(parent)));
    return isSource
      ? `To find the rows of the source that violate the ${name}: ${query}`
      : `${parent} of the target, which is not restored, lacks what rows of the backup refer to. To find the rows that violate the ${name}, in the target after a restore that accepts it: ${query}`;
  });
}

const violationRows = z.array(
  z.object({
    name: z.string(),
    query: z.string(),
    parent: z.string().nullable(),
    schema: z.string(),
    table: z.string(),
    own: z.string(),
  }),
);

/** As the server looks for them when it validates such a constraint. */
const violationsQuery = `
  select n.name, nullif(k.confrelid, 0)::regclass::text as parent,
         coalesce((select s.nspname from pg_class c join pg_namespace s on s.oid = c.relnamespace where c.oid = k.confrelid), '') as schema,
         k.conrelid::regclass::text as table, (select s.nspname::text from pg_namespace s where s.oid = r.relnamespace) as own,
         case k.contype when 'f' then format('select c.* from %s c where (%s) and not exists (select from %s p where %s)',
             t.child, columns.given, t.parent, columns.same)
           else format('select * from %s where not %s', k.conrelid::regclass, pg_get_expr(k.conbin, k.conrelid)) end as query
    from pg_constraint k
    join pg_class r on r.oid = k.conrelid
   cross join lateral (select format('constraint %I of %s', k.conname, k.conrelid::regclass) as name) n
   cross join lateral (
     select string_agg(format('c.%I is not null', a.attname), case k.confmatchtype when 'f' then ' or ' else ' and ' end order by place) as given,
            string_agg(format('p.%I %s c.%I', b.attname, case s.nspname when 'pg_catalog' then o.oprname::text
                else format('operator(%I.%s)', s.nspname, o.oprname) end, a.attname), ' and ' order by place) as same
       from unnest(k.conkey, k.confkey, k.conpfeqop) with ordinality key (own, other, equal, place)
       join pg_attribute a on a.attrelid = k.conrelid and a.attnum = own
       join pg_attribute b on b.attrelid = k.confrelid and b.attnum = other
       join pg_operator o on o.oid = equal
       join pg_namespace s on s.oid = o.oprnamespace) columns
   cross join lateral (
     select string_agg(case c.relkind when 'p' then '' else 'only ' end || c.oid::regclass, '') filter (where c.oid = k.conrelid) as child,
            string_agg(case c.relkind when 'p' then '' else 'only ' end || c.oid::regclass, '') filter (where c.oid = k.confrelid) as parent
       from pg_class c where c.oid in (k.conrelid, k.confrelid)) t
   where k.contype in ('c', 'f') and not k.convalidated and k.conrelid <> 0 and n.name = any($1)
   order by n.name collate "C"`;
