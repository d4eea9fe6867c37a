import { escapeIdentifier } from "pg";
import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { allOf, notOfExtension } from "./fragments.ts";
import { serverNames } from "./names.ts";
import { notesNaming } from "./notes.ts";
import { serverMajor } from "./server.ts";

/**
 * An object with operators that its text does not name: `IS DISTINCT FROM`, `NULLIF`, `CASE` with a value, `USING` of a
 * join and comparisons of rows find theirs in the search path. A dump has an empty path, in which they are others or
 * none.
 */
export const pathOperatorsSchema = z.strictObject({
  /** What has them, such as `column kind of table public.t`. */
  name: z.string(),
  /** The object of a description that it is, or is a part of. */
  object: z.string(),
  schema: z.string(),
  /** The entries of the line in a dump's contents that makes it: the first of them that is there. */
  entries: z.array(z.string()).min(1),
  /** The operators outside of pg_catalog that it uses, each as often as it does. */
  operators: z.array(z.string()).min(1),
  /** The schemas in which a text without their names finds them, in this order. */
  path: z.array(z.string()).min(1),
  /** Expressions that no path finds as a dump has them, and as this path has them. */
  texts: z.array(z.tuple([z.string(), z.string()])),
});

export type PathOperators = z.infer<typeof pathOperatorsSchema>;

/** Whether anything depends on an operator outside of pg_catalog: to look for what does takes longer. */
export async function usesOthersOperators(session: Session): Promise<boolean> {
  return (await session.rows(`${usesQuery} limit 1`)).length > 0;
}

/**
 * Reads what in the schemas has operators that only a search path finds.
 *
 * @param major version of the server; older ones than 14 lack columns that this reads
 */
export async function readPathOperators(
  session: Session,
  schemas: readonly string[],
  major: number,
): Promise<PathOperators[]> {
  if (schemas.length === 0 || major < 14) return [];
  const found = foundRows.parse(await readTrees(session, schemas, "where is_implied"));
  const inPath = new Map<string, string[]>();
  const paths = new Map(found.filter(({ hasRows }) => hasRows).map(({ path }) => [pathOf(path), path]));
  for (const [statement, path] of paths) {
    const rows = await underPath(session, path, () =>
      readTrees(session, schemas, "where is_implied and has_rows"),
    );
    // The text of a name depends on the path, the number of an object does not.
    for (const { key, path: own, texts } of foundRows.parse(rows)) {
      if (pathOf(own) === statement) inPath.set(key, texts);
    }
  }
  return found.map(({ key, hasRows: _, texts, ...rest }) => {
    const others = inPath.get(key) ?? [];
    return { ...rest, texts: texts.flatMap((text, index) => pairOf(text, others[index])) };
  });
}

function pairOf(text: string, other: string | undefined): [string, string][] {
  return other === undefined || other === text ? [] : [[text, other]];
}

/** Paths of objects by their names in a description. */
export type Paths = ReadonlyMap<string, readonly string[]>;

export function pathsOf(all: readonly PathOperators[]): Paths {
  return new Map(all.map(({ object, path }) => [object, path]));
}

/** A statement that sets a search path. */
export function pathOf(schemas: readonly string[]): string {
  return `set search_path = ${schemas.map(escapeIdentifier).join(", ")}`;
}

/** The schemas `s` of operators `p`: one that the server has too is found only before the server's. */
const schemasInOrder = `case when bool_or(exists (
    select from pg_operator twin where twin.oprnamespace = 'pg_catalog'::regnamespace and twin.oprname = p.oprname
       and twin.oprleft = p.oprleft and twin.oprright = p.oprright)) then array_agg(distinct s.nspname::text) || array['pg_catalog']
    else array['pg_catalog'] || array_agg(distinct s.nspname::text) end`;

/** The path in which the text of an object finds its operators; null where the server's own does. */
export function pathFinding(catalog: string, oid: string): string {
  return `(select case when count(*) > 0 then ${schemasInOrder} end
      from pg_depend u join pg_operator p on p.oid = u.refobjid join pg_namespace s on s.oid = p.oprnamespace
     where u.classid = '${catalog}'::regclass and u.objid = ${oid} and u.refclassid = 'pg_operator'::regclass
       and p.oprnamespace <> 'pg_catalog'::regnamespace)`;
}

