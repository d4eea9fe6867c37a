import { escapeLiteral } from "pg";
import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { comment, functionUses, notOfExtension } from "./fragments.ts";
import { notesNaming } from "./notes.ts";
import { pathFinding, underPath } from "./path-operators.ts";
import { firstNormal } from "./pristine.ts";
import { refusal } from "./refused.ts";

/** Checks that were dropped until all rows are there. */
export interface LateChecks {
  /** Statements that make them again, each in the path in which it finds its operators. */
  statements: { statement: string; path: string[] | null }[];
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
  session: Session,
  statements: LateChecks["statements"],
  attempt: (statement: string) => Promise<string | undefined>,
): Promise<string[]> {
  const refused: string[] = [];
  for (const { statement, path } of statements) {
    await underPath(session, path, async () => {
      const reason = await attempt(statement);
      if (reason === undefined) return;
      refused.push(refusal(reason));
      await attempt(`${statement} not valid`);
    });
  }
  return refused;
}

/**
 * Drops the checks of restored tables and domains that call functions of their own, which may read rows of
 * other tables that are not there yet, and those that depend on when and by whom they are asked, since a row that breaks
 * one would end the restore of its table. The check of a domain stays where a column has it within another type, such
 * as an array: the server does not add a check to a domain that is used so.
 */
export async function setChecksAside(session: Session, schemas: readonly string[]): Promise<LateChecks> {
  // Most databases have none, and to plan the query takes longer than to ask.
  const some = await session.rows(anyCheckQuery, schemas);
  if (some.length === 0) return { statements: [], inOrder: false };
  const all = checkRows.parse(await session.rows(checksQuery, schemas));
  const checks = all.filter(({ stays }) => !stays);
  // A table's own that it also inherits can be dropped after that of the table above it, and is made before that.
  for (const { subject, name } of checks) await session.run(`alter ${subject} drop constraint ${name}`);
  const statements = checks.toReversed().flatMap(({ subject, name, definition, comment, path }) => {
    const on = `constraint ${name} on ${subject.replace(/^table /, "")}`;
    return [
      { statement: `alter ${subject} add constraint ${name} ${definition}`, path },
      ...(comment === null
        ? []
        : [{ statement: `comment on ${on} is ${escapeLiteral(comment)}`, path: null }]),
    ];
  });
  return { statements, inOrder: all.length > checks.length };
}

const checkRows = z.array(
  z.object({
    subject: z.string(),
    name: z.string(),
    definition: z.string(),
    comment: z.string().nullable(),
    path: z.array(z.string()).nullable(),
    stays: z.boolean(),
  }),
);

/**
 * Tables of a query with the domains of its `checks` that a column has within another type, found as the server finds
 * them: of all checks at once, since each would read every column of the database.
 *
 * Source: get_rels_with_domain and find_composite_type_dependencies in PostgreSQL's typecmds.c and tablecmds.c
 */
const domainsWithin = `uses(domain, type, is_within) as (
    select distinct k.contypid, k.contypid, false from checks k where k.contypid <> 0
    union
    select u.domain, coalesce(t.oid, c.reltype), u.is_within or t.typtype is distinct from 'd'
      from uses u
      join pg_depend d on d.refclassid = 'pg_type'::regclass and d.refobjid = u.type
      left join pg_type t on d.classid = t.tableoid and d.objid = t.oid
      left join pg_class c on d.classid = c.tableoid and d.objid = c.oid and d.objsubid > 0
     where coalesce(t.oid, c.reltype, 0) <> 0
  ), domain_within as materialized (
    select distinct u.domain
      from uses u
      join pg_depend d on d.refclassid = 'pg_type'::regclass and d.refobjid = u.type
      join pg_class c on d.classid = c.tableoid and d.objid = c.oid and d.objsubid > 0
     where u.is_within and c.relkind in ('r', 'p', 'm'))`;

const withDomains = "left join domain_within w on w.domain = k.contypid";

/** Whether a check `k`, joined so, is of such a domain. */
const stays = "w.domain is not null";

/** Whether the tree of a check `k` has what a pattern finds, of which a condition on the function `p` holds. */
function callsIn(pattern: string, condition: string): string {
  // A value, not a join: the server would hash all functions for each check.
  return `exists (select from regexp_matches(k.conbin::text, '${pattern}', 'g') part
         where (select ${condition} from pg_proc p where p.oid = part[1]::oid))`;
}

