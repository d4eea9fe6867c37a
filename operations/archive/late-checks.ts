import { escapeLiteral } from "pg";
import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { comment, functionUses } from "./fragments.ts";
import { refusal } from "./refused.ts";

/** Checks that were dropped until all rows are there. */
export interface LateChecks {
  /** Statements that make them again. */
  statements: string[];
  /** Whether some could not be dropped, so that rows must come in the order of the dump. */
  inOrder: boolean;
}

/**
 * Makes checks again. One that a row violates is made for new rows only.
 *
 * @param attempt runs a statement, which changes nothing when it fails; resolves with the reason then
 * @returns why some were refused, one sentence each
 */
export async function addChecks(
  statements: readonly string[],
  attempt: (statement: string) => Promise<string | undefined>,
): Promise<string[]> {
  const refused: string[] = [];
  for (const statement of statements) {
    const reason = await attempt(statement);
    if (reason === undefined) continue;
    refused.push(refusal(reason));
    await attempt(`${statement} not valid`);
  }
  return refused;
}

/**
 * Drops the checks of restored tables and domains that call functions of their own, which may read rows of
 * other tables that are not there yet. The check of a domain stays where a column has it within another type, such
 * as an array: the server does not add a check to a domain that is used so.
 */
export async function setChecksAside(session: Session, schemas: readonly string[]): Promise<LateChecks> {
  const all = checkRows.parse(await session.rows(checksQuery, schemas));
  const checks = all.filter(({ stays }) => !stays);
  for (const { subject, name } of checks) await session.run(`alter ${subject} drop constraint ${name}`);
  const statements = checks.flatMap(({ subject, name, definition, comment }) => [
    `alter ${subject} add constraint ${name} ${definition}`,
    ...(comment === null
      ? []
      : [`comment on constraint ${name} on ${subject.replace(/^table /, "")} is ${escapeLiteral(comment)}`]),
  ]);
  return { statements, inOrder: all.length > checks.length };
}

const checkRows = z.array(
  z.object({
    subject: z.string(),
    name: z.string(),
    definition: z.string(),
    comment: z.string().nullable(),
    stays: z.boolean(),
  }),
);

const checksQuery = `
  select case when k.conrelid <> 0 then 'table ' || k.conrelid::regclass else 'domain ' || k.contypid::regtype end as subject,
         quote_ident(k.conname) as name, pg_get_constraintdef(k.oid) as definition,
         ${comment("pg_constraint", "k.oid")} as comment,
         exists (
       with recursive uses(type, is_within) as (
       select k.contypid, false where k.contypid <> 0
       union
       select t.oid, u.is_within or t.typtype <> 'd'
       from uses u
       join pg_type t on t.typbasetype = u.type or (t.typelem = u.type and t.typlen = -1)
       or exists (select from pg_range r where r.rngtypid = t.oid and r.rngsubtype = u.type)
       or exists (select from pg_class c join pg_attribute a on a.attrelid = c.oid
       where c.oid = t.typrelid and a.atttypid = u.type and a.attnum > 0 and not a.attisdropped)
       )
       select from uses u join pg_attribute a on a.atttypid = u.type join pg_class c on c.oid = a.attrelid
       where u.is_within and not a.attisdropped and c.relkind in ('r', 'p', 'm')) as stays
    from pg_constraint k
    join pg_namespace n on n.oid = k.connamespace
   where n.nspname = any($1) and k.contype = 'c' and k.coninhcount = 0
     and exists (
       select from (${functionUses}) u
         join pg_proc p on p.oid = u.function
         join pg_language l on l.oid = p.prolang
        where u.classid = k.tableoid and u.objid = k.oid and l.lanname not in ('c', 'internal'))
     and not exists (select from pg_depend e where e.deptype = 'e'
                        and (e.classid, e.objid) in (('pg_class'::regclass, k.conrelid), ('pg_type'::regclass, k.contypid)))`;