/** A statement that runs another, a text, while it finds its operators in the path of an object. */
export function onPathOf(catalog: string, oid: string, statement: string): string {
  return `coalesce((select format('do %L', format(
      'declare own text := current_setting(''search_path''); begin perform set_config(''search_path'', %L, true); execute %L; perform set_config(''search_path'', own, true); end',
      (select string_agg(quote_ident(s), ', ' order by i) from unnest(found.path) with ordinality u(s, i)), ${statement}))
    from (select ${oid} as oid) object cross join lateral (select ${pathFinding(catalog, "object.oid")} as path) found
   where found.path is not null), ${statement})`;
}

/** Does work while texts find their operators in a path. */
export async function underPath<T>(
  session: Session,
  path: readonly string[] | null,
  work: () => Promise<T>,
): Promise<T> {
  if (path === null) return work();
  await session.run(pathOf(path));
  const result = await work();
  await session.run(serverNames);
  return result;
}

/** What a backup says of them. */
export function notesOnPathOperators(all: readonly PathOperators[]): string[] {
  return notesNaming(
    [...new Set(all.map(({ name }) => name))],
    (names) =>
      `A drill and a restore give these the operators that they have here and that only a search path finds, as IS DISTINCT FROM and NULLIF do; a bare pg_restore gives them others, or fails to make them: ${names}.`,
  );
}

/**
 * Compares the operators that restored objects use with those that they must use: texts that are equal may mean others.
 *
 * @param isMissing whether an object is known to be missing
 * @returns how they differ, one sentence each
 */
export async function comparePathOperators(
  session: Session,
  expected: readonly PathOperators[],
  isMissing: (object: string) => boolean,
): Promise<string[]> {
  if (expected.length === 0) return [];
  const schemas = [...new Set(expected.map(({ schema }) => schema))];
  const isOlder = (await serverMajor(session)) < 14;
  const rows = isOlder ? [] : usedRows.parse(await readTrees(session, schemas, ""));
  const found = new Map(rows.map(({ name, operators }) => [name, operators]));
  return expected.flatMap(({ name, object, operators }) => {
    const others = found.get(name) ?? [];
    if (isMissing(object) || JSON.stringify(others) === JSON.stringify(operators)) return [];
    return [`${object} has other operators than in the source${name === object ? "" : `, in ${name}`}.`];
  });
}

const usedRows = z.array(z.object({ name: z.string(), operators: z.array(z.string()) }));
const foundRows = z.array(
  pathOperatorsSchema.extend({ key: z.string(), hasRows: z.boolean(), texts: z.array(z.string()) }),
);

function readTrees(session: Session, schemas: readonly string[], which: string): Promise<unknown[]> {
  return session.rows(treesQuery(which), schemas);
}

/** The name of a table, view or the like in a description. */
const described = `case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' else 'table' end
  || ' ' || c.oid::regclass`;

/** A part of an object's tree, which the server keeps of what it has parsed. */
interface Trees {
  /** The catalog `b`, whose rows depend on the operators. */
  catalog: string;
  joins: string;
  /** Name of the object of a description. */
  object: string;
  /** What has the operators; the object unless given. */
  name?: string;
  /** Entries after its own, where that has no line in a dump. */
  further?: string;
  /** Entries before its own. */
  before?: string;
  tree: string;
  texts: string;
  where: string;
}

