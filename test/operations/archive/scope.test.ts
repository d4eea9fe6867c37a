import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { prepareSession } from "../../../operations/archive/describe.ts";
import { dumpArguments } from "../../../operations/archive/dump.ts";
import { findScope } from "../../../operations/archive/scope.ts";
import { findProgram } from "../../../postgres/programs.ts";
import { inOrder, type Session, withSession } from "../../../postgres/session.ts";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";

/** Characters that mean something in a pattern of pg_dump, in a regular expression or in quotes. */
const odd = [
  "a|b",
  "(c",
  "d)",
  "e.f",
  "g*",
  "h?",
  "i$",
  "j[k",
  'l"m',
  "N",
  "o p",
  "\\q",
  "^r",
  "s+",
  "t{2}",
  "u'",
];
const plain = 250;

let postgres: PostgresServer;

beforeAll(async () => {
  postgres = await startPostgres("scope");
  const tables = [...odd, ...Array.from({ length: plain }, (_, index) => `t${index}`)];
  const quoted = tables.map((name) => `"${name.replaceAll('"', '""')}"`);
  await postgres.sql(`
    create schema app;
    create schema "Core|x";
    create table "Core|x".referred (id int primary key);
    create table app.orders (id int primary key, other int references "Core|x".referred);
    ${quoted.map((name) => `create table "Core|x".${name} (id int);`).join("\n")}
    ${[...odd, ...Array.from({ length: 120 }, (_, index) => `s${index}`)]
      .map((name) => `"${name.replaceAll('"', '""')}"`)
      .map((name) => `create schema ${name}; create table ${name}.elsewhere (id int);`)
      .join("\n")}
    create role reader login password 'reader';
    grant usage on schema app, "Core|x" to reader;
    grant select on all tables in schema app, "Core|x" to reader;
    revoke select on "Core|x"."a|b", ${quoted
      .slice(-120)
      .map((name) => `"Core|x".${name}`)
      .join(", ")} from reader`);
});

afterAll(() => postgres.stop());

test("a dump of some schemas has the rows of few tables of another one, however many that has", async () => {
  const scope = await scopeAs(postgres.user);
  expect(scope.withoutRows).toHaveLength(3);
  expect(scope.excluded).toHaveLength(1 + odd.length + 120);
  expect(await dumped(postgres.user, "TABLE DATA")).toEqual(["orders", "referred"]);
  expect(await dumped(postgres.user, "TABLE")).toHaveLength(2 + odd.length + plain);
});

test("a dump leaves out every table that the role may not read, and no other", async () => {
  const scope = await scopeAs("reader");
  expect(scope.unreadable).toHaveLength(121);
  expect(scope.withoutTables).toHaveLength(2);
  const names = await dumped("reader", "TABLE");
  expect(names).toHaveLength(2 + odd.length - 1 + plain - 120);
  expect(names).not.toContain("a|b");
});

test("no query for it looks through all objects for each of them, so that its time grows with their number alone", async () => {
  await postgres.sql("create database many");
  await postgres.sql(
    "do 'begin for i in 1..5000 loop execute format(''create domain d%s int'', i); end loop; end'",
    "many",
  );
  const read = await withSession(postgres.connection("many"), "test", async (session) => {
    await prepareSession(session);
    const counted: number[] = [];
    const counting: Session = {
      rows: async (query, value) => {
        const text = `explain (analyze, timing off, format json) ${query}`;
        // Both at once, as the settings around a query are sent with it.
        const [explained, rows] = await inOrder(session.rows(text, value), session.rows(query, value));
        counted.push(rowsRead(plans.parse(explained)[0]?.["QUERY PLAN"][0].Plan));
        return rows;
      },
      batches: (query, value) => session.batches(query, value),
      run: (statements) => session.run(statements),
      attempt: (query) => session.attempt(query),
    };
    await findScope(counting, ["public"]);
    await findScope(counting, ["public"], { isReplaced: true });
    return counted;
  });
  expect(read.length).toBeGreaterThan(3);
  const objects = Number(await postgres.sql("select count(*) from pg_depend", "many"));
  for (const rows of read) expect(rows).toBeLessThan(20 * objects);
});

/** What a step of a plan did. */
interface Step {
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Join Filter"?: number;
  Plans?: Step[];
}

const step: z.ZodType<Step> = z.lazy(() =>
  z.object({
    "Actual Rows": z.number(),
    "Actual Loops": z.number(),
    "Rows Removed by Filter": z.number().optional(),
    "Rows Removed by Join Filter": z.number().optional(),
    Plans: z.array(step).optional(),
  }),
);

const plans = z.array(z.object({ "QUERY PLAN": z.tuple([z.object({ Plan: step })]) }));

/** How many rows the steps of a plan looked at, in all of their runs. */
function rowsRead(plan: Step | undefined): number {
  if (plan === undefined) return 0;
  const each =
    plan["Actual Rows"] + (plan["Rows Removed by Filter"] ?? 0) + (plan["Rows Removed by Join Filter"] ?? 0);
  return (plan.Plans ?? []).reduce((sum, one) => sum + rowsRead(one), each * plan["Actual Loops"]);
}

function connectionAs(role: string) {
  const connection = postgres.connection();
  return role === postgres.user ? connection : { ...connection, PGUSER: role, PGPASSWORD: role };
}

function scopeAs(role: string) {
  return withSession(connectionAs(role), "test", async (session) => {
    await prepareSession(session);
    return findScope(session, ["app"]);
  });
}

/** Names of a kind in a dump of the scope, sorted. */
async function dumped(role: string, kind: "TABLE" | "TABLE DATA"): Promise<string[]> {
  const connection = connectionAs(role);
  const archive = await withSession(connection, "test", async (session) => {
    await prepareSession(session);
    await session.run("begin transaction isolation level repeatable read, read only");
    const scope = await findScope(session, ["app"]);
    const [row] = await session.rows("select pg_export_snapshot() as snapshot");
    const { snapshot } = Object(row);
    const { signal } = new AbortController();
    const options = {
      connection,
      scope,
      snapshot,
      serverMajor: 15,
      encoding: "UTF8",
      lockTimeoutMs: 1000,
      signal,
    };
    const args = ["--format=plain", ...dumpArguments(options).map(String)];
    const env = { ...process.env, ...connection };
    return (await promisify(execFile)(findProgram("pg_dump"), args, { env, maxBuffer: 2 ** 26 })).stdout;
  });
  const pattern = new RegExp(`^-- (?:Data for )?Name: (.*); Type: ${kind}; Schema: `, "gm");
  return [...archive.matchAll(pattern)].flatMap(([, name]) => name ?? []).toSorted();
}
