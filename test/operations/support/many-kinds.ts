/** Statements for a database with objects of many kinds and their attributes, for a reader of its own. */
export const manyKinds = `
  create schema app; create schema "Odd Schema"; create extension hstore; create extension citext;
  create type app.color as enum ('red', 'green'); alter type app.color add value 'teal' before 'green'; commit;
  create type app.pair as (a int, b app.color); create domain app.email as citext check (value ~ '@'); create domain app.emails as app.email[];
  create table app.person (id bigint generated always as identity (start 100 increment 5) primary key, name text not null,
    c app.color default 'red', p app.pair, es app.emails, h hstore, loud text generated always as (upper(name)) stored);
  insert into app.person (name, p, es, h) values ('x', (1, 'teal'), array['q@z']::app.emails, 'a=>1');
  create table app.ev (id int, at timestamptz, payload jsonb, primary key (id, at)) partition by range (at);
  create table app.ev_24 partition of app.ev for values from ('2024-01-01') to ('2025-01-01') partition by hash (id);
  create table app.ev_24_0 partition of app.ev_24 for values with (modulus 2, remainder 0);
  create table app.ev_24_1 partition of app.ev_24 for values with (modulus 2, remainder 1); create table app.ev_rest partition of app.ev default;
  create index on app.ev (at); insert into app.ev select g, '2024-03-01'::timestamptz, '{"a": 1}' from generate_series(1, 10) g;
  create function app.tr() returns trigger language plpgsql as $$ begin return new; end $$;
  create trigger t before insert on app.ev for each row execute function app.tr(); alter table app.ev_24_0 disable trigger t;
  create view app.v with (security_barrier) as select * from app.person where c = 'red' with local check option;
  create rule r as on insert to app.v do instead insert into app.person (name) values (new.name);
  create materialized view app.mv as select c, count(*) from app.person group by 1 with no data;
  create sequence app.s as smallint increment -3 minvalue -100 maxvalue 50 start 20 cycle; select nextval('app.s');
  create table app.span (r tstzrange, exclude using gist (r with &&) where (not isempty(r)) deferrable initially deferred);
  create table app.pk (a int, b int, primary key (a, b)); create table app.fk (a int, b int, foreign key (a, b) references app.pk match full on delete set null (b) not valid);
  create table app.uq (a int, b int, unique nulls not distinct (a, b));
  create aggregate app.agg(int) (sfunc = int4pl, stype = int, initcond = '0', combinefunc = int4pl, parallel = safe);
  create function app.sf(a int, variadic b int[] default '{1}', out c int) language sql as 'select 1'; create procedure app.pr(inout x int) language plpgsql as 'begin x := x + 1; end';
  create statistics app.st (dependencies, mcv) on id, at from app.ev; alter statistics app.st set statistics 100;
  alter table app.person alter name set statistics 500, alter h set storage external, alter name set (n_distinct = -0.5), cluster on person_pkey;
  alter table app.person replica identity full; alter table app.person set (fillfactor = 70, toast.autovacuum_enabled = off);
  alter table app.person enable row level security; create policy p on app.person as restrictive for update using (true) with check (name <> '');
  create collation app.de (provider = icu, locale = 'de-u-co-phonebk'); create access method heap3 type table handler heap_tableam_handler; create table app.h3 (a int) using heap3;
  create foreign data wrapper dummy; create server sv foreign data wrapper dummy options (a 'b''c'); create foreign table app.ft (a int options (k 'v')) server sv;
  grant update (name) on app.person to pg_monitor; alter default privileges in schema app grant select on tables to pg_monitor with grant option;
  comment on column app.person.name is 'it''s'; comment on policy p on app.person is 'p'; comment on rule r on app.v is 'r'; comment on statistics app.st is 's'; comment on server sv is 'sv';
  create table "Odd Schema"."select" ("from" int check ("from" > 0), "a""b" text, "\\ '$1" text default E'\\\\x'); insert into "Odd Schema"."select" values (1, E'\\\\.\\nCOMMIT;\\n', E'\\t');
  select lo_from_bytea(777, 'x');
`;
