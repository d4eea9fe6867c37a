import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Migration } from "../../../operations/migrate/folder.ts";
import { dangersIn, lint } from "../../../operations/migrate/lint.ts";
import { type RehearsalOptions, rehearseMigrations } from "../../../operations/migrate/rehearse.ts";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";

const { signal } = new AbortController();

let server: PostgresServer;
let count = 0;
/** Of the test. */
let database: string;

beforeAll(async () => {
  server = await startPostgres("canary-migrate-8c1e");
  await server.sql("create database template_of_tests");
  await server.sql(schema, "template_of_tests");
});

afterAll(() => server.stop());

beforeEach(async () => {
  count += 1;
  database = `copy_${count}`;
  await server.sql(`create database ${database} template template_of_tests`);
});

const schema = `
  create role reader;
  create role migrator;
  create role anon;
  grant usage on schema public to anon;
  create domain positive as int check (value > 0);
  grant create on schema public to migrator;
  create table account (id bigint primary key, email text, age int, extra int, parent bigint);
  insert into account select i, 'a' || i, i, i, i from generate_series(1, 2000) i;
  create index account_age on account (age);
  grant select on account to reader;
  create table entry (id bigint primary key, account bigint);
  insert into entry select i, i from generate_series(1, 2000) i;
  create unique index lone on entry (account);
  create table part (id bigint) partition by range (id);
  create table part_1 partition of part for values from (0) to (100);
  create materialized view ages as select id, parent from account;
  alter table account enable row level security;
  create policy own on account using (id = 1);
  create function touch() returns trigger language plpgsql as 'begin return new; end';`;

function migration(sql: string, name = "20260101000000_change", down?: string): Migration {
  return { name, sql, checksum: createHash("sha256").update(sql).digest("hex"), down };
}

function rehearsal(migrations: readonly Migration[], changes: Partial<RehearsalOptions> = {}) {
  return rehearseMigrations({
    connection: server.connection(database),
    migrations,
    lint: (pending) => lint(pending, { version: "15.0", signal }),
    previous: { release: "v1", columns: ["public.account", "public.account.id"], queries: [] },
    longestLockMs: 60_000,
    signal,
    ...changes,
  });
}

