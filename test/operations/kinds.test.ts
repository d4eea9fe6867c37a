import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { DrillFinding } from "../../evidence/drill.ts";
import { digestOf } from "../../operations/archive/describe.ts";
import { members } from "../../operations/archive/extension-members.ts";
import { describing } from "../../operations/archive/fragments.ts";
import { rehearse } from "../../operations/drill/rehearse.ts";
import { findProgram } from "../../postgres/programs.ts";
import { withSession } from "../../postgres/session.ts";
import { byFiles, type Cycle, startCycle } from "./support/cycle.ts";
import { startLingering } from "./support/lingering.ts";
import { listedIn } from "./support/listing.ts";
import { manyKinds } from "./support/many-kinds.ts";
import { type Kind, moreKinds } from "./support/more-kinds.ts";
import { readIndependently, readingDifferences } from "./support/reader.ts";
import { supabaseProject, supabaseRoles } from "./support/supabase.ts";

let cycle: Cycle;
let databases = 0;

/** What a backup says of a check whose function reads tables. */
const readAgain = (check: string, named: string): string =>
  `The check ${check} calls a function that reads tables (${named}): a restored database checks every row anew, when all of them are there, and a row that it refuses then is a difference.`;

beforeAll(async () => {
  cycle = await startCycle({
    wal_level: "logical",
    max_prepared_transactions: "2",
    allow_system_table_mods: "on",
  });
  for (const server of [cycle.source, await cycle.other()]) {
    await server.sql("create role keeping_on superuser");
  }
});

afterAll(() => cycle.close());

const kinds: readonly Kind[] = [
  {
    name: "an index whose function finds its names only in the search path of the database",
    together: "lib",
    made: `create schema if not exists lib; create extension if not exists unaccent schema lib; set search_path = public, lib;
      do $$ begin execute format('alter database %I set search_path = public, lib', current_database()); end $$;
      create table place (name text); insert into place values ('Zürich');
      create function plain(t text) returns text language sql immutable as 'select unaccent(t)';
      create index place_plain on place (plain(name)); create materialized view m as select plain(name) from place;`,
    asked: "select * from m",
  },
  {
    name: "expressions that the server prints in another way once they were parsed again",
    together: "complete",
    made: `create table doc (id int primary key, state varchar(10) default 'open'::varchar, kind varchar(5),
        low text generated always as (lower(state::text)) stored, check (kind in ('p', 'q')));
      alter table doc enable row level security;
      create policy open_only on doc using (state in ('open', 'closed')) with check (true);
      create function f() returns trigger language plpgsql as 'begin return new; end';
      create trigger tr before update on doc for each row when (new.state in ('open', 'closed')) execute function f();
      create domain st as varchar(10) default 'a' check (value in ('a', 'b'));
      create index partly on doc ((case when kind in ('p', 'q') then kind end)) where state in ('x', 'y');
      create view v as select id from doc where state in ('x', 'y') and kind similar to 'p%';
      create materialized view mv as select count(*) filter (where state in ('x', 'y')) from doc;
      create rule ru as on insert to doc where new.state in ('x', 'y') do also delete from doc where kind in ('p', 'q');
      create function g(x varchar default 'a') returns int begin atomic; select 1 where x in ('a', 'b'); end;
      create statistics su on (lower(state)), (kind in ('p', 'q')) from doc;`,
  },
  {
    name: "a check that depends on how the database sorts",
    create: "locale_provider icu icu_locale 'de' template template0",
    made: "create table span (a text, b text, check (a < b)); insert into span values ('a', 'B');",
  },
  {
    name: "another encoding than UTF-8",
    create: "encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0",
    made: `create table "tä" (a text check (a <> 'é')); insert into "tä" values ('ü'); comment on table "tä" is 'größe';`,
    asked: `select * from "tä"`,
  },
  {
    name: "bytes that are no text in any encoding",
    together: "bytes",
    create: "encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C' template template0",
    made: "create table raw (a text); insert into raw select convert_from('\\xff41'::bytea, 'SQL_ASCII');",
    asked: "select encode(convert_to(a, 'SQL_ASCII'), 'hex') from raw",
  },
  {
    name: "names with characters at which other programs end a line",
    together: "complete",
    made: `do $$ declare sep text; begin
        foreach sep in array array[E'\\u2028', E'\\u2029', E'\\u0085', E'\\x0b', E'\\x0c'] loop
          execute format('create table %I (a int check (a > 0), %I text)', 'lined' || sep || 'w', 'c' || sep);
          execute format('insert into %I values (1, %L)', 'lined' || sep || 'w', sep);
          execute format('create view %I as select * from %I', 'v' || sep, 'lined' || sep || 'w');
          execute format('comment on column %I.%I is %L', 'lined' || sep || 'w', 'c' || sep, 'x' || sep);
          execute format('create index %I on %I (a)', 'i' || sep, 'lined' || sep || 'w');
        end loop; end $$;`,
  },
  {
    name: "columns with the names of psql's own variables behind a colon",
    together: "complete",
    made: `do $o$ begin
        create table slice (arr int[] check ((arr[1:"PORT"]) <> '{9}'), "PORT" int, "SQLSTATE" int);
        insert into slice values ('{1,2,3}', 2, 1); create index on slice ((arr[1:"SQLSTATE"]));
        create view slices as select arr[1:"PORT"] as a, ':"PORT"' as b from slice;
        create materialized view filled as select arr[1:"SQLSTATE"] as a from slice;
        create function sliced(int[], int) returns int[] language sql as 'select $1[1:$2] -- :"PORT"'; end $o$;`,
    asked: "select slices.a, b, filled.a from slices, filled",
  },
  {
    name: "an index whose function the owner of its table may not call",
    together: "complete",
    made: `do $$ begin create role index_owner; create role index_caller; exception when duplicate_object then null; end $$;
      create table kept_by (a int); insert into kept_by values (1); create function plainly(int) returns int language sql immutable as 'select $1';
      create index kept_by_plainly on kept_by (plainly(a)); alter table kept_by owner to index_owner; revoke execute on function plainly(int) from public;
      grant execute on function plainly(int) to index_caller; create aggregate sum_of(int) (sfunc = int4pl, stype = int); revoke execute on function sum_of(int) from public;`,
    asked: "select proname, proacl from pg_proc where proname in ('plainly', 'sum_of') order by 1",
  },
  {
    name: "checks that read rows, of children that have them of their own and from above",
    together: "complete",
    made: `create table zfound (a int primary key); insert into zfound values (1), (2);
      create function is_found(int) returns bool language sql stable as 'select exists (select 1 from zfound where a = $1)';
      create table above (a int constraint of_all check (is_found(a)), b int); create table amid (a int constraint of_all check (is_found(a)), b int);
      create table below (a int constraint of_all check (is_found(a)), b int); alter table below inherit amid; alter table amid inherit above;
      insert into above values (1, 1); insert into amid values (2, 2); insert into below values (1, 3); comment on constraint of_all on below is 'lowest';`,
    notes: [readAgain("of_all of public.above", "public.is_found(integer)")],
    asked:
      "select conrelid::regclass, conislocal, coninhcount, convalidated from pg_constraint where conname = 'of_all' order by conrelid::regclass::text",
  },
  {
    name: "a materialized view whose query in a text finds its table in the search path",
    together: "complete",
    made: `create table texts (v tsvector); insert into texts values ('a:1 b:2');
      create materialized view words as select word from ts_stat('select v from texts');`,
    asked: "select * from words order by 1",
  },
  {
    name: "a partition whose detachment did not end",
    together: "complete",
    made: `create table halves (a int) partition by range (a); create table halves_1 partition of halves for values from (0) to (9);
      insert into halves values (1); update pg_inherits set inhdetachpending = true where inhrelid = 'halves_1'::regclass;`,
    notes: [
      "The partition public.halves_1 was being detached concurrently, which did not end: a restored database has it attached, with its rows. End it here (ALTER TABLE … DETACH PARTITION … FINALIZE) and back up again.",
    ],
  },
  {
    name: "an invalid index, which no dump has",
    together: "complete",
    made: "create table t (a int); create index t_a on t (a); update pg_index set indisvalid = false where indexrelid = 't_a'::regclass;",
    notes: ["The index public.t_a is invalid and is not in the backup."],
  },
  {
    name: "checks that read rows of tables that are restored later",
    together: "complete",
    made: `create table zlist (code text primary key); insert into zlist values ('x');
      create function known(c text) returns boolean language sql stable as 'select exists (select 1 from zlist where code = c)';
      create table alpha (c text constraint known_code check (known(c))); insert into alpha values ('x');
      comment on constraint known_code on alpha is 'why';
      create domain code as text check (known(value)); create table beta (c code); insert into beta values ('x');
      create function is_like(text, text) returns boolean language plpgsql as 'begin return exists (select from zlist where code = $1); end';
      create operator =?= (leftarg = text, rightarg = text, function = is_like);
      create table gamma (c text constraint likes check (c =?= 'a'), many code[]); insert into gamma values ('x', '{x}');`,
    notes: [
      readAgain("code_check of public.code", "public.known(text)"),
      readAgain("known_code of public.alpha", "public.known(text)"),
      readAgain("likes of public.gamma", "public.is_like(text,text)"),
    ],
  },
  {
    name: "an index by operators and functions of its own that look up names",
    together: "complete",
    made: `create table looked (a int); insert into looked values (2), (1); create table lookup (); insert into lookup default values;
      create function odd_cmp(int, int) returns int language plpgsql immutable as 'begin perform from lookup; return $1 - $2; end';
      create function odd_lt(int, int) returns bool language plpgsql immutable as 'begin perform from lookup; return $1 < $2; end';
      create operator <~ (leftarg = int, rightarg = int, function = odd_lt);
      create operator class odd_ops for type int using btree as operator 1 <~, function 1 odd_cmp(int, int);
      create index on looked (a odd_ops); create materialized view low as select a from looked where a <~ 2;`,
    asked: "select count(*) from low",
    notes: [
      "The index public.looked_a_idx has values of a function that is declared immutable and reads tables (public.odd_cmp(integer,integer) and public.odd_lt(integer,integer)): a restored database computes them anew from the rows that it has then, and they may differ.",
    ],
  },
  {
    name: "triggers of partitions below partitions that are enabled in ways of their own, in schemas that sort first",
    together: "complete",
    made: `create schema early; create table late_log (a int) partition by range (a);
      create table early.mid partition of late_log for values from (0) to (9) partition by range (a);
      create table early.low partition of early.mid for values from (0) to (5);
      create table early.high partition of early.mid for values from (5) to (9);
      create function seen() returns trigger language plpgsql as 'begin return new; end';
      create trigger one before insert on late_log for each row execute function seen();
      create trigger two after insert on late_log for each row execute function seen();
      create constraint trigger three after insert on late_log deferrable for each row execute function seen();
      alter table early.low disable trigger one; alter table early.mid enable replica trigger two;
      alter table early.low enable trigger two; alter table early.high enable always trigger two;
      alter table late_log disable trigger three; alter table early.low enable always trigger three;
      comment on trigger one on early.low is 'its own'; comment on trigger one on early.high is 'of the high ones';`,
    asked: `select tgrelid::regclass::text, tgname, tgenabled, obj_description(oid, 'pg_trigger') from pg_trigger
      where tgrelid::regclass::text ~ '^early|^late_log' order by 1, 2`,
  },
  {
    name: "comments on constraints that come with a parent's",
    together: "complete",
    made: `create table told (a int primary key, constraint more check (a > 0)) partition by range (a);
      create table told_1 partition of told for values from (0) to (9); create table told_of (a int primary key);
      alter table told add constraint of foreign key (a) references told_of;
      create table elder (a int, constraint least check (a > 0)); create table younger () inherits (elder);
      comment on constraint more on told_1 is 'one'; comment on constraint of on told_1 is 'two';
      comment on constraint least on younger is 'three';`,
    asked: `select string_agg(obj_description(oid, 'pg_constraint'), ', ' order by conname)
      from pg_constraint where conrelid in ('told_1'::regclass, 'younger'::regclass)`,
  },
  {
    name: "schemas whose owners give others privileges on every new one",
    together: "complete",
    made: `create role kind_giver; create schema ungiven authorization kind_giver; create schema given authorization kind_giver;
      grant usage on schema given to pg_monitor; create table ungiven.t (a int);
      alter default privileges for role kind_giver grant create on schemas to pg_monitor;
      alter default privileges for role kind_giver revoke usage on schemas from kind_giver;`,
    asked: `select has_schema_privilege('pg_monitor', 'ungiven', 'create'), has_schema_privilege('pg_monitor', 'given', 'usage'),
      has_schema_privilege('pg_monitor', 'given', 'create'), has_schema_privilege('kind_giver', 'ungiven', 'usage')`,
  },
  {
    name: "columns in an order that no dump keeps, and keys of partitions with names of their own",
    together: "complete",
    made: `create table parent (a int, b int); create table child (z int) inherits (parent);
      alter table parent add column d int default 7; alter table parent drop column b; insert into child values (1, 2, 3);
      create table r (id int primary key); insert into r values (1);
      create table p (id int, d date, rid int, constraint p_fk foreign key (rid) references r, primary key (id, d)) partition by range (d);
      create table p1 (id int not null, d date not null, rid int, constraint odd_pk primary key (id, d), constraint odd_fk foreign key (rid) references r);
      alter table p attach partition p1 for values from ('2020-01-01') to ('2021-01-01'); insert into p values (1, '2020-02-02', 1);`,
    asked: "select * from p",
    notes: [
      "The columns of public.child come in another order in a restored database, those that it inherits first: no dump has their order.",
    ],
  },
  {
    name: "objects in no schema",
    made: `create cast (bytea as text) with inout as assignment;
      create table t (a int primary key, b int); insert into t values (1, 2);
      create publication pub for table t (a) where (a > 1); create publication everything for all tables;
      create function watch() returns event_trigger language plpgsql as 'begin null; end';
      create event trigger watch on ddl_command_end when tag in ('CREATE TABLE') execute function watch();
      create extension postgres_fdw; create server far foreign data wrapper postgres_fdw options (host '127.0.0.1', dbname 'none');
      create user mapping for postgres server far options (user 'u', password 'p'); create foreign table f (a int) server far;`,
    asked: `select count(*) from pg_publication_tables where pubname = 'pub'
      union all select count(*) from pg_event_trigger union all select count(*) from pg_user_mappings
      union all select count(*) from pg_cast where oid > 16384`,
  },
  {
    name: "casts, event triggers and publications around a schema",
    together: "public",
    schemas: ["public"],
    made: `create type level as enum ('low', 'high'); create table t (a int primary key, l level); insert into t values (1, 'high');
      create function level_no(level) returns int language sql immutable as $$ select case $1::text when 'low' then 1 else 2 end $$;
      create cast (level as int) with function level_no(level);
      create function watch() returns event_trigger language plpgsql as 'begin null; end';
      create event trigger watch on ddl_command_end execute function watch(); create publication pub for table t;`,
    asked: "select l::int from t",
  },
  {
    name: "privileges of an extension, and an extension that others use too",
    together: "public",
    schemas: ["public"],
    made: `create extension dblink; create extension citext; revoke execute on function dblink_connect(text) from public;
      grant execute on function dblink_connect(text) to pg_monitor;
      create schema beside; create table beside.t (a citext); insert into beside.t values ('A'); create table cited (a citext);`,
    asked:
      "select proacl::text from pg_proc where oid = 'dblink_connect(text)'::regprocedure union all select a from beside.t",
  },
  {
    name: "types and rows of an extension",
    together: "public",
    schemas: ["public"],
    made: `create extension postgis;
      insert into spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text) values (990001, 'own', 1, '', '+proj=longlat');
      create table p (g geometry(point, 990001)); insert into p values ('SRID=990001;POINT(1 2)');`,
    asked:
      "select st_astext(g) from p union all select auth_name::text from spatial_ref_sys where srid = 990001",
  },
  {
    name: "views, keys, triggers and privileges of other schemas that depend on a schema",
    together: "app",
    schemas: ["app"],
    made: `create schema if not exists app; create schema if not exists beside; create type app.mood as enum ('a', 'b');
      create table app.t (id int primary key, m app.mood); insert into app.t values (1, 'a');
      create view beside.v as select * from app.t; grant select on beside.v to pg_monitor; comment on view beside.v is 'x';
      create materialized view beside.mv as select * from beside.v; create view beside.w as select count(*) from beside.mv;
      create materialized view beside.unfilled as table app.t with no data;
      create table beside.fk (id int references app.t); insert into beside.fk values (1);
      create function app.trg() returns trigger language plpgsql as 'begin return new; end';
      create trigger tr before insert on beside.fk for each row execute function app.trg();`,
    asked:
      "select count from beside.w union all select count(*) from information_schema.role_table_grants where table_name = 'v' and grantee = 'pg_monitor' union all select relispopulated::int from pg_class where relname = 'unfilled'",
    companions: ["beside"],
  },
  {
    name: "comments on what is made before its place in the dump, where other schemas are left as they are",
    together: "app",
    schemas: ["app"],
    made: `create schema if not exists app; create table app.first (id int primary key, n int); insert into app.first values (1, 10);
      create function app.least() returns int language sql stable begin atomic select n from app.first group by id order by id limit 1; end;
      create table app.after (a int default app.least()); insert into app.after default values;
      comment on table app.after is 'made early'; comment on function app.least is 'least'; comment on column app.after.a is 'of the first';`,
    asked: `select a, obj_description('app.after'::regclass, 'pg_class'), obj_description('app.least'::regproc, 'pg_proc'),
      col_description('app.after'::regclass, 1) from app.after`,
    notes: ["pg_dump warned: archive items not in correct section order."],
  },
  {
    name: "settings of the database that stand in a restore's way",
    made: `create schema x; create table x.t (a int primary key); insert into x.t values (1);
      do $$ begin execute format('alter database %I set search_path = x, public', current_database());
        execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$;`,
    asked:
      "select setconfig::text from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase and d.datname = current_database()",
  },
  {
    name: "texts of a database in whose strings a backslash escapes, as in those of its dump",
    made: `create function same(int) returns int language plpgsql immutable as $$ begin return $1; end $$;
      create table computed (a int, b int generated always as (same(a)) stored); insert into computed values (1);
      create table parted (a int) partition by range (same(a)); create table part partition of parted for values from (0) to (9);
      insert into parted values (2); create function holds() returns bool language plpgsql immutable as $$ begin return true; end $$;
      create extension citext; create table marked (a citext default 'it''s \\', check (holds() and a is distinct from 'a\\b'::citext), check (a <> 'c\\''d'));
      create view slashes as select a, a is distinct from 'x\\''y'::citext as b from marked; comment on table marked is '\\''';
      insert into marked values (default), ('e\\');
      do $$ begin execute format('alter database %I set standard_conforming_strings = off', current_database());
        execute format('alter database %I set backslash_quote = off', current_database()); end $$;`,
    asked: `select array[a, b]::text from computed union all select a::text from parted
      union all select concat(a, ' ', b) from slashes union all select obj_description('marked'::regclass)`,
    notes: [
      "A drill and a restore give these the operators that they have here and that only a search path finds, as IS DISTINCT FROM and NULLIF do; a bare pg_restore gives them others, or fails to make them: constraint marked_a_check of public.marked and view public.slashes.",
    ],
  },
  {
    name: "operators, text search, aggregates, ranges, typed tables and large objects",
    together: "complete",
    made: `create extension btree_gist; create table ex (r int4range, k int, exclude using gist (k with =, r with &&));
      create function mysum(int, int) returns int language sql immutable as 'select $1 + $2';
      create operator @+@ (leftarg = int, rightarg = int, function = mysum, commutator = @+@);
      create operator class own for type int using btree as operator 1 <, operator 3 =, function 1 btint4cmp(int, int);
      create text search configuration german2 (copy = german); create aggregate am(int) (sfunc = mysum, stype = int);
      create type comp as (a int, b text); create table typed of comp; create unlogged table ul (a int);
      create collation nd (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      create type rg as range (subtype = float8, subtype_diff = float8mi); select lo_from_bytea(4242, 'x'); comment on large object 4242 is 'c';`,
    asked: "select obj_description(4242, 'pg_largeobject')",
  },
  {
    name: "names that need quotes, in and beside a schema",
    schemas: ['Ünï "q" -- x'],
    made: `create schema "Ünï ""q"" -- x"; create schema "o'ther"; create table "o'ther"."u'sers" (id int primary key);
      insert into "o'ther"."u'sers" values (1);
      create table "Ünï ""q"" -- x"."t\nab" ("c\\ol" int references "o'ther"."u'sers"); insert into "Ünï ""q"" -- x"."t\nab" values (1);
      create function "Ünï ""q"" -- x"."f$$"() returns trigger language plpgsql as 'begin return new; end';
      create trigger "tr on x" after insert on "o'ther"."u'sers" for each row execute function "Ünï ""q"" -- x"."f$$"();`,
    companions: ["o'ther"],
    asked: "select tgname from pg_trigger where tgname = 'tr on x'",
  },
];

