import { afterAll, beforeAll, expect, test } from "vitest";
import { clearSchemas } from "../../../operations/restore/clear.ts";
import { withSession } from "../../../postgres/session.ts";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres("canary-clear-31dd");
});

afterAll(() => server.stop());

const many = `
  create schema crowd; create schema other; create table crowd."Odd, name" (id serial primary key);
  do $$ begin for i in 1..30 loop
    execute format('create table crowd.t%s (id int primary key)', i);
  end loop;
  for i in 1..30 loop execute format('create view crowd.v%s as select * from crowd.t%s', i, 31 - i); end loop; end $$;
  create table crowd.parted (id int) partition by range (id); create table crowd.part partition of crowd.parted default;
  create materialized view crowd.m as select * from crowd.v7; create view other.v as select * from crowd.m;
  create function crowd.f() returns int language sql as 'select 1';
  create table public.dropped (relations int);
  create function public.note() returns event_trigger language plpgsql as $$ begin
    insert into public.dropped select count(*) from pg_event_trigger_dropped_objects() where object_type ~ 'table$|view$'; end $$;
  create event trigger noting on sql_drop execute function public.note()`;

test("a schema with many tables and views is emptied by some at a time, of which the server compares each with each", async () => {
  await server.sql(many);
  const schema = { name: "crowd", owner: "postgres", comment: null };
  await withSession(server.connection(), "test", async (session) => {
    await clearSchemas(session, [schema], false, 10);
  });
  expect(await server.sql("select max(relations) <= 20 and sum(relations) = 65 from dropped")).toBe("t");
  expect(
    await server.sql(
      "select count(*) from pg_class where relnamespace in ('crowd'::regnamespace, 'other'::regnamespace)",
    ),
  ).toBe("0");
});
