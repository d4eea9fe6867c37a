import { escapeLiteral } from "pg";
import * as z from "zod";
import type { Session } from "../../postgres/session.ts";

/**
 * Drops the checks of restored tables and domains that call functions of their own, which may read rows of
 * other tables that are not there yet.
 *
 * @returns statements that make the checks again, once all rows are there
 */
export async function setChecksAside(session: Session, schemas: readonly string[]): Promise<string[]> {
  const checks = checkRows.parse(await session.rows(checksQuery, schemas));
  for (const { subject, name } of checks) await session.run(`alter ${subject} drop constraint ${name}`);
  return checks.flatMap(({ subject, name, definition, comment }) => [
    `alter ${subject} add constraint ${name} ${definition}`,
    ...(comment === null
      ? []
      : [`comment on constraint ${name} on ${subject.replace(/^table /, "")} is ${escapeLiteral(comment)}`]),
  ]);
}

const checkRows = z.array(
  z.object({ subject: z.string(), name: z.string(), definition: z.string(), comment: z.string().nullable() }),
);

const checksQuery = `
  select case when k.conrelid <> 0 then 'table ' || k.conrelid::regclass else 'domain ' || k.contypid::regtype end as subject,
         quote_ident(k.conname) as name, pg_get_constraintdef(k.oid) as definition,
         obj_description(k.oid, 'pg_constraint') as comment
    from pg_constraint k
    join pg_namespace n on n.oid = k.connamespace
   where n.nspname = any($1) and k.contype = 'c' and k.coninhcount = 0
     and exists (
       select from pg_depend d
         join pg_proc p on p.oid = d.refobjid
         join pg_language l on l.oid = p.prolang
        where d.classid = k.tableoid and d.objid = k.oid and d.refclassid = 'pg_proc'::regclass
          and l.lanname not in ('c', 'internal'))
     and not exists (select from pg_depend e where e.deptype = 'e'
                        and (e.classid, e.objid) in (('pg_class'::regclass, k.conrelid), ('pg_type'::regclass, k.contypid)))`;
