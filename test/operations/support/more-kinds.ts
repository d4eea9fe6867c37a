/** What a database holds, and how its backup comes back. */
export interface Kind {
  name: string;
  /** Statements that make the database. */
  made: string;
  /** How the database itself is created. */
  create?: string;
  /** Schemas of the backup; the complete database unless given. */
  schemas?: readonly string[];
  /** A query that must answer the same after the restore as before. */
  asked?: string;
  /** What the backup says that it does not carry. */
  notes?: readonly string[];
}

/** Password of the server that tests with these kinds use. */
const password = "canary-cycle-71";

const empty = (view: string): string =>
  `The rows of the materialized view ${view} come from another server and are not in the backup: a drill leaves it empty, and a restore refreshes it at its end.`;

export const moreKinds: readonly Kind[] = [
  {
    name: "a comment of its own on an extension",
    made: "create extension hstore; comment on extension hstore is 'ours, see the ''wiki''';",
    asked: "select obj_description(oid, 'pg_extension') from pg_extension where extname = 'hstore'",
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
    made: `create extension postgres_fdw; create extension dblink; create table base (a int); insert into base values (1), (2); commit;
      do $$ begin execute format('create server loop foreign data wrapper postgres_fdw options (host ''127.0.0.1'', port %L, dbname %L)',
        inet_server_port(), current_database()); end $$;
      create user mapping for postgres server loop options (user 'postgres', password '${password}');
      create foreign table ft (a int) server loop options (table_name 'base'); create view w as select * from ft;
      create materialized view mv as select * from w; create unique index on mv (a);
      create function far() returns setof int language sql as $f$ select * from dblink('loop', 'select a from base') as x(a int) $f$;
      create materialized view mf as select * from far(); create materialized view mm as select count(*) from mf;`,
    asked: "select sum(a) from mv union all select sum(far) from mf union all select count from mm",
    notes: ["public.mv", "public.mf", "public.mm"].map(empty),
  },
  {
    name: "a default that names a type by the search path, and an operator that is only named",
    made: `create type mood as enum ('ok'); create domain dm as mood default 'ok';
      create function ne(boolean, boolean) returns boolean language sql immutable as 'select $1 <> $2';
      create operator === (leftarg = boolean, rightarg = boolean, function = ne, negator = !==);`,
  },
  {
    name: "comments on columns of what depends on a schema",
    schemas: ["app"],
    made: `create schema app; create schema beside; create table app.t (a int);
      create view beside."V w" as select a as "c d" from app.t; comment on column beside."V w"."c d" is 'why';
      grant select ("c d") on beside."V w" to pg_monitor;`,
    asked: `select col_description('beside."V w"'::regclass, 1) || attacl::text from pg_attribute where attrelid = 'beside."V w"'::regclass and attnum = 1`,
    notes: ["The backup also has the definitions of 1 schema that belong with it: beside."],
  },
  {
    name: "constraints, partition keys and row filters that the server prints in another way",
    made: `create table doc (state varchar(10), r int4range, k varchar(5) unique);
      alter table doc add constraint ex exclude using gist (r with &&) where (state in ('a', 'b'));
      create index one on doc ((k in ('a', 'b'))); create index two on doc ((k in ('c', 'd')));
      create table part (state varchar(10)) partition by list ((case when state in ('a', 'b') then 1 else 2 end));
      create table part_1 partition of part for values in (1); create table part_2 partition of part default; insert into part values ('a'), ('z');
      create publication filtered for table doc (k) where (state = 'a' or k <> 'x'::varchar(3));
      create schema "Odd ""s"; create statistics "Odd ""s"."S" on (state in ('a', 'b')), k from doc;`,
    asked: "select count(*) from part_1 union all select count(*) from part",
  },
  {
    name: "a disabled foreign key of a partition, and a check that is validated only where it is inherited",
    made: `create table r (a int primary key); create table p (a int references r) partition by list (a);
      create table p1 partition of p for values in (1); alter table p1 disable trigger all;
      create table up (a int); alter table up add constraint positive check (a > 0) not valid; create table down () inherits (up);`,
    notes: [
      "Triggers that enforce foreign keys are disabled on public.p1. They are enabled in a restored database, and rows that violate a key make a restore fail.",
    ],
  },
  {
    name: "names with line breaks where a dump's contents have texts",
    schemas: ["app"],
    made: `create schema app; create schema "other one"; create table app.t (a int);
      create view "other one"."v\nw" as select a from app.t; comment on view "other one"."v\nw" is 'why'; grant select (a) on "other one"."v\nw" to pg_monitor;
      create table "other one"."t t" (a int); create function app.f() returns trigger language plpgsql as 'begin return new; end';
      create trigger "tr g" before insert on "other one"."t t" for each row execute function app.f(); comment on trigger "tr g" on "other one"."t t" is 'c';
      create foreign data wrapper fw; create server "s\nt" foreign data wrapper fw; create user mapping for public server "s\nt";`,
    asked: `select obj_description('"other one"."v\nw"'::regclass) union all select obj_description(oid) from pg_trigger where tgname = 'tr g'
      union all select srvname::text from pg_user_mappings`,
    notes: ["The backup also has the definitions of 1 schema that belong with it: other one."],
  },
  {
    name: "what an extension has of the database's own, but for what no dump contains, which is named",
    made: `create extension postgis; create extension hstore; commit; create table h (a int); insert into h values (1), (2); create sequence s; commit;
      alter extension hstore add table h; alter extension hstore add sequence s; select setval('s', 7);
      create function f() returns trigger language plpgsql as 'begin return new; end'; create index own_index on spatial_ref_sys (srtext);
      create trigger tr before insert on spatial_ref_sys for each row execute function f(); create policy p on spatial_ref_sys using (true);
      alter function akeys(hstore) set search_path = public; update spatial_ref_sys set auth_name = 'own' where srid = 4326;
      grant execute on function avals(hstore) to pg_monitor;`,
    notes: [
      "The extension hstore was changed after it was created, and the backup does not have these changes: function public.akeys(public.hstore), sequence public.s and table public.h.",
      "The extension postgis was changed after it was created, and the backup does not have these changes: index public.own_index, policy p on public.spatial_ref_sys and trigger tr on public.spatial_ref_sys.",
      "The table public.h of the extension hstore has 2 rows that the backup does not have, because the extension does not mark them as configuration data.",
      "The table public.spatial_ref_sys of the extension postgis has 1 row that the backup does not have, because the extension does not mark them as configuration data.",
      "The sequence public.s of the extension hstore starts again in a restored database: its value is not in the backup, because the extension does not mark it as configuration data.",
    ],
  },
  {
    name: "tables of an extension that refer to each other",
    made: `create extension postgis_topology cascade; insert into topology.topology (id, name, srid, precision, hasz) values (5, 'own', 4326, 0, false);
      insert into topology.layer values (5, 1, 'public', 't', 'g', 1);`,
    asked: "select count(*) from topology.layer join topology.topology on id = topology_id",
  },
  {
    name: "a check of a domain that reads rows, and an array of another domain of it",
    made: `create table allowed (a text); create function known(t text) returns boolean language sql stable as 'select exists (select from public.allowed where a = t)';
      insert into allowed values ('x'); create domain d as text check (known(value));
      create domain e as d check (value <> 'q'); create table zz (a e, b e[]); insert into zz values ('x', '{x}');`,
    asked: "select * from zz",
  },
  {
    name: "names and definitions that are no text in any encoding",
    create: "encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C' template template0",
    made: `create table t (a int); insert into t values (1);
      do $$ begin execute convert_from('\\x637265617465207669657720762061732073656c6563742027e9273a3a746578742061732078', 'SQL_ASCII');
        execute convert_from('\\x637265617465207461626c652022e922286120696e7429', 'SQL_ASCII'); end $$;`,
    notes: [`The rows of public."\ufffd" could not be counted, so a restore cannot compare them.`],
    asked: "select encode(convert_to(x, 'SQL_ASCII'), 'hex') from v",
  },
];
