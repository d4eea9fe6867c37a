import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cycle, startCycle } from "./support/cycle.ts";

let cycle: Cycle;
let ask: (query: string, database?: string) => Promise<string>;

/** Two schemas that need each other, with a table of each kind of part. */
const shop = `
  create schema app; create schema lib; create extension hstore schema lib;
  create type lib.mood as enum ('ok', 'bad'); create function lib.stamp() returns trigger language plpgsql as 'begin new.seen := true; return new; end';
  create table lib.country (code text primary key); insert into lib.country values ('de'), ('fr');
  create table app.customer (id serial primary key, m lib.mood default 'ok', country text references lib.country, tags lib.hstore, seen boolean);
  create index by_country on app.customer (country); create trigger tr before insert on app.customer for each row execute function lib.stamp();
  alter table app.customer disable trigger tr; insert into app.customer (country) values ('de'), ('fr'); alter table app.customer enable always trigger tr;
  alter table app.customer enable row level security; create policy p on app.customer using (true); comment on column app.customer.m is 'mood'; grant select on app.customer to pg_monitor;
  create table lib.note (id int generated always as identity, customer int constraint note_fk references app.customer); insert into lib.note (customer) values (1); comment on constraint note_fk on lib.note is 'why';
  create table app.event (id int, day date) partition by range (day); create table lib.event_1 partition of app.event for values from ('2026-01-01') to ('2027-01-01');
  create table app.event_2 partition of app.event default; insert into app.event values (1, '2026-02-03'), (2, '2020-01-01');
  create view app.seen as select * from app.customer where seen; create publication pub for table app.customer; select lo_from_bytea(7, 'x');
`;
const rows = "select string_agg(c::text, ' ' order by id) from app.customer c";

beforeAll(async () => {
  cycle = await startCycle();
  await cycle.source.sql("create database shop");
  await cycle.source.sql(shop, "shop");
  ask = (query, database = "shop") => cycle.source.sql(query, database);
  await cycle.backUp(cycle.source.connection("shop"));
});

afterAll(() => cycle.close());

const into = (database: string, wanted: { schemas?: string[]; tables?: string[] }, changes = {}) =>
  cycle.restore(cycle.source.connection(database), {
    wanted: { schemas: [], tables: [], ...wanted },
    ...changes,
  });

