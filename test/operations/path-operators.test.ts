import { afterAll, beforeAll, expect, test } from "vitest";
import { type Cycle, startCycle } from "./support/cycle.ts";
import { readIndependently, readingDifferences } from "./support/reader.ts";

let cycle: Cycle;
let databases = 0;

beforeAll(async () => {
  cycle = await startCycle();
});

afterAll(() => cycle.close());

/** Every kind of object whose text leaves an operator to the search path. */
const implied = `
  create schema extensions; create extension citext schema extensions; create extension ltree schema extensions; set search_path = public, extensions;
  create table checked (mail citext, check (mail is not distinct from 'root'::citext)); insert into checked values ('ROOT');
  create table secret (mail citext); insert into secret values ('Evil'), ('good'); alter table secret enable row level security;
  create policy hides on secret using (mail is distinct from 'evil'::citext) with check (nullif(mail, 'evil'::citext) is not null);
  comment on policy hides on secret is E'\\n--\\n-- TOC entry 1 (class 2 OID 3)\\n-- Name: no\\n--\\n\\nselect 1;';
  create domain mark as citext default (case 'a'::citext when 'A'::citext then 'one' else 'two' end) check (value is distinct from 'None'::citext);
  create table marked (id int, a mark, b bool default (nullif('a'::citext, 'A'::citext) is null), g bool generated always as (nullif(a, 'X'::citext) is null) stored);
  insert into marked (id, a) values (1, 'x'), (2, 'y'); insert into marked (id) values (3);
  create unique index only_void on marked (id) where a is distinct from 'VOID'::citext; insert into marked (id, a) values (1, 'void'), (1, 'Void');
  comment on index only_void is 'the first line behind the rows';
  create table slot (mail citext, r int4range, constraint apart exclude using gist (r with &&) where (mail is distinct from 'skip'::citext));
  insert into slot values ('SKIP', '[1,3)'), ('Skip', '[2,4)');
  create table moved (id int primary key, mail citext, path ltree, n int default 0);
  create function count_change() returns trigger language plpgsql as 'begin new.n := old.n + 1; return new; end';
  create trigger changed before update on moved for each row when (old.mail is distinct from new.mail or old.path is distinct from new.path) execute function count_change();
  comment on trigger changed on moved is 'seldom'; insert into moved values (1, 'a', 'a.b');
  create table log (a text); create rule noted as on update to checked where old.mail is distinct from new.mail do also insert into log values ('changed');
  create statistics guessed on (nullif(mail, 'x'::citext)), n from moved;
  create table placed (id int, mail citext) partition by list (nullif(mail, 'X'::citext)); create table placed_none partition of placed for values in (null);
  create table placed_a partition of placed (check (mail is distinct from 'B'::citext)) for values in ('a'); insert into placed values (1, 'x'), (2, 'a');
  create function ok(citext) returns bool language plpgsql immutable as 'begin return true; end';
  create table late (mail citext, constraint own check (ok(mail) and mail is not distinct from 'late'::citext)); insert into late values ('LATE');
  create function others(a citext default nullif('b'::citext, 'B'::citext)) returns bigint language sql begin atomic select count(*) from secret join moved using (mail); end;
  create view using_one as select s.mail, m.id from secret s join moved m using (mail);
  create view natural_one as select 1 as one from (select mail from secret) s natural join (select mail from checked) c;
  create view both_ways as select id from moved where mail = 'a'::citext and mail is not distinct from 'A'::citext;
  create view rows_below as select id from moved where (id, mail) < (1, 'B'::citext);
  create view rows_mixed as select id from moved where (mail, id) < ('B'::citext, 1);
  create view rows_within as select id from moved where (mail, id) in (select mail, id from marked join (select 'A'::citext as mail) m on true);
  create materialized view kept as select id, mail is distinct from 'A'::citext as d from moved;`;

/** What the server notes of operators, and what comes of them. */
const asked = `
  select pg_describe_object(d.classid, d.objid, d.objsubid) || ' ' || d.refobjid::regoperator as answer from pg_depend d
   where d.refclassid = 'pg_operator'::regclass and d.refobjid >= 16384 and d.deptype = 'n' and not exists (
     select from pg_depend e where e.classid = d.classid and e.objid = d.objid and e.deptype = 'e')
  union all select 'marked ' || concat(id, a, b, g) from marked union all select 'slot ' || mail from slot
  union all select 'using ' || mail from using_one union all select 'natural' from natural_one
  union all select 'both ' || id from both_ways union all select 'below ' || id from rows_below
  union all select 'mixed ' || id from rows_mixed union all select 'within ' || id from rows_within union all select 'kept ' || id || d from kept
  union all select obj_description(oid, 'pg_policy') from pg_policy union all select obj_description('only_void'::regclass)
  union all select obj_description(oid, 'pg_trigger') from pg_trigger order by 1`;