const anyCheckQuery = `
  select 1 as found from pg_constraint k join pg_namespace n on n.oid = k.connamespace
   where n.nspname = any($1) and k.contype = 'c' and k.coninhcount = 0 limit 1`;

const checksQuery = `
  with recursive calling as materialized (
    select distinct u.objid as oid
      from (${functionUses}) u
      join pg_proc p on p.oid = u.function
      join pg_language l on l.oid = p.prolang
     where u.classid = 'pg_constraint'::regclass and l.lanname not in ('c', 'internal')
  ), checks as materialized (
    select k.oid, k.conname, k.conrelid, k.contypid, k.coninhcount
      from pg_constraint k
      join pg_namespace n on n.oid = k.connamespace
      left join calling on calling.oid = k.oid
     where n.nspname = any($1) and k.contype = 'c' and (k.coninhcount = 0 or k.conislocal)
       and (calling.oid is not null or position('{SQLVALUEFUNCTION ' in k.conbin::text) > 0
         or ${callsIn(String.raw`:(?:op)?funcid (\d+) `, "p.provolatile <> 'i'")})
       and not exists (select from pg_depend e where e.deptype = 'e'
                          and (e.classid, e.objid) in (('pg_class'::regclass, k.conrelid), ('pg_type'::regclass, k.contypid)))
  ), above(oid, relation, depth) as (
    select k.oid, k.conrelid, 0 from checks k where k.conrelid <> 0
    union all
    select a.oid, i.inhparent, a.depth + 1 from above a join pg_inherits i on i.inhrelid = a.relation
  ), place as materialized (
    select a.oid, max(a.depth) as depth, bool_and(n.nspname = any($1)) as is_inside
      from above a join pg_class c on c.oid = a.relation join pg_namespace n on n.oid = c.relnamespace
     group by a.oid
  ), ${domainsWithin}
  select case when k.conrelid <> 0 then 'table ' || k.conrelid::regclass else 'domain ' || k.contypid::regtype end as subject,
         quote_ident(k.conname) as name, pg_get_constraintdef(k.oid) as definition,
         ${comment("pg_constraint", "k.oid")} as comment, ${pathFinding("pg_constraint", "k.oid")} as path,
         ${stays} as stays
    from checks k left join place on place.oid = k.oid ${withDomains}
   where k.coninhcount = 0 or place.is_inside
   order by place.depth, k.oid`;

/** Says which checks may refuse rows at another time, or for another role, than when these were written. */
export async function notesOnChanging(session: Session, schemas: readonly string[]): Promise<string[]> {
  const found = changingRows.parse(await session.rows(changingQuery, schemas));
  const namesWhere = (stays: boolean): string[] =>
    found.filter((check) => check.stays === stays).map(({ name }) => name);
  return [
    ...notesNaming(
      namesWhere(false),
      (names) =>
        `These checks depend on the time, the role or a setting, and a restored database checks every row anew: ${names}. A row that one refuses then is a difference.`,
    ),
    ...notesNaming(
      namesWhere(true),
      (names) =>
        `These checks depend on the time, the role or a setting, and are of domains within other types, so that they cannot be added after the rows: ${names}. A row that one refuses then ends a drill or a restore.`,
    ),
  ];
}

const changingRows = z.array(z.object({ name: z.string(), stays: z.boolean() }));

/** Calls and values in an expression, without the operators and casts that only depend on the time zone. */
const changingQuery = `
  with recursive checks as materialized (
    select k.oid, k.conname, k.conrelid, k.contypid
      from pg_constraint k join pg_namespace n on n.oid = k.connamespace
     where n.nspname = any($1) and k.contype = 'c' and k.coninhcount = 0 and k.convalidated
       and (position('{SQLVALUEFUNCTION ' in k.conbin::text) > 0
         or ${callsIn(String.raw`:funcid (\d+) :funcresulttype \d+ :funcretset \w+ :funcvariadic \w+ :funcformat 0 `, `p.oid < ${firstNormal} and p.provolatile <> 'i'`)})
       and ${notOfExtension("pg_class", "k.conrelid")} and ${notOfExtension("pg_type", "k.contypid")}
  ), ${domainsWithin}
  select format('%I of %s (%s)', k.conname, case when k.conrelid <> 0 then k.conrelid::regclass::text else k.contypid::regtype::text end,
           regexp_replace(pg_get_constraintdef(k.oid), ' NO INHERIT$', '')) as name, ${stays} as stays
    from checks k ${withDomains}
   order by 1`;
