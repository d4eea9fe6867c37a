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
  /** Which of the table's rows it is about, where only a partition has it. */
  within?: string | null | undefined;
}

/** The rows of a table that a key is about. */
export function rowsOf({ within }: Reference, table: string): string {
  return typeof within === "string" ? `(select * from ${table} where ${within})` : table;
}

/** The foreign keys that the target has from a table, and those that only its partitions have. */
export async function referencesOf(session: Session, table: string): Promise<Reference[]> {
  return referenceRows.parse(await session.rows(referencesQuery, [table]));
}

/**
 * Some tables, those that others refer to before these.
 *
 * @param tables quoted names; those of partitions keep their order
 * @returns apart, those that refer to each other in a circle, and what refers to these
 */
export async function inOrderOfKeys(
  session: Session,
  tables: readonly string[],
): Promise<{ ordered: string[]; circle: string[] }> {
  const found = keyedRows.parse(await session.rows(keyedQuery, tables));
  const known = new Map(found.map((one) => [one.root, one.parents]));
  const places = new Map(found.map((one) => [one.root, one.tables]));
  const ordered: string[] = [];
  let left = [...known.keys()];
  for (let before = 0; left.length !== before; ) {
    before = left.length;
    const open: Set<string> = new Set(left);
    left = left.filter((root) => {
      for (const parent of known.get(root) ?? []) if (open.has(parent)) return true;
      open.delete(root);
      ordered.push(root);
      return false;
    });
  }
  const tablesOf = (roots: readonly string[]): string[] => roots.flatMap((root) => places.get(root) ?? []);
  return { ordered: tablesOf(ordered), circle: tablesOf(left) };
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
    within: z.string().nullable(),
  }),
);

const keyedRows = z.array(
  z.object({ root: z.string(), tables: z.array(z.string()), parents: z.array(z.string()) }),
);

/** By the tables that they are partitions of, or themselves. */
const keyedQuery = `
  with roots as (
    select coalesce(pg_partition_root(to_regclass(one.name)), to_regclass(one.name)) as root,
           jsonb_agg(one.name order by one.place) as tables, min(one.place) as place
      from unnest($1) with ordinality one(name, place) where to_regclass(one.name) is not null group by 1)
  select r.root::text as root, r.tables,
         coalesce((select jsonb_agg(distinct coalesce(pg_partition_root(k.confrelid), k.confrelid)::regclass::text)
            from (select r.root::oid as relid union select relid from pg_partition_tree(r.root)) member
            join pg_constraint k on k.conrelid = member.relid and k.contype = 'f' and k.conparentid = 0
           where coalesce(pg_partition_root(k.confrelid), k.confrelid) <> r.root), '[]') as parents
    from roots r order by r.place`;

const equalityRows = z.array(z.object({ column: z.string(), operator: z.string() }));

const equalityQuery = `
  with recursive typed as (
    select a.attname, a.atttypid as type from pg_attribute a
     where a.attrelid = to_regclass(($1::text[])[1]) and a.attnum > 0 and not a.attisdropped
    union all
    select d.attname, t.typbasetype from typed d join pg_type t on t.oid = d.type and t.typtype = 'd')
  select quote_ident(a.attname) as column, format('%I.%s', n.nspname, o.oprname) as operator
    from typed a
    join pg_opclass c on c.opcintype = a.type and c.opcdefault
    join pg_am m on m.oid = c.opcmethod and m.amname = 'btree'
    join pg_amop p on p.amopfamily = c.opcfamily and p.amoplefttype = c.opcintype and p.amoprighttype = c.opcintype and p.amopstrategy = 3
    join pg_operator o on o.oid = p.amopopr
    join pg_namespace n on n.oid = o.oprnamespace`;

/** Where the table referred to has partitions, there is a row for each of these, too. */
const referencesQuery = `
  select format('constraint %I of %s', k.conname, k.conrelid::regclass) as name, k.confrelid::regclass::text as table,
         (select jsonb_agg(jsonb_build_object('to', quote_ident(t.attname), 'from', quote_ident(f.attname),
                   'operator', format('%I.%s', n.nspname, o.oprname)) order by p.number)
            from unnest(k.conkey, k.confkey, k.conpfeqop) with ordinality p(own, other, operator, number)
            join pg_attribute f on f.attrelid = k.conrelid and f.attnum = p.own
            join pg_attribute t on t.attrelid = k.confrelid and t.attnum = p.other
            join pg_operator o on o.oid = p.operator
            join pg_namespace n on n.oid = o.oprnamespace) as pairs,
         case when k.conrelid <> t.oid then pg_get_partition_constraintdef(k.conrelid) end as within
    from pg_class t
   cross join lateral (select t.oid as relid union select relid from pg_partition_tree(t.oid)) p
    join pg_constraint k on k.conrelid = p.relid
   where k.contype = 'f' and t.oid = to_regclass(($1::text[])[1]) and (k.conrelid = t.oid or k.conparentid = 0)
     and not exists (select from pg_constraint above where above.oid = k.conparentid and above.conrelid = k.conrelid)
   order by k.conname`;