test("operators that only a search path finds come back in a drill, a new database, in place and in a selection", async () => {
  const { connection, ask } = await make(implied);
  const before = await ask(asked);
  const read = await readIndependently(connection);
  const { notes } = await cycle.backUp(connection);
  expect(notes).toEqual([
    expect.stringMatching(
      /^A drill and a restore give these the operators that they have here .*: .*column b of table public\.marked, .*policy hides on public\.secret, .*trigger changed on public\.moved, .*view public\.using_one\.$/,
    ),
  ]);
  expect(await cycle.drill()).toMatchObject({ holds: true, problems: [] });
  const target = cycle.source.connection("implied_anew");
  expect((await cycle.restore(target, { jobs: 2 })).differences).toEqual([]);
  expect(await cycle.source.sql(asked, "implied_anew")).toBe(before);
  expect(readingDifferences(read, await readIndependently(target))).toEqual([]);
  await ask("update secret set mail = 'lost'; drop view using_one");
  expect((await cycle.restore(connection)).differences).toEqual([]);
  expect(await ask(asked)).toBe(before);
  expect(readingDifferences(read, await readIndependently(connection))).toEqual([]);
  await ask("drop table marked cascade; drop table slot; drop table placed");
  const wanted = { schemas: [], tables: ["public.marked", "public.slot", "public.placed"] };
  await cycle.restore(connection, { wanted });
  await ask(
    "set search_path = public, extensions; create view rows_within as select id from moved where (mail, id) in (select mail, id from marked join (select 'A'::citext as mail) m on true)",
  );
  expect(await ask(asked)).toBe(before);
});

test("what the server prints in another way once it was parsed again is compared under the path", async () => {
  const { connection } = await make(`
  create schema extensions; create extension ltree schema extensions; set search_path = public, extensions;
  create table printed (state varchar(5), path ltree); create policy again on printed using (state in ('a', 'b') and path is distinct from 'a'::ltree);
  create view seen_again as select 1 as one from printed where state in ('a', 'b') and path is distinct from 'a'::ltree;
  create function again() returns bigint language sql begin atomic select count(*) from printed where state in ('a', 'b') and path is distinct from 'a'::ltree; end;
  create table default_again (state varchar(5), path ltree default nullif('a'::ltree, 'b'::ltree), b bool default ('a'::varchar in ('x', 'y') and 'a'::ltree is distinct from 'b'::ltree));`);
  await cycle.backUp(connection);
  expect((await cycle.drill()).problems).toEqual([]);
  expect((await cycle.restore(connection)).differences).toEqual([]);
});

test("an operator of its own that hides the server's is found before that", async () => {
  const { connection, ask } = await make(`
    create schema odd; create function odd.never(int, int) returns bool language sql immutable as 'select false';
    create operator odd.= (leftarg = int, rightarg = int, function = odd.never); set search_path = odd, pg_catalog, public;
    create view public.seen as select 1 is distinct from 1 as d; create view public.usual as select pg_catalog.int4(1) is distinct from 2::int8 as d;`);
  await cycle.backUp(connection);
  expect((await cycle.drill()).problems).toEqual([]);
  expect((await cycle.restore(connection)).differences).toEqual([]);
  expect(await ask("select d from public.seen")).toBe("t");
});

test("operators that a restore cannot give are named, and everything else is restored where that is accepted", async () => {
  const { connection, ask } = await make(`
    create schema one; create schema two; create function one.eq(int, int) returns bool language sql immutable as 'select false';
    create function two.eq(int, int) returns bool language sql immutable as 'select true';
    create operator one.= (leftarg = int, rightarg = int, function = one.eq); create operator two.= (leftarg = int, rightarg = int, function = two.eq);
    set search_path = two, pg_catalog; create view public.torn as select nullif(1, 2) as a, 1 operator(one.=) 1 as b;`);
  await cycle.backUp(connection);
  const torn = "view public.torn has other operators than in the source.";
  expect((await cycle.drill()).problems).toEqual([torn]);
  await expect(cycle.restore(connection)).rejects.toThrow(`${torn}\nPass --accept-differences`);
  expect((await cycle.restore(connection, { acceptDifferences: true })).differences).toEqual([torn]);
  expect(await ask("select b from public.torn")).toBe("f");
});

test("a restore in place of one schema puts back what others have with their operators", async () => {
  const { connection, ask } = await make(`
    create schema extensions; create extension citext schema extensions; create schema app; create schema beside; set search_path = app, extensions;
    create table app.t (mail citext); insert into app.t values ('A'); create function app.ok(citext) returns bool language plpgsql immutable as 'begin return true; end';
    create table beside.u (mail citext, a bool default app.ok(nullif('b'::citext, 'B'::citext)), constraint c check (app.ok(mail) and mail is distinct from 'root'::citext));
    create view beside.v as select t.mail from app.t t join (select 'a'::citext as mail) o using (mail);`);
  const operators = `select pg_describe_object(classid, objid, objsubid) || ' ' || refobjid::regoperator from pg_depend d
    where refclassid = 'pg_operator'::regclass and refobjid >= 16384 and deptype = 'n' and classid <> 'pg_proc'::regclass order by 1`;
  const before = await ask(operators);
  await cycle.backUp(connection, ["app"]);
  expect((await cycle.restore(connection)).differences).toEqual([]);
  expect(await ask(operators)).toBe(before);
  expect(await ask("select count(*) from beside.v")).toBe("1");
});

async function make(statements: string) {
  databases += 1;
  const name = `implied_${databases}`;
  await cycle.source.sql(`create database ${name}`);
  await cycle.source.sql(statements, name);
  return {
    connection: cycle.source.connection(name),
    ask: (query: string) => cycle.source.sql(query, name),
  };
}
