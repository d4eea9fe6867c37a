import * as fc from "fast-check";
import { escapeLiteral } from "pg";
import { Maker, nameShapes } from "./generator-maker.ts";

const features = [
  "enum",
  "domain",
  "composite",
  "range",
  "sequence",
  "table",
  "keys",
  "reference",
  "check",
  "exclusion",
  "index",
  "inheritance",
  "partitions",
  "view",
  "recursive view",
  "grouped view",
  "materialized view",
  "policy",
  "trigger",
  "view trigger",
  "rule",
  "function",
  "standard function",
  "procedure",
  "aggregate",
  "operator",
  "operator class",
  "cast",
  "collation",
  "text search",
  "foreign data",
  "publication",
  "statistics",
  "event trigger",
  "large object",
  "privileges",
  "default privileges",
  "owner",
  "comment",
  "storage",
  "setting",
] as const;

type Feature = (typeof features)[number];

/** A kind of object, and the numbers that decide on its details. */
interface Step {
  feature: Feature;
  shape: number;
  pick: number;
  flags: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  feature: fc.constantFrom(...features),
  shape: fc.nat(nameShapes.length - 1),
  pick: fc.nat(999),
  flags: fc.nat(255),
});

/** Statements that make a database with objects of many kinds, valid by the way they are made. */
export const databases: fc.Arbitrary<string> = fc.array(step, { minLength: 30, maxLength: 60 }).map(make);

function make(steps: readonly Step[]): string {
  const maker = new Maker();
  maker.begin(steps[0]?.shape ?? 0);
  for (const each of steps) {
    maker.shape = each.shape;
    apply(maker, each);
  }
  return maker.end();
}

