import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { setChecksAside } from "../../operations/archive/late-checks.ts";
import { readPristine } from "../../operations/archive/pristine.ts";
import { readServerChanges } from "../../operations/archive/server-changes.ts";
import { type Session, withSession } from "../../postgres/session.ts";
import { type Cycle, startCycle } from "./support/cycle.ts";

let cycle: Cycle;

beforeAll(async () => {
  cycle = await startCycle();
  await cycle.source.sql(
    "create role changer; create role changed_reader; create role outsider login createdb bypassrls password 'canary-outsider'",
  );
});

afterAll(() => cycle.close());

async function make(name: string, statements: string) {
  await cycle.source.sql(`create database ${name}`);
  await cycle.source.sql(statements, name);
  return { connection: cycle.source.connection(name), ask: (query: string) => cycle.source.sql(query, name) };
}

/** What somebody can change of what the server brings, and of what extensions bring. */
const changes = `
  drop extension plpgsql; create extension plpgsql; alter language plpgsql owner to changer; alter function plpgsql_validator(oid) cost 3; commit; comment on language plpgsql is 'a language';
  create table t (a int); insert into t values (1); comment on table t is 'still read';
  create text search dictionary plain (template = simple); create text search dictionary pg_catalog.of_server (template = simple);
  alter text search configuration english alter mapping for asciiword with plain, english_stem;
  alter text search configuration simple drop mapping for url; alter text search dictionary german_stem (stopwords = 'english');
  create function lt(int4, numeric) returns boolean language sql immutable as 'select $1::numeric < $2';
  create function cmp(int4, numeric) returns int language sql immutable as 'select 0';
  create operator <<< (leftarg = int4, rightarg = numeric, function = lt);
  alter operator family integer_ops using btree add operator 1 <<< (int4, numeric), function 1 cmp(int4, numeric);
  grant usage on language sql to changed_reader; revoke usage on schema information_schema from public; grant usage on schema information_schema to changed_reader;
  revoke select on information_schema.tables from public; grant select (table_name) on information_schema.tables to changed_reader;
  grant select on information_schema.views to changed_reader with grant option; revoke usage on type information_schema.yes_or_no from public;
  revoke execute on function information_schema._pg_truetypid(pg_attribute, pg_type) from public;
  alter function pg_read_file(text) owner to changer; alter language sql owner to changer;
  alter view information_schema.schemata owner to changer; alter aggregate sum(int) owner to changer; alter text search configuration danish owner to changer;
  alter function abs(int) set work_mem = '2MB'; alter function pg_sleep(float8) cost 99; alter function to_char(timestamptz, text) immutable;
  create index at_day on t (to_char(to_timestamp(a), 'YYYY')); grant execute on function pg_ls_waldir() to changed_reader;
  create or replace function pg_catalog.obj_description(oid, name) returns text language sql stable strict as 'select null::text';
  alter operator = (int4, int4) set (restrict = none); alter type text set (storage = main);
  alter view information_schema.columns set (security_barrier = true); create function mine() returns text language sql return 'mine';
  create or replace view information_schema.information_schema_catalog_name as select 'ours'::name::information_schema.sql_identifier as catalog_name;
  alter domain information_schema.cardinal_number add constraint few check (value < 1000000); alter domain information_schema.time_stamp drop default;
  insert into information_schema.sql_features values ('X999', 'mine', '', '', 'NO', null, 'c'); update information_schema.sql_sizing set comments = 'ours' where sizing_id = 34;
  create extension unaccent; create extension hstore; create extension pg_stat_statements; create extension btree_gist; commit;
  alter text search dictionary unaccent (rules = 'unaccent'); alter text search dictionary unaccent owner to changer; alter type hstore set (storage = external);
  alter type hstore owner to changer; alter operator family gist_int4_ops using gist owner to changer; alter operator class gist_int4_ops using gist owner to changer;
  alter operator ? (hstore, text) set (restrict = contsel); alter view pg_stat_statements_info set (security_barrier = true);
  create schema ext; alter extension unaccent set schema ext; alter extension hstore set schema ext; commit; set search_path = public, ext;
  comment on operator class gist_int4_ops using gist is 'a class'; comment on column pg_stat_statements.calls is 'a column'; comment on operator family gist_int4_ops using gist is 'a family';
  alter function skeys(hstore) rename to skeys_of; alter function svals(hstore) set schema pg_catalog; alter extension hstore drop function akeys(hstore); alter aggregate sum(float8) owner to changer; alter type float8 owner to changer;
  comment on constraint cardinal_number_domain_check on domain information_schema.cardinal_number is 'a check';
  alter default privileges in schema information_schema grant select on tables to changed_reader;
  begin; create extension pg_trgm; create table told (a int); insert into told values (7); alter extension pg_trgm add table told; alter function similarity(text, text) cost 77; commit;
  create extension postgis_topology cascade; alter table topology.topology set (fillfactor = 55), replica identity full, cluster on topology_pkey;
  alter table spatial_ref_sys alter srtext set statistics 77, alter srtext set storage external; create statistics two_of on srid, auth_name from spatial_ref_sys; alter statistics two_of set statistics 12;
  create function dist(int4, numeric) returns float8 language sql immutable as 'select 0::float8'; create operator <~~> (leftarg = int4, rightarg = numeric, function = dist);
  alter operator family gist_int4_ops using gist add operator 15 <~~> (int4, numeric) for order by float_ops;`;

