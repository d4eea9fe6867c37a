import * as z from "zod";
import type { Session } from "../../postgres/session.ts";

/**
 * Says how to find the rows that violate foreign keys and checks: the restored database has these for new rows only. No
 * row is named, since a report may go to whoever may not read it.
 *
 * @param differences sentences on what differs from the backup
 */
export async function findingViolations(session: Session, differences: readonly string[]): Promise<string[]> {
  const end = " has a different definition.";
  const names = differences.flatMap((sentence) =>
    sentence.startsWith("constraint ") && sentence.endsWith(end) ? [sentence.slice(0, -end.length)] : [],
  );
  if (names.length === 0) return [];
  const found = violationRows.parse(await session.rows(violationsQuery, names));
  return found.map(({ name, query }) => `To find the rows of the source that violate the ${name}: ${query}`);
}

const violationRows = z.array(z.object({ name: z.string(), query: z.string() }));

/** As the server looks for them when it validates such a constraint. */
const violationsQuery = `
  select n.name, case k.contype when 'f' then format('select c.* from %s c where %s and not exists (select from %s p where %s)',
             t.child, columns.given, t.parent, columns.same)
           else format('select * from %s where not %s', k.conrelid::regclass, pg_get_expr(k.conbin, k.conrelid)) end as query
    from pg_constraint k
   cross join lateral (select format('constraint %I of %s', k.conname, k.conrelid::regclass) as name) n
   cross join lateral (
     select string_agg(format('c.%I is not null', a.attname), case k.confmatchtype when 'f' then ' or ' else ' and ' end order by place) as given,
            string_agg(format('p.%I = c.%I', b.attname, a.attname), ' and ' order by place) as same
       from unnest(k.conkey, k.confkey) with ordinality key (own, other, place)
       join pg_attribute a on a.attrelid = k.conrelid and a.attnum = own
       join pg_attribute b on b.attrelid = k.confrelid and b.attnum = other) columns
   cross join lateral (
     select string_agg(case c.relkind when 'p' then '' else 'only ' end || c.oid::regclass, '') filter (where c.oid = k.conrelid) as child,
            string_agg(case c.relkind when 'p' then '' else 'only ' end || c.oid::regclass, '') filter (where c.oid = k.confrelid) as parent
       from pg_class c where c.oid in (k.conrelid, k.confrelid)) t
   where k.contype in ('c', 'f') and not k.convalidated and k.conrelid <> 0 and n.name = any($1)
   order by n.name collate "C"`;