/** What a backup says of all of them. */
function notesOf(group: readonly Kind[]): string[] {
  const notes = group.flatMap(({ notes = [] }) => notes);
  const companions = [...new Set(group.flatMap(({ companions = [] }) => companions))].toSorted();
  if (companions.length === 0) return notes;
  const counted = companions.length === 1 ? "1 schema" : `${companions.length} schemas`;
  const named = new Intl.ListFormat("en-GB").format(companions);
  return [...notes, `The backup also has the definitions of ${counted} that belong with it: ${named}.`];
}

/** Those that can stand in one database are together there, and each other one has its own. */
const groups: readonly (readonly Kind[])[] = Object.values(
  Object.groupBy([...kinds, ...moreKinds], ({ name, together }) => together ?? name),
).filter((group) => group !== undefined);

describe.each(groups.map((group) => [group.length, group] as const))(
  "a backup, a drill and a restore of one database bring back, of %i kinds,",
  (_, group) => {
    let notes: readonly string[];
    let drilled: DrillFinding;
    let differences: readonly string[];
    const before = new Map<Kind, string>();
    const after = new Map<Kind, string>();

    beforeAll(async () => {
      const { create = "", schemas } = group[0] ?? {};
      const { connection, ask, run } = await make("", create);
      for (const { made } of group) await run(made);
      const answer = async (answers: Map<Kind, string>): Promise<void> => {
        for (const kind of group) if (kind.asked !== undefined) answers.set(kind, await ask(kind.asked));
      };
      await answer(before);
      ({ notes } = await cycle.backUp(connection, schemas));
      drilled = await cycle.drill();
      ({ differences } = await cycle.restore(connection));
      await answer(after);
    });

    test.each(group)("$name", (kind) => {
      expect(drilled).toMatchObject({ holds: true, problems: [] });
      expect(differences).toEqual([]);
      expect(after.get(kind)).toBe(before.get(kind));
      expect(notes).toEqual(expect.arrayContaining([...(kind.notes ?? [])]));
    });

    test("and the backup says of them what it does not carry, and nothing else", () => {
      const own = notes.filter(
        (note) => !note.startsWith("pg_dump warned: could not resolve dependency loop"),
      );
      expect(own.toSorted()).toEqual(notesOf(group).toSorted());
    });
  },
);