function apply(maker: Maker, { feature, pick, flags }: Step): void {
  const has = (bit: number): boolean => (flags & (1 << bit)) !== 0;
  const table = maker.pickOf(maker.tables, pick);
  const place = (): string => `${maker.pickOf(maker.schemas, pick)}.${maker.name()}`;
  const column = maker.pickOf(table.columns, flags).name;
  const add = (statement: string): void => maker.add(statement);
  const makers: Record<Feature, () => void> = {
    enum: () => {
      const name = place();
      add(`create type ${name} as enum ('', 'a''b', 'ü "q"')`);
      maker.types.push({ name, value: "'a''b'" });
    },
    domain: () => {
      const name = place();
      add(
        `create domain ${name} as varchar(9) default 'ab'${has(0) ? " not null" : ""} constraint ${maker.name()} check (value in ('ab', 'cd'))`,
      );
      maker.types.push({ name, value: "'ab'" });
    },
    composite: () => {
      const name = place();
      add(`create type ${name} as (${maker.name()} int, ${maker.name()} text collate "C")`);
      maker.types.push({ name, value: "row(1, 'a,\"b')" });
    },
    range: () => {
      const name = place();
      add(
        `create type ${name} as range (subtype = float8, subtype_diff = float8mi, multirange_type_name = ${place()})`,
      );
      maker.types.push({ name, value: "'[1,2)'" });
    },
    sequence: () => {
      const name = place();
      add(
        `create ${has(0) ? "unlogged " : ""}sequence ${name} as bigint increment ${has(1) ? -3 : 3} minvalue -9000 maxvalue 9000 start 30 cache ${has(2) ? 7 : 1} ${has(3) ? "cycle" : "no cycle"}`,
      );
      if (has(4)) add(`select setval('${name.replaceAll("'", "''")}', 12, ${has(5)})`);
      if (has(6)) add(`alter sequence ${name} owned by none`);
    },
    table: () => maker.table(pick, { isUnlogged: has(0), isIdentity: has(1) }),
    keys: () =>
      add(
        `alter table ${table.name} add constraint ${maker.name()} unique ${has(0) ? "nulls not distinct " : ""}(id, n)${has(1) ? " include (v)" : ""}${has(2) ? " deferrable initially deferred" : ""}`,
      ),
    reference: () => {
      const alike = maker.tables.filter(({ isUnlogged }) => isUnlogged === table.isUnlogged);
      const other = maker.pickOf(alike, pick + 1 + flags);
      add(
        `alter table ${table.name} add constraint ${maker.name()} foreign key (n) references ${other.name} (id)${has(0) ? " match full" : ""}${has(1) ? " on delete set null" : ""}${has(2) ? " on update cascade" : ""}${has(3) ? " deferrable initially deferred" : ""}${has(4) ? " not valid" : ""}`,
      );
    },
    check: () =>
      add(
        `alter table ${table.name} add constraint ${maker.name()} check (v is null or v in ('x', 'y')${has(0) ? "" : " or id > 0"})${has(1) ? " no inherit" : ""}${has(2) ? " not valid" : ""}`,
      ),
    exclusion: () =>
      add(
        `alter table ${table.name} add constraint ${maker.name()} exclude using gist (r with &&) where (v in ('p', 'q'))${has(0) ? " deferrable" : ""}`,
      ),
    index: () =>
      add(
        `create ${has(0) ? "unique " : ""}index ${maker.name()} on ${table.name} (${has(1) ? "(v in ('x', 'y')) desc nulls last, " : ""}id${has(2) ? "" : ", lower(v)"})${has(3) ? " include (n)" : ""}${has(4) ? " with (fillfactor = 60)" : ""}${has(5) ? " where v in ('a', 'b')" : ""}`,
      ),
    inheritance: () => {
      const name = place();
      add(`create table ${name} (${maker.name()} int default 4) inherits (${table.name})`);
      add(`insert into ${name} (id, n) values (${maker.next()}, null)`);
      if (has(0)) add(`alter table ${name} alter n set default 9`);
    },
    partitions: () => maker.partitions(place, flags),
    view: () => {
      const name = place();
      const options = [...(has(0) ? ["security_barrier"] : []), ...(has(1) ? ["security_invoker = on"] : [])];
      add(
        `create view ${name}${options.length === 0 ? "" : ` with (${options.join(", ")})`} as select * from ${table.name} where v in ('x', 'y') or id > 0${has(2) ? " with local check option" : ""}`,
      );
      if (has(3)) add(`comment on column ${name}.${column} is 'a ''comment'''`);
      if (has(4)) add(`alter view ${name} alter ${maker.pickOf(["n", "v"], pick)} set default null`);
    },
    "recursive view": () =>
      add(
        `create view ${place()} as with recursive w(a, b) as (select id, 1 from ${table.name} union all select a, b + 1 from w where b < 3) search depth first by a set o select a, b, row_number() over (partition by a order by b) from w`,
      ),
    "grouped view": () =>
      add(`create view ${place()} as select t.*, count(*) as total from ${table.name} t group by t.id`),
    "materialized view": () => {
      const name = place();
      add(
        `create materialized view ${name} as select id, v, n from ${table.name}${has(0) ? " with no data" : ""}`,
      );
      add(`create index ${maker.name()} on ${name} (v)`);
      if (!has(0)) maker.filled.push(name);
    },
    policy: () => {
      add(
        `create policy ${maker.name()} on ${table.name} as ${has(0) ? "restrictive" : "permissive"} for ${has(1) ? "all" : "update"} to ${has(2) ? "pg_monitor, current_user" : "public"} using (v in ('x', 'y')) with check (true)`,
      );
      add(`alter table ${table.name} enable row level security`);
      if (has(3)) add(`alter table ${table.name} force row level security`);
    },
    trigger: () => {
      const called = maker.triggerFunction(place());
      const name = maker.name();
      add(
        has(0)
          ? `create constraint trigger ${name} after insert or update on ${table.name} deferrable initially deferred for each row when (new.v in ('x', 'y')) execute function ${called}()`
          : `create trigger ${name} after update on ${table.name} referencing old table as "o t" new table as n for each statement execute function ${called}('a', E'b\\\\c''d')`,
      );
      const states = ["enable", "disable", "enable always", "enable replica"];
      add(`alter table ${table.name} ${maker.pickOf(states, flags >> 1)} trigger ${name}`);
      if (has(3)) add(`comment on trigger ${name} on ${table.name} is 'why'`);
    },
    "view trigger": () => {
      const called = maker.triggerFunction(place());
      const view = place();
      add(`create view ${view} as select id, v from ${table.name} limit 3`);
      add(
        `create trigger ${maker.name()} instead of insert or delete on ${view} for each row execute function ${called}()`,
      );
    },
    rule: () => {
      const name = maker.name();
      add(
        `create rule ${name} as on delete to ${table.name} where old.v in ('x', 'y') do also (insert into ${table.name} (id, v) values (old.id, old.v); select 1)`,
      );
      if (has(0)) add(`alter table ${table.name} disable rule ${name}`);
      else if (has(1)) add(`alter table ${table.name} enable replica rule ${name}`);
    },
    function: () => {
      const name = place();
      add(
        `create function ${name}(${maker.name()} int default 3, variadic ${maker.name()} text[] default '{}', out ${maker.name()} ${table.name}) returns setof ${table.name} language plpgsql stable security definer cost 7 rows 9 set search_path to pg_catalog, ${maker.pickOf(maker.schemas, flags)} as $body$ begin return; end $body$`,
      );
      if (has(0)) add(`revoke execute on function ${name} from public`);
    },
    "standard function": () => {
      const name = place();
      add(
        `create function ${name}(key int) returns bigint begin atomic select count(*) from ${table.name} t where t.id = key and t.v in ('x', 'y'); end`,
      );
    },
    procedure: () =>
      add(
        `create procedure ${place()}(inout x int, y varchar default 'a') language sql begin atomic insert into ${table.name} (id, v) values (x, y); select x; end`,
      ),
    aggregate: () =>
      add(
        `create aggregate ${place()}(int) (sfunc = int4pl, stype = int, initcond = '0', combinefunc = int4pl, parallel = safe)`,
      ),
    operator: () =>
      add(
        `create operator ${maker.pickOf(maker.schemas, pick)}.${`@${"#".repeat(1 + (maker.next() % 40))}@`} (leftarg = int, rightarg = int, function = int4eq, hashes, merges)`.replace(
          ", hashes, merges",
          "",
        ),
      ),
    "operator class": () =>
      add(
        `create operator class ${place()} for type int using btree as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 btint4cmp(int, int)`,
      ),
    cast: () => {
      const name = place();
      add(`create type ${name} as enum ('1', '2')`);
      add(`create cast (int as ${name}) with inout as assignment`);
      if (has(0)) add(`comment on cast (int as ${name}) is 'a cast'`);
    },
    collation: () =>
      add(
        `create collation ${place()} (provider = icu, locale = 'und-u-ks-level2', deterministic = ${has(0)})`,
      ),
    "text search": () => {
      const [dictionary, configuration] = [place(), place()];
      add(`create text search dictionary ${dictionary} (template = simple, stopwords = english)`);
      add(`create text search configuration ${configuration} (parser = "default")`);
      add(
        `alter text search configuration ${configuration} add mapping for asciiword, word with ${dictionary}, simple`,
      );
    },
    "foreign data": () => {
      const [wrapper, server] = [maker.name(), maker.name()];
      add(`create foreign data wrapper ${wrapper} options ("o p" 'x''y')`);
      add(`create server ${server} type 't''y' version '1' foreign data wrapper ${wrapper}`);
      add(`create user mapping for ${has(0) ? "public" : "current_user"} server ${server} options (p 'w')`);
      add(
        `create foreign table ${place()} (${maker.name()} int options (a 'b') not null default 3) server ${server} options ("x y" 'z')`,
      );
    },
    publication: () => {
      const name = maker.name();
      const [published = table] = maker.tables.filter(({ isUnlogged }) => !isUnlogged);
      if (has(0)) add(`create publication ${name} for all tables with (publish = 'insert, truncate')`);
      else if (has(1))
        add(`create publication ${name} for tables in schema ${maker.pickOf(maker.schemas, pick)}`);
      else add(`create publication ${name} for table only ${published.name} (id, v) where (id > 3)`);
    },
    statistics: () => {
      const name = place();
      add(
        `create statistics ${name} (${has(0) ? "mcv" : "ndistinct"}) on n, (v in ('x', 'y')) from ${table.name}`,
      );
      if (has(1)) add(`alter statistics ${name} set statistics 77`);
    },
    "event trigger": () => {
      const called = place();
      const name = maker.name();
      add(`create function ${called}() returns event_trigger language plpgsql as 'begin null; end'`);
      add(
        `create event trigger ${name} on ddl_command_end when tag in ('CREATE TABLE') execute function ${called}()`,
      );
      if (has(0)) add(`alter event trigger ${name} disable`);
    },
    "large object": () => {
      const number = 50_000 + maker.next();
      add(`select lo_from_bytea(${number}, 'abc')`);
      if (has(0)) add(`grant select on large object ${number} to pg_monitor`);
      if (has(1)) add(`comment on large object ${number} is 'large'`);
    },
    privileges: () => {
      if (has(0)) add(`grant select, update on ${table.name} to pg_monitor with grant option`);
      if (has(1)) add(`grant insert (${column}) on ${table.name} to public`);
      if (has(2))
        add(`grant usage, create on schema ${maker.pickOf(maker.schemas, pick)} to pg_read_all_stats`);
      if (has(3)) add(`revoke all on ${table.name} from current_user`);
      const type = maker.types.at(-1);
      if (has(4) && type !== undefined) add(`revoke usage on type ${type.name} from public`);
    },
    "default privileges": () =>
      add(
        has(0)
          ? `alter default privileges for role generated_owner in schema ${maker.pickOf(maker.schemas, pick)} grant select on tables to pg_monitor`
          : "alter default privileges for role generated_owner revoke execute on functions from public",
      ),
    owner: () => add(`alter table ${table.name} owner to generated_owner`),
    comment: () => {
      const text = escapeLiteral('it\'s\na "comment" \\ $$ -- ;');
      add(`comment on table ${table.name} is ${text}`);
      add(`comment on column ${table.name}.${column} is ${text}`);
      add(`comment on schema ${maker.pickOf(maker.schemas, pick)} is ${text}`);
    },
    storage: () => {
      add(`alter table ${table.name} alter v set storage external, alter id set statistics 99`);
      add(`alter table ${table.name} alter n set (n_distinct = -0.5), set (fillfactor = 70)`);
      add(
        `alter table ${table.name} ${has(0) ? `drop column ${maker.dropped(table)}` : "replica identity full"}`,
      );
    },
    setting: () =>
      add(
        `do $do$ begin execute format($$alter database %I set ${maker.pickOf(['search_path = public, "x y"', `my.own = 'a, "b"'`, "datestyle = 'german'"], pick)}$$, current_database()); end $do$`,
      ),
  };
  makers[feature]();
}