const asked = `
  select concat_ws(' ', 'map', mapcfg::regconfig, maptokentype, mapseqno, mapdict::regdictionary) from pg_ts_config_map where mapcfg in ('english'::regconfig, 'simple'::regconfig)
  union all select concat_ws(' ', 'dictionary', dictname, dictowner::regrole, dictinitoption) from pg_ts_dict where dictname in ('german_stem', 'unaccent')
  union all select concat_ws(' ', 'operator member', amopopr::regoperator, amopstrategy, amopsortfamily) from pg_amop where amopopr in ('<<<(int, numeric)'::regoperator, '<~~>(int, numeric)'::regoperator)
  union all select concat_ws(' ', 'function member', amproc, amprocnum) from pg_amproc where amproc::text = 'cmp'
  union all select concat_ws(' ', 'language', lanname, lanowner::regrole, array(select x::text from unnest(lanacl) x order by 1)) from pg_language
  union all select concat_ws(' ', 'schema', nspname, array(select x::text from unnest(nspacl) x order by 1)) from pg_namespace where nspname = 'information_schema'
  union all select concat_ws(' ', 'relation', oid::regclass, relowner::regrole, reloptions, array(select x::text from unnest(relacl) x order by 1)) from pg_class
    where relnamespace = 'information_schema'::regnamespace or relname ~ '^pg_stat_statements'
  union all select concat_ws(' ', 'column', attrelid::regclass, attname, attacl) from pg_attribute where attrelid = 'information_schema.tables'::regclass
  union all select concat_ws(' ', 'type', oid::regtype, typowner::regrole, typacl, typstorage, typdefault) from pg_type where typtype in ('b', 'd')
  union all select concat_ws(' ', 'function', oid::regprocedure, proowner::regrole, proacl, procost, proconfig, provolatile, prosrc) from pg_proc
  union all select concat_ws(' ', 'operator', oid::regoperator, oprrest) from pg_operator
  union all select concat_ws(' ', 'class', opcname, opcowner::regrole) from pg_opclass union all select concat_ws(' ', 'family', opfname, opfowner::regrole) from pg_opfamily
  union all select concat_ws(' ', 'configuration', cfgname, cfgowner::regrole) from pg_ts_config
  union all select concat_ws(' ', 'check', conname, contypid::regtype) from pg_constraint where contypid <> 0
  union all select concat_ws(' ', 'comment', i.type, i.identity, d.description) from pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) i
  union all select concat_ws(' ', 'of', i.type, i.identity, e.extname) from pg_depend d join pg_extension e on e.oid = d.refobjid, pg_identify_object(d.classid, d.objid, 0) i where d.deptype = 'e'
  union all select concat_ws(' ', 'table', oid::regclass, relreplident, reloptions) from pg_class where oid = 'topology.topology'::regclass
  union all select concat_ws(' ', 'attribute', attname, attstattarget, attstorage) from pg_attribute where attrelid = 'spatial_ref_sys'::regclass
  union all select concat_ws(' ', 'statistics', stxname, stxstattarget) from pg_statistic_ext union all select concat_ws(' ', 'clustered', indexrelid::regclass) from pg_index where indisclustered
  union all select concat_ws(' ', 'default', defaclnamespace::regnamespace, defaclacl) from pg_default_acl union all select a::text from told
  union all select catalog_name from information_schema.information_schema_catalog_name
  union all select f::text from information_schema.sql_features f union all select s::text from information_schema.sql_sizing s
  order by 1`;