test("what a backup leaves to the server is named: prepared transactions, slots, origins, privileges on settings, and labels of a missing provider", async () => {
  const { connection, ask } = await make(
    `create table t (a int); insert into t values (1); create table held (a int);
     insert into pg_seclabel values ('t'::regclass, 'pg_class'::regclass, 0, 'masking', 'MASKED');
     create subscription far connection 'host=127.0.0.1 port=1 dbname=none' publication p with (connect = false);
     update pg_subscription set subenabled = true where subname = 'far'`,
  );
  await ask("select pg_create_logical_replication_slot('kind_slot', 'pgoutput')");
  await ask(
    `select pg_replication_origin_create('kind origin'); create role kind_setter; comment on role kind_setter is 'c';
     grant select on t to kind_setter; grant set, alter system on parameter log_statement to kind_setter`,
  );
  await ask("begin; insert into held values (2); prepare transaction 'left open'");
  try {
    expect((await cycle.backUp(connection)).notes).toEqual([
      `Changes of transactions that are prepared and not yet committed are not in the backup: "left open".`,
      "Replication slots are not in the backup, and their subscribers need new ones: kind_slot.",
      `Replication origins belong to the server and are not in the backup: "kind origin". A subscriber that continues from one needs its position again.`,
      "Privileges on settings belong to the server and are not in the backup, so a new server needs them again: ALTER SYSTEM, SET on log_statement to kind_setter.",
      "Comments on roles, and security labels of roles and of the database, are not in the backup: comment on kind_setter.",
      `The subscription far is disabled in a restored database, which would receive what this one does: enable it there by hand.`,
    ]);
    const { holds, drill } = await cycle.drill();
    expect(holds).toBe(true);
    const unlabelled =
      "No security label was restored: the server has not loaded the label provider masking.";
    expect(drill?.notes.at(-1)).toBe(unlabelled);
    await expect(cycle.restore(connection, { lockTimeoutMs: 100 })).rejects.toThrow(
      "public.held is locked by the prepared transaction 'left open' of postgres, which COMMIT PREPARED or ROLLBACK PREPARED ends. End it, and try again.",
    );
    await ask("rollback prepared 'left open'");
    expect((await cycle.restore(connection)).differences).toEqual([unlabelled]);
    expect(await ask("select a from t")).toBe("1");
  } finally {
    await ask("rollback prepared 'left open'").catch(() => undefined);
    await ask("select pg_drop_replication_slot('kind_slot'), pg_replication_origin_drop('kind origin')");
    await ask("revoke all on parameter log_statement from kind_setter");
    await ask("alter subscription far disable; alter subscription far set (slot_name = none)");
    await ask("drop subscription far");
  }
});

test("collations of another version and jobs of pg_cron in another database are named", async () => {
  const { connection } = await make(
    `create collation odd (provider = icu, locale = 'de'); create table sorted (a text collate odd);
     create collation unused (provider = icu, locale = 'fr'); update pg_collation set collversion = '1' where collname in ('odd', 'unused');
     do $$ begin execute format('alter database %I set cron.database_name = jobs', current_database()); end $$`,
  );
  const { notes } = await cycle.backUp(connection);
  expect(notes).toEqual([
    "These collations had another version when they were made: public.odd. Their indexes may be wrong on this server, and a restored database refuses unique indexes, checks and partitions that the rows then break.",
    "Jobs of pg_cron are in the database jobs (cron.database_name), and those that run in this one are not in the backup.",
  ]);
});

test("a materialized view that can no longer be filled is named, and can be accepted", async () => {
  const { connection, ask } = await make(
    `create table t (a int); insert into t values (2); create materialized view "m;""x" as select 10 / a as q from t;
     create materialized view n as select count(*) from t; update t set a = 0;
     create materialized view spoken as select current_setting('lc_messages') as language;
     do $$ begin execute format('alter database %I set lc_messages = ''C.UTF-8''', current_database()); end $$;`,
  );
  await cycle.backUp(connection);
  const lost = `materialized view public."m;""x" was not filled: division by zero.`;
  expect((await cycle.drill()).problems).toEqual([lost]);
  await expect(cycle.restore(connection)).rejects.toThrow(lost);
  const accepted = [{ name: `materialized view public."m;""x"`, reason: "rebuilt each night" }];
  const differences = [`Accepted: ${lost} (rebuilt each night)`];
  const target = cycle.source.connection("refilled");
  expect((await cycle.restore(target, { jobs: 2, accepted })).differences).toEqual(differences);
  expect((await cycle.restore(connection, { accepted })).differences).toEqual(differences);
  expect(await ask("select count from n")).toBe("1");
  // What the server says is read in one language.
  expect(await ask("select language from spoken")).toBe("C");
});

/** Each view is filled only after the one that its function reads, whose name sorts behind its own. */
const readingViews = `create schema app; create schema z; create table app.orders (n int); insert into app.orders values (2), (3);
     create materialized view app.totals as select sum(n) as s from app.orders;
     create function app.total() returns bigint language sql as 'select s from app.totals';
     create materialized view z.shown as select app.total() as s, count(*) from app.orders;
     create function app.shown() returns bigint language plpgsql as 'begin return (select s from z.shown); end';
     create materialized view app.dashboard as select app.shown() as s;
     create view app.v as select s from app.dashboard;
     create function app.seen() returns setof bigint language plpgsql as 'begin return query select s from app.v; end';
     create materialized view app.alerts as select * from app.seen() s where s > 1`;

test("materialized views that read each other by functions are filled in whatever order it takes", async () => {
  const { connection, ask } = await make(readingViews);
  const before = await readIndependently(connection);
  await cycle.backUp(connection);
  expect((await cycle.drill()).problems).toEqual([]);
  for (const jobs of [1, 3]) {
    const target = cycle.source.connection(`views by ${jobs}`);
    expect((await cycle.restore(target, { jobs })).differences).toEqual([]);
    expect(await readIndependently(target)).toEqual(before);
  }
  expect((await cycle.restore(connection)).differences).toEqual([]);
  expect(await readIndependently(connection)).toEqual(before);
  // One of another schema, which goes with its table, is made again after these.
  await ask("update app.orders set n = 0; refresh materialized view app.totals");
  const wanted = { schemas: ["app"], tables: [] };
  await cycle.restore(connection, { wanted });
  expect(await readIndependently(connection)).toEqual(before);
});

test("of materialized views that read each other, only those that wait for one that fails are named", async () => {
  const { connection, ask } = await make(
    `${readingViews}; create materialized view app.aside as select app.total() as s;
     create or replace function app.shown() returns bigint language sql as 'select 1 / (s - s) from z.shown'`,
  );
  await cycle.backUp(connection);
  const lost = [
    'materialized view app.alerts was not filled: materialized view "dashboard" has not been populated.',
    "materialized view app.dashboard was not filled: division by zero.",
  ];
  expect((await cycle.drill()).problems.toSorted()).toEqual(lost);
  const accepted = ["alerts", "dashboard"].map((name) => ({
    name: `materialized view app.${name}`,
    reason: "rebuilt each night",
  }));
  const target = cycle.source.connection("views in part");
  for (const [place, changes] of [
    [target, { jobs: 1, accepted }],
    [connection, { accepted }],
  ] as const) {
    const { differences } = await cycle.restore(place, changes);
    expect(differences.toSorted()).toEqual(lost.map((one) => `Accepted: ${one} (rebuilt each night)`));
    expect(await cycle.source.sql("select s from app.aside", place.PGDATABASE)).toBe("5");
  }
  expect(await ask("select s from z.shown")).toBe("5");
});

test("what other schemas have of the restored ones under another name is named, and nothing is changed", async () => {
  const { connection, ask } = await make(
    `create schema app; create table app.t (a int primary key); insert into app.t values (1); create sequence app.s;
     create table public.k (a int references app.t, n int default nextval('app.s')); insert into public.k values (1);`,
  );
  await cycle.backUp(connection);
  await ask(
    "alter schema public rename to old_public; alter table app.t rename to tt; alter sequence app.s rename to ss",
  );
  await expect(cycle.restore(connection)).rejects.toThrow(
    /depend on what it replaces:\nconstraint k_a_fkey of old_public\.k is missing: relation "app\.tt" does not exist\.\ndefault of old_public\.k\.n is missing: relation "app\.ss" does not exist\.\nPass --accept-differences[\s\S]*Nothing was changed/,
  );
  expect(await ask("select n from old_public.k join app.tt using (a)")).toBe("1");
  const { differences } = await cycle.restore(connection, { acceptDifferences: true });
  expect(differences).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^constraint k_a_fkey of old_public\.k is missing: /),
      expect.stringMatching(/^default of old_public\.k\.n is missing: /),
    ]),
  );
  expect(await ask("select n from public.k join app.t using (a)")).toBe("1");
});

test("what is in no schema and not in a complete backup goes with the schemas that it needs, and is named", async () => {
  const { connection, ask } = await make(
    `create type st as enum ('a'); create function st_i(st) returns int language sql as 'select 1'; create cast (st as int) with function st_i(st);
     create table t (a st); insert into t values ('a');`,
  );
  await cycle.backUp(connection);
  await ask(
    `alter type st rename to st2; create domain st as text; create function ev() returns event_trigger language plpgsql as 'begin null; end';
     create event trigger evt on ddl_command_end execute function ev(); create function hand() returns fdw_handler language internal as 'eqsel';
     create foreign data wrapper fw handler hand; create server sv foreign data wrapper fw; create user mapping for public server sv`,
  );
  const gone = [
    "cast (public.st2 AS integer)",
    "event trigger evt",
    "foreign-data wrapper fw",
    "foreign server sv",
    "user mapping of public on sv",
  ].map((name) => `${name} is not in the backup, and went with the schemas that were replaced.`);
  expect((await cycle.restore(connection)).differences).toEqual(gone);
  expect(await ask("select a::int from t")).toBe("1");
  // What needs something beside them is not theirs.
  await ask("create schema aside; create table aside.x (); create cast (t as aside.x) with inout");
  await expect(cycle.restore(connection)).rejects.toThrow(
    /depend on what it replaces:\ncast \(public\.t AS aside\.x\) is missing\.[\s\S]*Nothing was changed/,
  );
});

test("rows that the server refuses, and keys, checks and indexes that the rows do not allow, are named and can be accepted", async () => {
  const { connection, ask } = await make(
    `create table up (id int primary key); create table down (id int primary key, up int constraint to_up references up, n int);
     comment on constraint to_up on down is 'why'; create table after (down int constraint to_down references down); create index on down (n);
     insert into up values (1); insert into down values (1, 1, 0); insert into after values (1);
     set session_replication_role = replica; insert into down values (2, 99, 5); set session_replication_role = origin;
     create function tenth(int) returns int language sql immutable as 'select 10 / $1';
     create table odd (n int); insert into odd values (1); create index by_tenth on odd (tenth(n));
     create or replace function tenth(int) returns int language sql immutable as 'select $1 / 0';
     create function most() returns int language sql immutable as 'select 10'; create table t (a int constraint few check (a < most())); insert into t values (7);
     create or replace function most() returns int language sql immutable as 'select 5';
     create function part_of(int) returns int language sql immutable as 'select $1'; create table parted (a int, v text) partition by list (part_of(a));
     create table parted_1 partition of parted for values in (1); create table parted_2 partition of parted for values in (2);
     insert into parted values (1, 'x'), (2, 'y'); create or replace function part_of(int) returns int language sql immutable as 'select 2';
     create table zlast (v text); insert into zlast values ('commit; create table written (a int);'), ('''a'), ('5');`,
  );
  await cycle.backUp(connection);
  const lost = [
    "constraint few of public.t has a different definition.",
    "constraint to_up of public.down has a different definition.",
    "index public.by_tenth is missing.",
    "public.parted_1 has 0 rows instead of 1.",
  ];
  const { problems, drill } = await cycle.drill();
  expect(problems.toSorted()).toEqual(lost);
  const reason = 'insert or update on table "down" violates foreign key constraint "to_up"';
  expect(drill?.notes).toContain(`The server refused a part of the backup: ${reason}.`);
  // Each finds its one row.
  const finding = [...(drill?.notes ?? []).join("\n").matchAll(/find the rows .* violate the (.*?): (.*)/g)];
  expect(finding.map(([, name]) => name)).toEqual([
    "constraint few of public.t",
    "constraint to_up of public.down",
  ]);
  for (const [, , query = ""] of finding) expect(await ask(query)).toMatch(/^(?:7|2\|99\|5)$/);
  await expect(cycle.restore(connection)).rejects.toThrow(
    /constraint to_up of public\.down has a different definition[\s\S]*violates foreign key constraint[\s\S]*To find the rows of the source that violate the constraint to_up of public\.down: select [\s\S]*Nothing was changed/,
  );
  const accepted = lost.map((sentence) => ({
    name: sentence.replace(/ (?:is|has) .*$/, ""),
    reason: "old rows",
  }));
  const target = cycle.source.connection("as_far_as_it_goes");
  for (const options of [{ jobs: 2 }, {}]) {
    const place = options.jobs === undefined ? connection : target;
    const { differences } = await cycle.restore(place, { ...options, accepted });
    expect(differences.filter((sentence) => sentence.startsWith("Accepted: "))).toHaveLength(4);
    expect(await cycle.source.sql("select count(*) from down where up = 99", place.PGDATABASE)).toBe("1");
    const rows = "select count(*), (select v from parted), to_regclass('written') from zlast";
    expect(await cycle.source.sql(rows, place.PGDATABASE)).toBe("3|y|");
    // New rows are checked as before, and what needs only the other rows is there.
    expect(
      await cycle.source.sql(
        "select conname, convalidated from pg_constraint where conname in ('few', 'to_up', 'to_down') order by 1",
        place.PGDATABASE,
      ),
    ).toBe("few|f\nto_down|t\nto_up|f");
  }
  expect(await ask("select count(*) from pg_indexes where tablename = 'down'")).toBe("2");
});

