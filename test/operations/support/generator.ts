import * as fc from "fast-check";
import { escapeIdentifier, escapeLiteral } from "pg";

/** Names that programs get wrong, each made unique by a number. */
const nameShapes: readonly ((number: number) => string)[] = [
  (number) => `plain_${number}`,
  (number) => `Upper Case ${number}`,
  (number) => `say "hi" ${number}`,
  (number) => `it's ${number}`,
  (number) => `ünïcödé→${number}`,
  (number) => `dots.in.it.${number}`,
  (number) => `; drop -- /* ${number}`,
  (number) => `$1 %s \\ :x ${number}`,
  (number) => `two\nlines ${number}`,
  (number) => `${number}`.padStart(63, "n"),
  (number) => `select ${number}`,
];

const columns: readonly { type: string; value: string }[] = [
  { type: "int", value: "7" },
  { type: "bigint[]", value: "'[0:1]={1,NULL}'" },
  { type: "numeric(12,3)", value: "123.456" },
  { type: "text", value: "E'tab\\t, \\\\., é'" },
  { type: "varchar(9)", value: "'ab'" },
  { type: "char(4)", value: "'a'" },
  { type: "timestamptz", value: "'-infinity'" },
  { type: "date", value: "'0044-03-15 BC'" },
  { type: "interval", value: "'-1 mon 3 days 00:00:00.000001'" },
  { type: "bytea", value: "'\\xff005c'" },
  { type: "jsonb", value: `'{"a": [1, null, "é"]}'` },
  { type: "xml", value: "'<a>1</a>'" },
  { type: "float8", value: "'nan'" },
  { type: "money", value: "'-1.50'" },
  { type: "inet", value: "'::1/64'" },
  { type: "uuid", value: "'00000000-0000-0000-0000-000000000001'" },
  { type: "bit varying(5)", value: "'101'" },
  { type: "tsvector", value: "'a:1A b:2'" },
  { type: "int4range", value: "'[1,5)'" },
  { type: "nummultirange", value: "'{[1,2),(3,)}'" },
  { type: "point", value: "'(1,nan)'" },
  { type: "regclass", value: "'pg_class'" },
  { type: "name", value: "'n'" },
  { type: "boolean", value: "null" },
];

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
export const databases: fc.Arbitrary<string> = fc
  .array(step, { minLength: 30, maxLength: 60 })
  .map((steps) => new Maker().make(steps));

/** A table, or what can be used like one. */
interface Made {
  name: string;
  /** The columns besides `id`. */
  columns: { name: string; type: string }[];
  /** Permanent tables refer to no others, and only those can be published. */
  isUnlogged: boolean;
}

class Maker {
  #statements: string[] = [];
  #number = 0;
  #shape = 0;
  #schemas: string[] = [];
  #types: { name: string; value: string }[] = [];
  #tables: Made[] = [];
  #filled: string[] = [];

