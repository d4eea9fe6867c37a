import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prepareSession } from "../../../operations/archive/describe.ts";
import { dumpArguments } from "../../../operations/archive/dump.ts";
import { findScope } from "../../../operations/archive/scope.ts";
import { findProgram } from "../../../postgres/programs.ts";
import { withSession } from "../../../postgres/session.ts";
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