test("what somebody changed of the server's own, and of extensions, comes back in a new database and stays in place", async () => {
  const { connection, ask } = await make("server_changes", changes);
  const before = await ask(asked);
  expect((await cycle.backUp(connection)).notes).toEqual([
    "These objects are in a schema of the server, which no dump contains, and are not in the backup: text search dictionary pg_catalog.of_server.",
    "These functions of the server were replaced. The backup carries them, but what reads and compares definitions may call them, and is then not certain: obj_description(oid,name).",
  ]);
  expect(await cycle.drill()).toMatchObject({ holds: true, problems: [] });
  const target = cycle.source.connection("server_changes_new");
  expect((await cycle.restore(target, { jobs: 2 })).differences).toEqual([]);
  expect(await cycle.source.sql(asked, "server_changes_new")).toBe(before);
  expect((await cycle.restore(connection)).differences).toEqual([]);
  expect(await ask(asked)).toBe(before);
  // What was taken out of an extension is so in what was restored, too.
  expect((await cycle.backUp(connection)).notes).toHaveLength(2);
  expect(await cycle.drill()).toMatchObject({ holds: true, problems: [] });
});

test("each change of the server's own is found when it is the only one", async () => {
  const { connection } = await make(
    "only_change",
    `create function lt(int4, numeric) returns boolean language sql immutable as 'select $1::numeric < $2';
     create function cmp(int4, numeric) returns int language sql immutable as 'select 0';
     create operator <<< (leftarg = int4, rightarg = numeric, function = lt);`,
  );
  const changes = [
    "alter text search configuration simple drop mapping for url",
    "alter text search configuration simple alter mapping for url with german_stem",
    "alter text search dictionary german_stem (stopwords = 'english')",
    "alter operator family integer_ops using btree add operator 1 <<< (int4, numeric)",
    "alter operator family integer_ops using btree add function 1 (int4, numeric) cmp(int4, numeric)",
    "grant usage on language sql to changed_reader",
    "revoke usage on schema information_schema from public",
    "grant select on information_schema.views to changed_reader",
    "grant select (table_name) on information_schema.tables to changed_reader",
    "revoke usage on type information_schema.yes_or_no from public",
    "revoke execute on function information_schema._pg_truetypid(pg_attribute, pg_type) from public",
    ...[
      "function pg_read_file(text)",
      "language sql",
      "view pg_stats",
      "aggregate sum(int)",
      "type float8",
    ].map((what) => `alter ${what} owner to changer`),
    ...["schema information_schema", "text search configuration danish", "conversion utf8_to_sjis"].map(
      (what) => `alter ${what} owner to changer`,
    ),
    "alter function pg_sleep(float8) cost 99",
    "alter operator = (int4, int4) set (restrict = none)",
    "alter type text set (storage = main)",
    "alter view information_schema.columns set (security_barrier = true)",
    "create or replace view information_schema.information_schema_catalog_name as select 'ours'::name::information_schema.sql_identifier as catalog_name",
    "alter domain information_schema.cardinal_number add constraint few check (value < 1000000)",
    "alter domain information_schema.time_stamp drop default",
    "alter default privileges in schema information_schema grant select on tables to changed_reader",
  ];
  await withSession(connection, "test", async (session) => {
    const pristine = await readPristine(session);
    expect(await readServerChanges(session, pristine)).toEqual([]);
    for (const change of changes) {
      await session.run(`begin; ${change}`);
      expect(await readServerChanges(session, pristine), change).not.toEqual([]);
      await session.run("rollback");
    }
  });
});