const parts: readonly Trees[] = [
  {
    catalog: "pg_policy",
    joins: "join pg_class c on c.oid = b.polrelid join pg_namespace n on n.oid = c.relnamespace",
    object: "format('policy %I on %s', b.polname, c.oid::regclass)",
    tree: "concat_ws(' ', b.polqual::text, b.polwithcheck::text)",
    texts: "array[pg_get_expr(b.polqual, b.polrelid), pg_get_expr(b.polwithcheck, b.polrelid)]",
    where: notOfExtension("pg_class", "c.oid"),
  },
  {
    catalog: "pg_constraint",
    joins: "join pg_namespace n on n.oid = b.connamespace",
    object:
      "format('constraint %I of %s', b.conname, case when b.conrelid <> 0 then b.conrelid::regclass::text else b.contypid::regtype::text end)",
    further:
      "case when b.conrelid <> 0 then 'pg_class'::regclass::oid || ' ' || b.conrelid else 'pg_type'::regclass::oid || ' ' || b.contypid end",
    tree: "b.conbin::text",
    texts: "array[pg_get_constraintdef(b.oid)]",
    where: `b.contype = 'c' and ${notOfExtension("pg_class", "b.conrelid")} and ${notOfExtension("pg_type", "b.contypid")}`,
  },
  {
    catalog: "pg_attrdef",
    joins: `join pg_class c on c.oid = b.adrelid join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = b.adrelid and a.attnum = b.adnum`,
    object: described,
    name: `format('column %I of ', a.attname) || ${described}`,
    further: "c.tableoid || ' ' || c.oid",
    tree: "b.adbin::text",
    texts: "array[pg_get_expr(b.adbin, b.adrelid)]",
    where: notOfExtension("pg_class", "c.oid"),
  },
  {
    catalog: "pg_trigger",
    joins: "join pg_class c on c.oid = b.tgrelid join pg_namespace n on n.oid = c.relnamespace",
    object: "format('trigger %I on %s', b.tgname, c.oid::regclass)",
    tree: "b.tgqual::text",
    texts: "array[pg_get_triggerdef(b.oid)]",
    where: `not b.tgisinternal and ${notOfExtension("pg_class", "c.oid")}`,
  },
  {
    catalog: "pg_rewrite",
    joins: "join pg_class c on c.oid = b.ev_class join pg_namespace n on n.oid = c.relnamespace",
    object: `case when b.rulename = '_RETURN' then ${described} else format('rule %I on %s', b.rulename, c.oid::regclass) end`,
    further: "case when b.rulename = '_RETURN' then c.tableoid || ' ' || c.oid end",
    tree: "concat_ws(' ', b.ev_qual::text, b.ev_action::text)",
    texts:
      "array[case when b.rulename = '_RETURN' then rtrim(pg_get_viewdef(c.oid), ';') else pg_get_ruledef(b.oid) end]",
    where: notOfExtension("pg_class", "c.oid"),
  },
  {
    catalog: "pg_proc",
    joins: "join pg_namespace n on n.oid = b.pronamespace",
    object: "format('function %s', b.oid::regprocedure)",
    tree: "concat_ws(' ', b.prosqlbody::text, b.proargdefaults::text)",
    texts:
      "array[case when b.prosqlbody is not null then pg_get_function_sqlbody(b.oid) end, case when b.proargdefaults is not null then pg_get_function_arguments(b.oid) end]",
    where: notOfExtension("pg_proc", "b.oid"),
  },
  {
    catalog: "pg_class",
    joins: `join pg_namespace n on n.oid = b.relnamespace join pg_index i on i.indexrelid = b.oid
      left join pg_constraint k on k.conindid = b.oid and k.contype in ('p', 'u', 'x')`,
    object: "format('index %s', b.oid::regclass)",
    before: "k.tableoid || ' ' || k.oid",
    tree: "concat_ws(' ', i.indexprs::text, i.indpred::text)",
    texts: "array[pg_get_indexdef(b.oid), pg_get_constraintdef(k.oid)]",
    where: `i.indisvalid and ${notOfExtension("pg_class", "i.indrelid")}`,
  },
  {
    catalog: "pg_class",
    joins:
      "join pg_class c on c.oid = b.oid join pg_namespace n on n.oid = c.relnamespace join pg_partitioned_table p on p.partrelid = c.oid",
    object: described,
    name: `'partition key of ' || ${described}`,
    tree: "p.partexprs::text",
    texts: "array[pg_get_partkeydef(c.oid)]",
    where: notOfExtension("pg_class", "c.oid"),
  },
  {
    catalog: "pg_statistic_ext",
    joins: "join pg_namespace n on n.oid = b.stxnamespace",
    object: "format('statistics %I.%I', n.nspname, b.stxname)",
    tree: "b.stxexprs::text",
    texts: "array[pg_get_statisticsobjdef(b.oid)]",
    where: "true",
  },
  {
    catalog: "pg_type",
    joins: "join pg_namespace n on n.oid = b.typnamespace",
    object: "format('type %s', b.oid::regtype)",
    tree: "b.typdefaultbin::text",
    texts: "array[pg_get_expr(b.typdefaultbin, 0)]",
    where: `b.typtype = 'd' and ${notOfExtension("pg_type", "b.oid")}`,
  },
];