/** Each dangerous kind of statement: what the lint says, the lock that is really taken, and what is written again. */
const dangerous: {
  sql: string;
  rule: string;
  relation?: string;
  lock?: string;
  rewrites?: string[];
}[] = [
  { sql: "create index i on account (email)", rule: "require-concurrent-index-creation", lock: "ShareLock" },
  { sql: "drop index account_age", rule: "require-concurrent-index-deletion", lock: "AccessExclusiveLock" },
  {
    sql: "alter table account alter column age type bigint",
    rule: "changing-column-type",
    lock: "AccessExclusiveLock",
    rewrites: ["public.account"],
  },
  {
    sql: "alter table account add column at timestamptz default clock_timestamp()",
    rule: "adding-field-with-default",
    lock: "AccessExclusiveLock",
    rewrites: ["public.account"],
  },
  {
    sql: "alter table account add column number serial",
    rule: "no-rewriting-column",
    lock: "AccessExclusiveLock",
    rewrites: ["public.account"],
  },
  {
    sql: "create domain negative as int check (value < 0); alter table account add column low negative",
    rule: "no-rewriting-column",
    lock: "AccessExclusiveLock",
    rewrites: ["public.account"],
  },
  {
    sql: "alter table account add column least int check (least > 0)",
    rule: "no-check-at-a-new-column",
    lock: "AccessExclusiveLock",
  },
  {
    sql: "alter table entry add constraint apart exclude using btree (id with =)",
    rule: "no-exclusion-of-rows-that-are-there",
    relation: "public.entry",
    lock: "AccessExclusiveLock",
  },
  {
    sql: "create rule quiet as on update to entry do also nothing",
    rule: "no-rewrite-of-statements",
    relation: "public.entry",
    lock: "AccessExclusiveLock",
  },
  {
    sql: "create table part_2 partition of part for values from (100) to (200)",
    rule: "partition-locks-its-table",
    relation: "public.part",
    lock: "AccessExclusiveLock",
  },
  {
    sql: "alter table account alter column age set not null",
    rule: "adding-not-nullable-field",
    lock: "AccessExclusiveLock",
  },
  {
    sql: "alter table account add constraint positive check (age > 0)",
    rule: "constraint-missing-not-valid",
    lock: "AccessExclusiveLock",
  },
  {
    sql: "alter table entry add foreign key (account) references account (id)",
    rule: "adding-foreign-key-constraint",
    relation: "public.account",
    lock: "ShareRowExclusiveLock",
  },
  {
    sql: "alter table account add constraint one unique (email)",
    rule: "disallowed-unique-constraint",
    lock: "AccessExclusiveLock",
  },
  {
    sql: "create trigger t before insert on account for each row execute function touch()",
    rule: "trigger-blocks-writes",
    lock: "ShareRowExclusiveLock",
  },
  {
    sql: "refresh materialized view ages",
    rule: "refresh-concurrently",
    relation: "public.ages",
    lock: "AccessExclusiveLock",
    rewrites: ["public.ages"],
  },
  { sql: "lock table account in exclusive mode", rule: "no-explicit-lock", lock: "ExclusiveLock" },
  { sql: "update account set extra = 0", rule: "no-change-of-every-row", lock: "RowExclusiveLock" },
  { sql: "reindex table account", rule: "require-concurrent-reindex", lock: "ShareLock" },
  {
    sql: "cluster account using account_pkey",
    rule: "no-rewrite-command",
    lock: "AccessExclusiveLock",
    rewrites: ["public.account"],
  },
  {
    sql: "alter table entry set unlogged",
    rule: "no-rewrite-command",
    relation: "public.entry",
    lock: "AccessExclusiveLock",
    rewrites: ["public.entry"],
  },
  {
    sql: "alter table part detach partition part_1",
    rule: "require-concurrent-partition-detach",
    relation: "public.part",
    lock: "AccessExclusiveLock",
  },
  {
    sql: "truncate entry cascade",
    rule: "ban-truncate-cascade",
    relation: "public.entry",
    lock: "AccessExclusiveLock",
  },
];