test("privileges of a role that is gone are named and left out, and what it granted is granted by owners", async () => {
  const { connection, ask, run } = await make(
    `create role gone; create role gone_reader; create role gone_writer; create schema gone_s; create table gone_s.t (a int, b int); insert into gone_s.t values (1, 2);
      create function gone_s.f() returns int language sql as 'select 1'; create type gone_s.ty as enum ('a'); create sequence gone_s.sq;
      create foreign data wrapper gone_w; create server gone_sv foreign data wrapper gone_w; create extension intarray schema gone_s;
      grant usage on schema gone_s to gone with grant option; grant select on gone_s.t to gone with grant option; grant update (b) on gone_s.t to gone; grant insert on gone_s.t to gone_writer;
      grant execute on function gone_s.f() to gone with grant option; revoke execute on function gone_s.f() from public; grant usage on type gone_s.ty to gone;
      grant usage on sequence gone_s.sq to gone; grant usage on foreign server gone_sv to gone; grant execute on function gone_s.sort(int[]) to gone;
      alter default privileges grant select on tables to gone, gone_reader; alter default privileges in schema gone_s grant usage on sequences to gone;
      select lo_create(4711); grant select on large object 4711 to gone; do $$ begin execute format('grant create on database %I to gone', current_database()); end $$;
      create policy gone_p on gone_s.t to gone, gone_reader using (true);
      set role gone; grant select on gone_s.t to gone_reader; grant execute on function gone_s.f() to gone_reader; reset role;`,
  );
  const number = await ask("select oid from pg_roles where rolname = 'gone'");
  await run("delete from pg_shdepend where refobjid = 'gone'::regrole; drop role gone");
  const kept = `select format('%s %s %s', has_table_privilege('gone_reader', 'gone_s.t', 'select'), has_function_privilege('gone_reader', 'gone_s.f()', 'execute'), has_table_privilege('gone_writer', 'gone_s.t', 'insert'))
      union all select count(*)::text from pg_roles where rolname ~ '^[0-9]+$'`;
  const before = await ask(kept);
  const { notes } = await cycle.backUp(connection);
  expect(notes).toEqual([
    `The catalogs have privileges of roles that were dropped. They are not in a restored database, and what these granted is granted by owners there: ${number}.`,
  ]);
  expect(await cycle.drill()).toMatchObject({ holds: true, problems: [] });
  const target = cycle.source.connection("without_the_gone");
  expect((await cycle.restore(target, { jobs: 2 })).differences).toEqual([]);
  expect(await cycle.source.sql(kept, "without_the_gone")).toBe(before);
  // With these, the server makes no table.
  await run("delete from pg_default_acl");
  expect((await cycle.restore(connection)).differences).toEqual([]);
  expect(await ask(kept)).toBe(before);
  await run("drop table gone_s.t");
  await cycle.restore(connection, { wanted: { schemas: [], tables: ["gone_s.t"] } });
  expect(await ask(kept)).toBe(before);
});

/** Definitions that pg_dump writes behind rows, in an order that no server takes. */
const behindRows = `create table t (id int primary key, n int); insert into t values (1, 10), (2, 20);
     create function least_of() returns int language sql stable begin atomic select n from t group by id order by id limit 1; end;
     create function one_of(a int) returns int language sql immutable begin atomic select coalesce((select n from t where id = a group by id), 0); end;
     create function plus(s int, a int) returns int language sql begin atomic select s + a + count(*)::int from (select n from t group by id) q; end;
     create table a_default (a int default least_of(), b text); insert into a_default (b) values ('x'); create index on a_default (a);
     create domain a_domain as int default least_of(); create table of_domain (a a_domain, b text); insert into of_domain (b) values ('x');
     comment on domain a_domain is 'why'; comment on constraint t_pkey on t is 'needed'; create table keyed (a int, b text) partition by range ((one_of(a)));
     create table keyed_1 partition of keyed for values from (0) to (100); insert into keyed values (1, 'x'), (3, 'y');
     create aggregate total(int) (sfunc = plus, stype = int, initcond = '0'); create operator ### (leftarg = int, rightarg = int, function = plus);
     create view sums as select total(n) from t; create table of_operator (a int default 1 ### 2);
     create materialized view grouped as select id, n from t group by id; create unique index on grouped (id);
     create view of_grouped as select * from grouped; create function of_rows() returns setof grouped language sql as 'select * from public.grouped';`;

test("definitions that a dump has behind its rows, since a function of theirs needs a key, come back", async () => {
  const { connection, run } = await make(behindRows);
  const before = await readIndependently(connection);
  const { notes } = await cycle.backUp(connection);
  const [loop] = notes.filter((note) => /^pg_dump warned: could not resolve dependency loop/.test(note));
  expect(loop).toMatch(/ among these items: .*TABLE \w+ {2}\(ID \d+ OID \d+\), .*CONSTRAINT t_pkey .*\.$/);
  expect(notes).toContain("pg_dump warned: archive items not in correct section order.");
  const { holds, drill } = await cycle.drill(rehearse);
  expect(holds).toBe(true);
  expect(drill?.notes.filter((note) => note.startsWith("A restore in place"))).toEqual([]);
  const target = cycle.source.connection("untangled");
  expect((await cycle.restore(target, { jobs: 2 })).differences).toEqual([]);
  expect(readingDifferences(before, await readIndependently(target))).toEqual([]);
  // A column that pg_dump writes wrongly, and a table of a type that no dump has.
  await run(
    `create type pg_catalog.odd as enum ('a'); create table of_odd (o odd); insert into of_odd values ('a');
     create table stored (a int, b int generated always as (one_of(a)) stored); insert into stored values (1)`,
  );
  const told =
    "The generated column public.stored.b cannot be restored: its function needs a key, and pg_dump then writes the expression as a default, which the server refuses. A restored table has it empty, and that is a difference.";
  expect((await cycle.backUp(connection)).notes).toContain(told);
  const { problems, drill: second } = await cycle.drill();
  expect(problems.toSorted()).toEqual([
    "table public.of_odd is missing.",
    "table public.stored has a different definition.",
  ]);
  expect(second?.notes.join("\n")).toMatch(
    /The server refused a part of the backup: type "(?:pg_catalog\.)?odd" does not exist\./,
  );
  await expect(cycle.restore(connection)).rejects.toThrow(
    /table public\.stored has a different definition[\s\S]*The server refused a part of the backup: cannot use column reference[\s\S]*Nothing was changed/,
  );
});

test("programs that are newer than the server set what it does not know, and restore it", async () => {
  const { connection } = await make(
    `${behindRows} create table noted (a text); insert into noted values ('SET no_setting = 1;'); create table u (t int references t);`,
  );
  const folder = mkdtempSync(join(tmpdir(), "newer-programs-"));
  try {
    const refusal = `pg_restore: error: could not execute query: ERROR:  unrecognized configuration parameter "transaction_timeout"
Command was: SET transaction_timeout = 0;`;
    for (const name of ["pg_dump", "pg_restore", "psql"] as const) {
      const program = findProgram(name);
      const text = `#!/bin/bash
if [ "$1" = --version ]; then echo "${name} (PostgreSQL) 17.6"; exit; fi
if [ ${name} != pg_restore ]; then exec ${program} "$@"; fi
case " $* " in
  *" --dbname="*) cat >&2 <<'END'
pg_restore: while INITIALIZING:
${refusal}
END
    case " $* " in *" --exit-on-error "*) exit 1;; esac
    # Its jobs set it in sessions of their own.
    case " $* " in *" --jobs=2 "*) cat >&2 <<'END'
pg_restore: while PROCESSING TOC:
${refusal}
END
    esac
    ${program} "$@"
    echo "pg_restore: warning: errors ignored on restore: 1" >&2
    exit 1;;
  *" --file=- "*) ${program} "$@" | sed 's/^SET idle_in_transaction_session_timeout = 0;$/&\\nSET transaction_timeout = 0;/';;
  *) exec ${program} "$@";;
esac
`;
      writeFileSync(join(folder, name), text, { mode: 0o755 });
    }
    vi.stubEnv("POSTGRES_BIN", folder);
    expect(await cycle.backUp(connection)).toMatchObject({ dumpVersion: "17.6" });
    const target = cycle.source.connection("by_newer");
    expect((await cycle.restore(target, { jobs: 2 })).differences).toEqual([]);
    expect((await cycle.restore(connection)).differences).toEqual([]);
    expect(await cycle.source.sql("select a from noted", "by_newer")).toBe("SET no_setting = 1;");
  } finally {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  }
});

test("a role that only the new database lets in restores into it, and is told what is there already", async () => {
  const { connection } = await make("create table kept (a int); insert into kept values (7)");
  await cycle.backUp(connection);
  await cycle.source.sql("create role guest login password 'canary-guest'");
  await cycle.source.sql("create database let_in template template0 owner guest");
  await cycle.source.sql("revoke connect on database postgres, template1 from public");
  const guest = { ...connection, PGUSER: "guest", PGPASSWORD: "canary-guest" };
  const options = { jobs: 1, noOwner: true, acceptDifferences: true };
  try {
    await cycle.restore({ ...guest, PGDATABASE: "let_in" }, options);
    expect(await cycle.source.sql("select a from kept", "let_in")).toBe("7");
    await expect(cycle.restore({ ...guest, PGDATABASE: "let_in" }, options)).rejects.toThrow(
      /let_in is not empty/,
    );
    await expect(cycle.restore({ ...guest, PGDATABASE: "not_there" }, options)).rejects.toThrow(
      /permission denied for database "template1"/,
    );
  } finally {
    await cycle.source.sql("grant connect on database postgres, template1 to public");
  }
});

test("a role whose name is in the encoding of the database is there for a new one of that encoding", async () => {
  const { connection, ask } = await make(
    `create role "Zo\u00eb"; create table hers (a int); alter table hers owner to "Zo\u00eb"`,
    "encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0",
  );
  await cycle.backUp(connection);
  const target = cycle.source.connection("latin_anew");
  expect((await cycle.restore(target, { jobs: 2 })).differences).toEqual([]);
  expect(
    await cycle.source.sql("select tableowner from pg_tables where tablename = 'hers'", "latin_anew"),
  ).toBe("Zo\u00eb");
  await ask("drop table hers");
  await cycle.source.sql("drop database latin_anew");
  await ask('drop role "Zo\u00eb"');
});