  make(steps: readonly Step[]): string {
    for (let shape = 0; shape < 3; shape += 1) {
      this.#shape = (steps[shape]?.shape ?? 0) + shape;
      const schema = this.#name();
      this.#schemas.push(schema);
      this.#add(`create schema ${schema}`);
    }
    this.#schemas.push("public");
    this.#table(0);
    this.#table(100);
    for (const each of steps) {
      this.#shape = each.shape;
      this.#step(each);
    }
    // A dump fills them anew.
    for (const name of this.#filled) this.#add(`refresh materialized view ${name}`);
    return this.#statements.join(";\n");
  }

  #step({ feature, pick, flags }: Step): void {
    const has = (bit: number): boolean => (flags & (1 << bit)) !== 0;
    const table = this.#pickOf(this.#tables, pick);
    const place = (): string => `${this.#pickOf(this.#schemas, pick)}.${this.#name()}`;
    const column = this.#pickOf(table.columns, flags).name;
    const add = (statement: string): void => this.#add(statement);
    const makers: Record<Feature, () => void> = {
      enum: () => {
        const name = place();
        add(`create type ${name} as enum ('', 'a''b', 'ü "q"')`);
        this.#types.push({ name, value: "'a''b'" });
      },
      domain: () => {
        const name = place();
        add(
          `create domain ${name} as varchar(9) default 'ab'${has(0) ? " not null" : ""} constraint ${this.#name()} check (value in ('ab', 'cd'))`,
        );
        this.#types.push({ name, value: "'ab'" });
      },
      composite: () => {
        const name = place();
        add(`create type ${name} as (${this.#name()} int, ${this.#name()} text collate "C")`);
        this.#types.push({ name, value: "row(1, 'a,\"b')" });
      },
      range: () => {
        const name = place();
        add(
          `create type ${name} as range (subtype = float8, subtype_diff = float8mi, multirange_type_name = ${place()})`,
        );
        this.#types.push({ name, value: "'[1,2)'" });
      },
      sequence: () => {
        const name = place();
        add(
          `create ${has(0) ? "unlogged " : ""}sequence ${name} as bigint increment ${has(1) ? -3 : 3} minvalue -9000 maxvalue 9000 start 30 cache ${has(2) ? 7 : 1} ${has(3) ? "cycle" : "no cycle"}`,
        );
        if (has(4)) add(`select setval('${name.replaceAll("'", "''")}', 12, ${has(5)})`);
        if (has(6)) add(`alter sequence ${name} owned by none`);
      },
      table: () => this.#table(pick, { isUnlogged: has(0), isIdentity: has(1) }),
      keys: () =>
        add(
          `alter table ${table.name} add constraint ${this.#name()} unique ${has(0) ? "nulls not distinct " : ""}(id, n)${has(1) ? " include (v)" : ""}${has(2) ? " deferrable initially deferred" : ""}`,
        ),
      reference: () => {
        const alike = this.#tables.filter(({ isUnlogged }) => isUnlogged === table.isUnlogged);
        const other = this.#pickOf(alike, pick + 1 + flags);
        add(
          `alter table ${table.name} add constraint ${this.#name()} foreign key (n) references ${other.name} (id)${has(0) ? " match full" : ""}${has(1) ? " on delete set null" : ""}${has(2) ? " on update cascade" : ""}${has(3) ? " deferrable initially deferred" : ""}${has(4) ? " not valid" : ""}`,
        );
      },
      check: () =>
        add(
          `alter table ${table.name} add constraint ${this.#name()} check (v is null or v in ('x', 'y')${has(0) ? "" : " or id > 0"})${has(1) ? " no inherit" : ""}${has(2) ? " not valid" : ""}`,
        ),
      exclusion: () =>
        add(
          `alter table ${table.name} add constraint ${this.#name()} exclude using gist (r with &&) where (v in ('p', 'q'))${has(0) ? " deferrable" : ""}`,
        ),
      index: () =>
        add(
          `create ${has(0) ? "unique " : ""}index ${this.#name()} on ${table.name} (${has(1) ? "(v in ('x', 'y')) desc nulls last, " : ""}id${has(2) ? "" : ", lower(v)"})${has(3) ? " include (n)" : ""}${has(4) ? " with (fillfactor = 60)" : ""}${has(5) ? " where v in ('a', 'b')" : ""}`,
        ),
      inheritance: () => {
        const name = place();
        add(`create table ${name} (${this.#name()} int default 4) inherits (${table.name})`);
        add(`insert into ${name} (id, n) values (${this.#next()}, null)`);
        if (has(0)) add(`alter table ${name} alter n set default 9`);
      },
      partitions: () => this.#partitions(place, flags),
      view: () => {
        const name = place();
        const options = [
          ...(has(0) ? ["security_barrier"] : []),
          ...(has(1) ? ["security_invoker = on"] : []),
        ];
        add(
          `create view ${name}${options.length === 0 ? "" : ` with (${options.join(", ")})`} as select * from ${table.name} where v in ('x', 'y') or id > 0${has(2) ? " with local check option" : ""}`,
        );
        if (has(3)) add(`comment on column ${name}.${column} is 'a ''comment'''`);
        if (has(4)) add(`alter view ${name} alter ${this.#pickOf(["n", "v"], pick)} set default null`);
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
        add(`create index ${this.#name()} on ${name} (v)`);
        if (!has(0)) this.#filled.push(name);
      },
      policy: () => {
        add(
          `create policy ${this.#name()} on ${table.name} as ${has(0) ? "restrictive" : "permissive"} for ${has(1) ? "all" : "update"} to ${has(2) ? "pg_monitor, current_user" : "public"} using (v in ('x', 'y')) with check (true)`,
        );
        add(`alter table ${table.name} enable row level security`);
        if (has(3)) add(`alter table ${table.name} force row level security`);
      },
      trigger: () => {
        const called = this.#triggerFunction(place());
        const name = this.#name();
        add(
          has(0)
            ? `create constraint trigger ${name} after insert or update on ${table.name} deferrable initially deferred for each row when (new.v in ('x', 'y')) execute function ${called}()`
            : `create trigger ${name} after update on ${table.name} referencing old table as "o t" new table as n for each statement execute function ${called}('a', E'b\\\\c''d')`,
        );
        const states = ["enable", "disable", "enable always", "enable replica"];
        add(`alter table ${table.name} ${this.#pickOf(states, flags >> 1)} trigger ${name}`);
        if (has(3)) add(`comment on trigger ${name} on ${table.name} is 'why'`);
      },
      "view trigger": () => {
        const called = this.#triggerFunction(place());
        const view = place();
        add(`create view ${view} as select id, v from ${table.name} limit 3`);
        add(
          `create trigger ${this.#name()} instead of insert or delete on ${view} for each row execute function ${called}()`,
        );
      },
      rule: () => {
        const name = this.#name();
        add(
          `create rule ${name} as on delete to ${table.name} where old.v in ('x', 'y') do also (insert into ${table.name} (id, v) values (old.id, old.v); select 1)`,
        );
        if (has(0)) add(`alter table ${table.name} disable rule ${name}`);
        else if (has(1)) add(`alter table ${table.name} enable replica rule ${name}`);
      },
      function: () => {
        const name = place();
        add(
          `create function ${name}(${this.#name()} int default 3, variadic ${this.#name()} text[] default '{}', out ${this.#name()} ${table.name}) returns setof ${table.name} language plpgsql stable security definer cost 7 rows 9 set search_path to pg_catalog, ${this.#pickOf(this.#schemas, flags)} as $body$ begin return; end $body$`,
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
          `create operator ${this.#pickOf(this.#schemas, pick)}.${`@${"#".repeat(1 + (this.#next() % 40))}@`} (leftarg = int, rightarg = int, function = int4eq, hashes, merges)`.replace(
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
        const [wrapper, server] = [this.#name(), this.#name()];
        add(`create foreign data wrapper ${wrapper} options ("o p" 'x''y')`);
        add(`create server ${server} type 't''y' version '1' foreign data wrapper ${wrapper}`);
        add(`create user mapping for ${has(0) ? "public" : "current_user"} server ${server} options (p 'w')`);
        add(
          `create foreign table ${place()} (${this.#name()} int options (a 'b') not null default 3) server ${server} options ("x y" 'z')`,
        );
      },
      publication: () => {
        const name = this.#name();
        const [published = table] = this.#tables.filter(({ isUnlogged }) => !isUnlogged);
        if (has(0)) add(`create publication ${name} for all tables with (publish = 'insert, truncate')`);
        else if (has(1))
          add(`create publication ${name} for tables in schema ${this.#pickOf(this.#schemas, pick)}`);
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
        const name = this.#name();
        add(`create function ${called}() returns event_trigger language plpgsql as 'begin null; end'`);
        add(
          `create event trigger ${name} on ddl_command_end when tag in ('CREATE TABLE') execute function ${called}()`,
        );
        if (has(0)) add(`alter event trigger ${name} disable`);
      },
      "large object": () => {
        const number = 50_000 + this.#next();
        add(`select lo_from_bytea(${number}, 'abc')`);
        if (has(0)) add(`grant select on large object ${number} to pg_monitor`);
        if (has(1)) add(`comment on large object ${number} is 'large'`);
      },
      privileges: () => {
        if (has(0)) add(`grant select, update on ${table.name} to pg_monitor with grant option`);
        if (has(1)) add(`grant insert (${column}) on ${table.name} to public`);
        if (has(2))
          add(`grant usage, create on schema ${this.#pickOf(this.#schemas, pick)} to pg_read_all_stats`);
        if (has(3)) add(`revoke all on ${table.name} from current_user`);
        const type = this.#types.at(-1);
        if (has(4) && type !== undefined) add(`revoke usage on type ${type.name} from public`);
      },
      "default privileges": () =>
        add(
          has(0)
            ? `alter default privileges for role generated_owner in schema ${this.#pickOf(this.#schemas, pick)} grant select on tables to pg_monitor`
            : "alter default privileges for role generated_owner revoke execute on functions from public",
        ),
      owner: () => add(`alter table ${table.name} owner to generated_owner`),
      comment: () => {
        const text = escapeLiteral('it\'s\na "comment" \\ $$ -- ;');
        add(`comment on table ${table.name} is ${text}`);
        add(`comment on column ${table.name}.${column} is ${text}`);
        add(`comment on schema ${this.#pickOf(this.#schemas, pick)} is ${text}`);
      },
      storage: () => {
        add(`alter table ${table.name} alter v set storage external, alter id set statistics 99`);
        add(`alter table ${table.name} alter n set (n_distinct = -0.5), set (fillfactor = 70)`);
        add(
          `alter table ${table.name} ${has(0) ? `drop column ${this.#dropped(table)}` : "replica identity full"}`,
        );
      },
      setting: () =>
        add(
          `do $do$ begin execute format($$alter database %I set ${this.#pickOf(['search_path = public, "x y"', `my.own = 'a, "b"'`, "datestyle = 'german'"], pick)}$$, current_database()); end $do$`,
        ),
    };
    makers[feature]();
  }

  #table(pick: number, { isUnlogged = false, isIdentity = false } = {}): void {
    const name = `${this.#pickOf(this.#schemas, pick)}.${this.#name()}`;
    const own = [0, 1, 2].map((index) => ({
      name: this.#name(),
      ...this.#pickOf(columns, pick + index * 7),
    }));
    const made = this.#types.at(-1);
    const typed = made === undefined ? [] : [{ name: this.#name(), type: made.name, value: made.value }];
    const all = [...own, ...typed];
    this.#add(
      `create ${isUnlogged ? "unlogged " : ""}table ${name} (id int ${isIdentity ? "generated by default as identity " : ""}primary key, n int, v varchar(9), r int4range, ${all
        .map((each, index) => `${each.name} ${each.type}${index === 0 ? ` default (${each.value})` : ""}`)
        .join(", ")}, g text generated always as (case when v in ('x', 'y') then 'in' end) stored)`,
    );
    for (let row = 0; row < 3; row += 1) {
      this.#add(
        `insert into ${name} (id, v, ${all.map((each) => each.name).join(", ")}) values (${this.#next()}, ${row === 0 ? "'x'" : "null"}, ${all.map((each) => each.value).join(", ")})`,
      );
    }
    this.#tables.push({ name, columns: all.map(({ name, type }) => ({ name, type })), isUnlogged });
  }

  #partitions(place: () => string, flags: number): void {
    const [name, one, other, rest] = [place(), place(), place(), place()];
    const odd = this.#name();
    const kind = this.#pickOf(["hash", "list", "range"], flags);
    const bounds = {
      hash: ["with (modulus 2, remainder 0)", "with (modulus 2, remainder 1)"],
      list: ["in (1, 2, null)", "in (3, 4)"],
      range: ["from (minvalue) to (10)", "from (10) to (20)"],
    }[kind] ?? ["", ""];
    this.#add(`create table ${name} (a int, ${odd} text default 'p', c int) partition by ${kind} (a)`);
    this.#add(
      `create table ${one} partition of ${name} for values ${bounds[0]}${flags & 4 ? " partition by list (c)" : ""}`,
    );
    if (flags & 4) this.#add(`create table ${place()} partition of ${one} default`);
    // Another order of columns, and one that was dropped.
    this.#add(`create table ${other} (c int, gone int, ${odd} text, a int)`);
    this.#add(`alter table ${other} drop column gone`);
    this.#add(
      `alter table ${name} attach partition ${other} for values ${kind === "hash" ? bounds[1] : bounds[1]}`,
    );
    if (kind !== "hash") this.#add(`create table ${rest} partition of ${name} default`);
    this.#add(`create index ${this.#name()} on ${name} (c)`);
    this.#add(`insert into ${name} select i, i::text, i from generate_series(1, 9) i`);
    const trigger = this.#name();
    const called = this.#triggerFunction(place());
    this.#add(`create trigger ${trigger} after insert on ${name} for each row execute function ${called}()`);
    if (flags & 8) this.#add(`alter table ${other} disable trigger ${trigger}`);
  }

  #triggerFunction(name: string): string {
    this.#add(`create function ${name}() returns trigger language plpgsql as 'begin return null; end'`);
    return name;
  }

  /** A new column, which is dropped again. */
  #dropped(table: Made): string {
    const column = this.#name();
    this.#add(`alter table ${table.name} add column ${column} int`);
    return column;
  }

  #next(): number {
    this.#number += 1;
    return this.#number;
  }

  /** A new name, quoted. */
  #name(): string {
    const shape = this.#pickOf(nameShapes, this.#shape);
    this.#shape += 1;
    return escapeIdentifier(shape(this.#next()));
  }

  #add(statement: string): void {
    this.#statements.push(statement);
  }

  #pickOf<T>(list: readonly T[], number: number): T {
    const found = list[number % list.length];
    if (found === undefined) throw new Error("There is nothing to pick from");
    return found;
  }
}