describe("a rehearsal", () => {
  test("records the lock that each dangerous kind of statement really takes, and the lint names it", async () => {
    const pending = dangerous.map(({ sql }, index) => migration(sql, `${20260101000000 + index}_m`));
    const linted = await lint(pending, { version: "15.0", signal });
    expect(linted.map(({ findings }) => findings.map(({ rule }) => rule))).toEqual(
      dangerous.map(({ rule }) => expect.arrayContaining([rule])),
    );
    const { migrations, problems } = await rehearsal(pending);
    expect(problems.filter((problem) => problem.includes("failed"))).toEqual([]);
    const found = migrations.map(({ observations }, index) => {
      const first = observations.at(-1);
      return {
        sql: dangerous[index]?.sql,
        lock: first?.locks.find(
          ({ relation }) => relation === (dangerous[index]?.relation ?? "public.account"),
        )?.mode,
        rewrites: first?.rewritten.map(({ table }) => table),
      };
    });
    expect(found).toEqual(dangerous.map(({ sql, lock, rewrites = [] }) => ({ sql, lock, rewrites })));
  });

  test("looks at the locks of what cannot run in a transaction while it runs", async () => {
    const { migrations, problems } = await rehearsal([
      migration("create index concurrently i on account (email)", "1_create"),
      migration("reindex index concurrently account_age", "2_reindex"),
      migration("drop index concurrently account_age", "3_drop"),
      migration("vacuum full account", "4_vacuum"),
    ]);
    const modes = migrations.map(({ observations: [first] }) =>
      first?.locks.filter(({ relation }) => relation === "public.account").map(({ mode }) => mode),
    );
    expect(modes.slice(0, 3)).toEqual([
      ["ShareUpdateExclusiveLock"],
      ["ShareUpdateExclusiveLock"],
      ["ShareUpdateExclusiveLock"],
    ]);
    expect(problems).toEqual([
      "4_vacuum:1 wrote every row of public.account again, and blocked reads and writes meanwhile",
    ]);
  });

  test("holds for what only adds, and leads back by its down scripts", async () => {
    const found = await rehearsal([
      migration(
        "alter table account add column note text;\ncreate table other (id int)",
        "1_add",
        "drop table other; alter table account drop column note",
      ),
      migration(
        "begin;\nset transaction isolation level repeatable read;\nset local statement_timeout = 0;\ncreate index on other (id);\ncommit",
        "2_index",
        "drop index other_id_idx",
      ),
    ]);
    expect(found).toMatchObject({ problems: [], removed: [], down: { holds: true, differences: [] } });
    expect(found.migrations.map(({ phase }) => phase)).toEqual(["expand", "expand"]);
    expect(
      (
        await lint(
          [migration("create table other (id int)", "1"), migration("create index on other (id)", "2")],
          { version: "15.0", signal },
        )
      ).flatMap(({ findings }) => findings),
    ).toEqual([]);
  });

  test("refuses to take away what the release before reads, also when no text shows it", async () => {
    const previous = {
      release: "v1.4.0",
      columns: ["public.account", "public.account.email"],
      queries: [{ name: "age.sql", sql: "select age from account where id = $1" }],
    };
    const found = await rehearsal(
      [
        migration(
          "do $$ begin execute 'alter table ' || 'account drop column email, drop column age, drop column extra'; end $$",
        ),
      ],
      { previous },
    );
    expect(found.migrations[0]?.phase).toBe("contract");
    expect(found.removed.toSorted()).toEqual(
      ["public.account.email", "public.account.age", "public.account.extra"].toSorted(),
    );
    expect(found.problems).toEqual([
      "v1.4.0, which a rollback would return to, still reads public.account.email: release code that does not read it first, and drop it with the release after",
      'The query age.sql of v1.4.0 no longer works: column "age" does not exist',
    ]);
  });

  test("sees what a DO block hides", async () => {
    const cases: [sql: string, hidden: string | undefined][] = [
      [
        "alter table account alter email set not null",
        "table public.account is another, table public.account requires a column that it did not",
      ],
      [
        "alter table account add x int not null default 0; alter table account alter x drop default",
        "table public.account requires a column that it did not",
      ],
      [
        "alter table account add constraint positive check (age > 0) not valid",
        "constraint positive of public.account is new",
      ],
      ["create unique index one on account (email)", "index public.one is new"],
      ["drop function touch()", "function public.touch() is gone"],
      ["drop index lone", "index public.lone is gone"],
      ["drop index account_age", undefined],
      ["revoke select on account from reader", "table public.account is another"],
      ["alter table account add column note text", undefined],
      ["create table other (id int primary key)", undefined],
    ];
    const pending = cases.map(([sql], index) => {
      const execute = sql.split("; ").map((each) => `execute '${each}';`);
      return migration(`do $$ begin ${execute.join(" ")} end $$`, `${index}_do`);
    });
    const { migrations, notes } = await rehearsal(pending);
    expect(migrations.map(({ phase }) => phase)).toEqual(
      cases.map(([, hidden]) => (hidden === undefined ? "expand" : "contract")),
    );
    expect(notes.filter((note) => note.includes("nobody parsed"))).toEqual(
      cases.flatMap(([, hidden], index) =>
        hidden === undefined ? [] : [expect.stringContaining(`${index}_do: ${hidden}`)],
      ),
    );
  });

  test("runs as the role of production, so that a right it lacks shows", async () => {
    const change = migration("create table own (id int);\nalter table account add column note text");
    const role = { name: "migrator", mayCreateSchemas: true };
    const found = await rehearsal([change], { role });
    expect(found.problems).toEqual([
      expect.stringMatching(/failed on the copy at line 2: must be owner of table account/),
    ]);
    const nobody = { name: "nobody_here", mayCreateSchemas: false };
    await expect(rehearsal([change], { role: nobody })).rejects.toThrow(/The backup has no role nobody_here/);
    const may = await rehearsal([migration("create schema later")], { role });
    expect(may.problems).toEqual([]);
  });

  test("cannot tell whether something is still read where nothing says what the release before reads", async () => {
    const sql = "alter table account drop column extra";
    const { problems } = await rehearsal([migration(sql)], { previous: undefined });
    expect(problems).toEqual([
      expect.stringContaining("takes away public.account.extra, and nothing says what"),
    ]);
    database = `${database}_again`;
    await server.sql(`create database ${database} template template_of_tests`);
    expect((await rehearsal([migration(sql)])).problems).toEqual([]);
  });

  test("names who reaches more rows, weaker row-level security, dearer plans and down scripts that do not lead back", async () => {
    let looks = 0;
    const found = await rehearsal(
      [
        migration(
          "alter table account disable row level security; drop index account_age",
          "1_off",
          "select 1",
        ),
      ],
      {
        access: async () => ({ "public.account, select as anon": looks++ === 0 ? "none" : "all" }),
        statements: [{ name: "by age", sql: "select id from account where age = $1" }],
      },
    );
    expect(found.problems).toEqual([
      "public.account: row-level security was turned off",
      "More rows are reached than before: public.account, select as anon",
      expect.stringMatching(/^The down scripts do not lead back: /),
    ]);
    expect(found.access).toEqual(["public.account, select as anon: none → all"]);
    expect(found.plans).toEqual([expect.stringMatching(/^by age: now reads all of account \(cost /)]);
  });

  test("counts the rows that a migration changes, whatever changes them, and names a new table that anon reaches", async () => {
    const found = await rehearsal(
      [
        migration("do $$ begin update account set extra = 0 where id is not null; end $$", "1_most"),
        migration("delete from entry where id < 10; select pg_sleep(0.01)", "2_few"),
        migration("create table open (id int); grant select on open to anon", "3_open"),
      ],
      { longestLockMs: 5 },
    );
    expect(
      found.migrations.map(({ observations: [first] }) =>
        first?.changed.map(({ heldMs: _, ...rows }) => rows),
      ),
    ).toEqual([
      [{ table: "public.account", rows: 2000, most: true }],
      [{ table: "public.entry", rows: 9, most: false }],
      [],
    ]);
    expect(found.problems).toEqual([
      expect.stringMatching(
        /^1_most:1 changed 2000 rows of public.account, half of it or more, and blocked writes/,
      ),
      "The new table open has no row-level security, and anon may reach it",
    ]);
  });

  test("says where a migration fails, as Prisma would, and goes no further", async () => {
    const { problems, migrations } = await rehearsal([
      migration("select 1;\n\n-- again\ncreate index concurrently i on account (email)", "1_mixed"),
      migration("select 1", "2_never"),
    ]);
    expect(problems).toEqual([
      "1_mixed failed on the copy at line 4: CREATE INDEX CONCURRENTLY cannot run inside a transaction block (create index concurrently i on account (email))",
    ]);
    expect(migrations.map(({ name }) => name)).toEqual(["1_mixed"]);
  });
});

describe("the lint", () => {
  test("takes no comment for a waiver, and a waiver for one", async () => {
    const change = migration(
      "-- squawk-ignore require-concurrent-index-creation\ncreate index i on account (email)",
    );
    expect(dangersIn(await lint([change], { version: "17.4", signal }))).toMatchObject([
      { rule: "require-concurrent-index-creation", line: 2 },
    ]);
    const waivers = [
      {
        rule: "require-concurrent-index-creation",
        migration: change.name,
        reason: "The table is small",
        approvedBy: "dba@optropic.example",
        until: "2026-12-31",
      },
    ];
    expect(dangersIn(await lint([change], { version: "17.4", signal, waivers }))).toEqual([]);
  });

  test("names a danger that shares its line with a new table", async () => {
    const change = migration("create table other (id int); create index i on account (email)");
    expect(dangersIn(await lint([change], { version: "17.4", signal }))).toMatchObject([
      { rule: "require-concurrent-index-creation", statement: "create index i on account (email)" },
    ]);
  });

  test("refuses what is no SQL, with its place", async () => {
    await expect(lint([migration("select 1;\nselekt 2")], { version: "17.4", signal })).rejects.toThrow(
      /20260101000000_change\/migration\.sql:2 is not valid SQL for PostgreSQL: .*selekt/,
    );
  });
});
