import { expect, test } from "vitest";
import { lint } from "../../../operations/migrate/lint.ts";

const { signal } = new AbortController();

const cases: readonly [sql: string, rule: string | undefined][] = [
  ["update account set extra = 0 where true", "no-change-of-every-row"],
  ["delete from account where 1 = 1", "no-change-of-every-row"],
  ["with gone as (delete from account returning 1) select 1", "no-change-of-every-row"],
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
  ["grant service_role to anon", "no-rights-to-anonymous"],
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
  ],
  [
    "alter type mood add value 'calm'; alter table t alter m set default 'calm'",
    "new-value-in-its-own-migration",
  ],
  [
    "alter type mood add value 'calm'; alter table account add constraint c check (m <> 'calm') not valid",
    "new-value-in-its-own-migration",
  ],
  [
    "create table if not exists account (id bigint); create index i on account (id)",
    "require-concurrent-index-creation",
  ],
  [
    "create table if not exists account (id bigint); alter table account add foreign key (id) references entry (id)",
    "adding-foreign-key-constraint",
  ],
  ["drop table account; create table account (id bigint)", "ban-drop-table"],
  ["truncate account; create table if not exists account (id bigint)", "no-loss-of-rows"],
  ["savepoint s; create table n (id int); rollback to s", "no-savepoint"],
  ["revoke all on account from anon", undefined],
  ["grant select on account to authenticated", undefined],
  ["create policy p on account to reporting using (true)", undefined],
  ["create policy p on account as restrictive using (true)", undefined],
  ["create policy p on account using (false)", undefined],
  ["create policy p on account using (auth.uid() = owner)", undefined],
  ["create policy p on account using (current_user = 'app')", undefined],
  ["alter type mood add value 'calm'", undefined],
  [
    "create type fresh as enum ('a'); alter type fresh add value 'b'; alter table t alter m set default 'b'",
    undefined,
  ],
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
  // Each alone, so that none is about a table of another's.
  const linted = await Promise.all(
    cases.map(([sql], index) =>
      lint([{ name: `${index}_change`, sql, checksum: "", down: undefined }], { version: "15.0", signal }),
    ),
  );
  const own = new Set(cases.flatMap(([, rule]) => rule ?? []));
  const found = linted.map(([one]) => [
    ...new Set((one?.findings ?? []).map(({ rule }) => rule).filter((rule) => own.has(rule))),
  ]);
  expect(cases.map(([sql], index) => [sql, found[index]])).toEqual(
    cases.map(([sql, rule]) => [sql, rule === undefined ? [] : [rule]]),
  );
});