describe("tables of a backup", () => {
  test("get their rows back in place, and all else stays", async () => {
    const before = await ask(rows);
    await ask("update app.customer set country = 'fr'; insert into app.customer (country) values ('de')");
    await ask("insert into lib.note (customer) values (2); insert into app.event values (3, '2026-03-03')");
    const { differences, tables, rows: restored } = await into("shop", { tables: ["app.customer"] });
    expect(differences).toEqual([
      expect.stringMatching(/^Only the selection was restored\. Left out: 5 tables \(/),
    ]);
    expect([tables, restored]).toEqual([1, 2]);
    expect(await ask(rows)).toBe(before);
    expect(await ask("select count(*) from lib.note union all select count(*) from app.event")).toBe("2\n3");
    expect(
      await ask(`select tgenabled::text from pg_trigger where tgname = 'tr' union all select count(*)::text from pg_publication_tables
        union all select convalidated || obj_description(oid, 'pg_constraint') from pg_constraint where conname = 'note_fk' union all select count(*)::text from pg_largeobject_metadata`),
    ).toBe("A\n1\ntruewhy\n1");
  });

  test("come with their partitions, whatever schema those are in, and what is replaced there is backed up", async () => {
    await ask(
      "create table lib.event_3 partition of app.event for values from ('2027-01-01') to ('2028-01-01'); insert into app.event values (7, '2027-05-05'), (8, '2026-05-05')",
    );
    const replaced = "select count(*) from lib.event_1 union all select count(*) from lib.event_3";
    const rowsBefore = await ask(replaced);
    const { before, differences } = await into("shop", { tables: ["app.event"] });
    expect(await ask("select string_agg(id::text, ',' order by id) from app.event")).toBe("1,2");
    expect(differences[0]).toBe("The partition lib.event_3 was emptied: the backup does not have it.");
    await into("undone", {}, { choice: { name: before }, jobs: 2 });
    expect(await ask(replaced, "undone")).toBe(rowsBefore);
    await ask("drop table lib.event_3");
  });

  test("that are missing are made again", async () => {
    const before = await ask(rows);
    await ask("drop table app.customer cascade");
    const { differences } = await into("shop", { tables: ["app.customer"] });
    expect(differences).toHaveLength(1);
    expect(await ask(rows)).toBe(before);
    expect(await ask("select indexname from pg_indexes where tablename = 'customer' order by 1")).toBe(
      "by_country\ncustomer_pkey",
    );
    await ask("alter table lib.note add constraint note_fk foreign key (customer) references app.customer");
  });

  test("are refused where others refer to rows that the backup does not have, and nothing is changed", async () => {
    await ask(
      "insert into app.customer (id, country) values (9, 'de'); insert into lib.note (customer) values (9)",
    );
    await expect(into("shop", { tables: ["app.customer"] })).rejects.toThrow(
      /note_fk[\s\S]*Nothing was changed/,
    );
    expect(await ask("select count(*) from app.customer")).toBe("3");
    await ask("delete from lib.note where customer = 9; delete from app.customer where id = 9");
  });

  test("go into a new database with what they need, and without keys to rows that are not there", async () => {
    const { differences, tables } = await into(
      "anew",
      { tables: ["app.customer", "app.event"] },
      { jobs: 2 },
    );
    expect(differences).toEqual([
      expect.stringMatching(/^The foreign key «app customer customer_country_fkey \S+» was left out/),
      expect.stringMatching(/Left out: 2 tables \(lib\.country and lib\.note\), 1 large object, /),
    ]);
    expect(tables).toBe(4);
    expect(await ask(rows, "anew")).toBe(await ask(rows));
    expect(
      await ask("select count(*) from lib.country union all select count(*) from app.event", "anew").catch(
        () => "none",
      ),
    ).toBe("none");
    expect(await ask("select count(*) from app.event", "anew")).toBe("2");
  });

  test("of an unknown name are refused before anything is asked", async () => {
    await expect(into("shop", { tables: ["app.none"] })).rejects.toThrow("The backup has no table app.none");
    await expect(into("shop", { schemas: ["none"] })).rejects.toThrow(
      "The backup has no schema none: it has app, lib and public",
    );
  });
});

describe("schemas of a backup", () => {
  test("are replaced in place, and foreign keys from others and large objects stay", async () => {
    await ask(
      "delete from app.event; drop view if exists app.seen; create table app.junk (a int); select lo_from_bytea(8, 'y')",
    );
    await ask("insert into lib.note (customer) values (2)");
    await expect(into("shop", { schemas: ["app"] })).rejects.toThrow(
      /table lib\.event_1 is missing[\s\S]*Nothing was changed/,
    );
    const { differences } = await into("shop", { schemas: ["app"] }, { acceptDifferences: true });
    expect(differences.join("\n")).toContain("Only the selection was restored");
    expect(await ask("select count(*) from app.seen union all select count(*) from lib.note")).toBe("0\n3");
    expect(
      await ask(
        "select to_regclass('app.junk') is null, (select count(*) from pg_largeobject_metadata), (select count(*) from pg_constraint where conname = 'note_fk')",
      ),
    ).toBe("t|2|1");
  });

  test("go into a new database", async () => {
    const { differences } = await into("schema_anew", { schemas: ["lib"] }, { jobs: 2 });
    expect(differences.join("\n")).toMatch(/note_fk[\s\S]*Only the selection was restored/);
    expect(
      await ask("select count(*) from lib.country union all select count(*) from lib.event_1", "schema_anew"),
    ).toBe("2\n1");
  });
});

describe("sequences of nobody's", () => {
  const next = "select nextval('app.shared') || ' ' || nextval('lib.ids')";

  beforeAll(async () => {
    await cycle.source.sql("create database counted");
    await ask(
      `create schema app; create schema lib; create sequence app.shared start 10; create sequence lib.ids increment -1; create sequence lib.other;
       create table app.one (a int default nextval('app.shared'), b int default nextval('lib.ids')); create table app.two (like app.one including defaults);
       create table lib.three (a int default nextval('lib.other')); insert into app.one default values; insert into app.two default values; insert into lib.three default values`,
      "counted",
    );
    await cycle.backUp(cycle.source.connection("counted"));
  });

  test.each([{ tables: ["app.one"] }, { schemas: ["app"] }])(
    "have their values in a new database with %j",
    async (wanted) => {
      const database = `counted_${Object.keys(wanted)[0]}`;
      await into(database, wanted, { jobs: 2 });
      expect(await ask(next, database)).toBe("12 -3");
      expect(await ask("select to_regclass('lib.other') is null", database)).toBe("t");
    },
  );

  test("keep them in place, which is said", async () => {
    await ask("select setval('app.shared', 99)", "counted");
    const { differences } = await into("counted", { tables: ["app.one"] });
    expect(differences).toContain(
      "2 sequences that the selection takes values from (app.shared and lib.ids) keep their values.",
    );
    expect(await ask(next, "counted")).toBe("100 -3");
    const whole = await into("counted", { schemas: ["app"] });
    expect(whole.differences).toContain(
      "1 sequence that the selection takes values from (lib.ids) keeps its value.",
    );
    expect(await ask(next, "counted")).toBe("12 -4");
  });
});

describe("tables that have changed since the backup", () => {
  const state = `
    select string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid), col_description(a.attrelid, a.attnum)), ', ' order by a.attnum)
      from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where a.attrelid = 'app.customer'::regclass and a.attnum > 0 and not a.attisdropped
    union all select string_agg(c::text, ' ' order by id) from app.customer c union all select pg_get_viewdef('app.seen'::regclass) union all select string_agg(b::text, ' ') from app.by_mood b
    union all select string_agg(conname || pg_get_constraintdef(oid) || convalidated, ', ' order by conname) from pg_constraint where 'app.customer'::regclass in (conrelid, confrelid)
    union all select string_agg(indexrelid::regclass::text, ', ' order by 1) from pg_index where indrelid = 'app.customer'::regclass
    union all select tgname || tgenabled::text from pg_trigger where tgname = 'tr' union all select polname from pg_policy where polrelid = 'app.customer'::regclass
    union all select relacl::text || relrowsecurity from pg_class where oid = 'app.customer'::regclass
    union all select pubname || tablename from pg_publication_tables union all select last_value::text from app.customer_id_seq`;
  const views =
    "create view app.seen as select * from app.customer where seen; create materialized view app.by_mood as select m, count(*) from app.customer group by m";
  let before: string;

  beforeAll(async () => {
    await cycle.source.sql("create database changed");
    await ask(`${shop}; drop view app.seen; ${views}`, "changed");
    await cycle.backUp(cycle.source.connection("changed"));
    before = await ask(state, "changed");
  });

  test.each([
    [
      "more columns, and others",
      "add extra int default 7, add more text, alter id type bigint",
      "the columns extra, more are gone; id is integer instead of bigint; without index app.further",
    ],
    [
      "a column less, and no row-level security",
      "drop country, disable row level security",
      "the column country is back; with constraint customer_country_fkey of app.customer, index app.by_country; without index app.further",
    ],
    [
      "parts less, and others",
      `add extra int, drop constraint customer_country_fkey; drop index app.by_country; create index by_country on app.customer (country, id);
       drop trigger tr on app.customer; drop policy p on app.customer`,
      "the column extra is gone; with constraint customer_country_fkey of app.customer, index app.by_country, policy p on app.customer, trigger tr on app.customer; without index app.further",
    ],
  ])("are as the backup has them where they have %s", async (_, change, said) => {
    await ask(
      `drop view app.seen; drop materialized view app.by_mood; alter table app.customer ${change};
       create index further on app.customer (m); update app.customer set seen = true; ${views}`,
      "changed",
    );
    const { differences } = await into("changed", { tables: ["app.customer"] });
    expect(differences).toEqual([
      `The table app.customer had a different definition and was made again as the backup has it: ${said}.`,
      expect.stringMatching(/^view app\.seen depends on what was restored and is as the backup has it/),
      expect.stringMatching(/^Only the selection was restored/),
    ]);
    expect(await ask(state, "changed")).toBe(before);
  });

  test("are named where something else has their names, and nothing is changed", async () => {
    const mess = "drop index app.by_country; create index by_country on app.other (a)";
    await ask(`create table app.other (a int); ${mess}`, "changed");
    await expect(into("changed", { tables: ["app.customer"] })).rejects.toThrow(
      /\nindex app\.by_country of app\.other is in the place of index app\.by_country\.\n[\s\S]*Nothing was changed/,
    );
    await ask("drop table app.customer cascade; create view app.customer as select 1 as id", "changed");
    await expect(into("changed", { tables: ["app.customer"] })).rejects.toThrow(
      /\nview app\.customer is in the place of table app\.customer\.\nindex app\.by_country of [\s\S]*Nothing was changed/,
    );
    await ask("drop view app.customer; drop table app.other; create type app.customer as enum ()", "changed");
    await expect(into("changed", { tables: ["app.customer"] })).rejects.toThrow(
      /\ntype app\.customer is in the place of table app\.customer\.\n/,
    );
    await ask("drop type app.customer", "changed");
    await into("changed", { tables: ["app.customer"] });
    await ask(
      `${views}; alter table lib.note add constraint note_fk foreign key (customer) references app.customer; alter publication pub add table app.customer`,
      "changed",
    );
    expect(await ask(state, "changed")).toBe(before);
  });

  test("are refused where something depends on them that the backup does not have, and nothing is changed", async () => {
    await ask(
      "alter table app.customer add extra int; create view lib.later as select extra from app.customer",
      "changed",
    );
    await expect(into("changed", { tables: ["app.customer"] })).rejects.toThrow(
      /depend on what it replaces:\nview lib\.later is missing\.\n[\s\S]*Nothing was changed/,
    );
    expect(await ask("select count(*) from lib.later", "changed")).toBe("2");
    const accepting = { acceptDifferences: true };
    const { differences } = await into("changed", { tables: ["app.customer"] }, accepting);
    expect(differences).toContain("view lib.later is missing.");
    expect(await ask("select to_regclass('lib.later') is null", "changed")).toBe("t");
  });
});

describe("partitions of another schema's table", () => {
  const state = `
    select string_agg(tableoid::regclass || ' ' || id || v, ', ' order by id) from app.log
    union all select string_agg(inhrelid::regclass || ' of ' || inhparent::regclass, ', ' order by inhrelid::regclass::text) from pg_inherits
    union all select string_agg(tgrelid::regclass || tgenabled::text, ', ' order by tgrelid::regclass::text) from pg_trigger where tgname = 'mark'
    union all select string_agg(conname || convalidated, ', ' order by conname) from pg_constraint where conname in ('of_log', 'log_who', 'old who', 'who') or conrelid = 'parts.old'::regclass and contype = 'c'`;

  beforeAll(async () => {
    await cycle.source.sql("create database parted");
    const parted = `
      create schema app; create schema parts; create table app.who (id int primary key);
      create table app.log (id int, day date, v text, who int constraint log_who references app.who, primary key (id, day)) partition by range (day);
      create index on app.log (v); create table parts.old partition of app.log (constraint apart check (id < 1000)) for values from ('2020-01-01') to ('2021-01-01');
      create table parts.now partition of app.log for values from ('2021-01-01') to ('2022-01-01') partition by range (id);
      create table parts.now_1 partition of parts.now default; insert into app.log values (1, '2020-02-02', 'a'), (2, '2021-02-02', 'b');
      alter table parts.old rename constraint log_who to "old who"; alter table parts.now rename constraint log_who to who;
      create table app.ref (id int, day date, constraint of_log foreign key (id, day) references app.log); insert into app.ref values (1, '2020-02-02');
      create function app.mark() returns trigger language plpgsql as $$ begin new.v := 'marked'; return new; end $$;
      create trigger mark before insert on app.log for each row execute function app.mark(); alter table parts.old disable trigger mark;`;
    await cycle.source.sql(parted, "parted");
    await cycle.backUp(cycle.source.connection("parted"));
  });

  test("are put back as they were, with all of their schema", async () => {
    const before = await ask(state, "parted");
    await ask("update app.log set v = 'wrong'", "parted");
    const { differences } = await into("parted", { schemas: ["parts"] });
    expect(differences).toHaveLength(1);
    expect(await ask(state, "parted")).toBe(before);
  });

  test("are made again one by one", async () => {
    const before = await ask(state, "parted");
    await ask("alter table app.ref drop constraint of_log; drop table parts.now", "parted");
    const { differences } = await into("parted", { tables: ["parts.now"] });
    expect(differences).toHaveLength(1);
    await ask("alter table app.ref add constraint of_log foreign key (id, day) references app.log", "parted");
    expect(await ask(state, "parted")).toBe(before);
  });

  test.each([
    ["of the same definition, whose table others refer to", "update app.log set v = 'wrong'"],
    [
      "of another definition, whose table others refer to",
      `alter table parts.old add check (id <> 999), alter v set not null; alter table parts.old rename constraint "old who" to wrong`,
    ],
    [
      "without a check that they had, whose table others refer to",
      "alter table parts.old drop constraint apart",
    ],
  ])("are put back one by one or with their table, %s", async (_, change) => {
    const before = await ask(state, "parted");
    for (const tables of [["parts.old", "parts.now"], ["app.log"]]) {
      await ask(change, "parted");
      for (const table of tables) await into("parted", { tables: [table] });
      expect(await ask(state, "parted")).toBe(before);
    }
  });

  test("are made again with what their table has lost", async () => {
    const before = await ask(state, "parted");
    await ask(
      "alter table app.log drop constraint log_pkey cascade; drop index app.log_v_idx; drop table parts.old",
      "parted",
    );
    await expect(into("parted", { tables: ["parts.now"] })).rejects.toThrow(
      /differ from the backup:\n[\s\S]*Nothing was changed/,
    );
    const { differences } = await into("parted", { tables: ["app.log"] });
    expect(differences.join("\n")).toMatch(
      /^The table app\.log had [^\n]*: with constraint log_pkey of app\.log, index app\.log_pkey, index app\.log_v_idx\.\n/m,
    );
    await ask("alter table app.ref add constraint of_log foreign key (id, day) references app.log", "parted");
    expect(await ask(state, "parted")).toBe(before);
  });
});

describe("restores in place of a part", () => {
  test("take what depends on a schema from a complete backup", async () => {
    await cycle.source.sql("create database leaned");
    await cycle.source.sql(
      `create schema app; create schema "o ther"; create role leaner;
       create type app.mood as enum ('ok', 'bad'); create table app.item (id int primary key, m app.mood); insert into app.item values (1, 'ok');
       create function app.mark() returns trigger language plpgsql as 'begin return new; end'; create function app.twice(int) returns int language sql immutable as 'select 2 * $1';
       grant usage on schema app to leaner; grant select on app.item to leaner;
       create view "o ther"."V ""v" as select * from app.item where m in ('ok', 'bad'); alter view "o ther"."V ""v" owner to leaner; grant select (id) on "o ther"."V ""v" to pg_monitor; comment on view "o ther"."V ""v" is 'why';
       create materialized view "o ther".mv as select count(*) as n from "o ther"."V ""v"; create unique index on "o ther".mv (n); create function "o ther"."f f"(app.item, text default 'x') returns text language sql as 'select $2';
       create table "o ther".own (id int default app.twice(1), v int); insert into "o ther".own values (5, 6); create index by_twice on "o ther".own (app.twice(v)); alter table "o ther".own enable row level security;
       create trigger tr before insert on "o ther".own for each row execute function app.mark(); alter table "o ther".own disable trigger tr; create policy pol on "o ther".own using (app.twice(v) > 0);
       create rule ru as on insert to "o ther".own do also insert into app.item values (new.id); create function "o ther".atom() returns bigint begin atomic; select count(*) from app.item; end;
       create function app.no(app.mood) returns int language sql immutable as 'select 7'; create cast (app.mood as int) with function app.no(app.mood);
       create function public.apart() returns int language sql as 'select 1';`,
      "leaned",
    );
    const state = `select pg_get_viewdef('"o ther"."V ""v"'::regclass) || obj_description('"o ther"."V ""v"'::regclass) || (select relowner::regrole::text from pg_class where oid = '"o ther"."V ""v"'::regclass)
      union all select n::text from "o ther".mv union all select "o ther"."f f"(null) union all select pg_get_indexdef('"o ther".by_twice'::regclass)
      union all select tgname || tgenabled::text from pg_trigger where tgname = 'tr' union all select pg_get_expr(polqual, polrelid) from pg_policy
      union all select pg_get_ruledef(oid) from pg_rewrite where rulename = 'ru' union all select "o ther".atom()::text union all select ('ok'::app.mood)::int::text
      union all select concat(id, v) from "o ther".own union all select attacl::text from pg_attribute where attrelid = '"o ther"."V ""v"'::regclass and attnum = 1`;
    const before = await ask(state, "leaned");
    await cycle.backUp(cycle.source.connection("leaned"));
    await ask("update app.item set m = 'bad'; drop function public.apart()", "leaned");
    const { differences } = await into("leaned", { schemas: ["app"] });
    // The cast, which is in no schema, came back.
    expect(differences).toEqual([expect.stringMatching(/^Only the selection was restored(?!.*cast )/)]);
    expect(await ask(state, "leaned")).toBe(before);
    // Only what the target had comes back.
    await ask('drop materialized view "o ther".mv', "leaned");
    await into("leaned", { schemas: ["app"] });
    expect(
      await ask("select to_regclass('\"o ther\".mv') is null, to_regproc('public.apart') is null", "leaned"),
    ).toBe("t|t");
    // What the backup does not have would be lost.
    await ask("create view public.later as select * from app.item", "leaned");
    await expect(into("leaned", { schemas: ["app"] })).rejects.toThrow(
      /view public\.later is missing[\s\S]*Nothing was changed/,
    );
    expect(await ask("select count(*) from public.later", "leaned")).toBe("1");
  });

  test("name what else is to be restored where the table above or below it has changed", async () => {
    await cycle.source.sql("create database heirs");
    await ask(
      `create schema app; create table app.up (a int); create table app.down (b int) inherits (app.up); insert into app.up values (1); insert into app.down values (2, 3);
       create table app.list (k int, v text) partition by list (k); create table app.list_1 partition of app.list for values in (1); insert into app.list values (1, 'x');
       create statistics app.st on a, b from app.down; create table app.other (a int, b int)`,
      "heirs",
    );
    await cycle.backUp(cycle.source.connection("heirs"));
    const state = "select string_agg(t::text, ' ') from app.up t union all select l::text from app.list l";
    const before = await ask(state, "heirs");
    await ask("alter table app.up add extra int; alter table app.list add extra int", "heirs");
    await expect(into("heirs", { tables: ["app.up"] })).rejects.toThrow(
      /\napp\.down inherits from app\.up, which has another definition [^\n]*: restore app\.down with --table, too\.\n[\s\S]*Nothing was changed/,
    );
    await into("heirs", { tables: ["app.up", "app.down"] });
    await expect(into("heirs", { tables: ["app.list_1"] })).rejects.toThrow(
      /\napp\.list_1 cannot be a partition of app\.list, which [^\n]*: restore app\.list with --table\.\n[\s\S]*Nothing was changed/,
    );
    await into("heirs", { tables: ["app.list"] });
    expect(await ask(state, "heirs")).toBe(before);
    await ask("drop statistics app.st; create statistics app.st on a, b from app.other", "heirs");
    await expect(into("heirs", { tables: ["app.down"] })).rejects.toThrow(
      /\nstatistics app\.st of app\.other is in the place of statistics app\.st\.\n[\s\S]*Nothing was changed/,
    );
  });

  test("refuse one partition by the hash of an enum, since its rows may come into another", async () => {
    await cycle.source.sql("create database hashed");
    await cycle.source.sql(
      `create type c as enum ('a', 'b', 'd'); create table h (c c, v int) partition by hash (c); create table h0 partition of h for values with (modulus 2, remainder 0);
       create table h1 partition of h for values with (modulus 2, remainder 1); insert into h select c, v from unnest(enum_range(null::c)) c, generate_series(1, 5) v;`,
      "hashed",
    );
    await cycle.backUp(cycle.source.connection("hashed"));
    await expect(into("hashed", { tables: ["public.h0"] })).rejects.toThrow(
      /The rows of public\.h0 may come into another partition[\s\S]*restore public\.h\.[\s\S]*Nothing was changed/,
    );
    await ask("delete from h", "hashed");
    await into("hashed", { tables: ["h"] });
    expect(await ask("select count(*) from h", "hashed")).toBe("15");
  });
});