test("a schema public that was renamed or dropped is as it was, and a new database has no other", async () => {
  const { connection, ask } = await make(
    "renamed_public",
    `create extension citext; create table t (a citext); insert into t values ('A'); alter schema public rename to app;
     create schema later; alter schema later rename to public; create schema gone; create schema kept; create table kept.u (a int);
     grant create on schema kept to changer; alter schema public rename to other;
     comment on language plpgsql is 'ours';`,
  );
  const schemas = `
    select nspname, nspowner::regrole, obj_description(oid, 'pg_namespace'), array(
        select concat_ws(' ', x.grantor::regrole, x.grantee::regrole, x.privilege_type)
          from aclexplode(coalesce(nspacl, acldefault('n', nspowner))) x order by 1)
      from pg_namespace where nspname !~ '^pg_'
    union all select lanname, lanowner::regrole, obj_description(oid, 'pg_language'), null from pg_language order by 1`;
  const before = await ask(schemas);
  expect((await cycle.backUp(connection)).notes).toEqual([]);
  expect(
    (await cycle.restore(cycle.source.connection("renamed_public_new"), { jobs: 2 })).differences,
  ).toEqual([]);
  expect(await cycle.source.sql(schemas, "renamed_public_new")).toBe(before);
  expect((await cycle.restore(connection)).differences).toEqual([]);
  expect(await ask(schemas)).toBe(before);
});

test("privileges that roles granted on what they got come back with their grantors and no others", async () => {
  const { connection, ask } = await make(
    "granted_on",
    `create role chain_a; create role chain_b; create role chain_c; create type span as range (subtype = int); create table t (a int);
     revoke all on function span(int, int) from public; revoke all on type t from public;
     grant usage on language plpgsql to chain_b with grant option; grant select on information_schema.sql_parts to chain_b with grant option;
     grant select (feature_id) on information_schema.sql_parts to chain_b with grant option; grant usage on type information_schema.yes_or_no to chain_b with grant option;
     grant create on schema information_schema to chain_b with grant option; grant execute on function pg_ls_dir(text), information_schema._pg_truetypid, span(int, int) to chain_b with grant option;
     grant usage on type t to chain_b with grant option; set role chain_b;
     grant usage on language plpgsql to chain_a with grant option; grant select on information_schema.sql_parts to chain_a;
     grant select (feature_id) on information_schema.sql_parts to chain_a; grant usage on type information_schema.yes_or_no to chain_a;
     grant create on schema information_schema to chain_a; grant execute on function pg_ls_dir(text), information_schema._pg_truetypid, span(int, int) to chain_a;
     grant usage on type t to chain_a; set role chain_a; grant usage on language plpgsql to chain_c; reset role;`,
  );
  const granted = `
    select name, a::text from (
      select lanname as name, lanacl as acl from pg_language union all select relname, relacl from pg_class union all select attname, attacl from pg_attribute
      union all select proname, proacl from pg_proc union all select typname, typacl from pg_type union all select nspname, nspacl from pg_namespace) o
     cross join lateral unnest(acl) a where a::text ~ 'chain' order by 1, 2`;
  const before = await ask(granted);
  expect(before).toContain("chain_c=U/chain_a");
  expect((await cycle.backUp(connection)).notes).toEqual([]);
  await cycle.source.sql("create database granted_on_new");
  expect((await cycle.restore(cycle.source.connection("granted_on_new"))).differences).toEqual([]);
  expect(await cycle.source.sql(granted, "granted_on_new")).toBe(before);
  expect((await cycle.restore(connection)).differences).toEqual([]);
  expect(await ask(granted)).toBe(before);
});

