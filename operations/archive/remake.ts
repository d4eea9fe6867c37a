import { escapeIdentifier } from "pg";
import * as z from "zod";
import { parseJson } from "../../lib/json.ts";
import type { Session } from "../../postgres/session.ts";
import { attempt } from "./attempt.ts";
import { type Described, digestOf, type Objects } from "./describe.ts";
import { type Paths, underPath } from "./path-operators.ts";
import { quietEventTriggers } from "./triggers.ts";

/** A description of a backup's objects, and the restored ones. */
export interface Compared {
  /** Digests of the backup. */
  expected: Readonly<Record<string, string>>;
  /** The source's expressions. */
  expressions: Readonly<Record<string, string>>;
  found: Objects;
  /** The paths in which the source's expressions find their operators, by the names of the objects. */
  paths?: Paths | undefined;
  /** Reads the restored objects of these names again, and perhaps others. */
  read: (names: ReadonlySet<string>) => Promise<Objects>;
}

/**
 * Finds objects that differ from the backup only in how the server prints an expression, which may change when
 * it is parsed again. Each one is made anew from the source's text, and rolled back; if the server then prints
 * what it prints for the restored object, both mean the same.
 *
 * @param session in a transaction
 * @returns the names of those that mean the same
 */
export async function findSame(session: Session, compared: Compared): Promise<ReadonlySet<string>> {
  const suspects = suspectsOf(compared);
  if (suspects.length === 0) return new Set();
  await session.run("savepoint remake");
  await quietEventTriggers(session);
  const remade = new Set<string>();
  const same = new Set<string>();
  for (const suspect of suspects) {
    const path = compared.paths?.get(suspect.name) ?? null;
    const answer = await underPath(session, path, () => remake(session, suspect));
    if (answer === "same") same.add(suspect.name);
    if (answer === "remade") remade.add(suspect.name);
  }
  const after = await compared.read(new Set(suspects.map(({ name }) => name)));
  for (const { name, found } of suspects) {
    const now = after.get(name);
    // The partitions of a table get their constraints and triggers with it.
    const isNew = remade.has(name) || now?.entry !== found.entry;
    if (isNew && now?.expression === found.expression) same.add(name);
  }
  await session.run("rollback to savepoint remake; release savepoint remake");
  return same;
}

/** An object whose expression differs, and nothing else of it. */
interface Suspect {
  name: string;
  found: Described;
  /** The expression as the source's server printed it. */
  source: string;
}

function suspectsOf({ expected, expressions, found }: Compared): Suspect[] {
  return [...found].flatMap(([name, described]) => {
    const digest = Object.hasOwn(expected, name) ? expected[name] : undefined;
    const source = Object.hasOwn(expressions, name) ? expressions[name] : undefined;
    if (digest === undefined || source === undefined || digest === digestOf(described)) return [];
    const { definition } = described;
    const isOnly = digestOf({ definition, expression: source }) === digest;
    return isOnly ? [{ name, found: described, source }] : [];
  });
}

type Answer = "same" | "remade" | "failed";

async function remake(session: Session, { name, found, source }: Suspect): Promise<Answer> {
  const kind =
    / in publication /.test(name) && name.startsWith("table ")
      ? "membership"
      : name.slice(0, name.indexOf(" "));
  const oid = found.entry.split(" ")[1] ?? "0";
  if (kind === "table" || kind === "foreign") {
    return remakeTable(session, oid, { source, found: found.expression ?? "{}" });
  }
  if (kind === "materialized" || kind === "view") {
    return (await sameQuery(session, source, found.expression ?? "")) ? "same" : "failed";
  }
  const [row] = await session.rows(partsQuery(kind, oid));
  const parts = partsShape.safeParse(row);
  if (!parts.success) return "failed";
  const statements = statementsOf({ kind, oid, source }, parts.data);
  return (await attempt(session, statements)) === undefined ? "remade" : "failed";
}

const partsShape = z.object({ name: z.string(), on: z.string() });

