import { escapeLiteral } from "pg";
import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { attempt } from "../archive/attempt.ts";
import { dependentsQuery } from "../archive/dependents.ts";
import { comment, isPartitionKey, partitionKeyNames } from "../archive/fragments.ts";
import { pathFinding, underPath } from "../archive/path-operators.ts";

/** Constraints that were dropped for the time of a restore. */
export interface Aside {
  /** Their names in a description, such as `constraint orders_fk of public.orders`. */
  names: ReadonlySet<string>;
  /**
   * Makes those again that are not there, which checks every row.
   *
   * @returns a sentence for each that the server refuses
   */
  putBack: () => Promise<string[]>;
}

/**
 * Drops foreign keys within the session's transaction.
 *
 * @param condition on `k`, their rows in the catalog, with the value `$1`
 */
export function putKeysAside(session: Session, condition: string, value: readonly string[]): Promise<Aside> {
  return putAside(session, `k.contype = 'f' and k.conparentid = 0 and (${condition})`, value);
}

/**
 * Drops the checks of other schemas' tables and domains that depend on the schemas, within the session's
 * transaction: a dump makes most checks together with their tables.
 */
export function putChecksAside(session: Session, schemas: readonly string[]): Promise<Aside> {
  const condition = `k.contype = 'c' and k.coninhcount = 0
    and k.connamespace in (select oid from pg_namespace where nspname <> all($1))
    and k.tableoid || ' ' || k.oid in (select entry from (${dependentsQuery}) dependents)
    and (k.conrelid = 0 or 'pg_class'::regclass::oid || ' ' || k.conrelid not in (select entry from (${dependentsQuery}) dependents))
    and (k.contypid = 0 or 'pg_type'::regclass::oid || ' ' || k.contypid not in (select entry from (${dependentsQuery}) dependents))`;
  return putAside(session, condition, schemas);
}

async function putAside(session: Session, condition: string, value: readonly string[]): Promise<Aside> {
  const all = constraintRows.parse(await session.rows(constraintsQuery(condition), value));
  for (const { subject, name } of all) {
    // One of a table that another role owns goes with what it refers to.
    await attempt(session, [`alter ${subject} drop constraint ${name}`]);
  }
  return {
    names: new Set(all.flatMap(({ object, below }) => [object, ...below.map((part) => part.object)])),
    putBack: async () => {
      const lost: string[] = [];
      for (const one of all) {
        const [row] = await session.rows(existsQuery, [one.of, one.plain]);
        if (z.object({ found: z.boolean() }).parse(row).found) continue;
        const reason = await underPath(session, one.path, () =>
          attempt(session, [`alter ${one.subject} add constraint ${one.name} ${one.definition}`]),
        );
        if (reason !== undefined) {
          lost.push(`${one.object} is missing: ${reason}.`);
          continue;
        }
        if (one.comment !== null) {
          const on = one.subject.replace(/^table /, "");
          await session.run(`comment on constraint ${one.name} on ${on} is ${escapeLiteral(one.comment)}`);
        }
      }
      // The server gave those of partitions their table's names again.
      const below = all.flatMap((one) => one.below).toSorted((one, other) => one.depth - other.depth);
      for (const naming of new Set(below.map(({ names }) => names))) await attempt(session, [naming]);
      for (const { note } of below) if (note !== null) await attempt(session, [note]);
      return lost;
    },
  };
}

const constraintRows = z.array(
  z.object({
    /** As `alter` names it, such as `table public.orders`. */
    subject: z.string(),
    of: z.string(),
    name: z.string(),
    plain: z.string(),
    object: z.string(),
    definition: z.string(),
    comment: z.string().nullable(),
    path: z.array(z.string()).nullable(),
    /** The keys of partitions that come with it and have names or comments of their own. */
    below: z.array(
      z.object({ object: z.string(), depth: z.int(), names: z.string(), note: z.string().nullable() }),
    ),
  }),
);

function constraintsQuery(condition: string): string {
  return `
    select case when k.conrelid = 0 then 'domain ' || w.name else 'table ' || w.name end as subject, w.name as of,
           quote_ident(k.conname) as name, k.conname::text as plain,
           format('constraint %I of %s', k.conname, w.name) as object,
           pg_get_constraintdef(k.oid) as definition, ${comment("pg_constraint", "k.oid")} as comment,
           ${pathFinding("pg_constraint", "k.oid")} as path,
           (with recursive part(oid, depth) as (
              select k.oid, 0 where k.contype = 'f'
              union all
              select f.oid, a.depth + 1 from part a join pg_constraint p on p.oid = a.oid join pg_constraint f on ${isPartitionKey("f", "p")}
            )
            select coalesce(jsonb_agg(jsonb_build_object('object', format('constraint %I of %s', f.conname, f.conrelid::regclass),
                     'depth', a.depth, 'names', ${partitionKeyNames("f.conrelid")},
                     'note', format('comment on constraint %I on %s is ', f.conname, f.conrelid::regclass) || quote_literal(d.text))), '[]')
              from part a
              join pg_constraint f on f.oid = a.oid
              join pg_constraint p on ${isPartitionKey("f", "p")}
             cross join lateral (select ${comment("pg_constraint", "f.oid")}) d (text)
             where f.conname <> p.conname or d.text is not null) as below
      from pg_constraint k
     cross join lateral (
       select case when k.conrelid = 0 then k.contypid::regtype::text else k.conrelid::regclass::text end as name) w
     where ${condition}
     order by k.oid`;
}

const existsQuery = `
  select exists (select from pg_constraint
                  where conname = ($1::text[])[2] and (conrelid = to_regclass(($1::text[])[1])
                     or conrelid = 0 and contypid = to_regtype(($1::text[])[1])))
      or to_regclass(($1::text[])[1]) is null and to_regtype(($1::text[])[1]) is null as found`;