test("a backup names checks by the clock that no restore can add after the rows", async () => {
  const { connection } = await make(
    "late_domain",
    `create domain recent as timestamptz check (value > now() - interval '2 seconds'); create type pair as (at recent); create table p (c pair);
     create domain fresh as timestamptz check (value > now() - interval '2 seconds'); create table f (at fresh);`,
  );
  const about = "These checks depend on the time, the role or a setting, and";
  const check = (domain: string): string =>
    `${domain}_check of public.${domain} (CHECK ((VALUE > (now() - '00:00:02'::interval))))`;
  expect((await cycle.backUp(connection)).notes).toEqual([
    `${about} a restored database checks every row anew: ${check("fresh")}. A row that one refuses then is a difference.`,
    `${about} are of domains within other types, so that they cannot be added after the rows: ${check("recent")}. A row that one refuses then ends a drill or a restore.`,
  ]);
});

test("a backup names views that read themselves, which no server can make again, and not those that read each other or have their own row type", async () => {
  const { connection } = await make(
    "endless_views",
    `create view one as select 1 as a; create view other as select a from one; create or replace view one as select a from other;
     create view "V" as select 1 as a; create or replace view "V" as select a from "V";
     create view rows as select 1 as a; create or replace view rows as select 1 as a from rows;
     create view called as select 1 as a; create function calls() returns setof called language sql as 'select * from called'; create or replace view called as select a from calls();
     create view typed as select 1 as a; create or replace view typed as select (row(1)::typed).a; create view nested as select 1 as a; create or replace view nested as select 1 as a where exists (select from nested);
     create view given as select 1 as a; create function give(given) returns int language sql as 'select $1.a'; create or replace view given as select give(row(1)::given) as a;`,
  );
  expect((await cycle.backUp(connection)).notes).toEqual([
    'These views read themselves, so that no server can make them again: public."V", public.nested and public.rows. A restored database lacks them, and that is a difference.',
  ]);
  expect((await cycle.drill()).problems).toEqual([
    'view public."V" is missing.',
    "view public.nested is missing.",
    "view public.rows is missing.",
  ]);
});

test("checks that call functions are found by reading catalogs once, however many there are", async () => {
  const statements = (checks: number): string =>
    Array.from(
      { length: checks },
      (_, index) => `
        create domain d${index} as int check (value > least_of()); create type c${index} as (a d${index});
        create table t${index} (a d${index}, b c${index}, constraint c check (a > least_of()));
        create table u${index} (constraint c check (a > least_of())) inherits (t${index});`,
    ).join("");
  const read = async (checks: number): Promise<number> => {
    const name = `late_checks_${checks}`;
    await make(
      name,
      `create function least_of() returns int language sql as 'select 0'; ${statements(checks)}`,
    );
    return withSession(cycle.source.connection(name), "test", async (session) => {
      await session.run("begin");
      const before = await tuplesRead(session);
      const found = await setChecksAside(session, ["public"]);
      expect([found.statements.length, found.inOrder]).toEqual([2 * checks, true]);
      return (await tuplesRead(session)) - before;
    });
  };
  const few = await read(10);
  // What is read once is most of it. To read it for each check would be to read three times as much, or more.
  expect((await read(30)) / few).toBeLessThan(2);
});

/** Rows of the catalogs that a transaction has read. */
async function tuplesRead(session: Session): Promise<number> {
  const rows = await session.rows(
    "select sum(pg_catalog.pg_stat_get_xact_tuples_returned(oid))::text as read from pg_catalog.pg_class",
  );
  const [{ read }] = z.tuple([z.object({ read: z.coerce.number() })]).parse(rows);
  return read;
}

