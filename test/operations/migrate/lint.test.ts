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
