/**
 * Statements that fill a database with one of everything that a dump must bring back: types, large objects,
 * sequences, generated columns, partitions, row-level security, extensions, roles, and names that need quotes.
 * Roles belong to the server, so a server takes them once.
 */
export const richRoles = `
  create role reader nologin;
  create role "Odd ""Role""" login noinherit;
  create role backup_reader login bypassrls password 'canary-backup-2c71';
  grant reader to "Odd ""Role""";
  grant pg_read_all_data to backup_reader;
`;

export const richDatabase = `
  create extension hstore;
  create extension citext;

  create type mood as enum ('sad', 'it''s ok', 'happy');
  create domain positive as int default 1 check (value > 0);
  create type pair as (left_side int, "Right Side" text);
  create type span as range (subtype = float8);

  create table everything (
    id bigint generated always as identity primary key,
    small smallint, whole int not null default 7, amount numeric(12, 3), ratio float8, single real,
    flag boolean, letter char(3), word varchar(20), prose text, bytes bytea,
    day date, clock time, zoned timetz, at timestamp, atz timestamptz, span interval,
    key uuid, document json, binary_document jsonb, address inet, network cidr, card macaddr,
    spot point, area box, bits bit varying, vector tsvector, markup xml,
    numbers int[], words text[][], mood mood, positive positive, pair pair, range int4range, ranges span,
    extra hstore, folded citext,
    doubled int generated always as (whole * 2) stored
  );
  insert into everything (small, whole, amount, ratio, single, flag, letter, word, prose, bytes, day, clock,
      zoned, at, atz, span, key, document, binary_document, address, network, card, spot, area, bits, vector,
      markup, numbers, words, mood, positive, pair, range, ranges, extra, folded)
    select i % 100, i, i / 7.0, i / 3.0, i, i % 2 = 0, 'a' || i % 10, 'w' || i,
      repeat('ü' || chr(8364) || i, i % 50) || E'\\n\\t\\\\.\\r', decode(md5(i::text), 'hex'), date '2020-01-01' + i,
      time '00:00' + i * interval '1 minute', timetz '00:00+02' + i * interval '1 second',
      timestamp '2020-01-01' + i * interval '1 hour', timestamptz '2020-01-01 00:00+00' + i * interval '1 hour',
      i * interval '1 day 2 minutes', md5(i::text)::uuid, json_build_object('a', i, 'b', 'ü'),
      jsonb_build_object('n', i, 'l', jsonb_build_array(1, null, 'x')), '192.0.2.1', '198.51.100.0/24',
      '08:00:2b:01:02:03', point(i, -i), box(point(0, 0), point(i, i)), i::bit(16)::bit varying,
      to_tsvector('simple', 'word' || i), xmlelement(name a, i), array[i, null, -i],
      array[['a', 'b'], ['c', E'quote"\\\\']], (array['sad', 'it''s ok', 'happy'])[1 + i % 3]::mood, 1 + i,
      row(i, 'x,y)(')::pair, int4range(i, i + 5), span(i, i + 0.5), hstore('k', i::text), 'MiXed' || i
    from generate_series(1, 500) i;
  insert into everything (prose, amount, ratio) values (null, 'NaN', '-Infinity'), ('', null, 'Infinity');

  create table measurement (id int, day date not null, value float8) partition by range (day);
  create table measurement_2025 partition of measurement for values from ('2025-01-01') to ('2026-01-01');
  create table measurement_2026 partition of measurement for values from ('2026-01-01') to ('2027-01-01')
    partition by list (id);
  create table measurement_2026_even partition of measurement_2026 for values in (0, 2, 4);
  create table measurement_other partition of measurement default;
  create index on measurement (day);
  insert into measurement select 0, date '2024-06-01' + i, i from generate_series(1, 900) i;

  create table parent (a int);
  create table child (b int) inherits (parent);
  insert into parent values (1), (2);
  insert into child values (3, 30);

  create schema "Odd schema; --";
  create table "Odd schema; --"."Table ""with"" 'quotes'" ("select" int primary key, "ü $1 \\" text);
  insert into "Odd schema; --"."Table ""with"" 'quotes'" values (1, 'x'), (2, null);
  create table orders (
    id int primary key,
    customer int references "Odd schema; --"."Table ""with"" 'quotes'" on delete cascade deferrable,
    total numeric check (total >= 0), constraint "odd check" check (id <> 13) not valid
  );
  insert into orders values (1, 1, 10), (2, 2, 0);
  create unique index orders_half on orders (total) where total > 5;
  create statistics orders_statistics (dependencies) on id, total from orders;

  alter table orders enable row level security;
  alter table orders force row level security;
  create policy "own orders" on orders for select to reader using (customer = 1);
  create policy no_update on orders as restrictive for update to public using (false) with check (false);
  create table unprotected (id int);

  create function half(n int) returns int language sql immutable as 'select n / 2';
  create procedure nothing() language plpgsql as $body$ begin null; end $body$;
  create function stamp() returns trigger language plpgsql as $body$ begin new.total := new.total; return new; end $body$;
  create trigger stamp before insert on orders for each row execute function stamp();
  create aggregate total_of(int) (sfunc = int4pl, stype = int, initcond = '0');
  create view cheap as select id from orders where total < 5 with check option;
  create materialized view counted as select count(*) from orders;
  create rule quiet as on delete to unprotected do instead nothing;

  create sequence downwards increment -3 start -1;
  select nextval('downwards') from generate_series(1, 5);
  create sequence untouched start 42;
  select setval('untouched', 50, false);

  alter table unprotected owner to reader;
  grant select on orders to reader with grant option;
  grant update (total) on orders to "Odd ""Role""";
  revoke execute on function half(int) from public;
  alter default privileges in schema public grant select on tables to reader;
  comment on table orders is 'it''s a comment';
  comment on column orders.total is E'two\\nlines';

  select lo_from_bytea(0, decode(repeat('00ff10', 5000), 'hex'));
  select lo_from_bytea(0, 'small');

  create table _prisma_migrations (
    id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz,
    migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
    started_at timestamptz not null default now(), applied_steps_count int not null default 0
  );
  insert into _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
    values ('1', 'a', '2026-01-01', '20260101_first', 1), ('2', 'b', '2026-02-01', '20260201_second', 1);
`;

/**
 * A query whose one text is all that the database holds: every row of every table, and every large object, in
 * an order of their own.
 */
export const contentQuery = `
  select string_agg(line, E'\\n' order by line collate "C") from (
    select format('%s.%s %s', table_schema, table_name,
        md5(query_to_xml(format('select * from %I.%I t order by t::text collate "C"', table_schema, table_name),
          true, false, '')::text)) as line
      from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
    union all
    select format('large object %s', md5(lo_get(oid))) from pg_largeobject_metadata
    union all
    select format('sequence %s.%s %s', schemaname, sequencename, last_value) from pg_sequences
  ) lines`;