test("rows that are perhaps not those of an extension's script are compared with these, and come back once it may be another script", async () => {
  const name = "address_standardizer_data_us";
  const { connection, ask } = await make(
    "script_rows",
    `create extension ${name}; update us_rules set rule = '0 -1 0' where id = 1;`,
  );
  expect((await cycle.backUp(connection)).notes).toEqual([]);
  const lost = `The script's part of public.us_rules of the extension ${name} was not restored: its script makes other rows than those that the source has of it.`;
  expect((await cycle.drill()).problems).toEqual([lost]);
  expect((await cycle.restore(connection)).differences).toEqual([]);
  // As an update of the extension writes it.
  await ask(`update pg_extension set extversion = extversion where extname = '${name}'`);
  const outsider = { ...connection, PGUSER: "outsider", PGPASSWORD: "canary-outsider" };
  await ask(
    "grant select on us_gaz, us_lex, us_rules, us_gaz_id_seq, us_lex_id_seq, us_rules_id_seq to outsider",
  );
  expect((await cycle.backUp(outsider)).notes.join("\n")).toContain(
    `The extension ${name} was changed after it was created, and the backup does not have these changes: rows of public.us_gaz that another version of it made, rows of public.us_lex that another version of it made and rows of public.us_rules that another version of it made.`,
  );
  await ask(
    "revoke all on us_gaz, us_lex, us_rules, us_gaz_id_seq, us_lex_id_seq, us_rules_id_seq from outsider",
  );
  await cycle.backUp(connection);
  expect(await cycle.drill()).toMatchObject({ holds: true, problems: [] });
  const target = cycle.source.connection("script_rows_new");
  expect((await cycle.restore(target, { jobs: 2 })).differences).toEqual([]);
  const asked = "select count(*), max(rule) filter (where id = 1) from us_rules";
  expect(await cycle.source.sql(asked, "script_rows_new")).toBe(await ask(asked));
});

test("a type that an extension still needs, and that was taken out of it and renamed, is named in a backup", async () => {
  const { connection } = await make(
    "taken_and_renamed",
    `create extension citext; create extension hstore; commit; alter extension citext drop type citext; alter type citext rename to folded;
     alter extension hstore drop function hstore_to_json(hstore); alter function hstore_to_json(hstore) rename to as_json;`,
  );
  expect((await cycle.backUp(connection)).notes).toEqual([
    "The extension citext was changed after it was created, and the backup does not have these changes: type public.folded.",
  ]);
});