/** Objects with the operators outside of pg_catalog that they use. The server depends on none of its own. */
const usesQuery = `
  select distinct d.classid, d.objid
    from pg_operator o
    join pg_depend d on d.refclassid = 'pg_operator'::regclass and d.refobjid = o.oid and d.deptype = 'n'
   where o.oprnamespace <> 'pg_catalog'::regnamespace`;

/**
 * @param which a condition on `is_implied`, whether an operator is implied by the grammar, and `has_rows`, whether rows
 *   are compared: their operators have one name in a text, with one schema or none
 */
function treesQuery(which: string): string {
  const all = allOf(
    parts.map(
      ({ catalog, joins, object, name = object, before = "null", further = "null", tree, texts, where }) => `
    select b.tableoid || ' ' || b.oid || ' ' || b.tableoid::regclass as key, ${name} as name, ${object} as object, n.nspname::text as schema,
           array_remove(array[${before}, b.tableoid || ' ' || b.oid, ${further}], null) as entries,
           ${tree} as tree, array_remove(${texts}, null) as texts
      from uses u
      join ${catalog} b on u.classid = b.tableoid and b.oid = u.objid
      ${joins}
     where n.nspname = any($1) and ${where}`,
    ),
  );
  return `
  with uses as materialized (${usesQuery}),
  trees as materialized (${all}),
  used as (
    select t.key, t.name, t.object, t.schema, t.entries, t.texts, o.operators,
           o.schemas as path,
           t.tree ~ '[{]ROWCOMPARE' or t.tree ~ ':testexpr [{]BOOLEXPR' as has_rows,
           exists (select from regexp_matches(t.tree, '[{](?:DISTINCTEXPR|NULLIFEXPR) :opno ([0-9]+)', 'g') m where m[1]::oid = any(o.oids))
             or exists (select from regexp_matches(t.tree, '[{]ROWCOMPARE(?:EXPR)? :rctype [0-9]+ :opnos [(]o ([0-9 ]+)[)]', 'g') m
                         where string_to_array(m[1], ' ')::oid[] && o.oids)
             or t.tree ~ ':testexpr [{]BOOLEXPR'
             or o.has_equal and (t.tree ~ '[{]CASE(?:EXPR)? :casetype [0-9]+ :casecollid [0-9]+ :arg [{]' or t.tree ~ ':usingClause [(]') as is_implied
      from trees t
     cross join lateral (
       select array_agg(p.oid::regoperator::text order by p.oid::regoperator::text collate "C") as operators,
              array_agg(distinct p.oid) as oids, bool_or(p.oprname = '=') as has_equal,
              ${schemasInOrder} as schemas
         from (
           select m[1]::oid as oid from regexp_matches(t.tree, ':opno ([0-9]+)', 'g') m
           union all
           select unnest(string_to_array(m[1], ' '))::oid from regexp_matches(t.tree, ':opnos [(]o ([0-9 ]+)[)]', 'g') m) w
         join pg_operator p on p.oid = w.oid and p.oprnamespace <> 'pg_catalog'::regnamespace
         join pg_namespace s on s.oid = p.oprnamespace) o
     where o.operators is not null
  )
  select key, name, object, schema, entries, operators, path, texts, has_rows as "hasRows"
    from used ${which} order by name collate "C"`;
}