/** What statements call an object: its name, and what it belongs to. */
function partsQuery(kind: string, oid: string): string {
  const queries: Record<string, string> = {
    constraint: `select quote_ident(conname) as name, case when conrelid <> 0 then 'table ' || conrelid::regclass
      else 'domain ' || contypid::regtype end as on from pg_constraint where oid = ${oid}`,
    trigger: `select quote_ident(tgname) as name, tgrelid::regclass::text as on from pg_trigger where oid = ${oid}`,
    policy: `select quote_ident(polname) as name, polrelid::regclass::text as on from pg_policy where oid = ${oid}`,
    rule: `select quote_ident(rulename) as name, ev_class::regclass::text as on from pg_rewrite where oid = ${oid}`,
    index: `select '' as name, indexrelid::regclass::text as on from pg_index where indexrelid = ${oid}`,
    statistics: `select '' as name, format('%s.%I', stxnamespace::regnamespace, stxname) as on from pg_statistic_ext where oid = ${oid}`,
    membership: `select quote_ident(p.pubname) as name, r.prrelid::regclass
        || coalesce((select ' (' || string_agg(quote_ident(a.attname), ', ' order by a.attnum) || ')'
             from pg_attribute a where a.attrelid = r.prrelid and a.attnum = any(r.prattrs)), '') as on
      from pg_publication_rel r join pg_publication p on p.oid = r.prpubid where r.oid = ${oid}`,
    function: `select '' as name, '' as on from pg_proc where oid = ${oid}`,
    type: `select '' as name, oid::regtype::text as on from pg_type where oid = ${oid} and typtype = 'd'`,
  };
  return queries[kind] ?? "select 1 where false";
}

const aside = escapeIdentifier("optropic remade");

/**
 * Statements that replace an object by one made from an expression.
 *
 * @param oid its number, which tells apart the names of those that are put aside
 */
function statementsOf(
  { kind, oid, source }: { kind: string; oid: string; source: string },
  { name, on }: z.infer<typeof partsShape>,
): string[] {
  if (kind === "constraint") {
    return [`alter ${on} drop constraint ${name}`, `alter ${on} add constraint ${name} ${source}`];
  }
  if (kind === "trigger") return [`drop trigger ${name} on ${on}`, source];
  if (kind === "policy") return [`alter policy ${name} on ${on} ${source}`];
  if (kind === "rule") return [`drop rule ${name} on ${on}`, source];
  if (kind === "index" || kind === "statistics") {
    return [`alter ${kind} ${on} rename to ${escapeIdentifier(`optropic remade ${oid}`)}`, source];
  }
  if (kind === "membership") {
    return [
      `alter publication ${name} drop table only ${on.replace(/ \(.*$/s, "")}`,
      `alter publication ${name} add table only ${on} where (${source})`,
    ];
  }
  if (kind === "type") return [`alter domain ${on} set default ${source}`];
  return [source];
}

/** Compares defaults, generated columns and the partition key, which has no name, one by one. */
async function remakeTable(
  session: Session,
  oid: string,
  { source, found }: { source: string; found: string },
): Promise<Answer> {
  const [row] = await session.rows(`select ${oid}::regclass::text as name`);
  const { name } = z.object({ name: z.string() }).parse(row);
  const shape = z.record(z.string(), z.string());
  const [before, after] = [shape.safeParse(parseJson(source)), shape.safeParse(parseJson(found))];
  if (!before.success || !after.success) return "failed";
  for (const [column, expression] of Object.entries(before.data)) {
    const other = after.data[column];
    if (other === undefined) return "failed";
    if (other === expression) continue;
    const print = column === "" ? printedKey : printedValue;
    const [first, second] = [await print(session, name, expression), await print(session, name, other)];
    if (first === undefined || first !== second) return "failed";
  }
  return "same";
}

function printedValue(session: Session, table: string, expression: string): Promise<string | undefined> {
  return printed(session, `select (${expression}) as value from only ${table}`);
}

/** How the server prints a partition key once it has parsed it; undefined when it cannot. */
async function printedKey(session: Session, table: string, key: string): Promise<string | undefined> {
  const made = await attempt(session, [`create table ${view} (like ${table}) partition by ${key}`]);
  if (made !== undefined) return undefined;
  const [row] = await session.rows(`select pg_get_partkeydef('${view}'::regclass) as text`);
  await session.run(`drop table ${view}`);
  return z.object({ text: z.string() }).parse(row).text;
}

/** Whether the server prints two queries the same way, once it has parsed them. */
async function sameQuery(session: Session, one: string, other: string): Promise<boolean> {
  const [first, second] = [await printed(session, one), await printed(session, other)];
  return first !== undefined && first === second;
}

const view = `pg_temp.${aside}`;

async function printed(session: Session, query: string): Promise<string | undefined> {
  const text = query.trim().replace(/;$/, "");
  if ((await attempt(session, [`create view ${view} as ${text}`])) !== undefined) return undefined;
  const [row] = await session.rows(`select pg_get_viewdef('${view}'::regclass) as text`);
  await session.run(`drop view ${view}`);
  return z.object({ text: z.string() }).parse(row).text;
}