test("what is on the server's own and not carried is named, and a restore in place that would drop it is refused", async () => {
  const { connection, ask } = await make(
    "server_own",
    `create table t (a int primary key); insert into t values (1); create type kind as enum ('x');
     create table information_schema.mine (k kind); set allow_system_table_mods = on; create schema pg_own; create table pg_own.t (a int); reset allow_system_table_mods; create view information_schema.seen as select a from t;
     create function hidden() returns boolean language sql as 'select true';
     create or replace view information_schema.enabled_roles as
       select a.rolname::information_schema.sql_identifier as role_name from pg_authid a where pg_has_role(a.oid, 'usage') and public.hidden();
     alter table information_schema.sql_parts add column note text, enable row level security; create index on information_schema.sql_sizing (sizing_id);
     create text search configuration pg_catalog.ours (copy = english); alter text search configuration danish rename to dansk;
     alter text search dictionary german_stem rename to stamm; alter type money rename to cash; alter table information_schema.sql_features rename to features;
     create or replace aggregate pg_catalog.bit_or(int) (sfunc = int4or, stype = int, initcond = '7');
     update pg_cast set castcontext = 'i' where castsource = 'int8'::regtype and casttarget = 'int4'::regtype;`,
  );
  expect((await cycle.backUp(connection)).notes).toEqual([
    "These objects are in a schema of the server, which no dump contains, and are not in the backup: table information_schema.mine, view information_schema.seen and text search configuration pg_catalog.ours.",
    "The names of these schemas begin with pg_, so that pg_dump takes them for the server's, and nothing in them is in the backup: pg_own.",
    "These are on tables of the server or changed there, which no dump contains, and are not in the backup: column note of information_schema.sql_parts, index information_schema.sql_sizing_sizing_id_idx and row-level security of information_schema.sql_parts.",
    "These objects of the server were replaced or changed in its catalogs, which no dump contains, and the changes are not in the backup: aggregate pg_catalog.bit_or(integer) and cast (bigint AS integer).",
    "These objects of the server have another name or schema, which no dump gives them: what uses them cannot be restored where they are not so, too: table information_schema.features, text search configuration pg_catalog.dansk, text search dictionary pg_catalog.stamm and type pg_catalog.cash.",
    "The table information_schema.mine of another schema or of an extension uses a type or table of the backup: a restore in place would change it and is refused.",
  ]);
  await expect(cycle.restore(connection)).rejects.toThrow(
    /view information_schema\.seen is missing\.[\s\S]*view information_schema\.enabled_roles is missing\.[\s\S]*column k of information_schema\.mine is missing\.[\s\S]*Nothing was changed/,
  );
  expect(await ask("select * from information_schema.seen")).toBe("1");
  // A change that the backup does not have is not lost, either.
  await ask("drop view information_schema.seen; drop table information_schema.mine");
  await ask(
    `create or replace view information_schema.enabled_roles as
       select a.rolname::information_schema.sql_identifier as role_name from pg_authid a where pg_has_role(a.oid, 'usage')`,
  );
  await ask(
    "create text search dictionary plain (template = simple); alter text search configuration english alter mapping for asciiword with plain",
  );
  await expect(cycle.restore(connection)).rejects.toThrow(
    /The mapping of the text search configuration english was lost\.[\s\S]*Nothing was changed/,
  );
});

test("changes that only a superuser can make are named in a backup by another role, and grants are none", async () => {
  const { connection, ask } = await make(
    "server_outside",
    `create table t (a int); do $$ begin execute format('alter database %I owner to outsider', current_database()); end $$;
     alter schema public owner to outsider; alter table t owner to outsider; alter function lower(text) cost 7;
     grant execute on function pg_ls_waldir() to outsider; create foreign data wrapper dummy; create server far foreign data wrapper dummy;
     create user mapping for public server far options (password 'p'); create user mapping for outsider server far;
     create extension pg_buffercache; create extension intagg; create extension bloom; create extension citext; create index blooming on t using bloom (a);
     do $$ begin execute format('alter database %I set supautils.privileged_extensions = %L', current_database(), 'vector, intagg'); end $$;`,
  );
  const outsider = { ...connection, PGUSER: "outsider", PGPASSWORD: "canary-outsider" };
  expect((await cycle.backUp(outsider)).notes).toEqual([
    "The options of user mappings, such as passwords, are not in the backup where only their user or a superuser may read them: outsider on far and public on far.",
    "These changes of what the server brings are not in the backup, since only a superuser can make them: definition of the function pg_catalog.lower(pg_catalog.text).",
    "By PostgreSQL's own rules, the role outsider may not create these extensions, since it is not a superuser: bloom. The backup needs them, so that a restore by this role into a database without them ends in an error.",
    "By PostgreSQL's own rules, the role outsider may not create these extensions, since it is not a superuser: pg_buffercache. A restore by this role into a database without them leaves them out, with the rows that they have in the backup.",
  ]);
  await cycle.backUp(outsider, ["public"]);
  expect((await cycle.restore(outsider)).differences).toEqual([]);
  // A database without a schema of the server is backed up, too.
  await ask("drop schema information_schema cascade");
  expect((await cycle.backUp(connection)).notes).toEqual([
    "These objects of the server were dropped here, and a restored database has them again: schema information_schema.",
  ]);
  expect((await cycle.restore(connection)).differences).toEqual([]);
});