test("a role that may not give a new database's objects to their owners is told so first, and may keep them", async () => {
  const { connection, ask } = await make(
    `create role holder; create role maker login createdb password 'canary-maker'; create schema held authorization holder;
     create table held.t (a int); alter table held.t owner to holder; insert into held.t values (7);
     alter default privileges for role holder grant select on tables to pg_monitor; set role holder;
     create function held.nap() returns int language plpgsql as
       $$ begin if current_database() = 'broken_off' then perform pg_sleep(3600); end if; return 1; end $$;
     create materialized view held.napping as select held.nap(); reset role;`,
  );
  await cycle.backUp(connection);
  const maker = { ...connection, PGUSER: "maker", PGPASSWORD: "canary-maker" };
  const into = (database: string) => ({ ...maker, PGDATABASE: database });
  await expect(cycle.restore(into("not_made"), { jobs: 2 })).rejects.toThrow(
    /not_made is not restored: the role maker may not give objects to holder\. .*--no-owner.*Nothing was changed\./,
  );
  expect(await ask("select count(*) from pg_database where datname = 'not_made'")).toBe("0");
  const options = { jobs: 2, noOwner: true, acceptDifferences: true };
  const { differences } = await cycle.restore(into("kept"), options);
  expect(differences).toContain(
    "default privileges of holder on r were dropped, because only that role can set them.",
  );
  const owner = "select tableowner from pg_tables where schemaname = 'held'";
  expect(await cycle.source.sql(owner, "kept")).toBe("maker");
  // A role that may make roles gives itself what it needs, for as long as it needs it.
  await ask(`alter role maker createrole; create role optropic_restore_0123abcd;
    create role optropic_restore_4567abcd; grant usage on schema held to optropic_restore_4567abcd`);
  expect((await cycle.restore(into("given"), { jobs: 2 })).differences).toEqual([
    'The owner of the database could not be restored: must be member of role "postgres".',
  ]);
  expect(await cycle.source.sql(owner, "given")).toBe("holder");
  const given = () => ask("select count(*) from pg_auth_members m where m.member = 'maker'::regrole");
  expect(await given()).toBe("0");
  // Also when it is broken off.
  const stop = new AbortController();
  const restoring = cycle.restore(into("broken_off"), { jobs: 2, signal: stop.signal });
  const napping =
    "select count(*) from pg_stat_activity where datname = 'broken_off' and wait_event = 'PgSleep'";
  const isNapping = vi.waitUntil(async () => (await ask(napping)) === "1", { timeout: 60_000 });
  await Promise.race([isNapping, restoring]);
  expect(await given()).not.toBe("0");
  // Functions have no privileges yet.
  const isLetIn = (database: string) =>
    ask(`select has_database_privilege('pg_monitor', '${database}', 'connect')`);
  expect([await isLetIn("broken_off"), await isLetIn("given")]).toEqual(["f", "t"]);
  stop.abort(new Error("canary-stop"));
  await expect(restoring).rejects.toThrow("canary-stop");
  expect(await given()).toBe("0");
  // What a restore that was killed left goes, and what another one has in use stays.
  expect(await ask("select rolname from pg_roles where rolname ~ '^optropic_restore'")).toBe(
    "optropic_restore_4567abcd",
  );
  await ask("drop owned by optropic_restore_4567abcd; drop role optropic_restore_4567abcd");
});

test("among very many indexes, one that is refused costs no other in place", async () => {
  const { connection, ask } = await make(
    `create table up (id int primary key); create table down (up int constraint to_up references up);
     set session_replication_role = replica; insert into down values (99); set session_replication_role = origin;
     do $$ begin for i in 1..1001 loop execute format('create index i%s on up (id)', i); end loop; end $$;`,
  );
  await cycle.backUp(connection);
  const accepted = [{ name: "constraint to_up of public.down", reason: "old rows" }];
  const { differences } = await cycle.restore(connection, { accepted });
  expect(differences).toContain(
    "Accepted: constraint to_up of public.down has a different definition. (old rows)",
  );
  expect(differences.join("\n")).not.toContain("is aborted");
  expect(await ask("select count(*) from pg_indexes where tablename = 'up'")).toBe("1002");
});

test("more tables than pg_restore schedules well come back by parallel jobs, with keys between them", async () => {
  const { connection } = await make(
    `do $$ begin for i in 1..1001 loop execute format('create table t%s (id serial primary key, other int)', i);
       execute format('create index on t%s (other)', i); execute format('insert into t%s (other) values (1)', i); end loop; end $$;
     alter table t1 add constraint to_next foreign key (other) references t2; comment on constraint to_next on t1 is 'why';
     comment on index t3_other_idx is 'where'; create policy own on t4 using (other in (select other from t5));
     create view counted as select id, other from t6 group by id; create rule nothing as on delete to t7 do instead nothing;
     create materialized view later as select id, other from t8 group by id; create unique index on later (id);
     comment on constraint t8_pkey on t8 is 'the first line behind the rows that a comment is about';`,
  );
  const before = await readIndependently(connection);
  await cycle.backUp(connection);
  const target = cycle.source.connection("very_many");
  expect((await cycle.restore(target, { jobs: 2 })).differences).toEqual([]);
  expect(readingDifferences(before, await readIndependently(target))).toEqual([]);
});

test("members of extensions are looked up by their numbers, however many types and functions there are", async () => {
  const { ask } = await make("create extension hstore");
  const plan = await ask(
    `set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off;
     explain with ${members} select count(*) from own`,
  );
  expect(plan).toMatch(/using pg_type_oid_index on pg_type t/);
  expect(plan).not.toMatch(/Seq Scan on pg_(?:type|class|proc) /);
});

test("the server makes the digest of what is too large to be read, and the same", async () => {
  const large = "é".repeat(600_000);
  const body = `CREATE FUNCTION f()\nAS $function$${large}$function$`;
  const view = "select 'x'";
  const { connection } = await make("");
  const rows = await withSession(connection, "a test", (session) =>
    session.rows(
      describing(
        [
          ["table t", large, null],
          ["function f", "", body],
          ["view v", large, view],
          ["view w", "", view],
        ].map(
          ([name, definition, expression]) =>
            `select '${name}'::text as object, ''::text as entry, '${definition}'::text as definition, ${expression === null ? "null" : `'${expression?.replaceAll("'", "''")}'`}::text as expression`,
        ),
      ),
    ),
  );
  const ofView = createHash("sha256").update(large).digest("hex");
  expect(rows).toEqual([
    expect.objectContaining({ expression: null, digest: digestOf({ definition: large, expression: null }) }),
    expect.objectContaining({ expression: null, digest: digestOf({ definition: "", expression: body }) }),
    { object: "view v", entry: "", definition: `sha256 ${ofView}`, expression: view, digest: null },
    { object: "view w", entry: "", definition: "", expression: view, digest: null },
  ]);
});

test("a table of another schema that would lose its rows is not replaced", async () => {
  const { connection, ask } = await make(
    `create schema app; create schema beside; create table app.t (a int); create table beside.child (b int) inherits (app.t);
     insert into beside.child values (1, 2); create materialized view beside.unfilled as table app.t with no data;`,
  );
  await cycle.backUp(connection, ["app"]);
  await expect(cycle.restore(connection)).rejects.toThrow(
    /table beside\.child is missing\.[\s\S]*Nothing was changed/,
  );
  expect(await ask("select * from beside.child")).toBe("1|2");
  await ask("drop table beside.child; drop materialized view beside.unfilled");
  await cycle.restore(connection, { acceptDifferences: true });
  expect(await ask("select relispopulated from pg_class where relname = 'unfilled'")).toBe("f");
});

test("both restores are the same as the source to pg_dump and to digests of rows", async () => {
  const { connection } = await make(manyKinds);
  const before = await readIndependently(connection);
  await cycle.backUp(connection);
  const target = cycle.source.connection("many_kinds");
  expect((await cycle.restore(target, { jobs: 2 })).differences).toEqual([]);
  expect(readingDifferences(before, await readIndependently(target))).toEqual([]);
  expect((await cycle.restore(connection)).differences).toEqual([]);
  expect(readingDifferences(before, await readIndependently(connection))).toEqual([]);
});

test("a drill rehearses a restore in place, and says when it failed", async () => {
  const { connection } = await make(
    `create schema app; create schema beside; create type app.mood as enum ('ok');
     create table app.t (a int); create table beside.t (m app.mood);`,
  );
  await cycle.backUp(connection);
  expect((await cycle.drill(rehearse)).drill?.notes).toEqual([
    "The backup is unsigned: nothing shows who made it.",
    "The drill tried a restore in place as the role postgres of --target, where the roles of the source have no rights.",
  ]);
  await cycle.backUp(connection, ["app"]);
  const evidence = await cycle.drill(rehearse);
  expect(evidence).toMatchObject({ holds: true, problems: [] });
  expect(evidence.drill?.notes.at(-1)).toMatch(
    /^A restore in place failed in the drill; [^\n]* table beside\.t has a different definition/,
  );
});

test("default privileges of the role that restores give nothing to what is restored, and are named", async () => {
  const { connection, ask } = await make(
    "create table t (a int); create function f() returns int language sql as 'select 1';",
  );
  await cycle.backUp(connection);
  await ask(`alter default privileges revoke execute on functions from public;
    alter default privileges grant select on tables to pg_monitor`);
  const left = (kind: string): string =>
    `default privileges of postgres on ${kind} are not in the backup and were left as they are.`;
  expect((await cycle.restore(connection)).differences).toEqual([left("f"), left("r")]);
  expect(await ask("select count(*) from pg_default_acl")).toBe("2");
  await cycle.source.sql("create database own_defaults");
  await cycle.source.sql("alter default privileges grant usage on sequences to public", "own_defaults");
  const target = cycle.source.connection("own_defaults");
  expect((await cycle.restore(target, { jobs: 2 })).differences).toEqual([left("S")]);
});

test("a restore waits for the sessions of programs that have ended, which count as connections until then", async () => {
  const { port, user, password } = cycle.source;
  const far = `host=127.0.0.1 port=${port} dbname=postgres user=${user} password=${password}`;
  const { connection, ask } = await make(
    `create extension dblink; create table t (a int); create index on t (a);
     create materialized view far as select * from dblink('${far}', 'select 7') f(a int);
     create role two_at_once login createdb connection limit 2 password 'canary-two'`,
  );
  const lingering = await startLingering(port, /application_name\0optropic restore [0-9a-f]{8}/);
  try {
    const through = { ...connection, PGHOST: "127.0.0.1", PGPORT: `${lingering.port}` };
    await cycle.backUp(connection);
    await cycle.restore(through);
    expect(await ask("select a from far")).toBe("7");
    expect(lingering.sessions()).toBe(1);
    const open =
      "select count(*) from pg_stat_activity where application_name ~ 'optropic restore [0-9a-f]{8}'";
    expect(await ask(open)).toBe("0");

    await ask("drop materialized view far; drop extension dblink");
    await cycle.backUp(connection);
    const target = { ...through, PGDATABASE: "by_two", PGUSER: "two_at_once", PGPASSWORD: "canary-two" };
    await cycle.restore(target, { jobs: 1, noOwner: true, acceptDifferences: true });
    expect(lingering.sessions()).toBeGreaterThan(2);
    expect(await cycle.source.sql("select count(*) from t", "by_two")).toBe("0");
  } finally {
    await lingering.stop();
  }
});

test("a restore that its target has too few locks for is refused, and says so at the backup", async () => {
  const small = await startCycle({ max_connections: "20", max_locks_per_transaction: "12" });
  try {
    await small.source.sql(
      "do $$ begin for i in 1..160 loop execute format('create table t%s (id int primary key)', i); end loop; end $$",
    );
    const manifest = await small.backUp(small.source.connection());
    expect(manifest.notes).toEqual([expect.stringMatching(/^A restore in one transaction locks about 640 /)]);
    await expect(small.restore(small.source.connection())).rejects.toThrow(
      /is too small: a restore in one transaction[\s\S]*Nothing was changed/,
    );
    const target = small.source.connection("anew");
    expect((await small.restore(target, { jobs: 2 })).tables).toBe(160);
    await expect(small.restore(target, { jobs: 2 })).rejects.toThrow(/anew is not empty/);
  } finally {
    await small.close();
  }
});

test("a limit to connections leaves pg_dump its session, or is named before the backup begins", async () => {
  const { connection, ask } = await make("create table t (a int); insert into t values (1);");
  await ask(
    `create role limited login password 'canary-limited' connection limit 2; alter table t owner to limited;`,
  );
  const limited = { ...connection, PGUSER: "limited", PGPASSWORD: "canary-limited" };
  expect((await cycle.backUp(limited)).contains.rows).toBe(1);
  await ask("alter role limited connection limit 1");
  await expect(cycle.backUp(limited)).rejects.toThrow(
    "A backup needs 2 sessions at once, and the role limited allows 1 (1 in use): raise its CONNECTION LIMIT",
  );
});

