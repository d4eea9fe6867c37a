import * as z from "zod";
import type { Session } from "../../postgres/session.ts";

/** A foreign key, with quoted names. */
export interface Reference {
  /** Such as `constraint by_owner of app.orders`. */
  name: string;
  /** The table that it leads to. */
  table: string;
  /** Columns that it leads to and from, and the operator that compares them. */
  pairs: { to: string; operator: string; from: string }[];
}

/** The foreign keys that the target has from a table. */
export async function referencesOf(session: Session, table: string): Promise<Reference[]> {
  return referenceRows.parse(await session.rows(referencesQuery, [table]));
}

/** The operators that compare columns of a table, by these, where their types have one of their own. */
export async function equalityOf(session: Session, table: string): Promise<ReadonlyMap<string, string>> {
  const rows = equalityRows.parse(await session.rows(equalityQuery, [table]));
  return new Map(rows.map(({ column, operator }) => [column, operator]));
}

/** A condition on a row and a row that it refers to. */
export function meets(pairs: Reference["pairs"], to: string, from: string): string {
  return pairs
    .map((pair) => `${to}.${pair.to} operator(${pair.operator}) ${from}.${pair.from}`)
    .join(" and ");
}

/** A condition on a row, that it refers to one which is not there. */
export function isUnmet({ table, pairs }: Reference, from: string): string {
  const refers = pairs.map((pair) => `${from}.${pair.from} is not null`).join(" and ");
  return `${refers} and not exists (select from ${table} referred where ${meets(pairs, "referred", from)})`;
}

const referenceRows = z.array(
  z.object({
    name: z.string(),
    table: z.string(),
    pairs: z.array(z.object({ to: z.string(), operator: z.string(), from: z.string() })),
  }),
);

const equalityRows = z.array(z.object({ column: z.string(), operator: z.string() }));

const equalityQuery = `
  select quote_ident(a.attname) as column, format('%I.%s', n.nspname, o.oprname) as operator
    from pg_attribute a
    join pg_opclass c on c.opcintype = a.atttypid and c.opcdefault
    join pg_am m on m.oid = c.opcmethod and m.amname = 'btree'
    join pg_amop p on p.amopfamily = c.opcfamily and p.amoplefttype = c.opcintype and p.amoprighttype = c.opcintype and p.amopstrategy = 3
    join pg_operator o on o.oid = p.amopopr
    join pg_namespace n on n.oid = o.oprnamespace
   where a.attrelid = to_regclass(($1::text[])[1]) and a.attnum > 0 and not a.attisdropped`;

/** Where the table referred to has partitions, there is a row for each of these, too. */
const referencesQuery = `
  select format('constraint %I of %s', k.conname, k.conrelid::regclass) as name, k.confrelid::regclass::text as table,
         (select jsonb_agg(jsonb_build_object('to', quote_ident(t.attname), 'from', quote_ident(f.attname),
                   'operator', format('%I.%s', n.nspname, o.oprname)) order by p.number)
            from unnest(k.conkey, k.confkey, k.conpfeqop) with ordinality p(own, other, operator, number)
            join pg_attribute f on f.attrelid = k.conrelid and f.attnum = p.own
            join pg_attribute t on t.attrelid = k.confrelid and t.attnum = p.other
            join pg_operator o on o.oid = p.operator
            join pg_namespace n on n.oid = o.oprnamespace) as pairs
    from pg_constraint k
   where k.contype = 'f' and k.conrelid = to_regclass(($1::text[])[1])
     and not exists (select from pg_constraint above where above.oid = k.conparentid and above.conrelid = k.conrelid)
   order by k.conname`;
