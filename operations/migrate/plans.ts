import * as z from "zod";
import { reasonOf } from "../../lib/failure.ts";
import type { ServerSession } from "../../postgres/session.ts";
import { parseScript } from "./parse.ts";
import type { Query } from "./previous.ts";

/** What the server says of a query: its plan, or why it has none. */
export type Planned = { name: string; cost: number; scans: string[] } | { name: string; problem: string };

/** A plan that costs so many times more is worth a look. */
const dearer = 2;

const explained = z.tuple([
  z.object({
    "QUERY PLAN": z.tuple([z.object({ Plan: z.looseObject({ "Total Cost": z.number() }) })]),
  }),
]);

/**
 * Prepares each query against the schema as it is now and plans it for any value of its parameters. Nothing is run.
 */
export async function planQueries(session: ServerSession, queries: readonly Query[]): Promise<Planned[]> {
  const planned: Planned[] = [];
  for (const query of queries) planned.push(await plan(session, query));
  return planned;
}

async function plan(session: ServerSession, { name, sql }: Query): Promise<Planned> {
  await session.run("begin");
  try {
    const statements = await parseScript(name, sql);
    const [statement] = statements;
    if (statement === undefined || statements.length > 1) throw new Error("it is not one statement");
    await session.run("set local plan_cache_mode = force_generic_plan; set local statement_timeout = '60s'");
    // The server accepts only a query here, and no second one.
    await session.runOne(`prepare optropic_query as ${statement.text}`);
    const [row] = z
      .array(z.object({ count: z.int() }))
      .parse(
        await session.rows(
          "select cardinality(parameter_types) as count from pg_catalog.pg_prepared_statements where name = 'optropic_query'",
        ),
      );
    const values = Array.from({ length: row?.count ?? 0 }, () => "null").join(", ");
    const rows = await session.rows(
      `explain (format json) execute optropic_query${values === "" ? "" : `(${values})`}`,
    );
    const [
      {
        "QUERY PLAN": [{ Plan }],
      },
    ] = explained.parse(rows);
    return { name, cost: Plan["Total Cost"], scans: scansIn(Plan) };
  } catch (error) {
    return { name, problem: reasonOf(error) };
  } finally {
    await session.run("rollback");
    await session.run("deallocate all");
  }
}

const node = z.looseObject({
  "Node Type": z.string(),
  "Relation Name": z.string().optional(),
  Plans: z.array(z.unknown()).optional(),
});

/** Tables that a plan reads from beginning to end. */
function scansIn(plan: unknown): string[] {
  const found = node.safeParse(plan);
  if (!found.success) return [];
  const { "Node Type": type, "Relation Name": relation, Plans: below = [] } = found.data;
  const own = type === "Seq Scan" && relation !== undefined ? [relation] : [];
  return [...own, ...below.flatMap(scansIn)];
}

/** Queries that worked before and do not afterwards. */
export function brokenBetween(
  before: readonly Planned[],
  after: readonly Planned[],
): { name: string; problem: string }[] {
  return after.flatMap((now) => {
    const was = before.find(({ name }) => name === now.name);
    return "problem" in now && was !== undefined && !("problem" in was) ? [now] : [];
  });
}

/** Plans that are worth a look: they cost much more than before, or read a table from beginning to end that they did not. */
export function planChanges(before: readonly Planned[], after: readonly Planned[]): string[] {
  return after.flatMap((now) => {
    const was = before.find(({ name }) => name === now.name);
    if (was === undefined || "problem" in now || "problem" in was) return [];
    const scans = now.scans.filter((table) => !was.scans.includes(table));
    const costs = `cost ${was.cost} → ${now.cost}`;
    if (scans.length > 0) return [`${now.name}: now reads all of ${scans.join(", ")} (${costs})`];
    return now.cost > was.cost * dearer ? [`${now.name}: ${costs}`] : [];
  });
}