test("a server that is newer than every pg_dump is refused by name", async () => {
  const { connection } = await make("create table t (a int);");
  const folder = mkdtempSync(join(tmpdir(), "older-programs-"));
  try {
    writeFileSync(join(folder, "pg_dump"), "#!/bin/sh\necho 'pg_dump (PostgreSQL) 14.9'\n", { mode: 0o755 });
    vi.stubEnv("POSTGRES_BIN", folder);
    await expect(cycle.backUp(connection)).rejects.toThrow(
      /^pg_dump 14\.9 cannot dump PostgreSQL (\d+)\.\S+[^:]*: install postgresql-client-\1, or name the folder of its programs in POSTGRES_BIN$/,
    );
  } finally {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  }
});

test("a lock that stays is named with its holder, by a backup and by a restore in place", async () => {
  const { connection } = await make("create table held (a int); insert into held values (1);");
  await withSession(connection, "a migration", async (session) => {
    await session.run("begin; lock table held in access exclusive mode");
    const holder =
      /public\.held is locked by process \d+ of postgres \(a migration\), idle in transaction, in a transaction since \d{4}-/;
    const waits = { lockTimeoutMs: 100 };
    await expect(cycle.backUp(connection, [], waits)).rejects.toThrow(holder);
    await session.run("rollback; begin; lock table held in share mode");
    await cycle.backUp(connection);
    await expect(cycle.restore(connection, waits)).rejects.toThrow(holder);
  });
});

test("a backup begins again when a table is dropped meanwhile, and says so", async () => {
  const { connection, ask } = await make("create table gone (a int); create table stays (a int);");
  const warnings: string[] = [];
  let isThere = true;
  const progress = (step: string): void => {
    if (step !== "the dump" || !isThere) return;
    isThere = false;
    execFileSync(findProgram("psql"), ["-qc", "drop table gone"], { env: { ...process.env, ...connection } });
  };
  const warn = (text: string): void => void warnings.push(text);
  const { key } = await cycle.backUp(connection, [], { progress, warn });
  const { tables } = await listedIn(cycle.store, key, cycle.holder);
  expect(Object.keys(tables)).toEqual(["public.stays"]);
  expect(warnings).toEqual([
    expect.stringMatching(/^Definitions were changed [^\n]* begins again: [\s\S]*gone/),
  ]);
  expect(
    await ask("select count(*) from pg_stat_activity where application_name like 'optropic backup%'"),
  ).toBe("0");
});

test("a new database that could not be restored says so, and accepts no connections", async () => {
  const { connection } = await make(
    `create function most() returns int language sql immutable as 'select 10';
     create table t (a int check (a < most())); insert into t values (7);
     create or replace function most() returns int language sql immutable as 'select 5';`,
  );
  await cycle.backUp(connection);
  await expect(cycle.restore(cycle.source.connection("half"), { jobs: 2 })).rejects.toThrow(
    /is violated by some row[\s\S]*half is incomplete\. Its comment says so and it accepts no connections/,
  );
  expect(
    await cycle.source.sql(
      "select datconnlimit, shobj_description(oid, 'pg_database') from pg_database where datname = 'half'",
    ),
  ).toMatch(/^0\|The restore of cycle-.* did not finish: do not use this database$/);
  await expect(cycle.restore(connection)).rejects.toThrow(
    /is violated by some row[\s\S]*Nothing was changed/,
  );
});

test("an extension that the target has in another schema is moved, or named before anything is touched", async () => {
  const { connection, ask, run } = await make(
    `create schema ext; create extension hstore schema ext; create extension xml2 schema ext; create schema app;
     create table app.t (h ext.hstore, x text generated always as (ext.xpath_string('<a>' || 'b' || '</a>', 'a')) stored); insert into app.t values ('a=>1');`,
  );
  await cycle.backUp(connection);
  const before = await ask("select t::text from app.t t");
  await run("alter extension hstore set schema public; delete from app.t");
  expect((await cycle.restore(connection)).differences).toEqual([
    "The extension hstore was moved from the schema public to ext.",
  ]);
  expect(await ask("select t::text from app.t t")).toBe(before);
  // A part leaves it where it is, since what is not restored may name it there.
  await run("alter extension hstore set schema public");
  await expect(cycle.restore(connection, { wanted: { schemas: ["app"], tables: [] } })).rejects.toThrow(
    /hstore: it is in the schema public there, and in ext in the backup[\s\S]*Nothing was changed/,
  );
  await run(
    "alter extension hstore set schema ext; drop extension xml2 cascade; create extension xml2 schema public",
  );
  const confirm = vi.fn();
  await expect(cycle.restore(connection, { confirm })).rejects.toThrow(
    /The extension xml2 is in the schema public, and in ext in the backup\. The role may not move it there[\s\S]*Nothing was changed/,
  );
  expect(confirm).not.toHaveBeenCalled();
  // In an empty database, a schema that the backup has is made anew.
  await cycle.source.sql("create database elsewhere");
  await cycle.source.sql("create schema other; create extension hstore schema other", "elsewhere");
  expect((await cycle.restore(cycle.source.connection("elsewhere"), { jobs: 2 })).differences).toEqual([
    "The extension hstore was moved from the schema other to ext.",
  ]);
});

/** Rows of tables in `public` that are in other schemas, at any depth. */
const rowsElsewhere = `create schema other; create schema third;
     create table q (k int, r int) partition by list (r); create table q0 partition of q for values in (0);
     create table other.q1 partition of q for values in (1) partition by list (k);
     create table third.kinds (id int primary key); insert into third.kinds values (5);
     create table third.q11 partition of other.q1 for values in (1, 2); alter table third.q11 add foreign key (k) references third.kinds;
     insert into third.kinds values (1), (2); insert into q values (1, 1), (2, 1), (3, 0);
     create table base (id int primary key); create table other.child (n bigserial) inherits (base);
     insert into base values (1); insert into other.child values (2), (3);
     create type mood as enum ('a', 'b'); create table other.moods (m mood); insert into other.moods values ('b');`;

test("rows of a schema's tables in partitions and children of other schemas come with it, and are never lost by a restore", async () => {
  const { connection, ask } = await make(rowsElsewhere);
  const rows = `select count(*) || ' ' || (select count(*) from base) || ' ' || (select count(*) from third.kinds)
      || ' ' || (select last_value from other.child_n_seq) || ' ' || (select count(*) from other.moods) from q`;
  expect(await ask(rows)).toBe("3 3 3 2 1");
  await cycle.backUp(connection, ["public"]);
  const drilled = await cycle.drill();
  expect(drilled.problems).toEqual([]);
  const target = cycle.source.connection("rows_elsewhere");
  expect((await cycle.restore(target, { jobs: 2 })).differences).toEqual([]);
  expect(await cycle.source.sql(rows, "rows_elsewhere")).toBe("3 3 3 2 0");
  await expect(cycle.restore(connection)).rejects.toThrow("table third.q11 is missing.");
  expect(await ask(rows)).toBe("3 3 3 2 1");
  // Whoever may drop them need not be one who may read them.
  await ask(`create role rows_dropper login password 'rows_dropper'; grant usage on schema other, third to rows_dropper;
    alter schema public owner to rows_dropper; grant create on schema public to rows_dropper`);
  const dropper = { ...connection, PGUSER: "rows_dropper", PGPASSWORD: "rows_dropper" };
  await ask("alter table q owner to rows_dropper; alter table q0 owner to rows_dropper");
  await ask("alter table base owner to rows_dropper; alter type mood owner to rows_dropper");
  await expect(cycle.restore(dropper, { acceptDifferences: true, noOwner: true })).rejects.toThrow(
    "The backup of the target would lack the rows of other.child, other.moods and third.q11, which the restore may drop or change",
  );
  expect(await ask(rows)).toBe("3 3 3 2 1");
  const wanted = { schemas: [], tables: ["public.q"] };
  await ask("delete from q");
  await cycle.restore(connection, { wanted });
  expect(await ask(rows)).toBe("3 3 3 2 1");
  const { before } = await cycle.restore(connection, { acceptDifferences: true });
  const again = cycle.source.connection("rows_elsewhere_again");
  const choice = { name: before ?? "" };
  expect((await cycle.restore(again, { jobs: 2, choice })).differences).toEqual([]);
  expect(await cycle.source.sql(rows, "rows_elsewhere_again")).toBe("3 3 3 2 1");
});

