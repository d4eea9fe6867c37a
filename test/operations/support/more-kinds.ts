/** What a database holds, and how its backup comes back. */
export interface Kind {
  name: string;
  /** Statements that make the database. */
  made: string;
  /** Which others stand in the same database, so that one backup has all: their names are all different. */
  together?: "complete" | "postgis" | "public" | "app" | "lib" | "bytes" | "server";
  /** How the database itself is created. */
  create?: string;
  /** Schemas of the backup; the complete database unless given. */
  schemas?: readonly string[];
  /** A query that must answer the same after the restore as before. */
  asked?: string;
  /** Other schemas that its schemas take with them. */
  companions?: readonly string[];
  /** What the backup says that it does not carry. */
  notes?: readonly string[];
}

/** Password of the server that tests with these kinds use. */
const password = "canary-cycle-71";

const empty = (view: string): string =>
  `The rows of the materialized view ${view} come from another server and are not in the backup: a drill leaves it empty, and a restore refreshes it at its end.`;

/** What a backup says of values that a function computes which reads tables. */
const readAnew = (what: string, named: string): string =>
  `${what} has values of a function that is declared immutable and reads tables (${named}): a restored database computes them anew from the rows that it has then, and they may differ.`;

export const moreKinds: readonly Kind[] = [
  {
    name: "a policy of several roles, in whatever order the server has them",
    together: "complete",
    made: `create role zeta_kind; create role alpha_kind; create table judged (a int);
      create policy one on judged to zeta_kind, alpha_kind, postgres using (a > 0);
      create policy other on judged to postgres, alpha_kind, zeta_kind using (a > 0);`,
    asked: "select count(*) from pg_policy",
  },
  {
    name: "privileges that were set after what needs others: an index whose function its table's owner may not call, and a grant by a role that may not use the schema any more",
    together: "complete",
    made: `create role indexer; create role writer; create role passer; create role passed_on;
      create function bumped(int) returns int language plpgsql immutable as 'begin return $1 + 1; end';
      create table indexed (a int); insert into indexed values (1), (2); create index bumped_index on indexed (bumped(a));
      create materialized view bumped_seen as select a from indexed; create index on bumped_seen (bumped(a));
      alter table indexed owner to indexer; alter materialized view bumped_seen owner to indexer;
      revoke execute on function bumped(int) from public; grant execute on function bumped(int) to writer;
      revoke insert, update on indexed from indexer;
      create schema passing; create table passing.t (a int); grant usage on schema passing to passer;
      grant select on passing.t to passer with grant option; set role passer; grant select on passing.t to passed_on; reset role;
      revoke usage on schema passing from passer;
      create role stiff noinherit; create table passing.stiffly (a int); grant usage on schema passing to stiff;
      grant select on passing.stiffly to stiff with grant option; set role stiff; grant select on passing.stiffly to passed_on; reset role;
      revoke usage on schema passing from stiff;`,
    asked: `select relacl::text from pg_class where relname in ('indexed', 't', 'stiffly') and relacl is not null union all select proacl::text from pg_proc where proname = 'bumped'
      union all select nspacl::text from pg_namespace where nspname = 'passing' union all select relispopulated::text from pg_class where relname = 'bumped_seen'
      union all select rolname from pg_roles where rolname like 'optropic%' order by 1`,
  },
  {
    name: "an identity column that is older than what its table's owner gives others of every new sequence",
    together: "complete",
    made: `create role late_giver; create table counted (id int generated always as identity); alter table counted owner to late_giver;
      insert into counted default values; alter default privileges for role late_giver grant usage on sequences to pg_monitor;
      alter default privileges for role late_giver revoke update on sequences from late_giver;`,
    asked: `select has_sequence_privilege('pg_monitor', 'counted_id_seq', 'usage')::text
      union all select defaclacl::text from pg_default_acl where defaclrole = 'late_giver'::regrole`,
  },
  {
    name: "what only superusers are given, of a role that is none any more",
    together: "complete",
    made: `create role demoted superuser; set role demoted; create foreign data wrapper demoted_wrapper; grant usage on foreign data wrapper demoted_wrapper to pg_monitor;
      create server demoted_server foreign data wrapper demoted_wrapper;
      create function demoted_watch() returns event_trigger language plpgsql as 'begin null; end';
      create event trigger demoted_trigger on ddl_command_end when tag in ('CREATE CAST') execute function demoted_watch();
      comment on event trigger demoted_trigger is 'theirs'; reset role; alter role demoted nosuperuser;
      create function demoted_look(int) returns int immutable language plpgsql as 'begin
        if exists (select from pg_roles where rolname = current_user and rolname = ''demoted'' and rolsuper) then raise exception ''%'', ''a superuser''; end if;
        return $1; end';
      create table demoted_table (a int); insert into demoted_table values (1); create index on demoted_table (demoted_look(a)); alter table demoted_table owner to demoted;`,
    asked: `select format('%s %s', fdwowner::regrole, fdwacl) from pg_foreign_data_wrapper where fdwname = 'demoted_wrapper'
      union all select format('%s %s', evtowner::regrole, obj_description(oid, 'pg_event_trigger')) from pg_event_trigger where evtname = 'demoted_trigger'
      union all select rolsuper::text from pg_roles where rolname = 'demoted'`,
  },
  {
    // The new owner is a superuser of both servers.
    name: "privileges on an extension of a role that was dropped",
    together: "complete",
    made: `create role installer superuser; set role installer; create extension pgstattuple; reset role;
      grant execute on function pgstattuple(text) to pg_monitor; grant execute on function pg_relpages(text) to pg_read_all_stats;
      reassign owned by installer to keeping_on; drop owned by installer; drop role installer;`,
    asked: `select count(*) from pg_proc p, aclexplode(proacl) x where proname in ('pgstattuple', 'pg_relpages') and x.grantee::regrole::text in ('pg_monitor', 'pg_read_all_stats')
      union all select count(*) from pg_roles where rolname ~ '^[0-9]+$'`,
  },
  {
    name: "what an extension gave a role that was dropped, since its script ran with that role's default privileges",
    together: "complete",
    made: `create role early_reader; alter default privileges grant execute on functions to early_reader; alter default privileges grant select on tables to early_reader;
      create extension pg_buffercache; create extension pgrowlocks; alter default privileges revoke execute on functions from early_reader;
      alter default privileges revoke select on tables from early_reader; drop owned by early_reader; drop role early_reader;`,
    asked: `select relacl::text from pg_class where relname = 'pg_buffercache' union all select count(*)::text from pg_roles where rolname ~ '^[0-9]+$'`,
  },
  {
    name: "names of its own that hide those of the server from everybody but the backup",
    made: `create function boom() returns text language plpgsql as $$ begin raise exception 'hijacked'; end $$;
      create function quote_ident(name) returns text language sql as 'select boom()';
      create function format(name, name) returns text language sql as 'select boom()';
      create function count(int) returns bigint language sql as 'select 7::bigint';
      create table d (a int); insert into d values (1); create index on d (a) where a <> 2;
      create view pg_namespace as select boom() as nspname; create table pg_class (relname text); create table pg_proc ();
      create domain text as pg_catalog.text; create view pg_roles as select boom() as rolname;
      do $$ begin execute pg_catalog.format('alter database %I set search_path = public, pg_catalog', current_database()::pg_catalog.text); end $$;`,
    asked: "select count(*)::pg_catalog.text from public.d",
  },
  {
    name: "what somebody added to the server: functions, comments, and operators that name each other one-sidedly",
    together: "server",
    made: `create function pg_catalog.helper(int) returns int language sql immutable as 'select $1 + 1';
      create table t (a int default pg_catalog.helper(1)); insert into t values (5);
      comment on schema pg_catalog is 'it''s ours'; comment on function pg_catalog.lower(text) is 'mine';
      comment on column pg_catalog.pg_class.relname is 'its name'; comment on extension plpgsql is 'pl';
      create operator pg_catalog.=~= (leftarg = int, rightarg = int, function = int4eq);
      create type n; create function n_in(cstring) returns n language internal immutable strict as 'int4in';
      create function n_out(n) returns cstring language internal immutable strict as 'int4out';
      create type n (input = n_in, output = n_out, like = int4);
      create function n_le(n, n) returns bool language internal immutable strict as 'int4le';
      create function n_gt(n, n) returns bool language internal immutable strict as 'int4gt';
      create operator > (leftarg = n, rightarg = n, function = n_gt, negator = <=);
      create operator <= (leftarg = n, rightarg = n, function = n_le);`,
    asked: `select pg_catalog.helper(3)::text union all select obj_description('lower(text)'::regprocedure)
      union all select obj_description('pg_catalog'::regnamespace) union all select col_description('pg_class'::regclass, 2)
      union all select obj_description(oid) from pg_extension`,
    notes: [
      "These objects are in a schema of the server, which no dump contains, and are not in the backup: operator pg_catalog.=~=(integer,integer).",
    ],
  },
  {
    name: "a comment of its own on an extension",
    together: "complete",
    made: "create extension hstore; comment on extension hstore is 'ours, see the ''wiki''';",
    asked: "select obj_description(oid, 'pg_extension') from pg_extension where extname = 'hstore'",
  },
  {
    name: "what was added to an extension and then granted, given away and written anew: a table, a type, and functions, of which one needs a type of the database",
    together: "complete",
    made: `create extension fuzzystrmatch; commit; create role adder; create role added_reader; create type added_state as enum ('new'); commit;
      create function added_to(int) returns int language sql as 'select 1'; create function added_later(added_state) returns int language sql as 'select 2';
      create type added_mood as enum ('ok'); create table added_table (id int); insert into added_table values (1); commit;
      alter extension fuzzystrmatch add function added_to(int); alter extension fuzzystrmatch add function added_later(added_state);
      alter extension fuzzystrmatch add type added_mood; alter extension fuzzystrmatch add table added_table; commit;
      revoke execute on function added_to(int) from public; grant execute on function added_to(int), added_later(added_state) to added_reader;
      alter function added_later(added_state) owner to adder; alter type added_mood owner to adder; grant usage on type added_mood to added_reader;
      grant select on added_table to added_reader; alter table added_table owner to adder;`,
    asked: `select concat_ws(' ', i.identity, p.proowner::regrole, p.proacl, t.typowner::regrole, t.typacl, c.relowner::regrole, c.relacl)
      from pg_depend d join pg_extension e on e.oid = d.refobjid cross join lateral pg_identify_object(d.classid, d.objid, 0) i
      left join pg_proc p on d.classid = p.tableoid and p.oid = d.objid left join pg_type t on d.classid = t.tableoid and t.oid = d.objid
      left join pg_class c on d.classid = c.tableoid and c.oid = d.objid
     where e.extname = 'fuzzystrmatch' and d.deptype = 'e' and i.identity like '%added%'
     union all select id::text from added_table order by 1`,
  },
  {
    name: "what was changed of extensions in the transactions that created them: rows, comments, functions that somebody may call, privileges and a check of a domain",
    together: "complete",
    made: `create extension address_standardizer_data_us; create extension seg; create extension isn; create extension lo; create extension adminpack;
      insert into us_gaz values (90001, 1, 'OURS', 'OURS', 1, false); update us_lex set stdword = 'OURS' where id = 5; delete from us_gaz where id = 3;
      comment on function seg_in(cstring) is 'ours'; comment on function seg_cmp(seg, seg) is null; comment on column us_lex.word is 'a word'; comment on type isbn is null;
      grant execute on function seg_out(seg), seg_union(seg, seg) to pg_monitor; revoke execute on function seg_cmp(seg, seg) from public;
      alter function seg_cmp(seg, seg) cost 77; alter function seg_union(seg, seg) cost 78; alter function pg_file_sync(text) cost 79;
      revoke usage on type seg from public; grant usage on type seg to pg_monitor; grant select (word) on us_lex to pg_monitor;
      alter domain lo add constraint lo_few check (value::bigint < 1000000); commit;
      comment on function seg_size(seg) is 'ours, too'; comment on type ean13 is null; alter function seg_center(seg) cost 76; grant execute on function seg_center(seg) to pg_monitor;`,
    asked: `select concat_ws(' ', i.type, i.identity, p.procost, p.proacl, t.typacl, c.relacl, (select string_agg(d.objsubid || d.description, ' ' order by d.objsubid) from pg_description d where d.classoid = m.classid and d.objoid = m.objid))
      from pg_depend m join pg_extension e on e.oid = m.refobjid and e.extname in ('address_standardizer_data_us', 'seg', 'isn', 'lo', 'adminpack')
      cross join lateral pg_identify_object(m.classid, m.objid, 0) i
      left join pg_proc p on m.classid = p.tableoid and p.oid = m.objid left join pg_type t on m.classid = t.tableoid and t.oid = m.objid left join pg_class c on m.classid = c.tableoid and c.oid = m.objid
     union all select md5(string_agg(g::text, '' order by g::text)) from us_gaz g union all select md5(string_agg(l::text, '' order by l::text)) from us_lex l union all select md5(string_agg(r::text, '' order by r::text)) from us_rules r
     union all select conname from pg_constraint where contypid = 'lo'::regtype
     union all select attacl::text from pg_attribute where attrelid = 'us_lex'::regclass and attacl is not null order by 1`,
  },
  {
    name: "functions that were added to an extension and replaced later, and what others need that was made in the transaction which created it",
    together: "complete",
    made: `create extension intarray; create type added_first as enum ('a'); create table added_held (f added_first, i int[]); insert into added_held values ('a', '{1}');
      create function of_first(added_first) returns int language sql as 'select 1'; create function of_held(added_held) returns int language sql as 'select 2';
      alter extension intarray add function of_first(added_first); alter extension intarray add function of_held(added_held); commit;
      create role later_adder; create function replaced_one(int) returns int language sql as 'select 1'; create function replaced_two(int) returns int language sql as 'select 1';
      revoke execute on function replaced_two(int) from public; alter extension intarray add function replaced_one(int); alter extension intarray add function replaced_two(int); commit;
      create or replace function replaced_one(int) returns int language sql as 'select 2'; grant execute on function replaced_one(int) to pg_monitor;
      create or replace function replaced_two(int) returns int language sql as 'select 2'; alter function replaced_two(int) owner to later_adder;`,
    asked: `select concat_ws(' ', i.identity, p.prosrc, p.proacl, p.proowner::regrole) from pg_depend m join pg_extension e on e.oid = m.refobjid and e.extname = 'intarray'
      cross join lateral pg_identify_object(m.classid, m.objid, 0) i join pg_proc p on m.classid = p.tableoid and p.oid = m.objid
      where m.deptype = 'e' and i.identity ~ '_first|_held|replaced_' union all select h::text from added_held h order by 1`,
  },
  {
    name: "a range type of another role, whose multirange type and functions are that role's too, and one whose multirange type is somebody else's",
    together: "complete",
    made: `create role range_maker; grant create on schema public to range_maker; set role range_maker; create type "of % them" as range (subtype = int); reset role;
      create type given_range as range (subtype = text, multirange_type_name = "kept ranges"); alter type given_range owner to range_maker;`,
    asked: `select concat_ws(' ', t.oid::regtype, t.typowner::regrole) from pg_type t
      where t.typowner = 'range_maker'::regrole or t.typname in ('given_range', 'kept ranges', '_kept ranges')
      union all select concat_ws(' ', p.oid::regprocedure, p.proowner::regrole) from pg_proc p
      where p.proowner = 'range_maker'::regrole or p.proname in ('given_range', 'kept ranges') order by 1`,
  },
  {
    name: "what is not in a dump and has operators that only a search path finds: parts and functions of an extension, and a function among the server's",
    together: "complete",
    made: `create extension if not exists hstore; create extension dict_int; commit;
      create function implied_body(a hstore, b hstore) returns bool language sql begin atomic; select a is distinct from b; end;
      create table implied (h hstore constraint implied_check check (h is distinct from ''), same bool default (nullif('a=>1'::hstore, '') is null), n int); insert into implied values ('b=>1');
      create index implied_index on implied (n) where h is distinct from 'x=>1'; create view implied_view as select h is distinct from 'c=>1' as other from implied;
      create function implied_run() returns trigger language plpgsql as 'begin return new; end';
      create trigger implied_trigger before update on implied for each row when (old.h is distinct from new.h) execute function implied_run(); commit;
      alter extension dict_int add function implied_body(hstore, hstore); alter extension dict_int add table implied; alter extension dict_int add view implied_view; commit;
      create function pg_catalog.implied_server(a public.hstore, b public.hstore) returns bool language sql begin atomic; select a is distinct from b; end;`,
    asked: `select concat_ws(' ', i.type, i.identity, d.refobjid::regoperator, (select count(*) from implied)) from pg_depend d cross join lateral pg_identify_object(d.classid, d.objid, 0) i
      where d.refclassid = 'pg_operator'::regclass and i.identity like '%implied%' order by 1`,
  },
  {
    name: "what comes with another object: who may call a range's own functions, a comment that was removed from an extension, and a column that only a child and what is below it may leave empty",
    together: "complete",
    made: `create extension cube; comment on extension cube is null; create role caller; create type span as range (subtype = int4, multirange_type_name = spans);
      revoke execute on function span(int, int) from public; grant execute on function spans(variadic span[]) to caller with grant option;
      alter default privileges revoke execute on functions from public; create type later as range (subtype = text); alter default privileges grant execute on functions to public;
      create table strict (a int not null, b text not null); create table loose () inherits (strict); alter table loose alter b drop not null; insert into loose values (1, null);
      create table looser (c int) inherits (loose); insert into looser values (2, null, 3);
      create view seen_loose as select * from loose; comment on rule "_RETURN" on seen_loose is 'r'; comment on type loose is 'row'; comment on type _loose is 'rows'; comment on type spans is 's';
      comment on function span(int, int) is 'f'; revoke usage on type loose from public; grant usage on type spans to caller;`,
    asked: `select format('%s %s', p.oid::regprocedure, proacl) from pg_proc p where proname in ('span', 'spans', 'later', 'latermultirange')
      union all select obj_description(oid) from pg_extension where extname = 'cube' union all select concat(tableoid::regclass, a, b) from loose
      union all select attnotnull::text from pg_attribute where attrelid in ('strict'::regclass, 'loose'::regclass, 'looser'::regclass) and attnum > 0
      union all select concat(typname, typacl::text, obj_description(oid, 'pg_type')) from pg_type where typname in ('loose', '_loose', 'spans')
      union all select obj_description(oid, 'pg_rewrite') from pg_rewrite where ev_class = 'seen_loose'::regclass
      union all select obj_description('span(int, int)'::regprocedure) order by 1`,
  },
  {
    name: "keys of partitions whose names are their own, also below partitions and where two have each other's",
    together: "complete",
    made: `create table own_key_of (id int primary key); insert into own_key_of values (1); create schema own_keys;
      create table own_key (a int, b int, c int, constraint one foreign key (b) references own_key_of, constraint two foreign key (c) references own_key_of on delete cascade) partition by list (a);
      create table own_key_1 (a int, b int, c int, constraint "My own" foreign key (b) references own_key_of); comment on constraint "My own" on own_key_1 is 'mine';
      alter table own_key attach partition own_key_1 for values in (1); create table own_key_2 partition of own_key for values in (2);
      alter table own_key_2 rename constraint one to x; alter table own_key_2 rename constraint two to one; alter table own_key_2 rename constraint x to two;
      create table own_keys.mid partition of own_key for values in (3) partition by list (b); create table own_keys.low partition of own_keys.mid for values in (1);
      alter table own_keys.mid rename constraint one to "mid's"; alter table own_keys.low rename constraint one to "low's"; comment on constraint two on own_keys.low is 'theirs';
      insert into own_key values (1, 1, 1), (2, 1, 1), (3, 1, 1);`,
    asked: `select concat_ws(' ', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid), obj_description(k.oid, 'pg_constraint'))
      from pg_constraint k where k.conrelid::regclass::text ~ '^own_key' and k.contype = 'f' order by 1`,
  },
  {
    name: "a partition whose key has its own name and comment, and is made again with that of a table in another schema",
    together: "app",
    schemas: ["app"],
    made: `create schema if not exists app; create schema if not exists beside; create table app.shared (id int primary key); insert into app.shared values (1);
      create table beside.sharing (a int, b int, constraint sharing_key foreign key (b) references app.shared) partition by list (a);
      create table app.sharing_1 partition of beside.sharing for values in (1); alter table app.sharing_1 rename constraint sharing_key to sharing_own;
      create table beside.sharing_2 partition of beside.sharing for values in (2); alter table beside.sharing_2 rename constraint sharing_key to sharing_other;
      comment on constraint sharing_own on app.sharing_1 is 'own'; comment on constraint sharing_other on beside.sharing_2 is 'other'; insert into app.sharing_1 values (1, 1);`,
    asked: `select concat_ws(' ', k.conrelid::regclass, k.conname, obj_description(k.oid, 'pg_constraint')) from pg_constraint k where conname like 'sharing%' order by 1`,
    companions: ["beside"],
  },
  {
    name: "functions that range types bring and that have other names, schemas or attributes: two types that took each other's names, and one that was replaced",
    together: "complete",
    made: `create extension if not exists hstore; commit; create role span_maker; create schema spans_to;
      create type span_a as range (subtype = int); alter type span_a rename to span_z; create type span_b as range (subtype = int); alter type span_b rename to span_a; alter type span_z rename to span_b;
      alter function span_a(int, int, text) rename to "made % of it"; create view span_seen as select span_b(1, 2) as one, "made % of it"(1, 2, '[]') as other, span_a(1, 2) is null as third;
      create table span_rows (a int, b span_b generated always as (span_a(a, a + 1)) stored); insert into span_rows values (1);
      create function span_diff(text, text) returns float8 language sql immutable as 'select 1'; create type span_c as range (subtype = text, subtype_opclass = text_pattern_ops, collation = "C", subtype_diff = span_diff, multirange_type_name = spans_c);
      alter type span_c owner to span_maker; alter type span_c set schema spans_to; alter type spans_c rename to spans_d; alter function span_c(text, text) set schema spans_to; comment on function spans_to.span_c(text, text) is 'to';
      create type span_e as range (subtype = int8); alter function span_e(int8, int8) security definer volatile set search_path = public, spans_to set work_mem = '1MB';
      alter function span_e(int8, int8, text) cost 55 parallel unsafe leakproof strict support generate_series_int8_support; alter function span_e(int8, int8) depends on extension hstore;
      alter function span_e_multirange() stable called on null input; alter function span_e_multirange(span_e) parallel restricted set work_mem = '2MB';
      create table span_indexed (a int8); create index on span_indexed (span_e(a, a, '[]')); alter function span_e(int8, int8, text) stable;
      create type span_f as range (subtype = int); create or replace function span_f(a int, b int) returns span_f language sql immutable as 'select span_f(a, b, ''[]'')';
      create type span_g; create function span_canonical(span_g) returns span_g language internal immutable strict as 'int4range_canonical'; create type span_g as range (subtype = int, canonical = span_canonical); alter type span_g rename to span_h;
      create table span_parted (a int) partition by list (a); create table span_part partition of span_parted for values in (1); create function span_run() returns trigger language plpgsql as 'begin return new; end';
      create trigger span_trigger before insert on span_parted for each row execute function span_run(); alter trigger span_trigger on span_part depends on extension hstore;`,
    asked: `select concat_ws(' ', p.oid::regprocedure, proowner::regrole, provolatile, proparallel, proisstrict, prosecdef, proleakproof, procost, prosupport, proconfig, prosrc, obj_description(oid, 'pg_proc'))
      from pg_proc p where p.oid > 16383 and p.oid::regprocedure::text ~ 'span|made' union all select row(s)::text from span_seen s union all select b::text from span_rows
      union all select pg_describe_object(classid, objid, 0) from pg_depend where deptype = 'x' union all select obj_description(oid) from pg_type where typname = 'span_b' order by 1`,
  },
  {
    name: "event triggers that forbid and record changes",
    made: `create table log (tag text); create table t (a int); insert into t values (1);
      create function deny() returns event_trigger language plpgsql as $$ begin raise exception 'no'; end $$;
      create function note() returns event_trigger language plpgsql as $$ begin insert into public.log values (tg_tag); end $$;
      create view v as select 1 as a where 'x'::varchar in ('a', 'b');
      create event trigger note on ddl_command_end execute function note(); alter event trigger note enable always;
      create event trigger deny on ddl_command_start execute function deny();`,
    asked:
      "select count(*)::text from log union all select format('%s %s', evtname, evtenabled) from pg_event_trigger order by 1",
  },
  {
    name: "materialized views that read from another server, which is this one",
    together: "complete",
    made: `create extension postgres_fdw; create extension dblink; create table base (a int); insert into base values (1), (2); commit;
      do $$ begin execute format('create server loop foreign data wrapper postgres_fdw options (host ''127.0.0.1'', port %L, dbname %L)',
        current_setting('port'), current_database()); end $$;
      create user mapping for postgres server loop options (user 'postgres', password '${password}');
      create foreign table ft (a int) server loop options (table_name 'base'); create view w as select * from ft;
      create materialized view mw as select * from w; create unique index on mw (a);
      create function far() returns setof int language sql as $f$ select * from dblink('loop', 'select a from base') as x(a int) $f$;
      create materialized view mf as select * from far(); create materialized view mm as select count(*) from mf;
      create table parted (a int) partition by list (a); create table parted_1 partition of parted for values in (9); create index on parted (a);
      create foreign table parted_2 partition of parted default server loop options (table_name 'base');
      create materialized view mp as select a from parted;`,
    asked:
      "select sum(a) from mw union all select sum(far) from mf union all select count from mm union all select sum(a) from mp",
    notes: ["public.mw", "public.mf", "public.mm", "public.mp"].map(empty),
  },
  {
    name: "a default that names a type by the search path, and an operator that is only named",
    together: "complete",
    made: `create type mood as enum ('ok'); create domain dm as mood default 'ok';
      create function ne(boolean, boolean) returns boolean language sql immutable as 'select $1 <> $2';
      create operator === (leftarg = boolean, rightarg = boolean, function = ne, negator = !==);`,
  },
  {
    name: "comments on columns of what depends on a schema",
    together: "app",
    schemas: ["app"],
    made: `create schema if not exists app; create schema if not exists beside; create table app.commented (a int);
      create view beside."V w" as select a as "c d" from app.commented; comment on column beside."V w"."c d" is 'why';
      grant select ("c d") on beside."V w" to pg_monitor;`,
    asked: `select col_description('beside."V w"'::regclass, 1) || attacl::text from pg_attribute where attrelid = 'beside."V w"'::regclass and attnum = 1`,
    companions: ["beside"],
  },
  {
    name: "constraints, partition keys and row filters that the server prints in another way",
    together: "complete",
    made: `create table sheet (state varchar(10), r int4range, k varchar(5) unique);
      alter table sheet add constraint apart exclude using gist (r with &&) where (state in ('a', 'b'));
      create index one on sheet ((k in ('a', 'b'))); create index two on sheet ((k in ('c', 'd')));
      create table part (state varchar(10)) partition by list ((case when state in ('a', 'b') then 1 else 2 end));
      create table part_1 partition of part for values in (1); create table part_2 partition of part default; insert into part values ('a'), ('z');
      create publication filtered for table sheet (k) where (state = 'a' or k <> 'x'::varchar(3));
      create schema "Odd ""s"; create statistics "Odd ""s"."S" on (state in ('a', 'b')), k from sheet;`,
    asked: "select count(*) from part_1 union all select count(*) from part",
  },
  {
    name: "a disabled foreign key of a partition, and a check that is validated only where it is inherited",
    together: "complete",
    made: `create table pointed (a int primary key); create table keyed (a int references pointed) partition by list (a);
      create table keyed_1 partition of keyed for values in (1); alter table keyed_1 disable trigger all;
      create table up (a int); alter table up add constraint positive check (a > 0) not valid; create table down () inherits (up);`,
    notes: [
      "Triggers that enforce foreign keys are disabled on public.keyed_1. They are enabled in a restored database, which lacks a key that rows violate: that is a difference.",
    ],
  },
  {
    name: "names with line breaks where a dump's contents have texts",
    together: "app",
    schemas: ["app"],
    made: `create schema if not exists app; create schema "other one"; create table app.lined (a int);
      create view "other one"."v\nw" as select a from app.lined; comment on view "other one"."v\nw" is 'why'; grant select (a) on "other one"."v\nw" to pg_monitor;
      create table "other one"."t t" (a int); create function app.lined_f() returns trigger language plpgsql as 'begin return new; end';
      create trigger "tr g" before insert on "other one"."t t" for each row execute function app.lined_f(); comment on trigger "tr g" on "other one"."t t" is 'c';
      create foreign data wrapper fw; create server "s\nt" foreign data wrapper fw; create user mapping for public server "s\nt";`,
    asked: `select obj_description('"other one"."v\nw"'::regclass) union all select obj_description(oid) from pg_trigger where tgname = 'tr g'
      union all select srvname::text from pg_user_mappings`,
    companions: ["other one"],
  },
  {
    name: "what an extension has of the database's own, which no dump contains",
    together: "postgis",
    made: `create extension postgis; create extension hstore; create extension ltree version '1.1'; commit; create table h (id serial primary key, a text not null default 'x', g int generated by default as identity);
      insert into h (a) values ('p'), ('q'); create sequence s; create table other (id serial); grant select on h to pg_monitor with grant option; set role pg_monitor; grant select on h to pg_read_all_stats; reset role; create type mood as enum ('ok'); commit;
      alter extension hstore add table h; alter extension hstore add table other; alter extension hstore add sequence s; alter extension hstore add type mood; select setval('s', 7);
      create function f() returns trigger language plpgsql as 'begin return new; end'; create index own_index on spatial_ref_sys (srtext);
      create trigger tr before insert on spatial_ref_sys for each row execute function f(); create policy p on spatial_ref_sys using (true);
      alter table spatial_ref_sys add column note text default 'all', enable row level security;
      alter function akeys(hstore) set search_path = public; update spatial_ref_sys set auth_name = 'own', note = 'one' where srid = 4326;
      delete from spatial_ref_sys where srid in (4267, 2000);
      grant execute on function avals(hstore) to pg_monitor; comment on function skeys(hstore) is 'mine';
      create table uses (h int references h, m mood); insert into uses values (1, 'ok');`,
    asked: `select auth_name || note from spatial_ref_sys where srid in (4326, 4258) union all select count(*)::text from spatial_ref_sys union all select a || id || g from h union all select last_value::text from s
      union all select count(*)::text from pg_trigger where tgname = 'tr' union all select obj_description('skeys(hstore)'::regprocedure)
      union all select proconfig::text from pg_proc where proname = 'akeys' union all select relacl::text from pg_class where relname = 'h'
      union all select relrowsecurity::text from pg_class where relname = 'spatial_ref_sys' union all select pg_get_serial_sequence('other', 'id')
      union all select extversion from pg_extension where extname = 'ltree'`,
  },
  {
    name: "tables of an extension that refer to each other",
    together: "postgis",
    made: `create extension postgis_topology cascade; insert into topology.topology (id, name, srid, precision, hasz) values (5, 'own', 4326, 0, false);
      insert into topology.layer values (5, 1, 'public', 't', 'g', 1);`,
    asked: "select count(*) from topology.layer join topology.topology on id = topology_id",
  },
  {
    name: "a check of a domain that reads rows, and an array of another domain of it",
    together: "complete",
    made: `create table allowed (a text); create function permitted(t text) returns boolean language sql stable as 'select exists (select from public.allowed where a = t)';
      insert into allowed values ('x'); create domain d as text check (permitted(value));
      create domain e as d check (value <> 'q'); create table zz (a e, b e[]); insert into zz values ('x', '{x}');`,
    asked: "select * from zz",
    notes: [
      "The check d_check of public.d calls a function that reads tables (public.permitted(text)): a restored database checks every row anew, when all of them are there, and a row that it refuses then is a difference.",
    ],
  },
  {
    name: "what pg_dump cannot make again, or makes otherwise",
    together: "lib",
    made: `create schema if not exists lib; create extension if not exists unaccent schema lib; set search_path = public, lib;
      do $$ begin execute format('alter database %I set search_path = public, lib', current_database()); end $$;
      create function norm(t text) returns text language sql immutable as 'select unaccent(t)'; create domain named as text check (norm(value) <> '');
      create table w (t named, g text generated always as (norm(t)) stored); insert into w values ('é');
      create table wp (t text) partition by range (norm(t)); create table wp1 partition of wp for values from ('a') to ('z'); insert into wp values ('b');
      create function rec(i int) returns int language sql return 1;
      create or replace function rec(i int) returns int language sql return case when i > 0 then rec(i - 1) else 0 end; comment on function rec is 'c';
      create function even(n int) returns boolean language sql immutable return null::boolean;
      create function odd(n int) returns boolean language sql immutable return case when n = 0 then false else even(n - 1) end;
      create or replace function even(n int) returns boolean language sql immutable return case when n = 0 then true else odd(n - 1) end;
      create table t (n int default rec(2) check (even(n)), g boolean generated always as (odd(n)) stored); insert into t default values; create view v as select even(4);
      create trusted language plx handler plpgsql_call_handler inline plpgsql_inline_handler validator plpgsql_validator; create function px() returns int language plx as 'begin return 3; end';
      create extension citext; alter extension citext drop function citext_eq(citext, citext);
      create table p (a text, b text compression pglz, k int, constraint ck check (k > 0)); alter table p alter a set storage external;
      create table ch (k int) inherits (p); alter table ch alter a set storage main; alter table only ch alter b set compression default; alter table p drop column k cascade;
      create table q (i int generated always as identity); create table like_q (like q including identity); alter table q alter i type bigint;
      insert into ch values ('a', 'b', 1); insert into q default values;`,
    asked: `select g from w union all select t from wp union all select n || ' ' || g || px() || obj_description('rec'::regproc) from t, v
      union all select conname || pg_get_constraintdef(oid) from pg_constraint where conrelid = 'ch'::regclass
      union all select concat(attname, attstorage, attcompression) from pg_attribute where attrelid = 'ch'::regclass and attnum > 0
      union all select concat(seqrelid::regclass, seqtypid::regtype, seqmax) from pg_sequence order by 1`,
  },
  {
    name: "settings of the database that change how statements are read and how long they may take",
    made: `create table t (a int[], x xml, i interval, m money, at timestamptz);
      insert into t values ('{1,NULL}', 'a<b/>', '-1 year 2 days -03:04', 12.3, '2020-02-03 04:05+00');
      create table refers (a int primary key); create table referred (a int references refers); insert into refers values (1); insert into referred values (1);
      do $$ declare s text; begin foreach s in array array['array_nulls = off', 'transform_null_equals = on', 'datestyle = ''SQL, DMY''',
          'intervalstyle = sql_standard', 'xmloption = document', 'bytea_output = escape', 'extra_float_digits = -15', 'statement_timeout = 25',
          'idle_in_transaction_session_timeout = 25', 'default_transaction_isolation = serializable', 'default_transaction_deferrable = on',
          'session_replication_role = replica', 'quote_all_identifiers = on', 'check_function_bodies = off'] loop
        execute format('alter database %I set %s', current_database(), s); end loop; end $$;`,
    asked: `select a::text || x || i || m || at from t`,
    notes: [
      "Foreign keys are not checked for what these write, so that rows may violate them, which only a drill or a restore finds: sessions of the database (session_replication_role).",
    ],
  },
  {
    name: "partitions by the hash of an enum, whose rows go to other partitions",
    together: "complete",
    made: `create type color as enum ('r', 'g', 'b', 'x', 'y', 'z'); create table hashed (c color, v int) partition by hash (c);
      create table hashed_0 partition of hashed for values with (modulus 2, remainder 0);
      create table hashed_1 partition of hashed for values with (modulus 2, remainder 1) partition by range (v);
      create table hashed_1a partition of hashed_1 for values from (0) to (3); create table hashed_1b partition of hashed_1 default;
      insert into hashed select c, n from unnest(enum_range(null::color)) c, generate_series(1, 5) n;`,
    asked: "select count(*) || string_agg(distinct c::text, '') from hashed",
  },
  {
    name: "an index and a stored column whose functions are an extension's and find their names in the search path",
    together: "complete",
    made: `create extension earthdistance cascade; create table place (a int); insert into place values (1);
      create index on place (earth_distance(ll_to_earth(1, a), ll_to_earth(a, 1)));
      create table spot (lat float8, e earth generated always as (ll_to_earth(lat, 5)) stored); insert into spot values (52);`,
    asked: "select count(*)::text from place union all select e::text from spot",
  },
  {
    name: "sequences of other schemas that a schema takes its values from, and others",
    together: "public",
    schemas: ["public"],
    made: `create schema auth; create schema numbers; create table auth.users (id bigserial primary key, n int generated always as identity);
      create table auth.tokens (id bigserial, of bigint references auth.users); insert into auth.users default values; insert into auth.users default values;
      insert into auth.tokens (of) values (1); create table profile (id bigint references auth.users); insert into profile values (2);
      create sequence numbers."s ""q"; create table d (a int default nextval('numbers."s ""q"')); insert into d values (default), (default);`,
    asked: `select last_value from numbers."s ""q" union all select last_value from auth.users_id_seq union all select last_value from auth.tokens_id_seq`,
    companions: ["auth", "numbers"],
  },
  {
    name: "what was taken out of an extension, which makes it again",
    together: "server",
    made: `create extension hstore; commit; alter extension hstore drop function akeys(hstore); alter extension hstore drop operator -> (hstore, text);
      create or replace function akeys(hstore) returns text[] language sql immutable as $$ select '{own}'::text[] $$;`,
    asked: `select akeys('a=>1')::text || ('a=>1'::hstore -> 'a') union all
      select count(*)::text from pg_depend where deptype = 'e' and objid in ('akeys'::regproc, '->(hstore,text)'::regoperator)`,
  },
  {
    name: "a database without a language for blocks and others of the server's own, which a new one has again",
    made: `drop extension plpgsql; drop text search dictionary danish_stem cascade; create table t (a int primary key); insert into t values (7);
      create function twice(int) returns int language sql immutable as 'select 2 * $1'; create index on t (twice(a));`,
    asked:
      "select count(*) from pg_index where indrelid = 't'::regclass and not exists (select from pg_extension)",
    notes: [
      "These objects of the server were dropped here, and a restored database has them again: extension plpgsql, text search configuration pg_catalog.danish and text search dictionary pg_catalog.danish_stem.",
    ],
  },
  {
    name: "everything of another schema that depends on what is replaced",
    together: "app",
    schemas: ["app"],
    made: `create schema if not exists app; create schema report; create table app.a (id int primary key); insert into app.a values (1);
      create function app.f(int) returns int language sql immutable as 'select $1'; create sequence app.s;
      create view report.v as select id from app.a; create rule r as on insert to report.v do instead insert into app.a values (new.id);
      create view report.w as select * from report.v; alter view report.w alter column id set default app.f(3);
      create function report.t() returns trigger language plpgsql as 'begin return new; end';
      create trigger io instead of insert on report.w for each row execute function report.t();
      create materialized view report.m as select count(*) c from report.w; create unique index on report.m (c);
      create domain report.d as int constraint dc check (app.f(value) > 0); comment on constraint dc on domain report.d is 'dc';
      create table report.log (id int check (app.f(id) > 0), a int references app.a, n int default nextval('app.s'), e report.d);
      insert into report.log values (1, 1, 5, 6); create index on report.log (app.f(a)); create policy p on report.log using (app.f(id) = 1);
      create function report.u(int default app.f(3)) returns bigint begin atomic select count(*) from app.a; end;`,
    asked: `select string_agg(k.conname || pg_get_constraintdef(k.oid), ',' order by k.conname) from pg_constraint k where connamespace = 'report'::regnamespace
      union all select string_agg(pg_get_expr(adbin, adrelid), ',' order by pg_get_expr(adbin, adrelid)) from pg_attrdef
      union all select string_agg(pg_get_ruledef(oid), ',' order by pg_get_ruledef(oid)) from pg_rewrite where ev_class in ('report.v'::regclass, 'report.w'::regclass)
      union all select c::text || report.u() || obj_description((select oid from pg_constraint where conname = 'dc'), 'pg_constraint') from report.m
      union all select count(*)::text from pg_index where indrelid in ('report.log'::regclass, 'report.m'::regclass)
      union all select tgname || polname from pg_trigger, pg_policy where tgname = 'io'`,
    companions: ["report"],
  },
  {
    name: "a function of the rows of a materialized view that needs a key",
    together: "complete",
    made: `create table listed (id int primary key, v text); insert into listed values (1, 'x');
      create materialized view listing as select id, v from listed group by id; create unique index on listing (id);
      create function all_listed() returns setof listing language sql begin atomic select * from listing; end;
      create view seen_listing as select * from all_listed(); comment on view seen_listing is 'why'; comment on function all_listed is 'f';`,
    asked: "select v || obj_description('all_listed'::regproc) from seen_listing",
    notes: ["pg_dump warned: archive items not in correct section order."],
  },
  {
    name: "a domain that has its default from a type of the database's own",
    together: "complete",
    made: `create type even; create function even_in(cstring) returns even language internal immutable strict as 'int4in';
      create function even_out(even) returns cstring language internal immutable strict as 'int4out';
      create type even (input = even_in, output = even_out, like = int4, default = '42'); create domain ours as even;
      create table of_ours (a ours, b even); insert into of_ours default values;`,
    asked: "select concat(a, b) from of_ours",
  },
  {
    name: "indexes of functions that the server puts in their place, though they are not declared immutable",
    together: "complete",
    made: `create table letter (t text); insert into letter values ('x');
      create function of_letter(letter) returns text language sql return $1.t; create index on letter (of_letter(letter.*));
      create function longer(text) returns text language sql as 'select $1 || $1'; create index on letter (longer(t));`,
    asked: "select count(*) from pg_index where indrelid = 'letter'::regclass",
  },
  {
    name: "a stored column of what a function reads from a table whose rows come later in a dump",
    together: "complete",
    made: `create table zrate (k int primary key, v int); insert into zrate values (1, 10), (2, 20);
      create function rate_of(int) returns int language sql immutable as 'select v from zrate where k = $1';
      create function priced(int) returns int language plpgsql immutable as 'begin return rate_of($1) + 1; end';
      create table bought (k int, price int generated always as (priced(k)) stored); insert into bought values (1), (2);`,
    asked: "select sum(price) from bought",
    notes: [
      "The stored column public.bought.price has values of a function that is declared immutable and reads tables (public.rate_of(integer)): a restored database computes them anew from the rows that it has then, and they may differ.",
    ],
  },
  {
    name: "filled materialized views that read one which is not, directly, by views and by functions",
    together: "complete",
    made: `create table stock (n int); insert into stock values (1), (2);
      create materialized view stock_a as select n from stock; create view stock_b as select n from stock_a;
      create materialized view stock_c as select n from stock_b; create materialized view stock_d as select count(*) from stock_c;
      create materialized view stock_e as select sum(n) from stock_d, stock_a;
      create function stock_of() returns setof int language sql as 'select n from public.stock_a';
      create materialized view stock_f as select count(*) from stock_of();
      refresh materialized view stock_a with no data; create materialized view stock_g as select n from stock with no data;`,
    asked: `select (select sum(n) from stock_c), (select count from stock_d), (select sum from stock_e), (select count from stock_f),
      (select string_agg(relname, ' ' order by relname) from pg_class where relkind = 'm' and relname like 'stock%' and not relispopulated)`,
  },
  {
    name: "columns, checks and indexes whose functions read materialized views, and are found behind comments",
    together: "complete",
    made: `create table rate_source (n int); insert into rate_source values (5); create materialized view a_rate as select n from rate_source;
      create function rated(int) returns int language sql immutable as 'select $1 * n from /* of the day */ public.a_rate';
      create table a_price (p int constraint rates check (rated(p) > 0), q int generated always as (rated(p)) stored);
      insert into a_price values (1), (2); create index a_price_rated on a_price (rated(p));
      create function whole(int) returns int language sql immutable as 'table public.rate_source limit 1'; create index a_whole on a_price (whole(p));`,
    asked: "select sum(q), count(*) from a_price",
    notes: [
      readAnew("The index public.a_price_rated", "public.rated(integer)"),
      readAnew("The index public.a_whole", "public.whole(integer)"),
      readAnew("The stored column public.a_price.q", "public.rated(integer)"),
      "The check rates of public.a_price calls a function that reads tables (public.rated(integer)): a restored database checks every row anew, when all of them are there, and a row that it refuses then is a difference.",
    ],
  },
  {
    name: "checks that ask for the time and for settings of the database's own",
    together: "complete",
    made: `do $$ begin execute format('alter database %I set shop.most = 10', current_database()); end $$; set shop.most = 10;
      create table promise (until date constraint not_over check (until > current_date - 9), at timestamptz check (at > '2020-01-01'::date),
        n int constraint few check (n < current_setting('shop.most')::int));
      insert into promise values (current_date, now(), 3); comment on constraint not_over on promise is 'why';
      create domain soon as date constraint soon check (value > current_date - 9); create table sooner (d soon); insert into sooner values (current_date);
      create function below(int) returns boolean language sql immutable as $$ select $1 < current_setting('shop.most')::int $$;
      create table kept (n int) partition by list (below(n)); create table kept_1 partition of kept for values in (true); insert into kept values (3);
      create index on kept (below(n));`,
    asked:
      "select count(*), obj_description((select oid from pg_constraint where conname = 'not_over')) from promise, sooner, kept",
    notes: [
      "These checks depend on the time, the role or a setting, and a restored database checks every row anew: few of public.promise (CHECK ((n < (current_setting('shop.most'::text))::integer))), not_over of public.promise (CHECK ((until > (CURRENT_DATE - 9)))) and soon of public.soon (CHECK ((VALUE > (CURRENT_DATE - 9)))). A row that one refuses then is a difference.",
    ],
  },
  {
    name: "what was changed of extensions that were moved, or made again as pg_upgrade does",
    made: `create schema moved_to; create extension cube; alter function cube_dim(cube) rename to cube_dims; alter function cube_cmp(cube, cube) cost 77;
      alter extension cube set schema moved_to; comment on function moved_to.cube_dims(moved_to.cube) is 'its own';
      create extension ltree; alter function nlevel(ltree) cost 78; alter function subpath(ltree, int) rename to below;
      comment on function below(ltree, int) is 'its own'; create function upper(ltree) returns text language sql as 'select pg_catalog.upper($1::text)';
      alter extension ltree add function upper(ltree);
      create function add_again(name) returns void language plpgsql as $$ declare m record; begin
        for m in select i.type, i.identity from pg_depend d join pg_extension e on e.oid = d.refobjid and e.extname = $1
            cross join lateral pg_identify_object(d.classid, d.objid, 0) i where d.deptype = 'e' loop
          execute format('alter extension %I drop %s %s', $1, m.type, m.identity); execute format('alter extension %I add %s %s', $1, m.type, m.identity);
        end loop; end $$; select add_again('ltree');
      create extension seg; alter function seg_cmp(seg, seg) cost 79; commit; select add_again('seg');`,
    asked: `select string_agg(concat_ws(' ', p.oid::regprocedure, p.procost, d.description), ', ' order by p.oid::regprocedure::text)
      from pg_proc p join pg_depend m on m.classid = p.tableoid and m.objid = p.oid and m.deptype = 'e'
      left join pg_description d on d.classoid = p.tableoid and d.objoid = p.oid
      where p.proname in ('cube_dims', 'cube_cmp', 'seg_cmp', 'nlevel', 'below', 'upper')`,
  },
  {
    name: "names in an encoding that the web does not know",
    create: "encoding 'EUC_JIS_2004' lc_collate 'C' lc_ctype 'C' template template0",
    made: `create schema "日本"; create table "日本"."表" ("列" text, id int primary key); insert into "日本"."表" values ('値', 1);
      create sequence "日本"."順" start 5; comment on table "日本"."表" is '説明'; create materialized view "見" as select * from "日本"."表";
      create table "子" (id int constraint "鍵" references "日本"."表"); insert into "子" values (1);`,
    asked: `select count(*), obj_description('"日本"."表"'::regclass) from "見", "子"`,
  },
  {
    name: "types, classes of operators, dictionaries and the like that were taken out of extensions, whether or not these need them",
    made: `create extension citext; create extension ltree; create extension pg_trgm; create extension unaccent; create extension tablefunc;
      alter extension citext drop type citext; alter extension ltree drop type lquery; alter extension tablefunc drop type tablefunc_crosstab_2;
      alter extension pg_trgm drop operator class gin_trgm_ops using gin; alter extension pg_trgm drop operator family gin_trgm_ops using gin;
      alter extension unaccent drop text search dictionary unaccent; alter extension unaccent drop text search template unaccent;
      create table shouted (c citext primary key, q lquery); insert into shouted values ('A', 'a.*'); create index on shouted using gin ((c::text) gin_trgm_ops);`,
    asked: `select (select count(*) from shouted where c = 'a'), (select count(*) from pg_amop), (select count(*) from pg_depend where deptype = 'e'),
      (select string_agg(typowner::regrole::text, ' ') from pg_type where typname in ('citext', 'lquery')), unaccent('ü')`,
  },
  {
    name: "functions that were taken out of extensions which need them and then altered, and operators of their classes",
    made: `create extension citext; create extension pg_trgm; create extension hstore; create schema other;
      alter extension citext drop operator =(citext, citext); alter extension citext drop function citext_eq(citext, citext);
      alter extension pg_trgm drop operator %(text, text); alter extension pg_trgm drop function similarity_op(text, text);
      alter extension hstore drop function hstore_to_json(hstore); alter function hstore_to_json(hstore) rename to as_json;
      alter function as_json(hstore) set schema other; alter function other.as_json(hstore) cost 77;
      create table shouted (c citext primary key, t text); insert into shouted values ('A', 'abc'); create index on shouted using gin (t gin_trgm_ops);`,
    asked: `select (select count(*) from shouted where c = 'a'), hstore('a', 'b')::json::text,
      (select string_agg(e.extname || ' ' || (select count(*) from pg_depend d where d.refobjid = e.oid and d.deptype = 'e'), ', ' order by e.extname) from pg_extension e),
      (select string_agg(i.identity, ', ' order by i.identity) from pg_amop l join pg_opfamily f on f.oid = l.amopfamily and f.oid >= 16384
        cross join lateral pg_identify_object(l.tableoid, l.oid, 0) i),
      (select procost from pg_cast c join pg_proc p on p.oid = c.castfunc where c.castsource = 'hstore'::regtype and c.casttarget = 'json'::regtype)`,
  },
  {
    name: "text that the encoding for the database's clients does not have",
    made: `create table t (a text); insert into t values ('€ Ж');
      do $$ begin execute format('alter database %I set client_encoding = LATIN1', current_database()); end $$`,
    asked: "select a = U&'\\20AC \\0416' from t",
  },
  {
    name: "names and definitions that are no text in any encoding",
    together: "bytes",
    create: "encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C' template template0",
    made: `create table t (a int); insert into t values (1);
      do $$ begin execute convert_from('\\x637265617465207669657720762061732073656c6563742027e9273a3a746578742061732078', 'SQL_ASCII');
        execute convert_from('\\x637265617465207461626c652022e922286120696e7429', 'SQL_ASCII'); end $$;`,
    asked: "select encode(convert_to(x, 'SQL_ASCII'), 'hex') from v",
  },
  {
    name: "names that only bytes tell apart which are no text",
    together: "bytes",
    create: "encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C' template template0",
    made: `do $$ declare e text := chr(233); begin
        execute format('create table %I (a int); create table %I (a int, b int); insert into %1$I values (1)', 'o' || e, 'o' || chr(232));
        execute format('create schema %I; create table %1$I.%I (%I int primary key, v text); insert into %1$I.%2$I values (1, %4$L), (2, null)',
          's' || e || ' "x', 'd ' || e, 'k' || e, e);
        execute format('create table keyed (a int constraint %I references %I.%I); insert into keyed values (1), (2)', 'c' || e, 's' || e || ' "x', 'd ' || e);
        execute format('create materialized view %I as select v from %I.%I; create unique index %I on %1$I (v)', 'm' || e, 's' || e || ' "x', 'd ' || e, 'i' || e);
        execute format('create publication %I for table %I.%I; comment on schema %2$I is %4$L', 'p' || e, 's' || e || ' "x', 'd ' || e, e);
        execute format('create sequence %I.%I start 9', 's' || e || ' "x', 'q' || e); execute format('create domain %I as text check (value <> %L)', 'n' || e, e);
      end $$;`,
    asked: `select string_agg(encode(convert_to(relname, 'SQL_ASCII'), 'hex'), ' ' order by relname)
      from pg_class where oid > 16384 and relnamespace <> 'pg_toast'::regnamespace
      union all select count(*)::text from pg_publication_tables`,
  },
  {
    name: "one schema of others whose names are no text, and what depends on it",
    create: "encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C' template template0",
    schemas: ["s\u{10F7FC}"],
    made: `do $$ declare u text := chr(252); begin
        execute format('create schema %I; create table %1$I.t (id int primary key); insert into %1$I.t values (1)', 's' || u);
        execute format('create schema %I; create table %1$I.left_out (a int); insert into %1$I.left_out values (1)', 's' || chr(253));
        execute format('create schema %I; create table %1$I.b (id int references %I.t); create view %1$I.v as select * from %2$I.t', 'b' || u, 's' || u);
        execute format('insert into %I.b values (1)', 'b' || u);
      end $$;`,
    companions: ["b\u{10F7FC}"],
    asked: `select count(*) from pg_class where relname in ('t', 'left_out', 'b', 'v')`,
  },
  {
    name: "one schema of others in an encoding of one byte for each character, and what depends on it",
    create: "encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0",
    schemas: ["größe"],
    made: `create schema "größe"; create table "größe"."ü" (id int primary key); insert into "größe"."ü" values (1);
      create schema "größer"; create table "größer".left_out (a int); insert into "größer".left_out values (1);
      create schema "länge"; create table "länge"."ä b" (id int constraint "é" references "größe"."ü"); insert into "länge"."ä b" values (1);
      create view "länge"."ÿ" as select * from "größe"."ü"; create materialized view "größe"."m ß" as select * from "größe"."ü";`,
    companions: ["länge"],
    asked: `select count(*) from "länge"."ÿ", "größe"."m ß", "größer".left_out`,
  },
];