test("materialized views of tables whose rows are not in the backup are named", async () => {
  const { connection } = await make(
    `create schema auth; create table auth.users (id int); insert into auth.users values (1);
     create table auth.parted (id int) partition by list (id); create table auth.parts partition of auth.parted default;
     create view auth.seen as select id from auth.users natural join auth.parted; create table own (id int);
     create materialized view stats as select count(*) from auth.seen; create materialized view ours as select * from own`,
  );
  expect((await cycle.backUp(connection, ["public"])).notes).toContain(
    "These materialized views read tables whose rows are not in the backup, and a new database fills them from none: public.stats (auth.parted and auth.users). Add the schemas of these tables to backups.schemas.",
  );
  expect((await cycle.drill()).drill?.notes).toContainEqual(
    expect.stringMatching(/public\.stats \(auth\.parted and/),
  );
});

test("a new database is closed and says so until its restore ended, also when that is killed", async () => {
  // The view is filled during the restore.
  const { connection, ask } = await make(
    `create table t (a int); insert into t values (7);
     create materialized view during as select datconnlimit as limited, shobj_description(oid, 'pg_database') as said
       from pg_database where datname = current_database();`,
  );
  const now = "select datconnlimit, shobj_description(oid, 'pg_database') from pg_database where datname = ";
  await cycle.backUp(connection);
  await cycle.restore(cycle.source.connection("closed_then"), { jobs: 2 });
  expect(await cycle.source.sql("select * from during", "closed_then")).toMatch(
    /^0\|A restore is under way or was killed: do not use this database \(cycle-/,
  );
  expect(await cycle.source.sql(`${now}'closed_then'`)).toBe("-1|");
  // A part has no properties of the database.
  const wanted = { schemas: [], tables: ["public.t"] };
  await cycle.source.sql("create database again_part connection limit 0");
  await cycle.source.sql(
    "comment on database again_part is 'A restore is under way or was killed: do not use this database (x)'",
  );
  await cycle.restore(cycle.source.connection("again_part"), { jobs: 2, wanted });
  expect(await cycle.source.sql(`${now}'again_part'`)).toBe("-1|");
  expect(await ask("select limited from during")).toBe("-1");
});

test("of two restores into the same new database at once, one makes it and the other is refused", async () => {
  const { connection } = await make("create table t (a int primary key); insert into t values (7)");
  await cycle.backUp(connection);
  for (const name of ["twin_1", "twin_2"]) {
    const twin = (): Promise<unknown> => cycle.restore(cycle.source.connection(name), { jobs: 1 });
    const ended = await Promise.allSettled([twin(), twin()]);
    const refused = ended.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    expect(refused).toEqual([
      expect.objectContaining({
        kind: "refused",
        message: expect.stringMatching(/^Another restore into .* is under way|is not empty/),
      }),
    ]);
    expect(await cycle.source.sql("select a from t", name)).toBe("7");
    expect(
      await cycle.source.sql(
        `select datconnlimit, shobj_description(oid, 'pg_database') from pg_database where datname = '${name}'`,
      ),
    ).toBe("-1|");
  }
});

describe("a project at Supabase, by a role that is no superuser,", () => {
  const asked = `select string_agg(name, ',') from public.profiles union all select count(*)::text from auth.users
    union all select tgname from pg_trigger where tgrelid = 'auth.users'::regclass and not tgisinternal
    union all select polname from pg_policy where polrelid = 'storage.objects'::regclass`;

  test("is restored into itself, and after damage", async () => {
    await cycle.source.sql(supabaseRoles);
    const { connection, ask } = await make(supabaseProject);
    const owner = { ...connection, PGUSER: "project_owner", PGPASSWORD: "canary-owner" };
    const before = await ask(asked);
    const { notes } = await cycle.backUp(owner, ["public"]);
    expect(notes).toEqual([
      `The table "auth"."secret" is not in the backup: the role may not read it.`,
      "The backup also has the definitions of 2 schemas that belong with it: auth and storage.",
    ]);
    expect(await cycle.drill()).toMatchObject({ holds: true, problems: [] });
    const lost =
      "default privileges of supabase_admin in public on r were dropped, because only that role can set them.";
    expect((await cycle.restore(owner)).differences).toEqual([lost]);
    expect(await ask(asked)).toBe(before);
    await ask(
      "drop schema public cascade; create schema public authorization pg_database_owner; set role project_owner; create table public.junk (a int)",
    );
    await cycle.restore(owner);
    expect(await ask(asked)).toBe(before);
    await ask(`create table auth.mail (n int); alter table auth.users owner to supabase_admin;
      create function auth.welcome() returns trigger language plpgsql security definer set search_path = '' as $$ begin insert into auth.mail values (1); return new; end $$;
      create trigger welcome after insert on auth.users for each row execute function auth.welcome()`);
    await ask("delete from auth.users where email = 'a@x'");
    await expect(cycle.restore(owner)).rejects.toThrow(
      /violates foreign key[\s\S]*\nauth\.users is not in the schemas that are restored\. The backup has the rows of it that the constraint profiles_id_fkey of public\.profiles needs, the target lacks some, and they could not be put back: trigger welcome on auth\.users would run, which the role may not prevent\. [\s\S]*Nothing was changed/,
    );
    await ask("delete from auth.users");
    await expect(cycle.restore(owner)).rejects.toThrow(
      /auth\.users is empty, the 2 rows that the backup has of it would be put there, and trigger welcome on auth\.users would run\. [\s\S]*Nothing was changed/,
    );
    await ask("grant set on parameter session_replication_role to project_owner");
    expect((await cycle.restore(owner)).differences).toEqual([
      lost,
      "auth.users was empty and got the 2 rows that the backup has of it.",
    ]);
    await ask("delete from auth.users where email = 'a@x'");
    expect((await cycle.restore(owner)).differences).toEqual([
      lost,
      "1 row of auth.users that restored rows refer to was missing and put back.",
    ]);
    expect(await ask("select count(*) from auth.mail")).toBe("0");
    await ask(
      "drop trigger welcome on auth.users; revoke set on parameter session_replication_role from project_owner",
    );
    expect(await ask(asked)).toBe(before);
    await ask(`create schema jobs; create extension cube schema jobs; create table jobs.job (id serial); insert into jobs.job default values;
      alter extension cube add table jobs.job; alter extension cube add sequence jobs.job_id_seq;
      grant usage on schema jobs to project_owner; grant all on jobs.job to project_owner; grant select on jobs.job_id_seq to project_owner;
      update pg_extension set extconfig = array['jobs.job'::regclass, 'jobs.job_id_seq'::regclass]::oid[], extcondition = '{"",""}'
       where extname = 'cube'`);
    await cycle.backUp(owner, ["public"]);
    expect((await cycle.restore(owner)).differences).toEqual([
      "The data of the extension cube was left unchanged: the role may not replace it.",
    ]);
    await ask("drop schema jobs cascade");
    await ask("create function public.raw(cstring) returns text language internal immutable as 'textin'");
    expect((await cycle.backUp(owner, ["public"])).notes).toContain(
      "Only a superuser can make what the backup has of these, and a drill is one: a restore by this role is refused: function public.raw(cstring).",
    );
  });
});

async function make(statements: string, create = "") {
  databases += 1;
  const name = `kind_${databases}`;
  await cycle.source.sql(`create database ${name} ${create} ${byFiles}`);
  await cycle.source.sql(statements, name);
  return {
    connection: cycle.source.connection(name),
    ask: (query: string) => cycle.source.sql(query, name),
    run: (more: string) => cycle.source.sql(more, name),
  };
}

test.each([
  [
    "that the role may only refer to",
    "",
    `The table "auth"."users" is not in the backup: the role may not read it.`,
    "is missing.",
  ],
  [
    "of which row-level security hides rows",
    "grant select on auth.users to hidden_from; alter table auth.users enable row level security; create policy one on auth.users for select using (id = 1);",
    `The rows of "auth"."users" are not in the backup: row-level security hides some from the role.`,
    "has a different definition.",
  ],
])("keys to a table %s are named, and lack in a new database alone", async (_, secured, named, lack) => {
  const { connection, ask } = await make(
    `do $$ begin if to_regrole('hidden_from') is null then create role hidden_from login createdb password 'canary-hidden'; end if; execute format('alter database %I owner to hidden_from', current_database()); end $$;
     alter schema public owner to hidden_from; create schema auth; grant usage on schema auth to hidden_from; create table auth.users (id int primary key); insert into auth.users values (1), (2);
     grant references on auth.users to hidden_from; ${secured} set role hidden_from; create table p (id int primary key references auth.users); insert into p values (2); reset role`,
  );
  const role = { ...connection, PGUSER: "hidden_from", PGPASSWORD: "canary-hidden" };
  expect((await cycle.backUp(role, ["public"])).notes).toEqual([
    named,
    "The backup also has the definitions of 1 schema that belong with it: auth.",
    "These foreign keys refer to rows that are not in the backup: constraint p_id_fkey of public.p. A drill or a new database lacks them, or has them for new rows only; a restore in place makes them as they were.",
  ]);
  const difference = `constraint p_id_fkey of public.p ${lack}`;
  const reason = "the key refers to rows that are not in the backup, which says so";
  expect(await cycle.drill(rehearse)).toMatchObject({
    holds: true,
    problems: [],
    drill: { accepted: [{ difference, reason }] },
  });
  await ask("drop table p");
  expect((await cycle.restore(role)).differences).toEqual([]);
  expect(await ask("select convalidated from pg_constraint where conname = 'p_id_fkey'")).toBe("t");
  const target = cycle.source.connection(`${connection.PGDATABASE}_new`);
  expect((await cycle.restore(target, { jobs: 2 })).differences).toContain(
    `Accepted: ${difference} (${reason})`,
  );
  await ask("drop table p; delete from auth.users");
  await expect(cycle.restore(role)).rejects.toThrow(/violates foreign key[\s\S]*Nothing was changed/);
});

test("a restore in place makes what its target lacks of the schemas beside those of the backup, and leaves those that are there", async () => {
  const { connection } = await make(
    `create schema app; create schema private; create schema "Deep er"; create schema reports; create table private.kind (id int primary key);
     insert into private.kind values (1); create sequence private.counter; create table private.log (a int); insert into private.log values (9);
     create type "Deep er".mood as enum ('fine'); create function private.hook() returns trigger language plpgsql as 'begin return new; end';
     create function private.now_is("Deep er".mood) returns int language sql as 'select 1';
     create table app.t (id int default nextval('private.counter'), k int references private.kind); insert into app.t (k) values (1), (1);
     create trigger hook before insert on app.t for each row execute function private.hook(); create view reports.v as select * from app.t;`,
  );
  await cycle.backUp(connection, ["app"]);
  await cycle.source.sql("create database adopting");
  const target = cycle.source.connection("adopting");
  expect((await cycle.restore(target)).differences).toEqual([
    "3 schemas that the backup has besides (Deep er, private and reports) were made: the target had none of that name.",
  ]);
  const ask = (query: string): Promise<string> => cycle.source.sql(query, "adopting");
  await ask("insert into app.t (k) values (1); create table private.own ()");
  expect(await ask("select max(id), count(*), (select count(*) from private.log) from app.t")).toBe("3|3|0");
  expect(await ask("select count(*) from reports.v")).toBe("3");
  expect((await cycle.restore(target)).differences).toEqual([]);
  expect(await ask("select count(*), to_regclass('private.own') from app.t")).toBe("2|private.own");
});

test("rows outside of the schemas that restored rows refer to are put back with what they need themselves, and no trigger runs at them", async () => {
  const { connection, ask } = await make(
    `create schema app; create schema people; create extension ltree schema people; create table people.place (path people.ltree primary key); create table people.city (id int primary key, name text);
     create table people."U ser" (id int generated always as identity primary key, city int constraint same references people.city initially deferred, place people.ltree references people.place,
       by int references people."U ser" deferrable, loud text generated always as ('x') stored, gone int, "a, (b" text default 'now');
     alter table people."U ser" drop column gone; create table people.mail (n int constraint same references people.city); create function people.send() returns trigger language plpgsql as 'begin insert into people.mail values (1); return new; end';
     create trigger send after insert on people."U ser" for each row execute function people.send();
     alter table people."U ser" enable always trigger send;
     insert into people.city values (1, 'one'), (2, 'two'), (3, 'three'); insert into people.place values ('a'), ('a.b'), ('c.d');
     insert into people."U ser" (city, place, by, "a, (b") values (1, 'a', null, 'a'), (2, 'a.b', 1, 'b'), (3, null, 2, 'c'), (null, null, null, 'd');
     create table app.t (u int, constraint "of, (user" foreign key (u) references people."U ser") partition by list (u);
     create table app.slice partition of app.t default; insert into app.t values (3), (null); create table app.u (u int references people."U ser"); insert into app.u values (1), (4);
     create table app.here (path people.ltree references people.place); insert into app.here values ('c.d')`,
  );
  await ask("delete from people.mail");
  const asked = `select (select string_agg(u::text, ',' order by id) from people."U ser" u), (select string_agg(name, ',' order by id) from people.city),
    (select count(*) from people.mail), (select string_agg(tgenabled, '') from pg_trigger where tgname = 'send'),
    (select count(*) from pg_constraint where contype = 'f' and convalidated), (select string_agg(u::text, ',' order by u) from app.u)`;
  await cycle.backUp(connection, ["app"]);
  const before = await ask(asked);
  await ask(
    `truncate app.t, app.u, app.here; delete from people."U ser" where id < 4; delete from people.city where id > 1; delete from people.place where path::text like '%.%'`,
  );
  const back = (await cycle.restore(connection)).differences;
  expect(back).toEqual([
    "2 rows of people.place that restored rows refer to were missing and put back.",
    "2 rows of people.city that restored rows refer to were missing and put back.",
    '3 rows of people."U ser" that restored rows refer to were missing and put back.',
  ]);
  expect(await ask(asked)).toBe(before);
  await ask('truncate app.t, app.u, people."U ser"');
  expect((await cycle.restore(connection)).differences).toEqual([
    'people."U ser" was empty and got the 4 rows that the backup has of it.',
  ]);
  expect(await ask(asked)).toBe(before);
  await cycle.backUp(connection);
  await ask('truncate app.t, app.u; delete from people."U ser" where id = 4');
  const wanted = { schemas: ["app"], tables: [] };
  expect((await cycle.restore(connection, { wanted })).differences).toEqual([
    '1 row of people."U ser" that restored rows refer to was missing and put back.',
    expect.stringMatching(/^Only the selection was restored/),
  ]);
  expect(await ask(asked)).toBe(before);
});

test("no trigger runs at rows of empty tables outside of the schemas, whatever the triggers of another table need", async () => {
  const { connection, ask } = await make(
    `create role filler login password 'canary-filler'; create schema app authorization filler; create schema people; grant usage on schema people to filler;
     create table people.one (id int primary key); create table people.two (id int primary key); create table people.mail (n int);
     insert into people.one values (1); insert into people.two values (1); grant select, insert, references on people.one, people.two to filler;
     do $$ begin execute format('grant create on database %I to filler', current_database()); end $$;
     set role filler; create table app.t (one int references people.one, two int references people.two); insert into app.t values (1, 1); reset role`,
  );
  await cycle.backUp(connection, ["app"]);
  await ask(`create function people.send() returns trigger language plpgsql security definer as 'begin insert into people.mail values (1); return new; end';
    create trigger send after insert on people.one for each row execute function people.send();
    create trigger send after insert on people.two for each row execute function people.send(); alter table people.two enable replica trigger send;
    grant set on parameter session_replication_role to filler; truncate app.t, people.one, people.two`);
  const filler = { ...connection, PGUSER: "filler", PGPASSWORD: "canary-filler" };
  expect((await cycle.restore(filler)).differences).toEqual([
    "people.one was empty and got the 1 row that the backup has of it.",
    "people.two was empty and got the 1 row that the backup has of it.",
  ]);
  // Privileges on settings are of the server, and what is backed up later would be told of them.
  await ask("revoke set on parameter session_replication_role from filler");
  expect(await ask("select count(*) from people.mail")).toBe("0");
});

test.each([
  ["a superuser", undefined],
  ["an owner", "keeper"],
])(
  "rows outside of the schemas come back in the order of their keys, also in a circle, by %s",
  async (_, role) => {
    const { connection, ask } = await make(
      `create schema auth; create schema ext; create extension citext schema ext; create extension isn schema ext;
     create table auth.a_session (id int primary key, u int not null); create table auth.b_user (id int primary key);
     alter table auth.a_session add constraint to_user foreign key (u) references auth.b_user on delete cascade;
     create table auth.one (id int primary key, n int); create table ext.two (id int primary key, one int references auth.one); alter table auth.one add constraint back foreign key (n) references ext.two;
     create table auth.zone (id int primary key); create table auth.split (id int primary key, z int) partition by range (id);
     create table auth.low partition of auth.split for values from (0) to (5); create table auth.high partition of auth.split default; alter table auth.low add foreign key (z) references auth.zone;
     create domain auth.address as ext.citext; create table auth.mail (k auth.address primary key); create table auth.book (k ext.isbn13 primary key);
     create schema app; create table app.login (s int references auth.a_session); create table app.ring (one int references auth.one); create table app.part (id int references auth.split);
     create table app.mail (k ext.citext references auth.mail); create table app.book (k ext.isbn references auth.book);
     insert into auth.b_user values (1), (2), (3); insert into auth.a_session values (1, 1), (2, 3); insert into app.login values (1), (2);
     insert into auth.one values (1), (2); insert into ext.two values (1, 2), (2, 1); update auth.one set n = 3 - id; insert into app.ring values (1);
     insert into auth.zone values (1), (2); insert into auth.split values (1, 1), (2, 2), (7, 9); insert into app.part values (2), (7);
     insert into auth.mail values ('A@b'), ('c'); insert into app.mail values ('a@B'); insert into auth.book values ('978-0-393-04002-9'), ('9780198526636'); insert into app.book values ('0-393-04002-X')`,
    );
    if (role !== undefined) {
      await ask(`create role ${role} login password 'canary-keeper'; do $$ declare one record; begin
      for one in select oid::regclass as name from pg_class where relnamespace::regnamespace in ('app'::regnamespace, 'auth', 'ext') and relkind in ('r', 'p')
      loop execute format('alter table %s owner to ${role}', one.name); end loop; execute format('grant create, temp on database %I to ${role}', current_database()); end $$;
      alter schema app owner to ${role}; grant usage, create on schema auth to ${role}; grant usage on schema ext to ${role}`);
    }
    const by = role === undefined ? connection : { ...connection, PGUSER: role, PGPASSWORD: "canary-keeper" };
    const tables = ["a_session", "b_user", "one", "zone", "split", "mail", "book"].map(
      (name) => `auth.${name}`,
    );
    const asked = `select ${[...tables, "ext.two"].map((name) => `(select count(*) from ${name})`).join(", ")},
    (select string_agg(md5(pg_get_constraintdef(oid) || convalidated || condeferrable || condeferred), '' order by conname, oid::text) from pg_constraint where contype = 'f' and conrelid::regclass::text !~ 'app')`;
    await cycle.backUp(by, ["app"]);
    const before = await ask(asked);
    const empty = "truncate app.login, app.ring, app.part, app.mail, app.book; ";
    for (const damage of [
      "delete from auth.a_session; delete from auth.b_user; truncate auth.one, ext.two, app.ring",
      `delete from auth.a_session; delete from auth.b_user where id = 3; delete from auth.split where id = 2; delete from auth.zone where id = 2;
     delete from auth.mail where k::text = 'A@b'; delete from auth.book where k::text like '978-0-393%';
     set session_replication_role = replica; delete from auth.one where id = 1; delete from ext.two where id = 2`,
    ]) {
      await ask(empty + damage);
      await cycle.restore(by);
      expect(await ask(asked), damage).toBe(before);
    }
    await ask(
      `${empty} delete from auth.a_session; alter table auth.a_session add column extra int not null`,
    );
    const refusal =
      /auth\.a_session is empty, and the rows that the backup has of it could not be put there: null value in column "extra"[^\n]*\. Copy the rows of auth\.a_session from a drill with --keep, and restore again\.\n[\s\S]*Pass --accept-differences/;
    await expect(cycle.restore(by)).rejects.toThrow(refusal);
    await cycle.restore(by, { acceptDifferences: true });
    expect(await ask("select convalidated from pg_constraint where conname = 'login_s_fkey'")).toBe("f");
  },
);

test("a key of another schema that rows newer than the backup violate is made for new rows only, where that is accepted", async () => {
  const { connection, ask } = await make(
    `create schema app; create schema people; create table people.member (id int primary key, org int); create table app.org (id int primary key, by int references people.member);
     alter table people.member add constraint now_in foreign key (org) references app.org; insert into people.member values (1), (2); insert into app.org values (1, 1);
     comment on constraint now_in on people.member is 'kept'`,
  );
  await cycle.backUp(connection, ["app"]);
  await ask("insert into app.org values (7, 2); update people.member set org = 7 where id = 2");
  await expect(cycle.restore(connection)).rejects.toThrow(
    /constraint now_in of people\.member has a different definition\.\n[\s\S]*violates foreign key constraint "now_in"[^\n]*\nRows of people\.member, which is not restored, refer to what the backup does not have\. To find those [\s\S]*--accept-differences/,
  );
  await cycle.restore(connection, { acceptDifferences: true });
  expect(
    await ask("select convalidated, obj_description(oid) from pg_constraint where conname = 'now_in'"),
  ).toBe("f|kept");
});

test("rows outside of the schemas that cannot be put back keep no others from it", async () => {
  const { connection, ask } = await make(
    `create schema app; create schema people; create table people.city (id int primary key); create table people.one (id int primary key, city int references people.city);
     create table people.two (id int primary key); insert into people.city values (1); insert into people.one values (1, 1), (2, null); insert into people.two values (1), (2);
     create table app.a (one int references people.one); create table app.b (one int references people.one, two int references people.two);
     create extension citext schema people; create table people.pair (a people.citext, b int, primary key (a, b)); insert into people.pair values ('Q', 1), ('R', 2);
     create table app.c (a people.citext, b int, constraint paired foreign key (a, b) references people.pair match full); insert into app.c values ('q', 1), ('r', 2), (null, null);
     insert into app.a values (1); insert into app.b values (2, 1)`,
  );
  await cycle.backUp(connection, ["app"]);
  await ask(`drop schema app cascade; delete from people.one; delete from people.two where id = 1; delete from people.city; delete from people.pair where b = 1;
    alter table people.pair add extra int; alter table people.pair add check (extra is not null) not valid; insert into people.one values (3, null); insert into people.city values (2); alter table people.city add extra int; alter table people.city rename id to key`);
  const { differences } = await cycle.restore(connection, { acceptDifferences: true });
  expect(differences).toEqual(
    expect.arrayContaining([
      expect.stringMatching(
        /^people\.one is not in the schemas [^.]*\. .* constraint a_one_fkey of app\.a needs, the target lacks some, and they could not be put back: /,
      ),
      "1 row of people.one that restored rows refer to was missing and put back.",
      "1 row of people.two that restored rows refer to was missing and put back.",
    ]),
  );
  expect(await ask("select string_agg(id::text, ',' order by id) from people.one")).toBe("2,3");
  const lacks =
    "people.pair of the target, which is not restored, lacks what rows of the backup refer to. To find the rows that violate the constraint paired of app.c, in the target after a restore that accepts it: ";
  const finding = differences.find((sentence) => sentence.startsWith(lacks)) ?? "";
  expect(await ask(finding.slice(lacks.length))).toBe("q|1");
});

test("a database in an encoding that the server does not convert to UTF-8 comes back", async () => {
  const text = "convert_from('\\x81e9', 'MULE_INTERNAL')";
  const create = "encoding 'MULE_INTERNAL' lc_collate 'C' lc_ctype 'C' template template0";
  await cycle.source.sql(`create database mule ${create}`);
  const source = cycle.source.connection("mule");
  const content = (database: string) =>
    withSession(cycle.source.connection(database), "test", (session) =>
      session.rows(
        `select encode(convert_to(t::text, 'MULE_INTERNAL'), 'hex') as row, attname::text as name,
                (select count(*) from pg_attrdef) as defaults from pg_attribute, t where attrelid = 't'::regclass and attnum = 1`,
      ),
    );
  await withSession(source, "test", (session) =>
    session.run(
      `create table t (a text); insert into t values (${text}); create index on t (a);
       do $$ begin execute format('alter table t rename a to %I', ${text}); execute format('alter table t alter %I set default %L', ${text}, ${text}); end $$`,
    ),
  );
  const before = await content("mule");
  expect(before).toMatchObject([{ row: "2881e929" }]);
  await cycle.backUp(source);
  expect((await cycle.drill()).problems).toEqual([]);
  await withSession(source, "test", (session) => session.run("drop table t"));
  await cycle.restore(source);
  expect(await content("mule")).toEqual(before);
  await cycle.restore(cycle.source.connection("mule_anew"), { jobs: 2 });
  expect(await content("mule_anew")).toEqual(before);
});

test("what a role owns where it may no longer create anything comes back by a role that creates no roles", async () => {
  const { connection, ask } = await make(
    `create role lending login createdb password 'canary-lending'; create role lent; grant lent to lending;
     do $$ begin execute format('alter database %I owner to lending', current_database()); end $$;
     set session authorization lending; create schema app; grant create on schema app, public to lent;
     create table app.t (a int primary key); insert into app.t values (1); alter table app.t owner to lent;
     create table u (a int); alter table u owner to lent; revoke create on schema app, public from lent;`,
  );
  const by = { PGUSER: "lending", PGPASSWORD: "canary-lending" };
  const asked = `select relname, relowner::regrole::text from pg_class where relowner = 'lent'::regrole and relkind = 'r'
    union all select nspname, nspacl::text from pg_namespace where nspname in ('app', 'public') order by 1`;
  const before = await ask(asked);
  await cycle.backUp({ ...connection, ...by });
  expect((await cycle.restore({ ...connection, ...by })).differences).toEqual([]);
  expect(await ask(asked)).toBe(before);
  const target = { ...cycle.source.connection("lent_anew"), ...by };
  expect((await cycle.restore(target, { jobs: 2 })).differences).toEqual([]);
  expect(await cycle.source.sql(asked, "lent_anew")).toBe(before);
});

test("privileges on a schema that a backup leaves out are made with the extension that it holds", async () => {
  const { connection, ask } = await make(
    `create schema hosting; create extension pgcrypto schema hosting; create extension pg_trgm schema hosting;
     create function hosting.own() returns int language sql as 'select 1'; grant usage on schema hosting to pg_monitor with grant option;
     set role pg_monitor; grant usage on schema hosting to pg_read_all_stats; reset role;
     create table t (k bytea default hosting.gen_random_bytes(4)); insert into t default values`,
  );
  const granted = "select nspacl::text from pg_namespace where nspname = 'hosting'";
  const before = await ask(granted);
  expect(before).toContain("pg_monitor=U*/");
  expect(before).toContain("pg_read_all_stats=U/pg_monitor");
  await cycle.backUp(connection, ["public"]);
  expect((await cycle.drill()).holds).toBe(true);
  await cycle.restore(cycle.source.connection("hosted_anew"), { jobs: 2 });
  expect(await cycle.source.sql(granted, "hosted_anew")).toBe(before);
  await ask("revoke all on schema hosting from pg_monitor cascade");
  const narrower = await ask(granted);
  await cycle.restore(connection);
  expect(await ask(granted)).toBe(narrower);
});
